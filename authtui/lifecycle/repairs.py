"""Repairs of the user's own files: what a fix would write, and writing it. A backup is kept."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from authtui.assessment.edited_file import edited_path, edited_text
from authtui.machine.observation import AUTH_FILE
from authtui.redaction import redacted_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from authtui.answers.findings import Fix
    from authtui.credentials.store_writer import WriteFailure, Written
    from authtui.machine.observation import Observation


class FileRepair(NamedTuple):
    """A fix whose edit is known: the file, what it holds, and what it is to hold.

    `owner` is whose file it is, where that is not the one who looks.
    """

    fix: Fix
    path: str
    before: bytes | None
    after: bytes
    mode: int | None = None
    owner: str | None = None


def repairs_of(fixes: tuple[Fix, ...], observation: Observation) -> Iterator[FileRepair]:
    """The fixes that edit a file, read as it is now; one that no longer fits is left out."""
    from authtui.machine.files import read_file

    for fix in fixes:
        if fix.edit is None:
            continue
        path = edited_path(fix.edit, observation)
        facts = read_file(Path(path))
        if facts.data is None and facts.exists:
            continue
        text = (facts.data or b"").decode("utf-8", "surrogateescape")
        after = edited_text(fix.edit, text, observation)
        if after is not None and after != text:
            owner = (facts.owner or str(facts.uid)) if facts.owned_by_me is False else None
            data = after.encode("utf-8", "surrogateescape")
            yield FileRepair(fix, path, facts.data, data, facts.mode, owner)


def difference_of(repair: FileRepair) -> tuple[str, ...]:
    """The change as lines of a unified difference, redacted; not yet made printable."""
    import difflib

    old = (repair.before or b"").decode("utf-8", "replace")
    new = repair.after.decode("utf-8", "replace")
    return tuple(
        difflib.unified_diff(
            redacted_lines(old),
            redacted_lines(new),
            repair.path,
            repair.path,
            n=1,
            lineterm="",
        )
    )


def apply_repair(repair: FileRepair, now: datetime) -> Written | WriteFailure:
    """Write the file, unless it has changed since; what stood there is kept beside it."""
    from authtui.credentials.store_writer import WriteFailure, replace_document

    done = replace_document(repair.path, repair.after, now=now, expected=repair.before)
    login = repair.fix.edit is not None and repair.fix.edit.file == AUTH_FILE
    if not isinstance(done, WriteFailure) and not login and repair.mode is not None:
        # A file that is no login keeps the permissions that it had.
        with suppress(OSError):
            Path(repair.path).chmod(repair.mode)
    return done
