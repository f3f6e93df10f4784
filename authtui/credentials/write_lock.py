"""One authtui writes at a time; what a program without the lock wrote meanwhile is found.

Several authtui processes exclude each other by a lock on the directory, which leaves no file
behind. The client takes no lock: it truncates auth.json and writes it in place. `ReplacedFile`
keeps the replaced file open and sees what was still written into it, which a rename would have
lost.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

WAIT: Final = 2.0
"""Seconds. A write takes milliseconds; whoever holds the lock longer is stuck or suspended."""
_STEP: Final = 0.01
_LATE: Final = 0.02
_LARGEST: Final = 8 * 1024 * 1024
_TAKEN: Final = (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK)


@contextlib.contextmanager
def locked(folder: str, wait: float = WAIT) -> Iterator[bool]:
    """Hold the writers' lock of a directory; False where another process keeps it too long.

    Where a file system or platform has no such lock, the work goes on without.
    """
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except (ImportError, OSError):
        yield True
        return
    deadline = time.monotonic() + wait
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno in _TAKEN and time.monotonic() < deadline:
                    time.sleep(_STEP)
                    continue
                yield error.errno not in _TAKEN
            else:
                yield True
            return
    finally:
        os.close(handle)  # and with it the lock


class ReplacedFile:
    """Keeps a file open while its name goes to another, and tells what was written to it since."""

    def __init__(self, path: str, data: bytes | None) -> None:
        """`data` is what stands there; None: there is no file to watch."""
        self._data = data
        self._handle: int | None = None
        if data is not None:
            with contextlib.suppress(OSError):
                self._handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))

    def __enter__(self) -> ReplacedFile:
        """Watch until the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go."""
        if self._handle is not None:
            os.close(self._handle)

    def late_write(self) -> bytes | None:
        """What another program wrote into the replaced file; None when it wrote nothing.

        A file that was truncated a moment ago is given a moment to be written.
        """
        if self._handle is None:
            return None
        for _ in range(5):
            time.sleep(_LATE)
            try:
                found = os.pread(self._handle, _LARGEST, 0)
            except (OSError, AttributeError):
                return None
            if found == self._data:
                return None
            if found and found == os.pread(self._handle, _LARGEST, 0):
                time.sleep(_LATE)
                return os.pread(self._handle, _LARGEST, 0)
        return None
