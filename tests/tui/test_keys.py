"""Every key does what the help screen says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import pytest

from authtui.settings import Settings
from authtui.tui.dialogs.dialog import ChooseScreen, DetailScreen, Dialog, help_doc
from authtui.tui.keys import KEYS, LIST_KEYS
from authtui.tui.lines import plain
from authtui.tui.pane import Pane, Rows
from tests.tui.drive import hints, running, words
from tests.tui.samples import HOMES, OLD_KEY, answer, session_of

if TYPE_CHECKING:
    from tests.tui.conftest import Until


@pytest.mark.parametrize(
    ("key", "name"),
    [("1", "sources"), ("2", "claims"), ("3", "checks"), ("4", "requests"), ("5", "events")],
)
@pytest.mark.parametrize("size", [(80, 24)])
async def test_a_digit_brings_its_pane_to_the_front(
    key: str, name: str, size: tuple[int, int]
) -> None:
    async with running(size=size) as (app, pilot):
        await pilot.press(key)
        assert app.focused is app.desk.panes[name]
        assert app.desk.panes[name].size.height > 3


async def test_tab_walks_through_the_panes_and_back() -> None:
    async with running() as (app, pilot):
        await pilot.press("tab", "tab")
        assert app.desk.active == "checks"
        await pilot.press("shift+tab")
        assert app.desk.active == "claims"


async def test_the_cursor_starts_on_what_the_client_uses_and_moves_with_keys() -> None:
    async with running("healthy") as (app, pilot):
        pane = app.desk.panes["sources"]
        assert pane.selected is not None
        assert pane.selected.copy == "auth.json"
        await pilot.press("k")
        assert pane.selected.copy == "CODEX_ACCESS_TOKEN"
        await pilot.press("home")
        assert pane.cursor == 0
        await pilot.press("end")
        assert pane.cursor == len(pane.doc.items) - 1
        await pilot.press("pageup", "down", "up", "j", "pagedown")
        assert pane.cursor == len(pane.doc.items) - 1


@pytest.mark.parametrize("pane", "12345")
async def test_enter_opens_a_detail_and_escape_closes_it(pane: str) -> None:
    async with running() as (app, pilot):
        await pilot.press(pane, "enter")
        if pane == "4":
            assert "nothing is selected" in words(app.desk.footer)
            return
        assert isinstance(app.screen, DetailScreen)
        await pilot.press("escape")
        assert len(app.screen_stack) == 1


async def test_v_shows_every_program_start() -> None:
    async with running() as (app, pilot):
        await pilot.press("v")
        assert "codex login status" in words(app.screen.query_one("#dialog", Pane))


async def test_slash_filters_while_letters_are_text_and_escape_clears() -> None:
    async with running() as (app, pilot):
        await pilot.press("3", "slash", *"hides", "enter")
        pane = app.desk.panes["checks"]
        assert [item.key for item in pane.doc.items] == ["sources.shadowing"]
        assert "/hides" in words(pane)
        await pilot.press("escape")
        assert len(pane.doc.items) == len(answer("shadowed").checks)


async def test_m_shows_who_says_which_account() -> None:
    async with running("wrong-workspace") as (app, pilot):
        await pilot.press("m")
        assert "forced workspace" in words(app.desk.panes["checks"])
        assert "✗ org_other" in words(app.desk.panes["checks"])
        await pilot.press("m")
        assert "workspace.forced" in words(app.desk.panes["checks"])


async def test_brackets_and_arrows_turn_the_tokens() -> None:
    async with running("silent-drop") as (app, pilot):
        await pilot.press("right_square_bracket")
        assert app.desk.token == 1
        await pilot.press("right")
        assert app.desk.token == 2
        await pilot.press("left", "left_square_bracket")
        assert app.desk.token == 0


async def test_x_reveals_one_secret_with_a_banner_and_hides_it_again() -> None:
    async with running() as (app, pilot):
        await pilot.press("enter")
        dialog = app.screen.query_one("#dialog", Pane)
        await pilot.press("slash", *"codex", "enter", "x")
        assert OLD_KEY.reveal() in words(dialog)
        assert "is shown in clear" in words(app.screen.query_one("#footer", Rows))
        await pilot.press("x")
        assert OLD_KEY.reveal() not in words(dialog)


async def test_a_secret_revealed_from_the_ladder_stands_below_its_source() -> None:
    async with running() as (app, pilot):
        await pilot.press("x")
        assert OLD_KEY.reveal()[:20] in words(app.desk.panes["sources"])
        assert "CODEX_API_KEY is shown in clear" in words(app.desk.header)


async def test_a_revealed_secret_hides_itself(
    until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("authtui.tui.revealing.REVEAL_SECONDS", 0.2)
    async with running() as (app, pilot):
        await pilot.press("x")
        assert app.revealing.secret is not None
        await until(pilot, lambda: app.revealing.secret is None)


async def test_leaving_a_detail_masks_the_secret() -> None:
    async with running() as (app, pilot):
        await pilot.press("enter", "x", "escape")
        assert app.revealing.secret is None


async def test_a_presentation_never_reveals_and_says_why() -> None:
    async with running(presenter=True) as (app, pilot):
        await pilot.press("x")
        assert app.revealing.secret is None
        assert "reveal is locked" in words(app.desk.footer)


async def test_nothing_secret_is_on_the_first_screen() -> None:
    async with running() as (app, _):
        everything = "".join(words(w) for w in app.screen.query(Pane))
        assert OLD_KEY.reveal() not in everything


async def test_c_copies_the_selected_value_and_says_how() -> None:
    async with running() as (app, pilot):
        await pilot.press("c")
        assert app.clipboard == "CODEX_API_KEY"
        assert "OSC 52" in words(app.desk.footer)


async def test_f_copies_the_fix() -> None:
    async with running() as (app, pilot):
        await pilot.press("f")
        assert app.clipboard == "unset CODEX_API_KEY"


async def test_a_clipboard_that_is_off_says_so() -> None:
    async with running(settings=Settings(theme="dark", clipboard="off")) as (app, pilot):
        await pilot.press("f")
        assert app.clipboard == ""
        assert "nothing was copied" in words(app.desk.footer)


async def test_copied_text_is_redacted() -> None:
    async with running() as (app, _):
        app.copy(f"Bearer {OLD_KEY.reveal()}", "a header")
        assert OLD_KEY.reveal() not in app.clipboard


async def test_s_judges_for_another_program_start(until: Until) -> None:
    async with running() as (app, pilot):
        await pilot.press("s")
        assert isinstance(app.screen, ChooseScreen)
        await pilot.press("down", "enter")
        await until(pilot, lambda: "codex login status" in words(app.desk.header))


async def test_g_judges_as_another_client(until: Until) -> None:
    async with running() as (app, pilot):
        await pilot.press("g")
        await until(pilot, lambda: "0.122.0" in words(app.screen.query_one("#dialog", Pane)))
        await pilot.press("home", "enter")
        await until(pilot, lambda: app.session.options.contract == "0.122")


async def test_commas_step_into_the_past_under_a_banner_and_end_returns() -> None:
    answers = [answer("shadowed"), answer("healthy")]
    session = session_of(lambda: answers.pop(0) if len(answers) > 1 else answers[0])
    session.load("unset CODEX_API_KEY")
    async with running(session=session) as (app, pilot):
        assert "Ready" in words(app.desk.verdict)
        await pilot.press("comma")
        assert "wins over your ChatGPT login" in words(app.desk.verdict)
        assert "event 1 of 2" in words(app.desk.header)
        await pilot.press("comma")
        assert "first event" in words(app.desk.footer)
        await pilot.press("end")
        assert "Ready" in words(app.desk.verdict)
        await pilot.press("comma", "full_stop")
        assert app.at is None


async def test_l_reads_again_and_marks_what_changed(until: Until) -> None:
    answers = [answer("shadowed"), answer("healthy")]
    session = session_of(lambda: answers.pop(0) if len(answers) > 1 else answers[0])
    async with running(session=session) as (app, pilot):
        await pilot.press("l")
        await until(pilot, lambda: "Ready" in words(app.desk.verdict))
        assert "changed" in words(app.desk.panes["sources"])
        await until(pilot, lambda: "read again" in words(app.desk.footer))


async def test_a_session_that_was_not_loaded_is_loaded_by_the_app(until: Until) -> None:
    async with running(session=session_of(answer("healthy"), load=False)) as (app, pilot):
        await until(pilot, lambda: "Ready" in words(app.desk.verdict))


async def test_a_load_that_breaks_becomes_a_sentence(until: Until) -> None:
    def broken() -> NoReturn:
        raise RuntimeError("no luck")

    session = session_of(answer("healthy"))
    async with running(session=session) as (app, pilot):
        session._observe = broken
        await pilot.press("l")
        await until(pilot, lambda: "loading failed: no luck" in words(app.desk.footer))


async def test_t_steps_through_the_themes() -> None:
    async with running() as (app, pilot):
        seen = [app.theme]
        for _ in range(3):
            await pilot.press("t")
            seen.append(app.theme)
        assert seen == ["authtui-dark", "authtui-light", "authtui-ansi", "authtui-dark"]


async def test_help_lists_every_key_and_can_be_searched() -> None:
    titles = "\n".join(plain(line) for line in help_doc({}, KEYS, 100).lines)
    assert all(key.title in titles for key in (*KEYS, *LIST_KEYS))
    async with running() as (app, pilot):
        await pilot.press("question_mark")
        assert isinstance(app.screen, Dialog)
        await pilot.press("slash", *"clear")
        assert "Reveal one secret" in words(app.screen.query_one("#dialog", Pane))


async def test_a_key_can_be_remapped_and_help_and_footer_follow() -> None:
    async with running(settings=Settings(keymap={"verdict": "z"})) as (app, pilot):
        assert "z verdict" in words(app.desk.footer)
        await pilot.press("z")
        assert isinstance(app.screen, DetailScreen)
    assert any(
        plain(x).lstrip().startswith("z ") for x in help_doc({"verdict": "z"}, KEYS, 100).lines
    )


async def test_a_sheet_names_its_keys_as_they_were_remapped() -> None:
    async with running(settings=Settings(keymap={"copy": "z", "back": "b"})) as (app, pilot):
        await pilot.press("v")
        assert "z copy" in hints(app)
        await pilot.press("z")
        assert "nothing to copy" in hints(app) or app.clipboard
        await pilot.press("b")
        assert app.screen is app.desk


async def test_a_key_of_a_sheet_is_known_to_the_key_map() -> None:
    async with running(settings=Settings(theme="dark", keymap={"yes": "z"})) as (app, pilot):
        await pilot.pause()
        assert "no such action" not in words(app.desk.footer)


async def test_a_key_map_with_an_unknown_action_is_reported() -> None:
    async with running(settings=Settings(theme="dark", keymap={"fly": "y"})) as (app, pilot):
        await pilot.pause()
        assert "keymap.fly: no such action" in words(app.desk.footer)


async def test_the_palette_offers_every_action() -> None:
    async with running() as (app, _):
        from authtui.tui.palette import PaletteActions

        found = [hit async for hit in PaletteActions(app.screen).discover()]
        assert len(found) == len(KEYS)


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_quit_leaves(key: str) -> None:
    async with running() as (app, pilot):
        await pilot.press(key)
        await pilot.pause()
        assert not app.is_running or app._exit


SMALL_AND_LARGE = [(20, 5), (10, 3), (40, 12), (99, 60), (200, 60)]


@pytest.mark.parametrize(
    ("story", "size"),
    [
        *(("agent-identity", size) for size in SMALL_AND_LARGE),
        *((story, (80, 24)) for story in HOMES),
    ],
)
async def test_no_size_is_too_small_and_the_verdict_is_always_there(
    story: str, size: tuple[int, int]
) -> None:
    async with running(story, size) as (app, pilot):
        assert app.desk.verdict.size.height >= 1
        for key in ("2", "4", "m", "enter", "escape"):
            await pilot.press(key)
        for pane in app.screen.query(Pane):
            for y in range(pane.size.height):
                assert pane.render_line(y).cell_length == pane.size.width


async def test_a_click_selects_and_a_second_one_opens() -> None:
    async with running() as (app, pilot):
        await pilot.click("#checks", offset=(10, 2))
        assert app.desk.panes["checks"].cursor == 1
        await pilot.click("#checks", offset=(10, 2), times=2)
        await pilot.pause()
        assert isinstance(app.screen, DetailScreen)


async def test_tabs_of_a_small_screen_can_be_clicked() -> None:
    async with running(size=(80, 24)) as (app, pilot):
        await pilot.click("#sources", offset=(20, 0))
        await pilot.pause()
        assert app.desk.active == "claims"
