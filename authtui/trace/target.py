"""The file that a recording appends to: a new one, or a trace that is continued.

No other file is ever written to. A last line that was cut off, because the program or the machine
went down, is removed, and `Target.notice` says so.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from authtui.directories import TRACE_KEY
from authtui.errors import AuthtuiError
from authtui.record import NamedTuple
from authtui.trace.fields import DamageError
from authtui.trace.files import open_file, read_at
from authtui.trace.line_format import (
    LARGEST_FILE,
    LONGEST_LINE,
    check_header,
    head_of,
    parse,
    sequence_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.trace.stand_ins import StandIns

_KEY_BYTES: Final = 32


class CannotRecordError(AuthtuiError):
    """Why a file cannot be recorded to, as a sentence; the file was not changed."""


class Target(NamedTuple):
    """An open file. `last` is the number of its last event, `part` that of the part that begins."""

    file: int
    size: int = 0
    last: int = 0
    part: int = 1
    notice: str | None = None


def open_target(path: str | Path, names: StandIns) -> Target:
    """Open to append, with a lock.

    Raises:
        CannotRecordError: Something else stands there, or it cannot be opened.
    """
    try:
        file = open_file(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, "O_NOFOLLOW")
    except (OSError, ValueError) as error:
        raise CannotRecordError(_why_not(error)) from None
    try:
        return _continued(file, names)
    except DamageError as damage:
        os.close(file)
        raise CannotRecordError(
            f"it is not a trace of authtui that can be continued: {damage}"
        ) from None
    except OSError as error:
        os.close(file)
        raise CannotRecordError(_why_not(error)) from None
    except CannotRecordError:
        os.close(file)
        raise


def _why_not(error: Exception) -> str:
    import errno

    number = getattr(error, "errno", None)
    if number == errno.ELOOP:
        return "it is a link; give the path of the file itself"
    if number == errno.ENXIO:
        return "it is not a regular file"
    return getattr(error, "strerror", None) or "not a valid file name"


def _continued(file: int, names: StandIns) -> Target:
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):
        raise CannotRecordError("it is not a regular file")
    _lock(file)
    if found.st_size > LARGEST_FILE:
        raise CannotRecordError("it is larger than a trace may be")
    open_to_others = hasattr(os, "fchmod") and stat.S_IMODE(found.st_mode) != 0o600
    if open_to_others and (found.st_size == 0 or _first_line_is_ours(file)):
        os.fchmod(file, 0o600)
    if found.st_size == 0:
        return Target(file)
    return _read_through(file, found.st_size, names)


def _first_line_is_ours(file: int) -> bool:
    line = read_at(file, 4_096, 0).partition(b"\n")[0]
    with suppress(DamageError):
        check_header(parse(line))
        return True
    return False


def _lock(file: int) -> None:
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise CannotRecordError("another recording is writing to it") from None


def _read_through(file: int, size: int, names: StandIns) -> Target:
    # Only the last number, the stand-ins and the parts: the reader checks everything else.
    last, part, offset = 0, 1, 0
    with os.fdopen(os.dup(file), "rb") as lines:
        lines.seek(0)
        for number, line in enumerate(iter(lambda: lines.readline(LONGEST_LINE + 1), b""), 1):
            if not line.endswith(b"\n"):
                break
            offset += len(line)
            try:
                last, part = _one(line[:-1], number, last, part, names)
            except DamageError as damage:
                raise damage.under(f"line {number}") from None
    cut = size - offset
    if offset == 0:
        raise CannotRecordError("it is not a trace of authtui: it does not begin with a header")
    if not cut:
        return Target(file, size, last, part + 1)
    if cut > LONGEST_LINE:
        raise CannotRecordError("its last line is longer than a line of a trace")
    os.ftruncate(file, offset)
    notice = f"its last line was cut off; its {cut} bytes were removed"
    return Target(file, offset, last, part + 1, notice)


def _one(line: bytes, number: int, last: int, part: int, names: StandIns) -> tuple[int, int]:
    if number > 1 and line.startswith(b'{"n":'):
        # Events are most of a file, and only their numbers are needed.
        digits = line[5:18].partition(b",")[0]
        return (int(digits) if digits.isdigit() else last), part
    tree = parse(line)
    if number == 1:
        check_header(tree)
        return last, part
    head = head_of(tree)
    if head == "name":
        name, mark = tree.get("name"), tree.get("mark")
        if not isinstance(name, str) or not isinstance(mark, str):
            raise DamageError("not a stand-in")
        names.resume(name, mark)
    elif head == "part":
        part += 1
    elif head == "n":
        last = sequence_of(tree)
    return last, part


def read_key(folder: Path) -> bytes:
    """The key of this machine's stand-in marks; made at the first recording, with mode 0600.

    Where it can be neither read nor made, a key for this recording alone: one that continues an
    earlier recording then gives new stand-ins, and never reuses a name.
    """
    path = folder / TRACE_KEY
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "wb") as made:
                made.write(os.urandom(_KEY_BYTES))
        file = open_file(path, os.O_RDONLY)
        try:
            key = os.read(file, _KEY_BYTES + 1) if stat.S_ISREG(os.fstat(file).st_mode) else b""
        finally:
            os.close(file)
        if len(key) == _KEY_BYTES:
            return key
    return os.urandom(_KEY_BYTES)
