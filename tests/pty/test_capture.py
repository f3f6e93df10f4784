"""`authtui capture` in a real terminal: a real program behind the real proxy, and every way out."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.program import chatgpt_login, codex_home
from tests.pty.harness import ENTER_SCREEN, Terminal
from tests.pty.test_terminal import assert_restored

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.pty

SECONDS = 40.0


def capture(
    tmp_path: Path, *command: str, size: tuple[int, int] = (120, 40), first: tuple[str, ...] = ()
) -> Terminal:
    home = codex_home(tmp_path, chatgpt_login())
    options = ("capture", "--upstream", "demo", "--home", home, "--contract", "current", "--")
    return Terminal(*first, *options, *command, user_home=tmp_path, size=size)


def long(tmp_path: Path) -> tuple[str, ...]:
    return ("sh", "-c", f"echo $$ > {tmp_path / 'pid'}; echo begun; exec sleep 60")


def gone(tmp_path: Path) -> bool:
    pid = int((tmp_path / "pid").read_text())
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_it_shows_the_program_and_leaves_with_its_word(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    with capture(tmp_path, "sh", "-c", "echo hello from it; exit 0", size=size) as terminal:
        assert terminal.sees("capture", "exit code 0", seconds=SECONDS)
        terminal.type("7")
        assert terminal.sees("hello from it", seconds=SECONDS)
        terminal.type("q")
        assert terminal.wait() == 0
        assert_restored(terminal)


def test_read_only_locks_what_writes(tmp_path: Path) -> None:
    with capture(tmp_path, "true", first=("--read-only",)) as terminal:
        assert terminal.sees("exit code 0", seconds=SECONDS)
        terminal.type("E")
        assert terminal.sees("this screen is read-only", seconds=SECONDS)
        terminal.type("q")
        assert terminal.wait() == 0


def test_a_program_that_fails_gives_its_own_exit_code(tmp_path: Path) -> None:
    with capture(tmp_path, "sh", "-c", "exit 3") as terminal:
        assert terminal.sees("exit code 3", seconds=SECONDS)
        terminal.type("q")
        assert terminal.wait() == 1
        assert_restored(terminal)


def test_leaving_while_it_runs_asks_and_then_ends_it(tmp_path: Path) -> None:
    with capture(tmp_path, *long(tmp_path)) as terminal:
        assert terminal.sees("begun", seconds=SECONDS)
        terminal.type("q")
        assert terminal.sees("is still running", "End it and leave")
        terminal.type("\r")
        assert terminal.wait() == 1
        assert_restored(terminal)
    assert gone(tmp_path)


def test_control_c_ends_the_program_and_not_the_app(tmp_path: Path) -> None:
    with capture(tmp_path, *long(tmp_path)) as terminal:
        assert terminal.sees("begun", seconds=SECONDS)
        terminal.type("\x03")
        assert terminal.sees("ended by SIGINT", seconds=SECONDS)
        assert gone(tmp_path)
        terminal.type("q")
        assert terminal.wait() == 1
        assert_restored(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_both_with_the_terminal_as_it_was(
    tmp_path: Path, number: signal.Signals
) -> None:
    with capture(tmp_path, *long(tmp_path)) as terminal:
        assert terminal.sees("begun", seconds=SECONDS)
        terminal.send(number)
        assert terminal.wait() == 128 + number
        assert_restored(terminal)
    assert gone(tmp_path)


def test_the_clients_own_interface_is_told_to_keep_the_terminal(tmp_path: Path) -> None:
    client = tmp_path / "codex"
    client.write_text("#!/bin/sh\nexit 0\n")
    client.chmod(0o755)
    with capture(tmp_path, str(client)) as terminal:
        assert terminal.wait() == 2
        assert "add --terminal" in terminal.text()
        assert ENTER_SCREEN not in terminal.output
