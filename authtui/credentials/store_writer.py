"""The one writer of auth.json: the old document or the new one, never neither.

Every change reads the file again, refuses where it is not what the caller saw, keeps what it does
not know, leaves a backup, and comes into force by one rename. A failure leaves the old file whole
and says so in a sentence. Nothing here raises on what it finds.

A `Reservation` is a change that was found possible: what would hinder it was looked for, a private
file for the new document stands beside the old one and was renamed once, the backup is made. What
is put into it is never lost: where it cannot come into force it stays as a rescue file.

Writers take turns by the locks of the client. A client that takes none writes in place: what it
writes while a change of ours comes into force is found and put back, and ours is called off; but
one that read before our change and writes after it still undoes it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from typing import TYPE_CHECKING, Final, Literal

from authtui.credentials import backups
from authtui.credentials.obstacles import ROOM, obstacle_to_change, obstacle_to_removal
from authtui.credentials.write_lock import Lock, ReplacedFile, lock_paths
from authtui.errors import AuthtuiError
from authtui.machine.files import read_file, unread_reason
from authtui.machine.storage import read_storage
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
    "hindered",
    "locked",
    "failed",
]
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DENIED: Final = (errno.EACCES, errno.EPERM)


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
    """The change did not come into force. `sentence` says why, and what stands there now.

    `rescue` is the file that holds the new document, where it must not be lost.
    """

    why: Why
    sentence: str
    path: str
    rescue: str | None = None


def update_document(
    path: str | os.PathLike[str],
    changes: Mapping[str, object],
    *,
    now: datetime,
    expected: bytes | None,
) -> Written | WriteFailure:
    """Merge `changes` into the document at `path`.

    `changes` maps dotted names (`tokens.access_token`) to JSON values, or to `REMOVE`; everything
    else in the document stays, fields nobody knows included. `expected` is what the caller saw
    there (None: nothing), and a file that holds anything else by now is left alone.
    """
    held = reserve(path, expected=expected, now=now)
    if isinstance(held, WriteFailure):
        return held
    with held:
        return held.change(changes, precious=False)


def replace_document(
    path: str | os.PathLike[str], data: bytes, *, now: datetime, expected: bytes | None
) -> Written | WriteFailure:
    """Put `data` in the place of the document as a whole: for a backup that is put back."""
    held = reserve(path, expected=expected, now=now, merges=False)
    if isinstance(held, WriteFailure):
        return held
    with held:
        return held.put(data, precious=False)


def remove_document(
    path: str | os.PathLike[str], *, now: datetime, expected: bytes | None
) -> Removed | WriteFailure:
    """Remove the document, as the client's logout does, once a backup of it is safe.

    A symbolic link is removed itself: what it points to is not touched, and `left` names it.
    """
    held = reserve_removal(path, expected=expected, now=now)
    if isinstance(held, WriteFailure):
        return held
    with held:
        return held.remove()


def reserve(
    path: str | os.PathLike[str],
    *,
    expected: bytes | None,
    now: datetime,
    merges: bool = True,
) -> Reservation | WriteFailure:
    """Try everything that changing the document takes, short of touching it, and hold it ready.

    For before a step that cannot be undone and must be written down, such as using up a token.
    """
    return _reserve(path, expected, now, merges=merges)


def reserve_removal(
    path: str | os.PathLike[str], *, expected: bytes | None, now: datetime
) -> Reservation | WriteFailure:
    """The same for removing it."""
    return _reserve(path, expected, now, merges=False, removes=True)


def _reserve(
    path: str | os.PathLike[str],
    expected: bytes | None,
    now: datetime,
    *,
    merges: bool,
    removes: bool = False,
) -> Reservation | WriteFailure:
    found = _read(path, expected)
    if isinstance(found, WriteFailure):
        return found
    name, (target, data) = os.fspath(path), found
    if removes and data is None and not os.path.islink(name):
        return WriteFailure("absent", f"there is nothing at {name}", name)
    if merges:
        merged = merge(data, {})
        if isinstance(merged, str):
            return WriteFailure("not-a-document", f"{target} was not changed: {merged}", target)
    place = name if removes else target
    held = Reservation(name, place, target, data, now)
    facts = read_storage(place)
    if removes and place != target:  # a link is removed itself: its target hinders nothing
        facts = facts._replace(mounted=False, flags=(), mode=None, sticky_owner=None)
    obstacle = obstacle_to_removal(facts) if removes else obstacle_to_change(facts)
    if obstacle is not None:
        text = f"{place} was not {'removed' if removes else 'changed'}: {obstacle.reason}"
        return WriteFailure("hindered", f"{text}; {obstacle.advice}.", place)
    problem = held.prepare(spare=not removes)
    if problem is not None:
        held.release()
    return held if problem is None else problem


class Reservation:
    """A change of one document that was found possible, with all it takes; `release` ends it."""

    def __init__(
        self, path: str, place: str, target: str, data: bytes | None, now: datetime
    ) -> None:
        """Nothing is held before `prepare`. `place` is what is replaced or removed."""
        self._path, self._place, self._target = path, place, target
        self._data, self._now = data, now
        self.shown = place
        locks = [Lock(name) for name in lock_paths(path)]
        self._home, self._file = locks[0], locks[-1]
        self._spare = self._backup = ""
        self._handle: int | None = None
        self._done = False

    def __enter__(self) -> Reservation:
        """Hold it until the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Let go of everything; a backup of what was not changed is taken away again."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        for part in (self._spare, "" if self._done else self._backup):
            if part:
                with contextlib.suppress(OSError):
                    os.unlink(part)
        self._spare = ""
        self.let_others()
        self._home.let_go()

    def let_others(self) -> None:
        """Let go of the lock beside the file, for which the client waits five seconds only."""
        self._file.let_go()

    def let_all(self) -> None:
        """Let go of both locks, for a step that may take minutes; `change` takes them again."""
        self._file.let_go()
        self._home.let_go()

    def prepare(self, *, spare: bool) -> WriteFailure | None:
        """Take the locks, and make the backup and the file for the new document."""
        try:
            problem = self._take_turn() or self._still()
            if problem is not None:
                return problem
            backups.sweep(self._target, self._now)
            self._back_up()
            if spare:
                room = b" " * (len(self._data or b"") + ROOM)
                made = backups.part_name(self._target, "tmp")
                self._handle = backups.open_new(made, room, self._like())
                self._spare = made
                ready = backups.part_name(self._target, "new")
                os.rename(made, ready)
                self._spare = ready
            if os.name == "nt" and self._data is not None:
                try_replacing(self._place)
        except OSError as error:
            state = "was not removed" if not spare else "was not changed"
            return _failure(error, self.shown, state)
        self.let_others()
        return None

    def change(
        self,
        changes: Mapping[str, object],
        *,
        precious: bool = True,
        fits: Callable[[bytes | None], bool] | None = None,
    ) -> Written | WriteFailure:
        """Merge `changes` into the document. `precious`: they must not be lost on any account.

        `fits` says whether they also belong into another document that stands there by now.
        """

        def make(data: bytes | None) -> bytes | str:
            merged = merge(data, changes)
            return merged if isinstance(merged, str) else self._form(merged)

        return self._put(make, precious=precious, fits=fits)

    def _form(self, merged: bytes) -> bytes:
        """A merged document as the client writes it into this place."""
        return merged

    def put(self, data: bytes, *, precious: bool = True) -> Written | WriteFailure:
        """Put `data` in the place of the document."""
        return self._put(lambda _: data, precious=precious, fits=None)

    def _put(
        self,
        make: Callable[[bytes | None], bytes | str],
        *,
        precious: bool,
        fits: Callable[[bytes | None], bool] | None,
    ) -> Written | WriteFailure:
        new = make(self._data)
        if isinstance(new, str):
            return WriteFailure(
                "not-a-document", f"{self.shown} was not changed: {new}", self.shown
            )
        try:
            # First of all it is written down: whatever happens from here on, it can be found.
            self._write_down(new)
            answer = self._bring_into_force(new, make, fits)
        except OSError as error:
            answer = _failure(error, self.shown, "was not changed")
        if isinstance(answer, WriteFailure) and precious:
            answer = answer._replace(rescue=self._rescue(new))
        return answer

    def _write_down(self, new: bytes) -> None:
        if self._handle is None or os.fstat(self._handle).st_nlink == 0:
            raise OSError(errno.ENOENT, "the file for it was removed")
        backups.fill(self._handle, new)

    def _rescue(self, new: bytes) -> str | None:
        spare, self._spare = self._spare, ""
        if not spare or read_file(spare).data != new:
            spare = backups.part_name(self._target, "new")
            try:
                backups.write_new(spare, new, self._like())
            except OSError:
                return None
        return backups.keep_as_rescue(spare, self._target, self._now)

    def _bring_into_force(
        self,
        new: bytes,
        make: Callable[[bytes | None], bytes | str],
        fits: Callable[[bytes | None], bool] | None,
    ) -> Written | WriteFailure:
        problem = self._take_turn() or self._still()
        if problem is not None and problem.why == "changed-underneath" and fits is not None:
            data = self.look()
            merged = make(data) if not isinstance(data, WriteFailure) and fits(data) else None
            if isinstance(data, WriteFailure) or not isinstance(merged, bytes):
                return problem
            self._write_down(merged)
            if self._backup:
                os.unlink(self._backup)
                self._backup = ""
            self._data, new = data, merged
            self._back_up()
            problem = self._still()
        return problem or self._install(new)

    def _install(self, new: bytes) -> Written | WriteFailure:
        """Put what was written down in the place of the document."""
        with ReplacedFile(self._target, self._data) as replaced:
            os.replace(self._spare, self._target)
            self._spare, self._done = "", True
            backups.sync_folder(self._target)
            late = replaced.late_write()
        if late is not None:
            return self._call_off(late)
        return self._written(new)

    def _written(self, new: bytes) -> Written:
        return Written(self.shown, self._backup or None, Secret(new.decode("utf-8", "replace")))

    def remove(self) -> Removed | WriteFailure:
        """Remove the document, or the link to it."""
        try:
            return self._take_turn() or self._still() or self._take_away()
        except OSError as error:
            return _failure(error, self.shown, "was not removed")

    def _take_away(self) -> Removed | WriteFailure:
        with ReplacedFile(self._target, self._data) as removed:
            os.unlink(self._place)
            self._done = True
            backups.sync_folder(self._place)
            late = removed.late_write()
        if late is not None:
            return self._call_off(late)
        left = self._target if os.path.lexists(self._target) else None
        return Removed(self._place, self._backup or None, left)

    def look(self) -> bytes | WriteFailure | None:
        """What stands there now; None where nothing does."""
        return _look(self._target)

    def _still(self) -> WriteFailure | None:
        found = self.look()
        if isinstance(found, WriteFailure):
            return found
        return None if found == self._data else _changed(self.shown)

    def _back_up(self) -> None:
        if self._data is not None:
            like = self._like()
            self._backup = backups.write_backup(self._place, self._data, self._now, like)

    def _take_turn(self) -> WriteFailure | None:
        for lock in (self._home, self._file):
            if not lock.take():
                who = read_storage(self._path, (lock.path,)).held
                name = f"process {who[0].process}" if who and who[0].process else "another process"
                text = f"{name} is writing and holds {lock.path}; nothing was changed. Try again."
                return WriteFailure("locked", text, self.shown)
        return None

    def _like(self) -> os.stat_result | None:
        path = self._target if os.path.lexists(self._target) else os.path.dirname(self._target)
        with contextlib.suppress(OSError):
            return os.stat(path)
        return None

    def _call_off(self, late: bytes) -> WriteFailure:
        temporary = backups.part_name(self._target, "tmp")
        try:
            backups.write_new(temporary, late, self._like())
            os.replace(temporary, self._target)
        except OSError as error:
            lost = "was written by another program at the same moment, which could not be put back"
            return _failure(error, self._target, lost, "What authtui did is in force.")
        self._done = False
        return _changed(self._target)


