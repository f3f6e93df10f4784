"""The captured program: started, read line by line, and ended gently before it is killed.

It runs in a process group of its own: an interrupt that is typed for authtui reaches it only when
authtui passes it on. To end it, authtui sends SIGINT, then SIGTERM, then SIGKILL.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final, Literal

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
_LOOK_SECONDS: Final = 0.02
_STYLES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_KEY_BEGIN, _KEY_END = "-----BEGIN", "-----END"
_WINDOWS: Final = sys.platform == "win32"


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
    ) -> None:
        """`said` gets its output; `keep_stdin`: it shares our input, else it has none."""
        self._command = tuple(command)
        self._environment = dict(environment)
        self._said = said
        self._terminal = terminal
        self._keep_stdin = keep_stdin
        self._process: asyncio.subprocess.Process | None = None
        self._asked: str | None = None

    async def start(self) -> str | None:
        """Start it; a sentence if that fails."""
        pipe = None if self._terminal else asyncio.subprocess.PIPE
        inherit = self._terminal or self._keep_stdin
        more: dict[str, Any] = {}
        if _WINDOWS:
            more["creationflags"] = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        elif not self._terminal:
            more["process_group"] = 0
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env=self._environment,
                stdin=None if inherit else asyncio.subprocess.DEVNULL,
                stdout=pipe,
                stderr=pipe,
                limit=_LINE_LIMIT,
                **more,
            )
        except (OSError, ValueError) as error:
            name = safe_text(self._command[0], 200)
            reason = getattr(error, "strerror", None) or "its command line cannot be passed on"
            return f"{name} cannot be started: {printable(reason, 200)}"
        return None

    async def wait(self) -> Ending:
        """Read its output until it has ended."""
        process = self._process
        if process is None:
            return Ending(None, None, "The program was not started.")
        streams: tuple[tuple[Stream, asyncio.StreamReader | None], ...] = (
            ("stdout", process.stdout),
            ("stderr", process.stderr),
        )
        listening = [
            asyncio.ensure_future(self._listen(name, reader))
            for name, reader in streams
            if reader is not None
        ]
        try:
            await self._gone(None)
            if listening:
                # What the program started itself may keep the output open for ever.
                await asyncio.wait(listening, timeout=_DRAIN_SECONDS)
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
            process._transport.close()  # type: ignore[attr-defined] # the library closes no pipes
        return self._ending(process.returncode)

    async def end(self) -> None:
        """Interrupt it, then terminate it, then kill it; returns when it is gone."""
        steps = (
            ("SIGINT", INTERRUPT_SECONDS),
            ("SIGTERM", TERMINATE_SECONDS),
            ("SIGKILL", TERMINATE_SECONDS),
        )
        for name, seconds in steps:
            if self._process is None or self._process.returncode is not None:
                return
            self.send(name)
            await self._gone(seconds)

    async def _gone(self, seconds: float | None) -> None:
        """Wait until it has ended, `seconds` at most.

        The library's own wait is also for the end of its output, which others may hold open.
        """
        process = self._process
        end = None if seconds is None else asyncio.get_running_loop().time() + seconds
        while process is not None and process.returncode is None:
            if end is not None and asyncio.get_running_loop().time() >= end:
                return
            await asyncio.sleep(_LOOK_SECONDS)

    def send(self, name: str) -> None:
        """Send a signal, by its name, to it and to what it started."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        self._asked = name
        try:
            if _WINDOWS:
                if name == "SIGINT":
                    process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM))
                else:
                    process.kill()
            elif self._terminal:
                process.send_signal(getattr(signal, name))
            else:
                os.killpg(process.pid, getattr(signal, name))
        except (OSError, ValueError):
            return  # It ended in this moment.

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
