"""The app in a terminal while the ground moves under it: it ends or goes on; nothing is left."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.program import NOW, api_key_login, codex_home
from tests.pty.harness import ENTER_SCREEN, LEAVE_SCREEN, Terminal
from tests.pty.test_terminal import assert_restored

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.pty
FIXED = ("--contract", "current", "--now", NOW)


def open_app(home: Path, size: tuple[int, int] = (120, 40)) -> Terminal:
    return Terminal("--home", home, *FIXED, user_home=home.parent, size=size)


def replaced(path: Path, text: str) -> None:
    beside = path.with_name(".beside")
    beside.write_text(text)
    beside.replace(path)


def quits_well(terminal: Terminal) -> None:
    terminal.type("q")
    assert terminal.wait() == 0
    assert_restored(terminal)
    assert "Traceback" not in terminal.text()


def test_a_terminal_that_is_closed_ends_the_program_and_leaves_none_behind(tmp_path: Path) -> None:
    """Injected: the other end of the terminal goes away, as when its window is closed."""
    home = codex_home(tmp_path, api_key_login())
    before = (home / "auth.json").read_bytes()
    terminal = open_app(home)
    assert terminal.sees("Ready", "watching")
    os.close(terminal._slave)
    os.close(terminal.master)
    deadline = time.monotonic() + 20
    code = None
    while code is None and time.monotonic() < deadline:
        found, status = os.waitpid(terminal.pid, os.WNOHANG)
        code = os.waitstatus_to_exitcode(status) if found else None
        time.sleep(0.02)
    if code is None:
        os.kill(terminal.pid, signal.SIGKILL)
        os.waitpid(terminal.pid, 0)
    assert code is not None, "the program runs on without a terminal"
    assert code in (-signal.SIGHUP, 128 + signal.SIGHUP, 70, 1)
    assert (home / "auth.json").read_bytes() == before
    assert not [path for path in home.iterdir() if path.name != "auth.json"]


def test_a_thousand_changes_a_second_leave_it_answering_and_with_the_last_word(
    tmp_path: Path,
) -> None:
    """Injected: auth.json rewritten as fast as it goes, whole, in place, torn, for two seconds."""
    home = codex_home(tmp_path, api_key_login())
    path = home / "auth.json"
    stop = threading.Event()
    count = 0

    def write() -> None:
        nonlocal count
        while not stop.is_set():
            count += 1
            text = json.dumps({"auth_mode": f"mode-{count}"})
            if count % 3 == 0:
                replaced(path, text)
            else:
                path.write_text(text[: len(text) - count % 2])
            time.sleep(0.0005)

    with open_app(home) as terminal:
        assert terminal.sees("Ready", "watching")
        writer = threading.Thread(target=write)
        writer.start()
        started = time.monotonic()
        slowest = 0.0
        while time.monotonic() - started < 2 or slowest == 0.0:
            mark, asked = len(terminal.output), time.monotonic()
            terminal.type("?")
            assert terminal.sees("Keys and words", since=mark, seconds=10)
            slowest = max(slowest, time.monotonic() - asked)
            terminal.type("\x1b")
            terminal.settle(0.1, 1)
        stop.set()
        writer.join()
        assert count > 300
        replaced(path, json.dumps({"auth_mode": "the-last-word"}))
        assert terminal.sees("the-last-word", seconds=15), "the last change was not seen"
        quits_well(terminal)


def test_a_home_that_is_deleted_and_made_again_is_followed(tmp_path: Path) -> None:
    """Injected: CODEX_HOME is removed while the app is open, and comes back with another login."""
    home = codex_home(tmp_path, api_key_login())
    with open_app(home) as terminal:
        assert terminal.sees("Ready", "watching")
        for _ in range(2):
            mark = len(terminal.output)
            shutil.rmtree(home)
            assert terminal.sees("names no usable", since=mark, seconds=15), terminal.text(mark)
            mark = len(terminal.output)
            home.mkdir()
            (home / "auth.json").write_text(json.dumps(api_key_login()))
            assert terminal.sees("Ready", since=mark, seconds=15), terminal.text(mark)
        quits_well(terminal)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def _huge(path: Path) -> None:
    os.truncate(path, 50_000_000)


@pytest.mark.parametrize("become", [_pipe, _folder, _device, _huge], ids=lambda f: f.__name__)
def test_a_file_that_becomes_something_else_is_named_and_blocks_nothing(
    tmp_path: Path, become: Callable[[Path], None]
) -> None:
    """Injected: auth.json turns into a pipe, a directory, an endless device, a huge file."""
    home = codex_home(tmp_path, api_key_login())
    with open_app(home) as terminal:
        assert terminal.sees("Ready", "watching")
        mark = len(terminal.output)
        become(home / "auth.json")
        assert terminal.sees("✗ unreadable", since=mark, seconds=15), terminal.text(mark)
        quits_well(terminal)


def test_what_happened_while_it_was_suspended_is_shown_when_it_comes_back(tmp_path: Path) -> None:
    """Injected: SIGTSTP, a change and another size of the terminal, seconds later SIGCONT."""
    home = codex_home(tmp_path, api_key_login())
    with open_app(home) as terminal:
        assert terminal.sees("Ready", "watching")
        terminal.send(signal.SIGTSTP)
        assert terminal.stopped()
        terminal.settle(0.1)
        assert LEAVE_SCREEN in terminal.output
        replaced(home / "auth.json", json.dumps({"auth_mode": "while-away"}))
        terminal.resize(100, 30, tell=False)
        time.sleep(3)
        mark = len(terminal.output)
        terminal.send(signal.SIGCONT)
        assert terminal.sees("while-away", since=mark, seconds=15), terminal.text(mark)
        assert ENTER_SCREEN in bytes(terminal.output[mark:])
        quits_well(terminal)


def test_the_smallest_terminal_under_a_storm_of_sizes_and_signals_still_quits(
    tmp_path: Path,
) -> None:
    """Injected: 20x5 from the start, 120 resizes in a second, keys that open everything."""
    home = codex_home(tmp_path, api_key_login())
    with open_app(home, (20, 5)) as terminal:
        assert terminal.until(lambda: ENTER_SCREEN in terminal.output)
        terminal.settle()
        for number in range(120):
            terminal.resize(1 + number * 7 % 230, 1 + number * 3 % 70)
            terminal.type("12345v?gw\r\x1b\t/x"[number % 14])
            terminal.pump(0.005)
        terminal.type("\x1b\x1b\x1b")
        terminal.resize(20, 5)
        terminal.settle()
        assert terminal.alive()
        terminal.type("\x11")
        assert terminal.wait() == 0
        assert_restored(terminal)
        assert "Traceback" not in terminal.text()
