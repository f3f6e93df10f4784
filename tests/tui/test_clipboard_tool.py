"""The native clipboard: a real program on the path gets the text, and what happened is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authtui.settings import Settings
from authtui.tui.clipboard import choose, native_tool
from tests.tui.drive import running, words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Until

NATIVE = Settings(theme="dark", clipboard="native")


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return tmp_path


def install(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


async def test_xclip_is_given_the_text_and_named_in_the_footer(tools: Path, until: Until) -> None:
    install(tools, "xclip", f'echo "$@" > {tools}/arguments\n/bin/cat > {tools}/taken')
    async with running(settings=NATIVE) as (app, pilot):
        await pilot.press("f")
        await until(pilot, lambda: "✓ copied the fix with xclip" in words(app.desk.footer))
    assert (tools / "taken").read_text() == "unset CODEX_API_KEY"
    assert (tools / "arguments").read_text() == "-selection clipboard\n"


async def test_a_tool_that_fails_is_said_to_have_failed(tools: Path, until: Until) -> None:
    install(tools, "xclip", "exit 1")
    async with running(settings=NATIVE) as (app, pilot):
        await pilot.press("f")
        await until(pilot, lambda: "xclip did not take the text" in words(app.desk.footer))


async def test_without_a_tool_nothing_is_copied_and_that_is_said(tools: Path) -> None:
    assert tools.is_dir()
    async with running(settings=NATIVE) as (app, pilot):
        await pilot.press("f")
        assert "no clipboard program was found" in words(app.desk.footer)


def test_wayland_comes_before_x11() -> None:
    found = native_tool({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, lambda name: name)
    assert found == ("wl-copy",)


def test_auto_is_the_escape_sequence_except_where_it_is_ignored() -> None:
    assert choose("auto", {}) == "osc52"
    assert choose("auto", {"TERM_PROGRAM": "Apple_Terminal"}) == "native"
    assert choose("auto", {"TERM_PROGRAM": "Apple_Terminal", "SSH_CONNECTION": "x"}) == "osc52"
