"""The program on a real terminal: what it writes, and how it leaves."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
from authtui.settings import Settings
from authtui.tui.launch import launch
from tests.tui.samples import answer, session_of
evil = "\\x1b]52;c;ZXZpbA==\\x07\\x1b[2Jevil\\x9b31m"
def make():
    found = answer("shadowed")
    verdict = found.verdict._replace(sentence=evil, headline=evil)
    return session_of(found._replace(verdict=verdict, home=evil))
raise SystemExit(launch(make, Settings(theme="dark"), watch=False))
"""


class Terminal:
    def __init__(self, columns: int = 120, rows: int = 40) -> None:
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env=env,
            start_new_session=True,
        )
        os.close(slave)
        self.seen = b""

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def until(self, wanted: bytes, seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while wanted not in self.seen:
            assert time.monotonic() < deadline, self.seen[-400:]
            self.pump(0.1)

    def pump(self, seconds: float) -> bool:
        if select.select([self.master], [], [], seconds)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return False
            self.seen += data
            return bool(data)
        return False

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def end(self) -> int:
        deadline = time.monotonic() + 10
        while self.process.poll() is None:
            assert time.monotonic() < deadline, "the program did not end"
            self.pump(0.05)
        while self.pump(0.05):
            pass
        os.close(self.master)
        return self.process.returncode


@pytest.mark.pty
def test_quitting_restores_the_terminal_and_no_byte_of_data_reached_it_raw() -> None:
    terminal = Terminal()
    terminal.until(b"Sources")
    terminal.type(b"2")
    terminal.resize(80, 24)
    terminal.process.send_signal(signal.SIGWINCH)
    terminal.type(b"3m")
    time.sleep(0.5)
    terminal.type(b"q")
    assert terminal.end() == 0
    assert b"\x1b[?1049h" in terminal.seen
    assert terminal.seen.rindex(b"\x1b[?1049l") > terminal.seen.rindex(b"Sources")
    assert b"\x1b]52" not in terminal.seen
    assert b"\x9b31m" not in terminal.seen
    assert not re.search(rb"\x1b\[2J[^\x1b]*evil", terminal.seen)


@pytest.mark.pty
def test_a_terminated_program_leaves_the_alternate_screen() -> None:
    terminal = Terminal()
    terminal.until(b"Sources")
    time.sleep(0.3)
    terminal.process.terminate()
    assert terminal.end() == 143
    assert b"\x1b[?1049l" in terminal.seen
