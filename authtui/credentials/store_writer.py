"""The one writer of auth.json: the old document or the new one, never neither.

Every change reads the file again, refuses where it is not what the caller saw, keeps what it does
not know, leaves a backup, and comes into force by one rename. A failure leaves the old file whole
and says so in a sentence. Nothing here raises on what it finds.

Writers of authtui take turns. The client takes no lock, compares nothing before it writes, and
writes in place: what it writes while a change of ours comes into force is found and put back, and
ours is called off; but a client that read before our change and writes after it still undoes it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from authtui.credentials.backups import sync_folder, write_backup, write_new
from authtui.credentials.write_lock import ReplacedFile, locked
from authtui.errors import AuthtuiError
from authtui.machine.files import read_file, unread_reason
from authtui.record import NamedTuple
from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

Why = Literal[
    "changed-underneath",
    "disk-full",
    "read-only",
    "no-permission",
    "unreadable",
    "not-a-document",
    "absent",
    "failed",
]
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DENIED: Final = (errno.EACCES, errno.EPERM)
_LEFTOVER: Final = re.compile(r"\.auth\.json\.authtui-(\d+)-[0-9a-f]{8}\.tmp")


class _Remove:
    """The mark that takes a field away."""

    def __repr__(self) -> str:
        return "REMOVE"


REMOVE: Final = _Remove()


class Written(NamedTuple):
    """The document is in force. `path` is the file itself, behind a link; `backup` the old one."""

    path: str
    backup: str | None
    data: Secret


class Removed(NamedTuple):
    """The document is gone. `left` is the target of a link that was removed: it still stands."""

    path: str
    backup: str | None
    left: str | None = None


class WriteFailure(NamedTuple):
    """The change did not come into force. `sentence` says why, and what stands there now."""

    why: Why
    sentence: str
    path: str


Done = TypeVar("Done", Written, Removed)


def update_document(
    path: str | os.PathLike[str],
    changes: Mapping[str, Any],
    *,
    now: datetime,
    expected: bytes | None,
) -> Written | WriteFailure:
    """Merge `changes` into the document at `path`.

    `changes` maps dotted names (`tokens.access_token`) to JSON values, or to `REMOVE`; everything
    else in the document stays, fields nobody knows included. `expected` is what the caller saw
    there (None: nothing), and a file that holds anything else by now is left alone.
    """

    def change(target: str, data: bytes | None) -> Written | WriteFailure:
        merged = merge(data, changes)
        if isinstance(merged, str):
            return WriteFailure("not-a-document", f"{target} was not changed: {merged}", target)
        return _put(target, merged, data, now)

    return _in_turn(path, expected, change)


def replace_document(
    path: str | os.PathLike[str], data: bytes, *, now: datetime, expected: bytes | None
) -> Written | WriteFailure:
    """Put `data` in the place of the document as a whole: for a backup that is put back."""
    return _in_turn(path, expected, lambda target, old: _put(target, data, old, now))


def remove_document(
    path: str | os.PathLike[str], *, now: datetime, expected: bytes | None
) -> Removed | WriteFailure:
    """Remove the document, as the client's logout does, once a backup of it is safe.

    A symbolic link is removed itself: what it points to is not touched, and `left` names it.
    """
    name = os.fspath(path)
    return _in_turn(name, expected, lambda target, data: _remove(name, target, data, now))


def _remove(name: str, target: str, data: bytes | None, now: datetime) -> Removed | WriteFailure:
    if data is None and not os.path.islink(name):  # noqa: PTH114 - plain text throughout
        return WriteFailure("absent", f"there is nothing at {name}", name)
    backup = None
    try:
        if data is not None:
            backup = write_backup(name, data, now)
            sync_folder(name)
        again = _still(target, data)
        if again is not None:
            if backup is not None:
                os.unlink(backup)  # noqa: PTH108 - plain text throughout
            return again
        os.unlink(name)  # noqa: PTH108 - as above
    except OSError as error:
        if backup is not None:
            with contextlib.suppress(OSError):
                os.unlink(backup)  # noqa: PTH108 - as above
        return _failure(error, name, "was not removed")
    sync_folder(name)
    return Removed(name, backup, target if os.path.lexists(target) else None)


def _in_turn(
    path: str | os.PathLike[str],
    expected: bytes | None,
    change: Callable[[str, bytes | None], Done | WriteFailure],
) -> Done | WriteFailure:
    """Do `change` while no other authtui writes there; a client's write in between wins."""
    found = _read(path, expected)
    if isinstance(found, WriteFailure):
        return found
    target, data = found
    folder = os.path.dirname(target) or "."  # noqa: PTH120 - plain text throughout
    with locked(folder) as mine, ReplacedFile(target, data) as replaced:
        if not mine:
            text = f"another authtui is writing in {folder}; nothing was changed. Try again."
            return WriteFailure("changed-underneath", text, target)
        done = change(target, data)
        if isinstance(done, WriteFailure):
            return done
        late = replaced.late_write()
        return done if late is None else _called_off(target, late, done.backup)


def _called_off(target: str, late: bytes, backup: str | None) -> WriteFailure:
    temporary = _temporary(os.path.dirname(target) or ".")  # noqa: PTH120 - plain text throughout
    try:
        write_new(temporary, late)
        os.replace(temporary, target)  # noqa: PTH105 - as above
    except OSError as error:
        lost = "was written by another program at the same moment, which could not be put back"
        return _failure(error, target, lost, "What authtui did is in force.")
    if backup is not None:
        with contextlib.suppress(OSError):
            os.unlink(backup)  # noqa: PTH108 - as above
    return _changed(target)


