"""Reading one file safely: it never blocks and never raises, and every fact about it is kept."""

from __future__ import annotations

import errno
import os
import stat
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from authtui.machine.observation import FileFacts

if TYPE_CHECKING:
    from authtui.machine.observation import FileKind

READ_LIMIT: Final = 5 * 1024 * 1024
"""Bytes read at most. A credential document is a few kilobytes; more than this is no document."""

_KINDS: Final[dict[int, FileKind]] = {
    stat.S_IFDIR: "directory",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}
# The error for a program that opens such a thing in the ordinary way. A pipe or a device gives
# none: the program waits, or reads for ever.
_OPENING: Final[dict[FileKind, int]] = {"directory": errno.EISDIR, "socket": errno.ENXIO}
_GONE: Final = (errno.ENOENT, errno.ENOTDIR)


def system_text(number: int | None) -> str:
    """A system error in the wording of the client's runtime: `Permission denied (os error 13)`."""
    if number is None:
        return "unknown error"
    return f"{os.strerror(number)} (os error {number})"


def read_file(path: str | os.PathLike[str], limit: int = READ_LIMIT) -> FileFacts:
    """The facts about `path`, and its bytes if it is a regular file of at most `limit` bytes.

    Never blocks on a pipe or a device, never raises. A symbolic link is followed, as the client
    follows it, and its target is kept.
    """
    facts = stat_file(path)
    if facts.kind != "file":
        return facts
    if facts.size is not None and facts.size > limit:
        return facts._replace(kind="too-large")
    return _read(facts, limit)


def stat_file(path: str | os.PathLike[str]) -> FileFacts:
    """The facts about `path` without its bytes: nothing is opened."""
    name = os.fspath(path)
    facts = FileFacts(name)
    try:
        found = os.lstat(name)
        if stat.S_ISLNK(found.st_mode):
            facts = facts._replace(link_target=os.readlink(name))
            target = _follow(name)
            if isinstance(target, int):
                return facts._replace(kind="dangling-link", error=system_text(target))
            found = target
    except ValueError:
        return facts._replace(kind="unreadable", error=system_text(errno.EINVAL))
    except OSError as error:
        if error.errno in _GONE:
            return facts
        return facts._replace(kind="unreadable", error=system_text(error.errno))
    kind = _KINDS.get(stat.S_IFMT(found.st_mode), "file")
    number = _OPENING.get(kind)
    return facts._replace(
        kind=kind,
        error=system_text(number) if number else None,
        mode=stat.S_IMODE(found.st_mode),
        uid=found.st_uid,
        owner=owner_name(found.st_uid),
        owned_by_me=_owned(found.st_uid),
        size=found.st_size,
        modified=_moment(found.st_mtime),
        inode=found.st_ino,
        writable=_writable(name),
    )


def unread_reason(facts: FileFacts) -> str:
    """Why there are no bytes: the system's error, or what stands there instead of such a file."""
    kinds: dict[FileKind, str] = {
        "absent": "there is no such file",
        "fifo": "it is a named pipe",
        "too-large": "it is too large",
    }
    return facts.error or kinds.get(facts.kind) or f"it is a {facts.kind}"


def _follow(name: str) -> os.stat_result | int:
    try:
        return os.stat(name)
    except OSError as error:
        if error.errno in _GONE:
            return error.errno or errno.ENOENT
        raise


def _read(facts: FileFacts, limit: int) -> FileFacts:
    # O_NONBLOCK: between the look and the opening the file may have become a pipe.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(facts.path, flags)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return facts._replace(kind="unreadable", error=system_text(errno.EAGAIN))
            pieces: list[bytes] = []
            left = limit + 1
            while left and (piece := os.read(handle, min(left, 1 << 20))):
                pieces.append(piece)
                left -= len(piece)
        finally:
            os.close(handle)
    except OSError as error:
        return facts._replace(kind="unreadable", error=system_text(error.errno))
    if not left:
        return facts._replace(kind="too-large")
    return facts._replace(data=b"".join(pieces))


@lru_cache(maxsize=32)
def owner_name(uid: int, users: str = "/etc/passwd") -> str | None:
    """The name of a user id, or None where this machine's own list of users has none.

    The list is read as a file: the system's look-up may ask a name service, and wait for it.
    """
    if uid == 0:
        return "root"
    try:
        with open(users, "rb") as file:
            for line in file.read(READ_LIMIT).split(b"\n"):
                name, _, rest = line.partition(b":")
                if rest.split(b":", 2)[1:2] == [b"%d" % uid]:
                    return name.decode("utf-8", "replace")
    except OSError:
        return None
    return None


def _owned(uid: int) -> bool | None:
    return uid == os.geteuid() if hasattr(os, "geteuid") else None


def _writable(name: str) -> bool | None:
    """Whether this process may write there; None where nothing stands or it cannot be told."""
    try:
        if not os.access(name, os.F_OK):
            return None
        return os.access(name, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
    except (OSError, ValueError, NotImplementedError):
        return None


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
