"""A pseudo-terminal of our own: starts the program, types, resizes, and reads what it draws."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import sys
import termios
import time
from typing import TYPE_CHECKING

from tests.program import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Any, Self

ENTER_SCREEN, LEAVE_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
SHOW_CURSOR = b"\x1b[?25h"
SECONDS = 20.0

_SEQUENCE = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC … BEL or ST
    rb"|\x1bP[^\x1b]*\x1b\\"  # DCS … ST
    rb"|\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\x1b[ -/][0-~]"  # a character set
    rb"|\x1b[0-~]"  # two bytes
)


class Terminal:
    """A program under a terminal of its own; also the context that makes an end of it.

    The terminal answers no query, like a dumb one. `output` is every byte the program wrote.
    """

    def __init__(
        self,
        *arguments: str | Path,
        user_home: Path,
        size: tuple[int, int] = (120, 40),
        argv: Sequence[str | Path] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Start `authtui` with these arguments, or any other program by `argv`."""
        command = [str(a) for a in argv or (sys.executable, "-m", "authtui", *arguments)]
        variables = environment(user_home, **(env or {}))
        self.output = bytearray()
        self.closed = False
        self.code: int | None = None
        self.master, slave = os.openpty()
        self._slave = slave  # Kept open, so that the settings can be read after the end.
        self.resize(*size, tell=False)
        self.before = self.settings()
        self.started = time.perf_counter()
        self.pid = _spawn(command, variables, slave)

    def __enter__(self) -> Self:
        """Nothing more to do: the program runs."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the program, whatever it does."""
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.kill(self.pid, signal.SIGCONT)
            os.waitpid(self.pid, 0)
        os.close(self.master)
        os.close(self._slave)

    # ── what it draws ──────────────────────────────────────────────────────────────────────────

    def pump(self, seconds: float = 0.05) -> bytes:
        """Read what comes within this time at most."""
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.master, 1 << 18)
        except OSError:
            data = b""
        self.closed = self.closed or not data
        self.output += data
        return data

    def text(self, since: int = 0) -> str:
        """Everything written since an offset, without its escape sequences."""
        return _SEQUENCE.sub(b"", bytes(self.output[since:])).decode("utf-8", "replace")

    def until(self, condition: Callable[[], object], seconds: float = SECONDS) -> bool:
        """Read until the condition holds; whether it came to hold in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            if self.closed or not self.pump():
                time.sleep(0.005)
                if self.code is None and self.ended():
                    return bool(condition())
        return True

    def sees(self, *words: str, since: int = 0, seconds: float = SECONDS) -> bool:
        """Whether the words come to be written after an offset, blanks not counted."""
        wanted = [_squeezed(word) for word in words]

        def there() -> bool:
            text = _squeezed(self.text(since))
            return all(word in text for word in wanted)

        return self.until(there, seconds)

    def settle(self, quiet: float = 0.25, seconds: float = SECONDS) -> None:
        """Read until nothing was written for a while."""
        deadline = time.monotonic() + seconds
        while self.pump(quiet) and time.monotonic() < deadline:
            pass

    # ── what is done to it ─────────────────────────────────────────────────────────────────────

    def type(self, keys: str | bytes) -> None:
        """Press keys."""
        os.write(self.master, keys.encode() if isinstance(keys, str) else keys)

    def resize(self, columns: int, rows: int, *, tell: bool = True) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if tell:
            os.kill(self.pid, signal.SIGWINCH)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        os.kill(self.pid, number)

    def settings(self) -> list[Any]:
        """The settings of the terminal: raw or cooked, echo, control characters."""
        return termios.tcgetattr(self._slave)

    def stopped(self, seconds: float = SECONDS) -> bool:
        """Whether the program comes to be suspended."""
        return self.until(lambda: os.WIFSTOPPED(self._status(os.WUNTRACED)), seconds)

    def ended(self) -> bool:
        """Whether the program has come to its end, and nothing it wrote is left to read."""
        if self.code is None:
            self._status(0)
        if self.code is None:
            return False
        while not self.closed and self.pump(0):
            pass
        return True

    def alive(self) -> bool:
        """Whether the program still runs."""
        return not self.ended()

    def wait(self, seconds: float = SECONDS) -> int:
        """Read on until the program has ended; its exit code."""
        assert self.until(lambda: not self.alive(), seconds), "the program did not end"
        while self.pump(0.05):
            pass
        assert self.code is not None
        return self.code

    def _status(self, options: int) -> int:
        found, status = os.waitpid(self.pid, os.WNOHANG | options)
        if found and not os.WIFSTOPPED(status):
            self.code = os.waitstatus_to_exitcode(status)
        return status if found else 0


def _spawn(command: list[str], env: dict[str, str], slave: int) -> int:
    # The first terminal that a session leader opens becomes its controlling terminal.
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.ttyname(slave), os.O_RDWR, 0),
        (os.POSIX_SPAWN_DUP2, 0, 1),
        (os.POSIX_SPAWN_DUP2, 0, 2),
    ]
    return os.posix_spawn(command[0], command, env, file_actions=actions, setsid=True)


def _squeezed(text: str) -> str:
    return "".join(text.split())
