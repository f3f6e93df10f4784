"""The app that tells stories: every key and click, the menu, back in time, presenting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tui.drive import dialog, words
from tests.tui.story_pages import ready, screen_text, stories, telling, turn

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from authtui.tui.story.story_app import StoryApp

LARGE, SMALL = (120, 40), (80, 24)
SIZES = (LARGE, SMALL)


def guide(app: StoryApp) -> str:
    return words(app.desk.guide)


async def to(app: StoryApp, pilot: Pilot[None], kind: str) -> None:
    """On to the first page of a kind."""
    while app.walk is not None and app.walk.page.kind != kind:
        await turn(app, pilot)


# ── the menu ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", SIZES)
async def test_the_menu_lists_every_story_whole_and_says_where_to_begin(
    size: tuple[int, int],
) -> None:
    async with telling(None, size) as (app, pilot):
        await pilot.pause()
        shown = dialog(app)
        for story in stories():
            assert story.title in shown
            assert story.about in shown or story.name == "identity"
        assert "start here" in shown
        assert "0 of 9 seen" in shown


async def test_enter_opens_a_story_and_escape_comes_back_with_what_was_seen() -> None:
    async with telling(None, LARGE) as (app, pilot):
        await pilot.pause()
        await pilot.press("enter")
        await ready(app, pilot)
        assert app.walk is not None
        assert app.walk.story.name == "ghost"
        while not app.walk.at_end:
            await turn(app, pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert "1 of 9 seen" in dialog(app)
        assert "✓ The ghost in the shell" in dialog(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.desk


async def test_a_digit_opens_a_story_at_once_and_a_click_chooses_too() -> None:
    async with telling(None, SMALL) as (app, pilot):
        await pilot.pause()
        await pilot.press("8")
        await ready(app, pilot)
        assert app.walk is not None
        assert app.walk.story.name == "there-all-along"


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_leaving_the_menu_with_no_story_on_stage_leaves_the_program(key: str) -> None:
    async with telling(None, SMALL) as (app, pilot):
        await pilot.pause()
        await pilot.press(key)
        await pilot.pause()
        assert app.return_code == 0


# ── the first page ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_page_shows_the_message_and_no_evidence(size: tuple[int, int]) -> None:
    async with telling("ghost", size) as (app, _):
        shown = screen_text(app)
        assert "Incorrect API key provided" in shown
        assert "You logged in a minute ago" in shown
        for evidence in ("CODEX_API_KEY", "Sources", "shadowed", "stored"):
            assert evidence not in shown


async def test_a_wrong_guess_is_answered_kindly_and_may_be_followed_by_another() -> None:
    async with telling("ghost", SMALL) as (app, pilot):
        await pilot.press("1")
        await pilot.pause()
        assert "✗ The login did not work" in guide(app)
        assert "It did: auth.json is there" in guide(app)
        await pilot.press("3")
        await pilot.pause()
        assert "✓ Something else was sent" in guide(app)
        assert "Yes. The message names a key" in guide(app)
        assert app.walk is not None
        assert app.walk.page.kind == "symptom"


async def test_a_guess_is_taken_by_arrow_and_enter_and_enter_then_goes_on() -> None:
    async with telling("ghost", LARGE) as (app, pilot):
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert app.walk is not None
        assert app.walk.tried == [2]
        await pilot.press("enter")
        await ready(app, pilot)
        assert app.walk.page.kind == "evidence"


async def test_a_guess_is_taken_by_one_click() -> None:
    async with telling("ghost", LARGE) as (app, pilot):
        pane = app.desk.guide
        row = next(
            y for y in range(pane.size.height) if "My account was" in pane.render_line(y).text
        )
        await pilot.click(pane, offset=(8, row))
        await pilot.pause()
        assert app.walk is not None
        assert app.walk.tried == [1]


# ── pages ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", SIZES)
async def test_a_page_lights_its_pane_and_marks_its_row(size: tuple[int, int]) -> None:
    async with telling("ghost", size) as (app, pilot):
        await turn(app, pilot)
        desk = app.desk
        assert desk.focused is desk.panes["sources"]
        assert desk.pane.selected is not None
        assert "CODEX_API_KEY" in desk.pane.selected.key
        marked = [row for row in words(desk.panes["sources"]).splitlines() if "▸" in row]
        assert len(marked) == 1
        assert "CODEX_API_KEY" in marked[0]


async def test_back_shows_the_earlier_moment_in_every_pane_and_undoes_nothing() -> None:
    async with telling("ghost", LARGE) as (app, pilot):
        assert app.walk is not None
        while not app.walk.at_end:
            await turn(app, pilot)
        assert "● accepted" in words(app.desk.verdict)
        asked = len(app.session.state.requests)
        for _ in range(5):
            await pilot.press("b")
            await ready(app, pilot)
        assert app.at is not None
        assert "an earlier moment" in words(app.desk.header)
        assert "✗ accepted" in words(app.desk.verdict)
        assert "shadowed by 1" in words(app.desk.panes["sources"])
        for _ in range(5):
            await pilot.press("n")
            await ready(app, pilot)
        assert app.walk.at_end
        assert app.at is None
        assert len(app.session.state.requests) == asked


async def test_a_fix_is_copied_or_done_but_never_by_going_on() -> None:
    async with telling("ghost", SMALL) as (app, pilot):
        await to(app, pilot, "offer")
        assert "unset CODEX_API_KEY" in guide(app)
        stage = app._stage
        assert stage is not None
        await pilot.press("n")
        await ready(app, pilot)
        assert "CODEX_API_KEY" in stage.environ
        assert "y does the fix" in words(app.desk.footer)
        await pilot.press("f")
        await pilot.pause()
        assert app.clipboard == "unset CODEX_API_KEY"
        assert "CODEX_API_KEY" in stage.environ
        await pilot.press("y")
        await ready(app, pilot)
        assert "CODEX_API_KEY" not in stage.environ


async def test_y_does_nothing_where_no_fix_is_offered() -> None:
    async with telling("ghost", SMALL) as (app, pilot):
        await turn(app, pilot)
        assert app.walk is not None
        before = app.walk.here
        await pilot.press("y")
        await pilot.pause()
        assert app.walk.here == before
        assert "no fix on this page" in words(app.desk.footer)


async def test_restart_sets_a_new_stage_with_a_new_home() -> None:
    async with telling("ghost", SMALL) as (app, pilot):
        await turn(app, pilot)
        first = app._stage
        assert first is not None
        await pilot.press("0")
        await pilot.pause()
        await ready(app, pilot)
        assert app.walk is not None
        assert (app.walk.here, app.walk.tried) == (0, [])
        assert app._stage is not first
        assert not first.home.exists()


async def test_leaving_removes_the_home() -> None:
    async with telling("ghost", SMALL) as (app, _):
        stage = app._stage
        assert stage is not None
        assert stage.home.exists()
    assert not stage.home.exists()


async def test_other_panes_stay_open_to_a_look() -> None:
    async with telling("ghost", SMALL) as (app, pilot):
        await turn(app, pilot)
        await pilot.press("5")
        await pilot.pause()
        assert "Events" in screen_text(app)
        await pilot.press("n")
        await ready(app, pilot)
        assert app.desk.active == "requests"


async def test_enter_on_the_marked_row_opens_its_detail_with_how_the_request_connected() -> None:
    async with telling("nobody-there", LARGE) as (app, pilot):
        await turn(app, pilot)
        await pilot.press("enter")
        await pilot.pause()
        shown = dialog(app)
        assert "Connection: name, TCP, TLS" in shown
        assert "signed by Acme Web Gateway CA 2026" in shown


async def test_the_help_lists_the_keys_of_a_story_first() -> None:
    async with telling("ghost", LARGE) as (app, pilot):
        await pilot.press("question_mark")
        await pilot.pause()
        shown = dialog(app)
        assert "The story" in shown
        assert shown.index("Page before") < shown.index("Details of the selected row")


# ── presenting ──────────────────────────────────────────────────────────────────────────────────


async def test_pages_turn_by_themselves_to_the_proof_fixes_included() -> None:
    async with telling("ghost", LARGE, pace=0.05) as (app, pilot):
        assert app.walk is not None
        for _ in range(400):
            if app.walk.at_end and not app.walk.waiting:
                break
            await pilot.pause(0.05)
        assert app.walk.at_end
        assert app.walk.right_guess() in app.walk.tried
        assert app.walk.ending is not None
        assert app.walk.ending.green


async def test_a_page_that_is_due_while_the_app_closes_is_not_turned() -> None:
    async with telling("ghost", LARGE, pace=30) as (app, _):
        pass
    app._turn()
    assert app.walk is not None
    assert app.walk.here == 0


@pytest.mark.parametrize("height", [3, 5, 6, 7, 8])
async def test_a_page_of_evidence_can_be_told_on_very_few_rows(height: int) -> None:
    async with telling("ghost", (80, height)) as (app, pilot):
        await to(app, pilot, "evidence")
        assert app.desk.guide.doc.lines
        assert app.is_running


async def test_presenting_can_be_paused_and_its_pace_changed() -> None:
    async with telling("ghost", LARGE, pace=30) as (app, pilot):
        assert "a page in 30 s" in words(app.desk.header)
        await pilot.press("plus")
        await pilot.pause()
        assert app.pace == 15
        await pilot.press("P")
        await pilot.pause()
        assert app.pace is None
        assert "a page in" not in words(app.desk.header)
        await pilot.press("minus", "P")
        await pilot.pause()
        assert app.pace == 30


# ── a story that goes wrong ─────────────────────────────────────────────────────────────────────


async def test_a_story_that_does_not_come_out_as_told_says_so_and_fails() -> None:
    from authtui.demo.backend.faults import Fault

    async with telling(None, LARGE) as (app, pilot):
        await pilot.pause()
        broken = [
            s._replace(faults=(Fault("responses", "status", 503),)) if s.name == "ghost" else s
            for s in app.stories
        ]
        app.stories = tuple(broken)
        await pilot.press("1")
        await ready(app, pilot)
        assert app.failure is not None
        assert "did not go as the story says" in app.failure
        assert "did not go as the story says" in guide(app)


async def test_a_stage_that_cannot_be_set_is_said_and_not_waited_for(tmp_path: Path) -> None:
    async with telling("ghost", SMALL, folder=tmp_path / "nowhere") as (app, _):
        assert "could not be set" in guide(app)
        assert app.failure is not None
