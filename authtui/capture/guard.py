"""Starts a captured program so that it cannot outlive authtui: behind a warden, where there is one.

The warden (`warden`) is a process of its own and the program's parent. On Windows, which knows no
such parent, the program is started directly.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from authtui.capture import warden
from authtui.errors import AuthtuiError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_STARTS_WITHIN: Final = 15.0
_SETTLE_SECONDS: Final = 0.5
_LOOK_SECONDS: Final = 0.02
WINDOWS: Final = sys.platform == "win32"
ADOPTS = sys.platform == "linux"
"""Whether the warden can be the parent of whoever loses its own."""


class NotStartedError(AuthtuiError):
    """The program was not started; the text is the reason."""


class Guarded:
    """One program behind its warden. `returncode` is None while it runs.

    Args:
        stdin: What it reads: None for our own input.
        piped: Its output is read here, by `outputs`.
        group: It gets a process group of its own.
        held: The socket that stays taken as long as anybody is left who comes from it.
    """

    def __init__(self, *, stdin: int | None, piped: bool, group: bool, held: int | None) -> None:
        """Nothing is started yet."""
        self._stdin, self._piped, self._group, self._held = stdin, piped, group, held
        self.outputs: list[asyncio.StreamReader] = []
        self.returncode: int | None = None
        self.over = asyncio.Event()
        self._pipes: list[asyncio.ReadTransport] = []
        self._writer: asyncio.StreamWriter | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._program = self._warden = 0

    async def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the program; raises `NotStartedError` where that fails."""
        ours, theirs = socket.socketpair()
        ends: list[int] = []
        try:
            if self._piped:
                ends = [await self._pipe(), await self._pipe()]
            await asyncio.to_thread(self._launch, theirs, ends)
            reader, self._writer = await asyncio.open_connection(sock=ours)
            order = warden.Order(
                command=list(command),
                environment=dict(environment),
                group=self._group,
                adopt=ADOPTS,
            )
            self._writer.write(json.dumps(order).encode() + b"\n")
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            self.close()
            raise NotStartedError(_reason(error)) from None
        finally:
            theirs.close()
            for end in ends:
                os.close(end)
        news = json.loads(await reader.readline() or b"{}")
        if "started" not in news:
            self.close()
            number = news.get("failed")
            reason = os.strerror(number) if number else "its command line cannot be passed on"
            raise NotStartedError(reason)
        self._program, self._warden = news["started"], news["warden"]
        self._hearing = asyncio.ensure_future(self._hear(reader))

    def send(self, name: str) -> None:
        """Send a signal, by its name, to it and to its group."""
        if self._writer is not None:
            self._writer.write(name.encode() + b"\n")

    def descendants(self) -> list[int]:
        """It and what comes from it, where the system tells; without those that have ended."""
        return warden.descendants(self._warden) if self._warden else []

    async def left(self) -> int:
        """How many of its processes go on after its end; those that are ending are waited for."""
        end = asyncio.get_running_loop().time() + _SETTLE_SECONDS
        while found := len(await asyncio.to_thread(self.descendants)):
            if asyncio.get_running_loop().time() >= end:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        return found

    def close(self) -> None:
        """Leave it: the warden stays for whoever is left, and kills the program if it runs."""
        if self._hearing is not None:
            self._hearing.cancel()
        if self._writer is not None:
            with suppress(OSError, RuntimeError):
                self.send(warden.LEAVE)
                self._writer.close()
            self._writer = None
        for pipe in self._pipes:
            pipe.close()

    async def _pipe(self) -> int:
        """A pipe: its reading end becomes one of `outputs`, its writing end is returned."""
        reading, writing = os.pipe()
        reader = asyncio.StreamReader()
        made, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading, "rb", 0)
        )
        self._pipes.append(made)
        self.outputs.append(reader)
        return writing

    def _launch(self, control: socket.socket, ends: list[int]) -> None:
        held = -1 if self._held is None else self._held
        passed = [control.fileno(), held]
        out, err = ends or (None, None)
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-I", "-S", warden.__file__, *map(str, passed)],
            stdin=self._stdin,
            stdout=out,
            stderr=err,
            pass_fds=[number for number in passed if number >= 0],
            timeout=_STARTS_WITHIN,
            check=True,
        )

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        news = json.loads(await reader.readline() or b"{}")
        if "ended" not in news:
            # The warden itself was killed, and the program with it; not what that had started.
            with suppress(OSError):
                if self._group:
                    os.killpg(self._program, signal.SIGKILL)
                else:
                    os.kill(self._program, signal.SIGKILL)
        self.returncode = news.get("ended", -signal.SIGKILL)
        self.over.set()


class Unguarded:
    """One program started directly, as on Windows; the same to use as `Guarded`."""

    def __init__(self, *, stdin: int | None, piped: bool, group: bool, held: int | None) -> None:
        """Nothing is started yet; `held` is closed with authtui."""
        del held
        pipe = subprocess.PIPE if piped else None
        self._named: dict[str, Any] = {"stdin": stdin, "stdout": pipe, "stderr": pipe}
        if group:
            self._named["creationflags"] = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        self.outputs: list[asyncio.StreamReader] = []
        self.over = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._waiting: asyncio.Task[None] | None = None

    @property
    def returncode(self) -> int | None:
        """Its exit code; None while it runs."""
        return None if self._process is None else self._process.returncode

    async def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the program; raises `NotStartedError` where that fails."""
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *command, env=dict(environment), **self._named
            )
        except (OSError, ValueError) as error:
            raise NotStartedError(_reason(error)) from None
        self.outputs = [reader for reader in (process.stdout, process.stderr) if reader is not None]
        self._waiting = asyncio.ensure_future(self._wait(process))

    def send(self, name: str) -> None:
        """Interrupt it, or kill it."""
        if self._process is not None:
            with suppress(OSError, ValueError):
                if name == "SIGINT":
                    number = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT)
                    self._process.send_signal(number)
                else:
                    self._process.kill()

    def descendants(self) -> list[int]:
        """Give nothing: this system does not tell who started whom."""
        return []

    async def left(self) -> int:
        """Give 0: this system does not tell who is left."""
        return 0

    def close(self) -> None:
        """Close its output, which others may hold open."""
        if self._waiting is not None:
            self._waiting.cancel()
        if self._process is not None:
            # Held by tests/architecture/test_borrowed_parts.py.
            self._process._transport.close()  # type: ignore[attr-defined] # the library closes none

    async def _wait(self, process: asyncio.subprocess.Process) -> None:
        # The library's own wait is also for the end of its output.
        while process.returncode is None:
            await asyncio.sleep(_LOOK_SECONDS)
        self.over.set()


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or "its command line cannot be passed on"