def rehearse(path: str | os.PathLike[str], *, expected: bytes | None) -> WriteFailure | None:
    """Whether a change would go through now: writes a file of that size beside it, and removes it.

    For before a step that cannot be undone and must be written down, such as using up a token.
    """
    found = _read(path, expected)
    if isinstance(found, WriteFailure):
        return found
    target, data = found
    merged = merge(data, {})
    if isinstance(merged, str):
        return WriteFailure("not-a-document", f"{target} could not be changed: {merged}", target)
    folder = os.path.dirname(target) or "."  # noqa: PTH120 - plain text throughout
    temporary = _temporary(folder)
    try:
        write_new(temporary, merged + b" " * 8192)
        os.unlink(temporary)  # noqa: PTH108 - as above
    except OSError as error:
        return _failure(error, target, "could not be changed")
    return None


def merge(data: bytes | None, changes: Mapping[str, Any]) -> bytes | str:
    """The document with the changes, as the client would write it; or why it cannot be done."""
    document: dict[str, Any] = {}
    if data is not None:
        try:
            read = json.loads(
                data,
                parse_constant=_no_constant,
                parse_float=_finite,
                object_pairs_hook=_no_twins,
            )
        except (ValueError, RecursionError) as error:
            reason = str(error) if isinstance(error, _RepeatedFieldError) else "it is not JSON"
            return f"{reason}, so its other fields could not be kept"
        if not isinstance(read, dict):
            return "it is JSON, but not an object"
        document = read
    for name, value in changes.items():
        *way, last = name.split(".")
        place = document
        for step in way:
            below = place.get(step)
            if not isinstance(below, dict):
                if value is REMOVE:
                    break
                below = place[step] = {}
            place = below
        else:
            if value is REMOVE:
                place.pop(last, None)
            else:
                place[last] = value
    try:
        return json.dumps(document, indent=2, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(document, indent=2).encode()


class _RepeatedFieldError(AuthtuiError, ValueError):
    """A name stands twice: one of the two values would be lost."""


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedFieldError("a field appears twice in it")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value - value:
        raise ValueError("a number too large to be kept")
    return value


def _read(
    path: str | os.PathLike[str], expected: bytes | None
) -> tuple[str, bytes | None] | WriteFailure:
    name = os.fspath(path)
    if "\0" in name:
        return WriteFailure("failed", "the path has a zero byte in it", name)
    target = os.path.realpath(name)
    facts = read_file(target)
    if facts.kind == "absent":
        data = None
    elif facts.kind == "file" and facts.data is not None:
        data = facts.data
    else:
        text = f"{name} cannot be read and was left alone: {unread_reason(facts)}"
        return WriteFailure("unreadable", text, name)
    if data != expected:
        return _changed(name)
    return target, data


def _changed(name: str) -> WriteFailure:
    return WriteFailure(
        "changed-underneath",
        f"{name} was changed by another program in the meantime; nothing was written. Load again.",
        name,
    )


def _still(target: str, data: bytes | None) -> WriteFailure | None:
    facts = read_file(target)
    same = facts.kind == "absent" if data is None else facts.data == data
    return None if same else _changed(target)


def _put(target: str, new: bytes, old: bytes | None, now: datetime) -> Written | WriteFailure:
    folder = os.path.dirname(target) or "."  # noqa: PTH120 - plain text throughout
    temporary = _temporary(folder)
    backup = None
    done = False
    try:
        _sweep(folder)
        like = os.stat(target) if old is not None else None  # noqa: PTH116 - as above
        write_new(temporary, new, like)
        if old is not None:
            backup = write_backup(target, old, now)
        again = _still(target, old)
        if again is not None:
            return again
        os.replace(temporary, target)  # noqa: PTH105 - as above
        done = True
    except OSError as error:
        state = "was not changed" if old is not None else "was not written"
        return _failure(error, target, state)
    finally:
        if not done:
            for part in filter(None, (temporary, backup)):
                with contextlib.suppress(OSError):
                    os.unlink(part)  # noqa: PTH108 - as above
    sync_folder(target)
    return Written(target, backup, Secret(new.decode("utf-8", "replace")))


def _temporary(folder: str) -> str:
    name = f".auth.json.authtui-{os.getpid()}-{os.urandom(4).hex()}.tmp"
    return os.path.join(folder, name)  # noqa: PTH118 - plain text throughout


def _sweep(folder: str) -> None:
    """Take away what writers that were killed left behind: it holds secrets."""
    for entry in os.listdir(folder):  # noqa: PTH208 - names are all that is wanted
        match = _LEFTOVER.fullmatch(entry)
        if match is not None and not _alive(int(match[1])):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(folder, entry))  # noqa: PTH108, PTH118 - plain text throughout


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


def _failure(
    error: OSError, name: str, what: str, state: str = "The file is as it was before."
) -> WriteFailure:
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    why: Why = "failed"
    if error.errno in _FULL:
        why = "disk-full"
    elif error.errno == errno.EROFS:
        why = "read-only"
    elif error.errno in _DENIED:
        why = "no-permission"
    return WriteFailure(why, f"{name} {what}: {reason}. {state}", name)
