"""Copies of the credential document: where they stand, how they are named, how one comes to be.

A backup is an exact copy with mode 0600 beside the document: `auth.json.authtui-20260415T120000Z`.
It is made before anything is changed or removed, and it is never removed by authtui. A rescue file,
`auth.json.authtui-rescue-…`, holds tokens that a server gave and that could not be stored: what a
writer that was killed had already written down counts as one. Each gets its name once it is whole.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from datetime import UTC, datetime
from typing import Final

from authtui.record import NamedTuple

MARK: Final = ".authtui-"
RESCUE: Final = f"{MARK}rescue-"
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_NAME: Final = re.compile(r"\.authtui-(rescue-)?(\d{8}T\d{6}Z)(?:-(\d{1,4}))?")
_PART: Final = re.compile(r"\.(.+)\.authtui-(\d+)-[0-9a-f]{8}\.(tmp|new)")
_ATTEMPTS: Final = 1000
_FLAGS: Final = (
    os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)


class Backup(NamedTuple):
    """One copy: its path, the moment it was made (UTC), and its number within that second."""

    path: str
    made: datetime
    number: int = 1
    rescue: bool = False


def backup_name(path: str, now: datetime, number: int = 1, mark: str = MARK) -> str:
    """The name of the `number`-th copy of `path` within a second."""
    stamp = now.astimezone(UTC).strftime(_STAMP)
    return f"{path}{mark}{stamp}" + (f"-{number}" if number > 1 else "")


def list_backups(path: str) -> tuple[Backup, ...]:
    """The backups beside `path`, newest first; looks at directory entries only. Never raises."""
    return tuple(copy for copy in list_copies(path) if not copy.rescue)


def list_rescues(path: str) -> tuple[Backup, ...]:
    """The rescue files beside `path`, newest first; as `list_backups`."""
    return tuple(copy for copy in list_copies(path) if copy.rescue)


def list_copies(path: str) -> tuple[Backup, ...]:
    """Backups and rescue files, newest first; as `list_backups`."""
    folder, name = os.path.split(path)
    found = []
    for entry in _names(folder):
        whole = os.path.join(folder, entry)
        part = _PART.fullmatch(entry)
        if part is not None and part[1] == name and part[3] == "new" and not _alive(int(part[2])):
            with contextlib.suppress(OSError, OverflowError):
                made = datetime.fromtimestamp(os.stat(whole).st_mtime, UTC)
                if _is_written(whole):
                    found.append(Backup(whole, made.replace(microsecond=0), 1, rescue=True))
        match = _NAME.fullmatch(entry[len(name) :]) if entry.startswith(name) else None
        if match is None:
            continue
        with contextlib.suppress(ValueError):
            made = datetime.strptime(match[2], _STAMP).replace(tzinfo=UTC)
            found.append(Backup(whole, made, int(match[3] or 1), bool(match[1])))
    order = sorted(found, key=lambda copy: (copy.made, copy.rescue, copy.number), reverse=True)
    return tuple(order)


def write_backup(path: str, data: bytes, now: datetime, like: os.stat_result | None = None) -> str:
    """Write `data` as a new backup of `path`, synced to the disk; returns its name.

    An existing file is never overwritten. Raises `OSError`; what was begun is taken away again.
    """
    part = part_name(path, "tmp")
    write_new(part, data, like)
    try:
        return _name_it(part, path, now, MARK)
    except BaseException:
        os.unlink(part)
        raise


def part_name(path: str, end: str) -> str:
    """A name for a file of `path` that is not whole yet: `tmp`, or `new` for a new document."""
    folder, name = os.path.split(path)
    part = f".{name}{MARK}{os.getpid()}-{os.urandom(4).hex()}.{end}"
    return os.path.join(folder, part)


def keep_as_rescue(part: str, path: str, now: datetime) -> str:
    """Give a whole new document that could not be put in place the name of a rescue file."""
    try:
        return _name_it(part, path, now, RESCUE)
    except OSError:
        return part  # under this name it is found, too


def sweep(path: str, now: datetime) -> None:
    """Take away what writers of `path` that were killed left behind: it holds secrets.

    A whole new document among it becomes a rescue file.
    """
    folder, name = os.path.split(path)
    for entry in _names(folder):
        match = _PART.fullmatch(entry)
        if match is None or match[1] != name or _alive(int(match[2])):
            continue
        part = os.path.join(folder, entry)
        if match[3] == "new" and _is_written(part):
            keep_as_rescue(part, path, now)
            continue
        with contextlib.suppress(OSError):
            os.unlink(part)


def write_new(name: str, data: bytes, like: os.stat_result | None = None) -> None:
    """Create `name` with mode 0600 and `data`, synced. Raises `OSError`; leaves no part behind.

    `like` is a file whose owner the new one is to have, as far as this process may give it away.
    """
    os.close(open_new(name, data, like))


def open_new(name: str, data: bytes, like: os.stat_result | None = None) -> int:
    """As `write_new`; the file stays open for reading and writing."""
    handle = os.open(name, _FLAGS, 0o600)
    try:
        if hasattr(os, "fchmod"):
            os.fchmod(handle, 0o600)  # whatever the umask took away
        _give(handle, like)
        fill(handle, data)
    except BaseException:
        os.close(handle)
        os.unlink(name)
        raise
    return handle


def fill(handle: int, data: bytes) -> None:
    """Make `data` the content of an open file, synced."""
    os.lseek(handle, 0, os.SEEK_SET)
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
    os.ftruncate(handle, len(data))
    os.fsync(handle)


def sync_folder(path: str) -> None:
    """Make a new or removed name in the folder of `path` last; where the system can do that."""
    with contextlib.suppress(OSError):
        handle = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _name_it(part: str, path: str, now: datetime, mark: str) -> str:
    # Writers have the lock, so that no name comes up between the look and the rename.
    for number in range(1, _ATTEMPTS):
        name = backup_name(path, now, number, mark)
        if not os.path.lexists(name):
            os.rename(part, name)
            sync_folder(name)
            return name
    raise FileExistsError(errno.EEXIST, f"there are {_ATTEMPTS} copies of this second")


def _is_written(part: str) -> bool:
    """Whether a document was written there: until then it is all spaces."""
    try:
        # Not to be held up where somebody put a pipe under this name.
        handle = os.open(part, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return False
    try:
        return os.read(handle, 1) == b"{"
    except OSError:
        return False
    finally:
        os.close(handle)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder or ".")
    except (OSError, ValueError):
        return []


def _alive(process: int) -> bool:
    if process == os.getpid() or os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def _give(handle: int, like: os.stat_result | None) -> None:
    # Under sudo the new file would belong to root, and the client could not read it any more.
    if like is None or not hasattr(os, "fchown"):
        return
    mine = (os.geteuid(), os.getegid())
    if (like.st_uid, like.st_gid) == mine:
        return
    with contextlib.suppress(OSError):
        os.fchown(handle, like.st_uid if mine[0] == 0 else -1, like.st_gid)
