"""The key that records what the app shows: path first, and never in a presentation."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from authtui.tui.dialogs.prompt import Prompt
from tests.traces.made import read
from tests.tui.drive import running, words
from tests.tui.samples import session

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from authtui.tui.app import AuthtuiApp


@pytest.fixture(autouse=True)
def own_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.chdir(tmp_path)


async def start(app: AuthtuiApp, pilot: Pilot[None], path: Path | str) -> None:
    await pilot.press("T")
    assert isinstance(app.screen, Prompt)
    app.screen.value = str(path)
    await pilot.press("enter")
    await app.workers.wait_for_complete()
    await pilot.pause()


async def test_it_asks_for_the_path_records_and_ends(tmp_path: Path) -> None:
    shown = session("wrong-workspace")
    path = tmp_path / "a.trace"
    async with running(session=shown) as (app, pilot):
        await pilot.press("T")
        assert isinstance(app.screen, Prompt)
        assert app.screen.value.startswith(str(tmp_path))
        assert app.screen.value.endswith(".trace")
        await pilot.press("escape")
        assert not list(tmp_path.glob("*.trace"))
        await start(app, pilot, path)
        assert "● recording" in words(app.desk.header)
        shown.fail("register", "the server refused it")
        await pilot.press("T")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "✓ recorded 2 events" in words(app.desk.footer)
        assert "recording" not in words(app.desk.header)
        shown.fail("register", "not recorded any more")
    assert [event.kind for event in read(path)] == ["Loaded", "Failed"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_leaving_the_app_ends_the_recording_as_it_should(tmp_path: Path) -> None:
    async with running() as (app, pilot):
        await start(app, pilot, tmp_path / "a.trace")
    trace = read(tmp_path / "a.trace")
    assert trace.ended
    assert len(trace) == 1


async def test_a_foreign_file_is_refused_in_the_footer(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    async with running() as (app, pilot):
        await start(app, pilot, tmp_path / "notes")
        assert "not recorded" in words(app.desk.footer)
        assert app.recording.writer is None
    assert (tmp_path / "notes").read_text() == "mine"


async def test_a_presentation_records_nothing(tmp_path: Path) -> None:
    async with running(presenter=True) as (app, pilot):
        await pilot.press("T")
        assert app.screen is app.desk
        assert "record is locked: this run is a presentation" in words(app.desk.footer)
    assert not list(tmp_path.glob("*.trace"))


async def test_the_limit_ends_it_and_is_said(tmp_path: Path) -> None:
    shown = session("healthy")
    async with running(session=shown) as (app, pilot):
        await start(app, pilot, tmp_path / "a.trace")
        writer = app.recording.writer
        assert writer is not None
        writer._limit = 0
        shown.fail("register", "one too many")
        while app.recording.writer is not None:
            await pilot.pause(0.05)
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "limit" in words(app.desk.footer)


async def test_the_home_of_nobody_is_refused_in_the_footer() -> None:
    async with running() as (app, pilot):
        await start(app, pilot, "~nobody-of-that-name/a.trace")
        assert "not recorded: ~nobody-of-that-name/a.trace" in words(app.desk.footer)
        assert app.recording.writer is None


async def test_where_the_directory_of_the_start_is_gone_the_home_is_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    async with running() as (app, pilot):
        await pilot.press("T")
        assert isinstance(app.screen, Prompt)
        assert app.screen.value.startswith(f"{tmp_path}/authtui-")
