"""Directories that are made for one run and removed at its end, or by the next run after a kill.

Each holds a file that its program keeps locked: what nobody holds any more was left behind.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from authtui.errors import AuthtuiError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX: Final = "authtui-run-"
_HELD: Final = ".held"
_UNFINISHED: Final = 60.0
"""Seconds after which a directory without a file to hold is one that nobody finished."""
_FLAGS: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
_MOST: Final = 1_000


class NoRoomError(AuthtuiError):
    """There is no directory for temporary files that could be written to; the text says so."""


@contextmanager
def throw_away(name: str) -> Iterator[str]:
    """Make a private directory while the block runs; first remove what killed runs left behind.

    Args:
        name: What it is for, as a part of its name.

    Yields:
        Its path.

    Raises:
        NoRoomError: No directory for temporary files can be written to.
    """
    try:
        remove_leftovers()
        path = tempfile.mkdtemp(prefix=f"{_PREFIX}{name}-")
        handle = os.open(os.path.join(path, _HELD), _FLAGS, 0o600)
    except OSError as error:
        reason = error.strerror or "the file system refused"
        text = f"a directory for temporary files is needed, and none can be made: {reason}"
        raise NoRoomError(f"{text}; set TMPDIR to one that can be written") from None
    try:
        _lock(handle)
        yield path
    finally:
        os.close(handle)
        _remove(path)


def remove_leftovers() -> int:
    """Remove the directories of this user that a killed program left behind; their number."""
    folder, removed = tempfile.gettempdir(), 0
    with suppress(OSError), os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            if number < _MOST and entry.name.startswith(_PREFIX) and _is_left(entry):
                _remove(entry.path)
                removed += 1
    return removed


def _is_left(entry: os.DirEntry[str]) -> bool:
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return False  # another program has removed it meanwhile
    try:
        mine = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
        if not stat.S_ISDIR(found.st_mode) or not mine:
            return False
        flags = _FLAGS & ~os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        handle = os.open(os.path.join(entry.path, _HELD), flags)
    except FileNotFoundError:
        return time.time() - found.st_mtime > _UNFINISHED
    except OSError:
        return False
    try:
        return _lock(handle)
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    """Hold an open file; False where another program does, or none can be held."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def _remove(path: str) -> None:
    # A home in it may have been made read-only.
    with suppress(OSError):
        os.chmod(path, 0o700)
    for folder, names, _ in os.walk(path):
        for name in names:
            below = os.path.join(folder, name)
            if not os.path.islink(below):
                with suppress(OSError):
                    os.chmod(below, 0o700)
    shutil.rmtree(path, ignore_errors=True)
