"""The two screens that ask `and otherwise?`: other clients, other states; nothing is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.events import Paste

from authtui import contracts
from authtui.assessment.generations import compare_generations
from authtui.assessment.options import Options
from authtui.machine.observation import InstalledClient
from authtui.simulation.forms import FormRow
from authtui.tui.views.context import ViewContext
from authtui.tui.views.generations import generations_doc
from tests.tui.drive import dialog, hints, running
from tests.tui.homes import HOMES, OLD_KEY, read
from tests.tui.samples import session

if TYPE_CHECKING:
    from tests.tui.conftest import Until


def test_every_generation_has_a_row_and_the_oldest_reader_is_marked_once() -> None:
    for story in HOMES:
        rows = compare_generations(read(story), Options())
        assert [row.name for row in rows] == [row.name for row in contracts.TABLE]
        assert sum(row.first for row in rows) <= 1
        assert all(row.released for row in rows if row.first)


def test_an_installed_client_is_marked_on_the_row_that_stands_for_it() -> None:
    seen = read("healthy")._replace(clients=(InstalledClient("/usr/bin/codex", "0.150.1", "PATH"),))
    marked = [row for row in compare_generations(seen, Options()) if row.installed]
    assert [(row.name, row.installed) for row in marked] == [("0.147", ("0.150.1",))]


def test_a_row_says_that_the_login_would_be_deleted() -> None:
    rows = {row.name: row for row in compare_generations(read("workspace-token"), Options())}
    assert rows["identity-only"].deletes
    assert not rows["first"].deletes


def test_a_form_that_no_release_accepts_stands_out() -> None:
    view = ViewContext(session("shadowed").state)
    forms = (FormRow("a record", "auth.json", None, None, ()),)
    lines = generations_doc((), view, 100, forms).lines
    span = next(s for line in lines for s in line.right if s.text.startswith("no release"))
    assert span.tone == "warn"


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 14)])
async def test_the_generations_stand_side_by_side_with_what_they_say(
    size: tuple[int, int], until: Until
) -> None:
    async with running("workspace-token", size) as (app, pilot):
        await pilot.press("g")
        await until(pilot, lambda: "identity-only" in dialog(app))
        assert "DELETED" in dialog(app)
        assert "judged here" in dialog(app)


async def test_enter_judges_everything_as_the_chosen_client(until: Until) -> None:
    async with running("workspace-token") as (app, pilot):
        await pilot.press("g")
        await until(pilot, lambda: "identity-only" in dialog(app))
        await pilot.press("home", "enter")
        await until(pilot, lambda: app.session.options.contract == "0.122")
        await until(pilot, lambda: app.view().assessment.contract.name == "0.122")  # type: ignore[union-attr]


async def test_a_switch_shows_the_difference_and_leaving_changes_nothing() -> None:
    async with running("shadowed") as (app, pilot):
        before = app.session.state
        await pilot.press("w")
        assert "Switch something on" in dialog(app)
        await pilot.press("enter")
        assert "[✓] unset CODEX_API_KEY" in dialog(app)
        assert "Ready: ChatGPT login" in dialog(app)
        assert "chatgpt.com/backend-api/codex" in dialog(app)
        await pilot.press("space")
        assert "Switch something on" in dialog(app)
        await pilot.press("escape")
        assert app.session.state is before


async def test_a_variable_can_be_set_and_its_value_is_not_shown() -> None:
    async with running("healthy") as (app, pilot):
        await pilot.press("w", "end", "up", "enter")
        app.screen.post_message(Paste(f"CODEX_API_KEY={OLD_KEY.reveal()}\nsecond line"))
        await pilot.press("enter")
        assert "with CODEX_API_KEY=▒▒▒▒" in dialog(app)
        assert OLD_KEY.reveal() not in dialog(app)
        assert "wins over your ChatGPT login" in dialog(app)


async def test_a_workspace_can_be_forced_on_paper() -> None:
    async with running("healthy") as (app, pilot):
        await pilot.press("w", "end", "enter", *"org", "underscore", *"else", "enter")
        assert "forced_chatgpt_workspace_id=org_else" in dialog(app)
        assert "Codex would delete this login" in dialog(app)


async def test_what_is_no_assignment_is_said_so() -> None:
    async with running("healthy") as (app, pilot):
        await pilot.press("w", "end", "up", "enter", *"nonsense", "enter")
        assert "expected NAME=VALUE" in hints(app)


async def test_a_prompt_takes_a_paste_corrects_and_can_be_left() -> None:
    async with running("healthy") as (app, pilot):
        await pilot.press("w", "end", "enter", "a", "b", "backspace")
        assert "> a" in dialog(app)
        await pilot.press("ctrl+u", "escape")
        assert "What if" in dialog(app)
