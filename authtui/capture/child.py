"""The captured program: started, read line by line, and ended gently before it is killed.

It runs in a process group of its own: an interrupt that is typed for authtui reaches it only when
authtui passes it on. To end it, authtui sends SIGINT, then SIGTERM, then SIGKILL. It never outlives
authtui: see `guard`.
"""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from authtui.capture.guard import WINDOWS, Guarded, NotStartedError, Unguarded
from authtui.record import NamedTuple
from authtui.redaction import printable, safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Stream = Literal["stdout", "stderr"]

INTERRUPT_SECONDS: Final = 5.0
TERMINATE_SECONDS: Final = 3.0
_LINE_LIMIT: Final = 65_536
_LINE_SHOWN: Final = 4_000
_BATCH_SECONDS: Final = 0.05
_BATCH_LINES: Final = 200
_DRAIN_SECONDS: Final = 1.0
_STYLES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_KEY_BEGIN, _KEY_END = "-----BEGIN", "-----END"
_ONE_LEFT: Final = "A process that it started goes on."
_MANY_LEFT: Final = "{} processes that it started go on."
_UNTIL_THEN: Final = "The proxy's port stays taken until they end, and leads nowhere."


class Ending(NamedTuple):
    """How a program ended: its exit code, or the name of the signal; `reason` is a sentence.

    Both are set if it was sent the signal and then exited with a status of its own.
    """

    exit_status: int | None
    signal: str | None
    reason: str


class Child:
    """One program. `terminal`: it uses this terminal, and its output is not read."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        said: Callable[[Stream, tuple[str, ...]], None],
        *,
        terminal: bool = False,
        keep_stdin: bool = False,
        held: int | None = None,
    ) -> None:
        """`said` gets its output; `keep_stdin`: it shares our input, else it has none.

        `held` is a socket that stays taken as long as anything is left that comes from it.
        """
        self._command = tuple(command)
        self._environment = dict(environment)
        self._said = said
        kind = Unguarded if WINDOWS else Guarded
        self._program: Guarded | Unguarded = kind(
            stdin=None if terminal or keep_stdin else subprocess.DEVNULL,
            piped=not terminal,
            group=WINDOWS or not terminal,
            held=held,
        )
        self._asked: str | None = None

    async def start(self) -> str | None:
        """Start it; a sentence if that fails."""
        try:
            await self._program.start(self._command, self._environment)
        except NotStartedError as error:
            name = safe_text(self._command[0], 200)
            return f"{name} cannot be started: {printable(str(error), 200)}"
        return None

    async def wait(self) -> Ending:
        """Read its output until it has ended."""
        program = self._program
        names: tuple[Stream, ...] = ("stdout", "stderr")
        listening = [
            asyncio.ensure_future(self._listen(name, reader))
            for name, reader in zip(names, program.outputs, strict=False)
        ]
        left = 0
        try:
            await program.over.wait()
            if listening:
                # What the program started itself may keep the output open for ever.
                await asyncio.wait(listening, timeout=_DRAIN_SECONDS)
            left = await program.left()
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
            program.close()
        ending = self._ending(program.returncode)
        if left:
            more = f"{_ONE_LEFT if left == 1 else _MANY_LEFT.format(left)} {_UNTIL_THEN}"
            ending = ending._replace(reason=f"{ending.reason} {more}")
        return ending

    async def end(self) -> None:
        """Interrupt it, then terminate it, then kill it; returns when it is gone."""
        steps = (
            ("SIGINT", INTERRUPT_SECONDS),
            ("SIGTERM", TERMINATE_SECONDS),
            ("SIGKILL", TERMINATE_SECONDS),
        )
        for name, seconds in steps:
            if self._program.returncode is not None:
                return
            self.send(name)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._program.over.wait(), seconds)

    def send(self, name: str) -> None:
        """Send a signal, by its name, to it and to what it started."""
        if self._program.returncode is None:
            self._asked = name
            self._program.send(name)

    def users(self) -> set[int]:
        """The users that it and what comes from it run as, where the system tells."""
        found = set()
        for process in self._program.descendants():
            with suppress(OSError):
                found.add(Path("/proc", str(process)).stat().st_uid)
        return found

    def _ending(self, status: int | None) -> Ending:
        if status is None:
            return Ending(None, None, "How it ended is not known.")
        if status >= 0:
            words = "It ended well." if status == 0 else f"It ended with exit code {status}."
            if self._asked is not None:
                # It took the signal and left in its own way: that is no end it came to by itself.
                words = f"It was asked to end ({self._asked}); its exit code was {status}."
            return Ending(status, self._asked, words)
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        by = "Authtui" if name == self._asked else "Something"
        return Ending(None, name, f"{by} ended it ({name}).")

    async def _listen(self, name: Stream, reader: asyncio.StreamReader) -> None:
        batch: list[str] = []
        hide = KeyHider()

        def tell() -> None:
            if batch:
                self._said(name, tuple(batch))
                batch.clear()

        rest = b""
        try:
            while True:
                try:
                    piece = await asyncio.wait_for(
                        reader.read(_LINE_LIMIT), _BATCH_SECONDS if batch else None
                    )
                except TimeoutError:
                    tell()
                    continue
                if not piece:
                    break
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    batch.append(hide(line))
                    if len(batch) >= _BATCH_LINES:
                        tell()
                if len(rest) > _LINE_LIMIT:
                    # A line without an end: what is held of it is shown, bounded.
                    batch.append(hide(rest))
                    rest = b""
        finally:
            if rest:
                batch.append(hide(rest))
            tell()


class KeyHider:
    """Makes the lines of one stream fit to be shown, called with one after the other.

    Secrets are recognised by shape; of a private key no line is shown.
    """

    def __init__(self) -> None:
        """Outside of a key."""
        self._inside = False

    def __call__(self, line: bytes) -> str:
        """The line without secrets, styles and control bytes."""
        text = _STYLES.sub("", line.decode("utf-8", "replace")).rstrip("\r")
        if self._inside:
            if _KEY_END not in text:
                return "<private key>"
            self._inside = False
            text = "<private key>" + text.partition(_KEY_END)[2].lstrip("-ABCDEFGHIKLNOPRSTUVY ")
        start = text.rfind(_KEY_BEGIN)
        if start >= 0 and "PRIVATE KEY" in text[start:] and _KEY_END not in text[start:]:
            self._inside = True
        return safe_text(text, _LINE_SHOWN)
