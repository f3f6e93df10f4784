"""One writes at a time: by the locks of the client, and by a look at what one without them wrote.

The client of today takes a lock in CODEX_HOME and one beside the file; so does every writer of
authtui, and a login that is made meanwhile waits for its turn. Older clients take none: they
truncate auth.json and write it in place. `ReplacedFile` keeps the replaced file open and sees what
was still written into it, which a rename would have lost.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from typing import TYPE_CHECKING, Final

from authtui.contracts import STORE_NOW
from authtui.machine.observation import AUTH_FILE

if TYPE_CHECKING:
    from types import TracebackType

WAIT: Final = 2.0
"""Seconds. A write takes milliseconds; whoever holds the lock longer is stuck or suspended."""
_STEP: Final = 0.01
_LATE: Final = 0.02
_LARGEST: Final = 8 * 1024 * 1024
_TAKEN: Final = (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK)
_FLAGS: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)


def lock_paths(path: str) -> tuple[str, ...]:
    """The client's lock files for a file of its home: that of the home, and the login's own."""
    home = os.path.dirname(path) or "."
    if os.path.basename(path) != AUTH_FILE:
        return (os.path.join(home, STORE_NOW.home_lock),)
    return (
        os.path.join(home, STORE_NOW.home_lock),
        os.path.realpath(path) + STORE_NOW.file_lock,
    )


class Lock:
    """One lock file, which stays when the lock is let go: removing it would split its holders."""

    def __init__(self, path: str) -> None:
        """Nothing is taken yet."""
        self.path = path
        self._handle: int | None = None

    def take(self, wait: float = WAIT) -> bool:
        """Hold it; False where another process keeps it for `wait` seconds. May be held already.

        Where a file system or platform has no such lock, the work goes on without. Raises
        `OSError` where the file cannot be made.
        """
        try:
            import fcntl
        except ImportError:
            return True
        if self._handle is not None:
            return True
        handle = os.open(self.path, _FLAGS, 0o600)
        _give_away(handle, self.path)
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno in _TAKEN:
                    if time.monotonic() < deadline:
                        time.sleep(_STEP)
                        continue
                    os.close(handle)
                    return False
            self._handle = handle
            return True

    def let_go(self) -> None:
        """Let others have it."""
        if self._handle is not None:
            os.close(self._handle)  # and with it the lock
            self._handle = None


def _give_away(handle: int, path: str) -> None:
    # Made under sudo it would keep the user's own client out.
    if not hasattr(os, "fchown") or os.geteuid() != 0:
        return
    with contextlib.suppress(OSError):
        home = os.stat(os.path.dirname(path) or ".")
        if os.fstat(handle).st_uid == 0 != home.st_uid:
            os.fchown(handle, home.st_uid, home.st_gid)


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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
