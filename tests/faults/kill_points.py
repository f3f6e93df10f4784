"""Kills a change of auth.json before each call to the system, one run each; prints JSON.

`python -m tests.faults.kill_points FOLDER ACTION`. A run is a fork that counts its calls of `os`
and `fcntl.flock`, and ends itself by SIGKILL at one of them.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authtui.credentials.backups import list_copies
from authtui.credentials.store_writer import WriteFailure, reserve, reserve_removal

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 4, 15, 12, 0, tzinfo=UTC)
OLD = b'{"tokens": {"refresh_token": "old"}}'
NEW = {"tokens": {"refresh_token": "new"}}
CALLS = (
    "open", "close", "read", "write", "lseek", "ftruncate", "fsync", "fchmod", "fchown", "rename",
    "replace", "unlink", "stat", "lstat", "fstat", "listdir", "statvfs", "pread",
)  # fmt: skip


def act(path: Path, action: str) -> None:
    """What a transition does to the store, between its request and its end."""
    if action == "logout":
        held = reserve_removal(path, expected=OLD, now=NOW)
    else:
        held = reserve(path, expected=OLD, now=NOW, merges=action != "restore")
    if isinstance(held, WriteFailure):
        raise SystemExit(held.sentence)
    with held:
        if action == "register":
            held.let_all()
        if action == "logout":
            held.remove()
        elif action == "restore":
            held.put(json.dumps(NEW).encode(), precious=False)
        else:
            held.change({"tokens.refresh_token": "new"})


def killed_at(number: int, path: Path, action: str) -> bool:
    """Whether a run got as far as its `number`-th call, where it was killed."""
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    count = 0

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def once(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - any call of the system
            nonlocal count
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*given, **named)

        return once

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))
    fcntl.flock = counted(fcntl.flock)
    act(path, action)
    os._exit(0)


def main(folder: Path, action: str) -> dict[str, Any]:
    """Every call in turn; what was found afterwards, counted."""
    said: dict[str, Any] = {"points": 0, "old": 0, "new": 0, "gone": 0, "lost": [], "open": []}
    home = folder / "home"
    while True:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        path = home / "auth.json"
        path.write_bytes(OLD)
        if not killed_at(said["points"] + 1, path, action):
            return said
        said["points"] += 1
        copies = [Path(copy.path).read_bytes() for copy in list_copies(str(path))]
        there = path.read_bytes() if path.exists() else None
        kept = [json.loads(each) for each in copies]  # a torn copy under a good name fails here
        if there is None:
            said["gone"] += 1
            whole = json.loads(OLD) in kept
        else:
            whole = json.loads(there) in (json.loads(OLD), NEW)
            said["new" if json.loads(there) == NEW else "old"] += 1
            if json.loads(there) == NEW:
                whole = whole and json.loads(OLD) in kept
        if not whole:
            said["lost"].append(said["points"])
        said["open"] += [p.name for p in home.iterdir() if p.stat().st_mode & 0o077 and p != path]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))
