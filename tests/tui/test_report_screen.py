"""The preview of a report: every byte, the keys, the lock, and a file that is exactly that."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.redaction import printable
from authtui.report.formats import FORMATS, render
from authtui.tui.dialogs.prompt import Prompt
from authtui.tui.dialogs.report_screen import ReportScreen
from authtui.tui.lines import cut_rows, width_of
from authtui.tui.views.report_text import report_doc
from tests.report.samples import made_report
from tests.tui.drive import dialog, hints, running, words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Until


@given(st.text(max_size=200).map(printable), st.integers(8, 60))
def test_rows_joined_are_the_line_they_were_cut_from(text: str, width: int) -> None:
    rows = cut_rows(text, width)
    assert "".join(rows) == text
    assert all(width_of(row) <= width for row in rows)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("width", [40, 76, 116])
def test_the_rows_of_the_preview_are_the_bytes_of_the_file(name: str, width: int) -> None:
    text = render(made_report("workspace-token"), name)
    doc = report_doc(text, name, width)
    lines: dict[int, str] = {}
    for row in doc.lines:
        assert row.item is not None
        lines[row.item] = lines.get(row.item, "") + row.left[1].text
    assert "\n".join(lines.values()) + "\n" == text


async def test_it_opens_on_the_moment_shown_and_steps_through_its_formats(until: Until) -> None:
    async with running("workspace-token") as (app, pilot):
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.screen, ReportScreen))
        assert "# Codex would delete your stored login" in dialog(app)
        assert "Markdown" in dialog(app)
        await pilot.press("f")
        assert '"schema": 1,' in dialog(app)
        await pilot.press("f")
        assert "<svg xmlns=" in dialog(app)
        await pilot.press("f")
        assert "# Codex would delete" in dialog(app)
        await pilot.press("escape")
        assert app.screen is app.desk


async def test_what_is_written_is_what_was_shown(tmp_path: Path, until: Until) -> None:
    target = tmp_path / "ticket.md"
    async with running("shadowed") as (app, pilot):
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.screen, ReportScreen))
        screen = app.screen
        assert isinstance(screen, ReportScreen)
        await pilot.press("y")
        assert isinstance(app.screen, Prompt)
        app.screen.value = str(target)
        assert not target.exists()
        await pilot.press("enter")
        await until(pilot, lambda: "✓ wrote" in hints(app))
        assert target.read_text(encoding="utf-8") == screen.text
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        await pilot.press("y")
        assert isinstance(app.screen, Prompt)
        app.screen.value = str(target)
        await pilot.press("enter")
        await until(pilot, lambda: "not written: File exists" in hints(app))


async def test_leaving_the_question_writes_nothing(
    tmp_path: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running("shadowed") as (app, pilot):
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.screen, ReportScreen))
        await pilot.press("y", "escape")
        assert isinstance(app.screen, ReportScreen)
    assert list(tmp_path.iterdir()) == []


async def test_the_whole_report_is_copied_in_the_format_shown(until: Until) -> None:
    async with running("shadowed") as (app, pilot):
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.screen, ReportScreen))
        await pilot.press("f", "c")
        screen = app.screen
        assert isinstance(screen, ReportScreen)
        assert app.clipboard == screen.text
        assert app.clipboard.startswith('{\n "schema": 1')


async def test_a_presentation_opens_no_report() -> None:
    async with running("shadowed", presenter=True) as (app, pilot):
        await pilot.press("E")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.screen is app.desk
        assert "report is locked: this run is a presentation" in words(app.desk.footer)


async def test_the_report_of_the_past_is_that_of_the_past(until: Until) -> None:
    async with running("wrong-workspace") as (app, pilot):
        await pilot.press("comma", "E")
        await until(pilot, lambda: isinstance(app.screen, ReportScreen))
        screen = app.screen
        assert isinstance(screen, ReportScreen)
        assert "refused by a restriction" not in screen.text


async def test_the_command_palette_knows_it(until: Until) -> None:
    async with running("shadowed") as (app, pilot):
        await app.desk.run_action("report")
        await until(pilot, lambda: isinstance(app.screen, ReportScreen))
