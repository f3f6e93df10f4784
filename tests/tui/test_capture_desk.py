"""The desk of a watched program: what stands on it, what its keys do, and how one leaves it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from authtui.exchanges.meaning import BY_NAME, Seen, meaning_of
from authtui.settings import Settings
from authtui.tui.app import AuthtuiApp
from authtui.tui.capture.capture_desk import CaptureDesk
from authtui.tui.capture.capture_keys import CAPTURE_KEYS
from authtui.tui.dialogs.dialog import ChooseScreen, DetailScreen, help_doc
from authtui.tui.geometry import PANES, RUN_PANES, Box, plan_run
from authtui.tui.keys import KEYS, LIST_KEYS
from authtui.tui.lines import plain
from authtui.tui.views.context import ViewContext
from authtui.tui.views.program_verdict import with_run
from tests.tui.captures import CAPTURES, Told, capture_maker
from tests.tui.drive import dialog, running, words
from tests.tui.samples import session
from tests.tui.test_geometry import overlaps

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from authtui.capture.capture import Capture
    from tests.tui.conftest import Until

LONG = ("sh", "-c", "echo begun; exec sleep 60")
SIZES = [(120, 40), (80, 24)]


@asynccontextmanager
async def watching(
    command: tuple[str, ...] = LONG, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[AuthtuiApp, Pilot[None], list[Capture]]]:
    shown = session("healthy")
    make, made = capture_maker(shown, command)
    app = AuthtuiApp(shown, Settings(theme="dark"), watch=False, capture=make)
    try:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield app, pilot, made
    finally:
        for capture in made:
            capture.stop()
            capture.finish()


def said(app: AuthtuiApp, text: str) -> bool:
    return text in words(app.desk.panes["program"])


def test_a_refusal_by_a_proxy_is_not_one_by_the_server() -> None:
    meaning = meaning_of(Seen(BY_NAME["model-call"], 407)).text
    told = Told("healthy").start().model(407, meaning=meaning, colour="fail").end(1)
    found = with_run(ViewContext(told.session.state)).assessment
    assert found is not None
    assert found.verdict.kind == "answer-not-from-auth-server"


# ── what stands on it ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("story", CAPTURES)
async def test_the_comparison_is_the_first_thing_seen(story: str, size: tuple[int, int]) -> None:
    async with running(session=CAPTURES[story](), size=size) as (app, _):
        assert isinstance(app.desk, CaptureDesk)
        assert app.desk.active == "compare"
        assert "observed" in words(app.desk.panes["compare"])


async def test_the_verdict_says_what_differs_and_what_it_means() -> None:
    async with running(session=CAPTURES["recovered"]()) as (app, _):
        block = words(app.desk.verdict)
        assert "Not as predicted: refresh" in block
        assert "refused the stored token with 401" in block
        pane = words(app.desk.panes["compare"])
        assert "once, #8b1f0c → #41d7aa" in pane
        assert pane.index("≠ refresh") < pane.index("= scheme")
        assert "rotated" in words(app.desk.panes["events"])


async def test_the_message_of_the_program_stands_beside_the_truth() -> None:
    async with running(session=CAPTURES["differing"]()) as (app, _):
        block = words(app.desk.verdict)
        assert "client says" in block
        assert "Missing" in block
        assert "in truth" in block
        assert "✗ sent" in block
        assert "exit code 1" in words(app.desk.panes["program"])


async def test_the_requests_show_the_fault_of_what_they_carried() -> None:
    async with running(session=CAPTURES["signed-wrongly"]()) as (app, pilot):
        assert "✗ signature: not valid" in words(app.desk.panes["requests"])
        await pilot.press("4", "enter")
        assert "What it carried, judged" in dialog(app)
        assert "was not signed with the key" in " ".join(dialog(app).split())


async def test_a_row_opens_with_both_sides_and_the_request_that_shows_it() -> None:
    async with running(session=CAPTURES["differing"]()) as (app, pilot):
        await pilot.press("enter")
        assert isinstance(app.screen, DetailScreen)
        text = " ".join(dialog(app).split())
        assert "predicted CODEX_API_KEY" in text
        assert "observed auth.json" in text
        assert "https://api.openai.com/v1/responses" in text


async def test_the_program_opens_with_how_it_was_led() -> None:
    async with running(session=CAPTURES["recovered"]()) as (app, pilot):
        await pilot.press("7", "enter")
        text = " ".join(dialog(app).split())
        assert "no file of yours was changed" in text
        assert "CODEX_REFRESH_TOKEN_URL_OVERRIDE" in text
        assert "codex exec (1): refresh token #8b1f0c → #41d7aa" in text


async def test_what_is_not_seen_is_said_where_rows_are_open() -> None:
    async with running(session=CAPTURES["running"]()) as (app, _):
        assert "not captured: the client's choice of a server" in words(app.desk.panes["compare"])


async def test_stepping_back_shows_the_comparison_of_that_moment() -> None:
    async with running(session=CAPTURES["recovered"]()) as (app, pilot):
        for _ in range(12):
            await pilot.press("comma")
        assert "not seen yet" in words(app.desk.panes["compare"])
        await pilot.press("end")
        assert "not seen yet" not in words(app.desk.panes["compare"])


@pytest.mark.parametrize(
    "size", [(20, 5), (50, 14), (80, 24), (100, 30), (120, 40), (180, 50), (300, 100), (1, 1)]
)
@pytest.mark.parametrize("active", RUN_PANES)
def test_its_parts_stay_on_the_screen_and_apart(size: tuple[int, int], active: str) -> None:
    wants = {**dict.fromkeys(RUN_PANES, 9), "verdict": 10, "troubles": 4}
    drawer = active if active in ("sources", "claims", "checks") else "sources"
    boxes = list(plan_run(*size, wants, active, drawer).values())
    for box in boxes:
        assert box.width > 0
        assert box.height > 0
        assert 0 <= box.x <= box.x + box.width <= size[0]
        assert 0 <= box.y <= box.y + box.height <= size[1]
    assert not any(overlaps(a, b) for n, a in enumerate(boxes) for b in boxes[n + 1 :])


def test_a_full_screen_leaves_no_row_unused() -> None:
    wants = {**dict.fromkeys(RUN_PANES, 4), "verdict": 10}
    boxes = plan_run(120, 40, wants, "compare", "claims")
    assert "sources" not in boxes
    assert boxes["events"] == Box(
        boxes["events"].x, boxes["claims"].y, boxes["events"].width, 39 - boxes["claims"].y
    )


# ── its keys ──────────────────────────────────────────────────────────────────────────────────────


def test_no_key_of_the_capture_is_bound_twice() -> None:
    every = [k for key in (*KEYS, *CAPTURE_KEYS, *LIST_KEYS) for k in key.keys.split(",")]
    assert len(every) == len(set(every))


def test_the_help_names_the_keys_only_where_they_work() -> None:
    text = "\n".join(plain(line) for line in help_doc({}, CaptureDesk.KEYS, 100).lines)
    for key in CAPTURE_KEYS:
        assert key.title in text
    assert "Start it again" not in "\n".join(plain(line) for line in help_doc({}, KEYS, 100).lines)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("key", "pane"), [*zip("12345", PANES, strict=True), ("6", "compare"), ("7", "program")]
)
async def test_a_digit_brings_its_pane(key: str, pane: str, size: tuple[int, int]) -> None:
    async with running(session=CAPTURES["differing"](), size=size) as (app, pilot):
        await pilot.press(key)
        assert app.focused is app.desk.panes[pane]
        assert app.desk.panes[pane].size.height > 3


async def test_tab_walks_through_every_pane() -> None:
    async with running(session=CAPTURES["differing"]()) as (app, pilot):
        seen = []
        for _ in RUN_PANES:
            seen.append(app.desk.active)
            await pilot.press("tab")
        assert tuple(seen) == RUN_PANES


async def test_it_starts_by_itself_and_its_output_and_end_are_shown(until: Until) -> None:
    async with watching(("sh", "-c", "echo hello; exit 3")) as (app, pilot, _):
        await until(pilot, lambda: said(app, "hello") and said(app, "exit code 3"))
        program = app.session.state.programs[-1]
        assert program.expected is not None, "the prediction stands before it starts"
        assert [line.text for line in program.said] == ["hello"]


@pytest.mark.parametrize("key", ["K", "ctrl+c"])
async def test_the_key_ends_the_program_and_the_app_stays(key: str, until: Until) -> None:
    async with watching() as (app, pilot, _):
        await until(pilot, lambda: said(app, "begun"))
        await pilot.press(key)
        await until(pilot, lambda: not app.session.state.programs[-1].running)
        assert app.session.state.programs[-1].stopped
        await until(pilot, lambda: said(app, "ended by"))
        assert app.is_running


async def test_control_c_ends_it_from_any_screen(until: Until) -> None:
    async with watching() as (app, pilot, _):
        await until(pilot, lambda: said(app, "begun"))
        await pilot.press("question_mark", "ctrl+c")
        await until(pilot, lambda: not app.session.state.programs[-1].running)


async def test_n_starts_it_again_once_it_has_ended(until: Until) -> None:
    async with watching(("sh", "-c", "echo once")) as (app, pilot, made):
        await until(pilot, lambda: not made[-1].running and said(app, "once"))
        await pilot.press("n")
        await until(pilot, lambda: len(app.session.state.programs) == 2)
        await until(pilot, lambda: not app.session.state.programs[-1].running)
        assert [p.number for p in app.session.state.programs] == [1, 2]


async def test_n_starts_nothing_beside_a_running_program(until: Until) -> None:
    async with watching() as (app, pilot, made):
        await until(pilot, lambda: said(app, "begun"))
        await pilot.press("n")
        assert "the program is still running" in words(app.desk.footer)
        assert len(made) == 1


@pytest.mark.parametrize("key", ["K", "n"])
async def test_a_record_of_a_capture_cannot_be_acted_on(key: str) -> None:
    async with running(session=CAPTURES["recovered"]()) as (app, pilot):
        await pilot.press(key)
        assert "this is a trace" in words(app.desk.footer)


async def test_leaving_asks_while_it_runs_and_escape_stays(until: Until) -> None:
    async with watching() as (app, pilot, made):
        await until(pilot, lambda: said(app, "begun"))
        await pilot.press("q")
        assert isinstance(app.screen, ChooseScreen)
        assert "still running" in dialog(app)
        await pilot.press("escape")
        assert made[-1].running
        assert app.is_running


async def test_leaving_ends_the_program_first(until: Until) -> None:
    async with watching() as (app, pilot, made):
        await until(pilot, lambda: said(app, "begun"))
        await pilot.press("q", "enter")
        await until(pilot, lambda: app._exit)
        assert not made[-1].running
        kinds = [event.kind for event in app.session.events]
        assert "ChildEnded" in kinds


async def test_leaving_asks_nothing_once_it_has_ended(until: Until) -> None:
    async with watching(("true",)) as (app, pilot, made):
        await until(pilot, lambda: bool(app.session.state.programs) and not made[-1].running)
        await pilot.press("q")
        assert app._exit


@pytest.mark.parametrize("size", SIZES)
async def test_a_program_that_cannot_be_started_is_a_statement(
    size: tuple[int, int], until: Until
) -> None:
    async with watching(("/nowhere/codex", "exec", "hi"), size) as (app, pilot, _):
        await until(pilot, lambda: "did not start" in words(app.desk.verdict))
        assert "No such file or directory" in words(app.desk.panes["compare"])
        assert "not started" in words(app.desk.header)


async def test_hostile_output_is_harmless(until: Until) -> None:
    script = r"printf '\033]0;owned\007\033[2J[bold]red[/]\302\233x\n'"
    async with watching(("sh", "-c", script)) as (app, pilot, _):
        await until(pilot, lambda: said(app, "[bold]red[/]"))
        text = words(app.desk.panes["program"])
        assert not any(ch in text for ch in "\x1b\x07\x9b")
