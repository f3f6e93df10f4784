"""A captured program that needs the terminal has it, Ctrl-C included; the events come after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pty.harness import Terminal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.pty
ASKS = 'test -t 0 && test -t 1 && echo "a terminal"; read word; echo "got $word"'
RAW = 'stty raw -echo; echo "raw now"; kill -9 $$'


def under(tmp_path: Path, code: str, *options: str) -> Terminal:
    words = ("capture", *options, "--", "sh", "-c", code)
    return Terminal(*words, user_home=tmp_path)


def test_it_keeps_the_terminal_and_the_events_are_printed_at_the_end(tmp_path: Path) -> None:
    with under(tmp_path, ASKS, "--terminal") as terminal:
        assert terminal.until(lambda: b"a terminal" in terminal.output)
        assert b"program started" not in terminal.output
        terminal.type("hello\r")
        assert terminal.until(lambda: b"program ended" in terminal.output)
        assert terminal.wait() == 0
        output = bytes(terminal.output)
    assert output.index(b"got hello") < output.index(b"program started")


def test_ctrl_c_is_the_program_s_own_business(tmp_path: Path) -> None:
    code = "trap 'echo caught; exit 5' INT; echo ready; while :; do sleep 0.1; done"
    with under(tmp_path, code, "--terminal") as terminal:
        assert terminal.until(lambda: b"ready" in terminal.output)
        terminal.type("\x03")
        assert terminal.until(lambda: b"exit code 5" in terminal.output)
        assert terminal.wait() == 1
        assert b"caught" in terminal.output


def test_a_program_that_dies_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    with under(tmp_path, RAW, "--terminal") as terminal:
        assert terminal.until(lambda: b"SIGKILL" in terminal.output)
        assert terminal.wait() == 1
        assert terminal.settings() == terminal.before


def test_without_it_the_program_is_not_stopped_by_reading_the_terminal(tmp_path: Path) -> None:
    with under(tmp_path, 'read word || echo "nothing to read"', "--headless") as terminal:
        assert terminal.until(lambda: b"nothing to read" in terminal.output)
        assert terminal.wait() == 0
