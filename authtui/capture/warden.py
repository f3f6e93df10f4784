"""Watches over one captured program. Run as a script of its own, by the standard library alone.

It starts the program and tells how it ended. If authtui ends without a word, it kills the program
and everything the program started. It shares the socket that the proxy listens on, and keeps it
until nobody is left who was given the address: no one else can have the port, and be sent tokens.

It is told what to do over a socket, a line at a time: first what to start, as JSON, then names of
signals, and `leave` when authtui needs it no more.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import TypedDict

LEAVE = "leave"
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_SET_DEATH_SIGNAL, _SET_ADOPTER = 1, 36  # of prctl(2)
_AGAIN_SECONDS = 0.1
_PIECE = 65_536


class Order(TypedDict):
    """What to start. `group`: in a group of its own; `adopt`: whoever loses a parent gets this."""

    command: list[str]
    environment: dict[str, str]
    group: bool
    adopt: bool


def descendants(ancestor: int) -> list[int]:
    """The processes that come from this one and run; empty where the system does not tell."""
    parents: dict[int, int] = {}
    with suppress(OSError), os.scandir("/proc") as entries:
        for entry in entries:
            state, parent = _state_and_parent(entry.name) if entry.name.isdigit() else ("", 0)
            if state not in ("Z", "X", ""):
                parents[int(entry.name)] = parent
    found = [ancestor]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found[1:]


def _state_and_parent(process: str) -> tuple[str, int]:
    try:
        with os.fdopen(os.open(f"/proc/{process}/stat", os.O_RDONLY), "rb") as file:
            # The name of the program stands in brackets and may hold anything.
            fields = file.read().rpartition(b")")[2].split()
        return fields[0].decode(), int(fields[1])
    except (OSError, ValueError, IndexError):
        return "", 0


def _prctl(what: int, value: int) -> bool:
    if sys.platform != "linux":
        return False
    try:
        from ctypes import CDLL

        return bool(CDLL(None).prctl(what, value, 0, 0, 0) == 0)
    except (ImportError, OSError, AttributeError):
        return False


class Warden:
    """One program, whoever comes from it, and the socket that is held for them."""

    def __init__(self, control: socket.socket, held: socket.socket | None) -> None:
        """`control` leads to authtui."""
        self._control: socket.socket | None = control
        self._held = held
        self._waiting = b""
        self._program = 0
        self._own_group = False
        self._running = False
        self._kills = False
        self._children = True
        self._leash: int | None = None
        self._woken, waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(waker, False)
        # Handlers, because an ignored signal would be ignored by the program too.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)

    def run(self) -> None:
        """Until nobody is left to watch over."""
        order = self._line()
        if order is None or not self._start(json.loads(order)):
            return
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        while True:
            self._reap()
            if self._control is None:
                if self._kills:
                    self._kill()
                if not self._left():
                    return
            self._listen()

    def _start(self, order: Order) -> bool:
        adopts = order["adopt"] and _prctl(_SET_ADOPTER, 1)
        held_open = None
        if not adopts:
            # Who comes from the program is not known here; most keep what they were given open.
            self._leash, held_open = os.pipe()
        self._own_group = order["group"]
        ear, mouth = os.pipe()
        warden = os.getpid()
        process = os.fork()
        if process == 0:
            try:
                if held_open is not None:
                    os.set_inheritable(held_open, True)
                self._become(order, warden)
            except OSError as error:
                os.write(mouth, str(error.errno or 0).encode())
            except ValueError:
                os.write(mouth, b"0")
            finally:
                os._exit(127)
        os.close(mouth)
        if held_open is not None:
            os.close(held_open)
        failure = os.read(ear, 20)
        os.close(ear)
        if failure:
            os.waitpid(process, 0)
            self._tell({"failed": int(failure)})
            return False
        self._program, self._running = process, True
        self._tell({"started": process, "warden": warden})
        return True

    def _become(self, order: Order, warden: int) -> None:
        if self._own_group:
            os.setpgid(0, 0)
        _prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != warden:
            os._exit(127)  # It died before this process asked to die with it.
        for name in ("SIGPIPE", "SIGXFSZ"):  # which Python ignores
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        command: list[str] = order["command"]
        os.execvpe(command[0], command, order["environment"])  # noqa: S606 - as it was asked for

    def _reap(self) -> None:
        while self._children:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self._children = False
                return
            if process == 0:
                return
            if process == self._program and self._running:
                self._running = False
                self._tell({"ended": os.waitstatus_to_exitcode(status)})

    def _left(self) -> bool:
        """Whether anybody may be left that comes from the program."""
        if self._children:
            return True  # Whoever lost its parent was adopted, so without a child there is nobody.
        if self._leash is None:
            return False
        ready, _, _ = select.select([self._leash], [], [], 0)
        return not (ready and os.read(self._leash, _PIECE) == b"") or self._signal_group(0)

    def _kill(self) -> None:
        self._signal_group(signal.SIGKILL)
        for process in descendants(os.getpid()):
            with suppress(OSError):
                os.kill(process, signal.SIGKILL)

    def _signal_group(self, number: int) -> bool:
        """Signal the program and its group; False where there is nobody."""
        try:
            if self._own_group:
                os.killpg(self._program, number)
            elif self._running:
                os.kill(self._program, number)
            else:
                return False
        except PermissionError:
            return True
        except OSError:
            return False
        return True

    def _listen(self) -> None:
        """Wait for a word of authtui, the end of a process, or, later, somebody who connects."""
        sources: list[int | socket.socket] = [self._woken]
        seconds = None
        if self._control is not None:
            sources.append(self._control)
        else:
            if self._held is not None:
                sources.append(self._held)
            if self._kills or self._leash is not None:
                seconds = _AGAIN_SECONDS
        ready, _, _ = select.select(sources, [], [], seconds)
        if self._woken in ready:
            os.read(self._woken, _PIECE)
        if self._control in ready:
            self._obey()
        elif self._held in ready and self._held is not None:
            self._refuse(self._held)

    def _obey(self) -> None:
        while True:
            line = self._line()
            if line is None or line == LEAVE:
                self._kills = line is None or self._running
                self._control = None
                return
            if self._running:
                self._signal_group(getattr(signal, line))
            if b"\n" not in self._waiting:
                return

    def _refuse(self, held: socket.socket) -> None:
        with suppress(OSError):
            caller, _ = held.accept()
            with caller:
                caller.setblocking(False)
                caller.send(_BUSY)

    def _line(self) -> str | None:
        """The next line of authtui; None when it has ended."""
        while b"\n" not in self._waiting:
            try:
                piece = self._control.recv(_PIECE) if self._control else b""
            except OSError:
                piece = b""
            if not piece:
                return None
            self._waiting += piece
        line, _, self._waiting = self._waiting.partition(b"\n")
        return line.decode()

    def _tell(self, news: dict[str, int]) -> None:
        # Where authtui has ended, the next look at the socket tells.
        with suppress(OSError):
            if self._control is not None:
                self._control.sendall(json.dumps(news).encode() + b"\n")


def main(arguments: list[str]) -> None:
    """Two numbers: of the socket that leads to authtui, and of the one that is held, or -1."""
    if os.fork():
        os._exit(0)  # Nobody's child: authtui need not wait for it, and may end before it.
    for number in map(int, arguments):
        if number >= 0:
            os.set_inheritable(number, False)
    control, held = (socket.socket(fileno=int(n)) if int(n) >= 0 else None for n in arguments)
    if control is not None:
        Warden(control, held).run()


if __name__ == "__main__":
    main(sys.argv[1:])
