"""Kills a change of a login at each of its calls to the system, one run each; prints JSON.

`python -m tests.faults.kill_points FOLDER ACTION [WHERE [EVERY]]`. A run is a fork that is traced,
and ended by SIGKILL as it enters the call of its number: of all its threads, whatever call it is.
`WHERE` is `file`, or `keyring` on a session bus of its own with an open keyring. `EVERY` n:
only each n-th call is tried.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import os
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authtui.credentials.backups import list_copies
from authtui.credentials.keyring_change import reserve_entry
from authtui.credentials.keyring_store import SERVICE, auth_account, platform_backend
from authtui.credentials.rescues import KEYRING_COPY
from authtui.credentials.store_writer import Reservation, WriteFailure, reserve, reserve_removal

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 4, 15, 12, 0, tzinfo=UTC)
OLD = b'{"tokens": {"refresh_token": "old"}}'
NEW = {"tokens": {"refresh_token": "new"}}
TRACE_ME, TO_THE_NEXT_CALL, SET_OPTIONS = 0, 24, 0x4200
OPTIONS = 0x1 | 0x8 | 0x100000
"""Calls are told from signals; threads are traced, too; none outlives its tracer."""
A_CALL = signal.SIGTRAP | 0x80
EVERY_THREAD = 0x40000000
DENIED = 77


def ptrace(request: int, process: int, data: int = 0) -> None:
    """Ask the system to trace; raises `OSError`."""
    call = ctypes.CDLL(None, use_errno=True).ptrace
    call.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    call.restype = ctypes.c_long
    if call(request, process, None, data) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def killed_at(number: int, work: Callable[[], None]) -> bool:
    """Whether `work`, in a process of its own, got to its `number`-th call and was killed there."""
    child = os.fork()
    if child == 0:
        try:
            ptrace(TRACE_ME, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            work()
        except BaseException:  # noqa: BLE001 - whatever it is, the fork ends here
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        sys.exit(DENIED)  # tracing is forbidden here
    ptrace(SET_OPTIONS, child, OPTIONS)
    ptrace(TO_THE_NEXT_CALL, child)
    inside: set[int] = set()
    count = 0
    while True:
        thread, status = os.waitpid(-1, EVERY_THREAD)
        if not os.WIFSTOPPED(status):
            if thread != child:
                continue
            assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
            return os.WIFSIGNALED(status)
        stopped_by = os.WSTOPSIG(status)
        if stopped_by == A_CALL:
            inside ^= {thread}
            count += thread in inside
            if count == number:
                os.kill(child, signal.SIGKILL)
                number = 0
                continue
        passed_on = 0 if stopped_by in (A_CALL, signal.SIGTRAP, signal.SIGSTOP) else stopped_by
        try:
            ptrace(TO_THE_NEXT_CALL, thread, passed_on)
        except ProcessLookupError:
            continue


class InFile:
    """The login in auth.json."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "auth.json"
        self.copies = str(self.path)

    def begin(self) -> None:
        """The old login, and nothing else."""
        self.path.write_bytes(OLD)

    def read(self) -> bytes | None:
        """What is there now."""
        return self.path.read_bytes() if self.path.exists() else None

    def reserve(self, *, removes: bool, merges: bool) -> Reservation | WriteFailure:
        """A change, held ready."""
        if removes:
            return reserve_removal(self.path, expected=OLD, now=NOW)
        return reserve(self.path, expected=OLD, now=NOW, merges=merges)


class InKeyring:
    """The login in the client's entry of the keyring, whose copies stand in the home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.account = auth_account(str(home))
        self.copies = str(home / KEYRING_COPY)
        self.ring = platform_backend()

    def begin(self) -> None:
        """The old login, and nothing else."""
        self.ring.set_password(SERVICE, self.account, OLD.decode())

    def read(self) -> bytes | None:
        """What is there now; fails where there are two."""
        text = self.ring.get_password(SERVICE, self.account)
        return None if text is None else text.encode()

    def reserve(self, *, removes: bool, merges: bool) -> Reservation | WriteFailure:
        """A change, held ready."""
        del merges
        home = str(self.home)
        return reserve_entry(
            self.account, home, expected=OLD, now=NOW, backend=None, removes=removes
        )


def act(store: InFile | InKeyring, action: str) -> None:
    """What a transition does to the store, between its request and its end."""
    held = store.reserve(removes=action == "logout", merges=action != "restore")
    if isinstance(held, WriteFailure):
        raise SystemExit(held.sentence)
    with held:
        if action == "register":
            held.let_all()
        if action == "logout":
            done: object = held.remove()
        elif action == "restore":
            done = held.put(json.dumps(NEW).encode(), precious=False)
        else:
            done = held.change({"tokens.refresh_token": "new"})
    assert not isinstance(done, WriteFailure), done


def main(folder: Path, action: str, where: str = "file", every: str = "1") -> dict[str, Any]:
    """Every call in turn; what was found afterwards, counted."""
    said: dict[str, Any] = {"points": 0, "old": 0, "new": 0, "gone": 0, "lost": [], "open": []}
    home = folder / "home"
    store = InKeyring(home) if where == "keyring" else InFile(home)
    for number in itertools.count(int(every), int(every)):
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        store.begin()
        if not killed_at(number, lambda: act(store, action)):
            break
        said["points"] += 1
        copies = [Path(copy.path).read_bytes() for copy in list_copies(store.copies)]
        kept = [json.loads(each) for each in copies]  # a torn copy under a good name fails here
        there = store.read()
        if there is None:
            said["gone"] += 1
            whole = json.loads(OLD) in kept
        else:
            whole = json.loads(there) in (json.loads(OLD), NEW)
            said["new" if json.loads(there) == NEW else "old"] += 1
            if json.loads(there) == NEW:
                whole = whole and json.loads(OLD) in kept
        if not whole:
            said["lost"].append(number)
        own = home / "auth.json"
        said["open"] += [p.name for p in home.iterdir() if p.stat().st_mode & 0o077 and p != own]
    return said


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), *sys.argv[2:])))
