"""Without colours, and with sixteen: every signal is a mark and a word as well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from authtui.answers.findings import CheckResult
from authtui.tui.views import context
from tests.program import chatgpt_login, codex_home
from tests.pty.harness import Terminal

if TYPE_CHECKING:
    from pathlib import Path

TRUE_COLOUR = re.compile(rb"\x1b\[[0-9;]*[34]8;2;")
ANY_COLOUR = re.compile(
    rb"\x1b\[(?:[0-9;]*;)?(?:3[0-7]|4[0-7]|9[0-7]|10[0-7]|[34]8;[25];[0-9;]+)(?:;[0-9;]*)?m"
)
FIXED = ("--contract", "current", "--now", "2026-04-15T12:00:00Z", "--no-watch")


def open_app(tmp_path: Path, **env: str) -> Terminal:
    home = codex_home(
        tmp_path, chatgpt_login("org_other"), 'forced_chatgpt_workspace_id = "org_mine"\n'
    )
    return Terminal("--home", home, *FIXED, user_home=tmp_path, env=env)


def assert_every_signal_is_readable(terminal: Terminal) -> None:
    assert terminal.sees("delete", "✗ sent", "● selected", "○ accepted", "✗ policy.deletes")
    terminal.settle()
    terminal.type("v")
    assert terminal.sees("Four lamps", "not known")
    terminal.type("\x1b")
    terminal.settle()
    terminal.type("m")
    assert terminal.sees("who says")
    terminal.type("\x11")
    assert terminal.wait() == 0


@pytest.mark.pty
@pytest.mark.parametrize(
    "terminal_type", [{"TERM": "xterm-256color", "COLORTERM": "truecolor"}, {"TERM": "xterm"}]
)
def test_no_color_writes_no_colour_and_every_signal_has_its_mark(
    tmp_path: Path, terminal_type: dict[str, str]
) -> None:
    env = {"COLORTERM": "", **terminal_type, "NO_COLOR": "1"}
    with open_app(tmp_path, **env) as terminal:
        assert_every_signal_is_readable(terminal)
        assert ANY_COLOUR.findall(bytes(terminal.output)) == []


@pytest.mark.pty
def test_sixteen_colours_are_the_terminals_own_and_every_signal_has_its_mark(
    tmp_path: Path,
) -> None:
    with open_app(tmp_path, TERM="xterm", COLORTERM="") as terminal:
        assert_every_signal_is_readable(terminal)
        assert not TRUE_COLOUR.search(bytes(terminal.output))
        assert ANY_COLOUR.search(bytes(terminal.output))


@pytest.mark.parametrize("table", [context.LIGHTS, context.CHECKS, context.SOURCES])
def test_marks_with_different_meanings_come_with_different_words(
    table: dict[str, tuple[str, str, str]],
) -> None:
    words = [(glyph, word) for glyph, _, word in table.values()]
    assert len(set(words)) == len(words)


def test_a_check_has_a_mark_for_each_status() -> None:
    statuses = CheckResult.__annotations__["status"]
    assert "CheckStatus" in str(statuses)
    assert len({glyph for glyph, _, _ in context.CHECKS.values()}) == len(context.CHECKS)