def try_replacing(place: str) -> None:
    """Raise the `OSError` of replacing a file that another program has open, where that is one."""
    os.replace(place, place)


def merge(data: bytes | None, changes: Mapping[str, object]) -> bytes | str:
    """The document with the changes, as the client would write it; or why it cannot be done."""
    document: dict[str, object] = {}
    if data is not None:
        try:
            read = json.loads(
                data,
                parse_constant=_no_constant,
                parse_float=_finite,
                object_pairs_hook=_no_twins,
            )
        except (ValueError, RecursionError) as error:
            reason = "it is not JSON"
            if isinstance(error, _RepeatedFieldError):
                reason = str(error)
            elif isinstance(error, RecursionError):
                reason = "it is nested too deeply"
            elif not isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
                reason = "a number in it is too long or no number"
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
    except RecursionError:
        return "it is nested too deeply, so its other fields could not be kept"


class _RepeatedFieldError(AuthtuiError, ValueError):
    """A name stands twice: one of the two values would be lost."""


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
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
    data = _look(target, name)
    if isinstance(data, WriteFailure):
        return data
    return (target, data) if data == expected else _changed(name)


def _look(target: str, name: str = "") -> bytes | WriteFailure | None:
    facts = read_file(target)
    if facts.kind == "absent" or (facts.kind == "file" and facts.data is not None):
        return facts.data
    text = f"{name or target} cannot be read and was left alone: {unread_reason(facts)}"
    return WriteFailure("unreadable", text, name or target)


def _changed(name: str) -> WriteFailure:
    return WriteFailure(
        "changed-underneath",
        f"{name} was changed by another program in the meantime; nothing was written. Load again.",
        name,
    )


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
