"""Backups of the credential document: where they stand, how they are named, how to put one back.

A backup is an exact copy with mode 0600 beside the document: `auth.json.authtui-20260415T120000Z`.
It is made before anything is changed or removed, and it is never removed by authtui.
"""

from __future__ import annotations

import contextlib
import os
import re
from datetime import UTC, datetime
from typing import Final

from authtui.record import NamedTuple

MARK: Final = ".authtui-"
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_NAME: Final = re.compile(r"\.authtui-(\d{8}T\d{6}Z)(?:-(\d{1,4}))?")
_ATTEMPTS: Final = 1000
_FLAGS: Final = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)


class Backup(NamedTuple):
    """One backup: its path, the moment it was made (UTC), and its number within that second."""

    path: str
    made: datetime
    number: int = 1


def backup_name(path: str, now: datetime, number: int = 1) -> str:
    """The name of the `number`-th backup of `path` within a second."""
    stamp = now.astimezone(UTC).strftime(_STAMP)
    return f"{path}{MARK}{stamp}" + (f"-{number}" if number > 1 else "")


def list_backups(path: str) -> tuple[Backup, ...]:
    """The backups beside `path`, newest first; looks at directory entries only. Never raises."""
    folder, name = os.path.split(path)
    try:
        entries = os.listdir(folder or ".")  # noqa: PTH208 - names are all that is wanted
    except (OSError, ValueError):
        return ()
    found = []
    for entry in entries:
        match = _NAME.fullmatch(entry[len(name) :]) if entry.startswith(name) else None
        if match is None:
            continue
        try:
            made = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
        except ValueError:
            continue
        found.append(Backup(os.path.join(folder, entry), made, int(match[2] or 1)))  # noqa: PTH118 - plain text throughout
    return tuple(sorted(found, key=lambda backup: (backup.made, backup.number), reverse=True))


def write_backup(path: str, data: bytes, now: datetime) -> str:
    """Write `data` as a new backup of `path`, synced to the disk; returns its name.

    An existing file is never overwritten. Raises `OSError`; what was begun is taken away again.
    """
    for number in range(1, _ATTEMPTS):
        name = backup_name(path, now, number)
        try:
            write_new(name, data)
        except FileExistsError:
            continue
        return name
    raise FileExistsError(f"there are {_ATTEMPTS} backups of this second")


def write_new(name: str, data: bytes, like: os.stat_result | None = None) -> None:
    """Create `name` with mode 0600 and `data`, synced. Raises `OSError`; leaves no part behind.

    `like` is a file whose owner the new one is to have, as far as this process may give it away.
    """
    handle = os.open(name, _FLAGS, 0o600)
    try:
        try:
            if hasattr(os, "fchmod"):
                os.fchmod(handle, 0o600)  # whatever the umask took away
            _give(handle, like)
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            os.fsync(handle)
        finally:
            os.close(handle)
    except BaseException:
        os.unlink(name)  # noqa: PTH108 - plain text throughout
        raise


def _give(handle: int, like: os.stat_result | None) -> None:
    # Under sudo the new file would belong to root, and the client could not read it any more.
    if like is None or not hasattr(os, "fchown") or like.st_uid == os.geteuid():
        return
    with contextlib.suppress(OSError):
        os.fchown(handle, like.st_uid, like.st_gid)


def sync_folder(path: str) -> None:
    """Make a new or removed name in the folder of `path` last; where the system can do that."""
    with contextlib.suppress(OSError):
        handle = os.open(os.path.dirname(path) or ".", os.O_RDONLY)  # noqa: PTH120 - plain text throughout
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
