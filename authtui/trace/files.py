"""Opens and reads a file by its descriptor, in the same way on every system."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_ONE_AT_A_TIME: Final = threading.Lock()


def open_file(path: str | Path, flags: int, *names: str) -> int:
    """A descriptor that no child inherits and that never blocks; a new file has mode 0600.

    `names` are further flags of `os` such as `O_NOFOLLOW`, left out where a system has none.

    Raises:
        OSError: The system's refusal.
        ValueError: The path cannot be the name of a file.
    """
    for name in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY", *names):
        flags |= getattr(os, name, 0)
    return os.open(path, flags, 0o600)


def read_at(file: int, size: int, offset: int) -> bytes:
    """Up to `size` bytes from an offset; safe to call from several threads."""
    if hasattr(os, "pread"):
        return os.pread(file, size, offset)
    with _ONE_AT_A_TIME:
        os.lseek(file, offset, os.SEEK_SET)
        return os.read(file, size)
