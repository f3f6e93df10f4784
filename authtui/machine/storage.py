"""What writing a file would meet, looked at without writing: mounts, flags, links, room, locks.

Source of the numbers: linux/fs.h. What a system does not tell stays unknown and hinders nothing.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from typing import Final

from authtui.machine.files import owner_name
from authtui.machine.observation import HeldLock, StorageFacts

_GET_FLAGS: Final = 0x80086601
_APPEND, _IMMUTABLE = 0x20, 0x10
_LIMIT: Final = 1 << 20
_OCTAL: Final = re.compile(r"\\([0-7]{3})")


def read_storage(path: str, locks: tuple[str, ...] = ()) -> StorageFacts:
    """The facts about the file at `path`, behind a link, and about its folder. Never raises.

    `locks` are lock files; each that somebody holds is named.
    """
    try:
        target = os.path.realpath(path)
        folder = os.path.dirname(target) or "."
        there = os.stat(target) if os.path.exists(target) else None
        home = os.stat(folder)
    except (OSError, ValueError):
        return StorageFacts(path)
    facts = StorageFacts(
        target,
        folder=folder,
        folder_writable=_may(folder, os.W_OK | os.X_OK),
        mounted=there is not None and target in _mount_points(),
        links=there.st_nlink if there is not None and stat.S_ISREG(there.st_mode) else 1,
        flags=_flags(target) if there is not None else (),
        folder_flags=_flags(folder),
        mode=stat.S_IMODE(there.st_mode) if there is not None else None,
        writable=_may(target, os.W_OK) if there is not None else None,
        sticky_owner=_sticky_owner(home, there),
        held=tuple(held for held in map(_held, locks) if held is not None),
    )
    with suppress(OSError, AttributeError):
        room = os.statvfs(folder)
        facts = facts._replace(
            read_only_mount=bool(room.f_flag & os.ST_RDONLY),
            free=room.f_bavail * room.f_frsize if room.f_blocks else None,
            free_inodes=room.f_favail if room.f_files else None,
        )
    return facts


def _may(name: str, how: int) -> bool | None:
    try:
        return os.access(name, how, effective_ids=os.access in os.supports_effective_ids)
    except (OSError, ValueError, NotImplementedError):
        return None


def _mount_points() -> frozenset[str]:
    text = _text("/proc/self/mountinfo")
    points = (line.split(" ", 5) for line in text.splitlines())
    return frozenset(
        _OCTAL.sub(lambda found: chr(int(found[1], 8)), parts[4])
        for parts in points
        if len(parts) > 5
    )


def _flags(path: str) -> tuple[str, ...]:
    """`immutable`, `append-only`: attributes of a file that modes do not show."""
    try:
        import fcntl

        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (ImportError, OSError):
        return ()
    try:
        found = int.from_bytes(fcntl.ioctl(handle, _GET_FLAGS, bytes(8))[:4], "little")
    except OSError:
        return ()
    finally:
        os.close(handle)
    names = ((_IMMUTABLE, "immutable"), (_APPEND, "append-only"))
    return tuple(name for bit, name in names if found & bit)


def _sticky_owner(folder: os.stat_result, there: os.stat_result | None) -> str | None:
    """Whose file it is, where the folder lets only owners replace and remove."""
    if there is None or not folder.st_mode & stat.S_ISVTX or not hasattr(os, "geteuid"):
        return None
    if os.geteuid() in (0, folder.st_uid, there.st_uid):
        return None
    return owner_name(there.st_uid) or f"uid {there.st_uid}"


def _held(path: str) -> HeldLock | None:
    """Who holds a lock file, by the list of the system: nothing is opened or taken."""
    try:
        seen = os.stat(path)
    except (OSError, ValueError):
        return None
    wanted = f"{os.major(seen.st_dev):02x}:{os.minor(seen.st_dev):02x}:{seen.st_ino}"
    for line in _text("/proc/locks").splitlines():
        words = line.split()
        if len(words) >= 6 and words[1] in ("FLOCK", "OFDLCK", "POSIX") and words[5] == wanted:
            number = int(words[4]) if words[4].isdigit() else 0
            return HeldLock(path, number or None)
    return None


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(_LIMIT).decode("utf-8", "surrogateescape")
    except OSError:
        return ""
