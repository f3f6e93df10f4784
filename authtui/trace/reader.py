"""Reads a trace: every line is checked, and what is not a trace is refused, by line.

A large file is read step by step (`Trace.scan`), so that its beginning can be shown at once. Of an
event only its offset in the file is kept; it is read again when it is needed.
"""

from __future__ import annotations

import os
import stat
import threading
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, overload

from authtui.model import events as ev
from authtui.record import NamedTuple
from authtui.trace.declarations import ASSESSMENT
from authtui.trace.fields import DamageError, read_moment, read_text
from authtui.trace.files import open_file, read_at
from authtui.trace.line_format import (
    ENDS,
    LARGEST_FILE,
    LONGEST_LINE,
    MOST_EVENTS,
    check_header,
    head_of,
    parse,
    read_event,
    sequence_of,
    with_changes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from authtui.answers.findings import Assessment

BLOCK: Final = 1024 * 1024
_CACHED: Final = 600
_ASSESSMENTS_CACHED: Final = 6

QUIET, REQUEST, STEP, LOOK, FAILURE = range(5)
"""How much an event matters to who scans a trace; where several meet, the largest is shown."""
_MARKS: Final = {
    "Loaded": LOOK,
    "SourceChanged": LOOK,
    "RequestStarted": REQUEST,
    "RequestFinished": REQUEST,
    "ChildSaid": QUIET,
    "Told": QUIET,
}


class Refusal(NamedTuple):
    """Why a file is not a trace, or none from some `line` on, counted from 1."""

    reason: str
    line: int | None = None

    def __str__(self) -> str:
        """`line 7: not JSON at column 12`."""
        return f"line {self.line:,}: {self.reason}" if self.line else self.reason


def open_trace(path: str | Path) -> Trace | Refusal:
    """Open a file and read its first line; never blocks, and refuses what is not a regular file."""
    try:
        file = open_file(path, os.O_RDONLY)
    except (OSError, ValueError) as error:
        return Refusal(getattr(error, "strerror", None) or "not a valid file name")
    found = os.fstat(file)
    refusal = _refusal(found)
    if refusal is None:
        trace = Trace(file, found.st_size, Path(path).name)
        refusal = trace.damage
    if refusal is not None:
        os.close(file)
        return refusal
    return trace


def _refusal(found: os.stat_result) -> Refusal | None:
    kinds = (
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    for holds, words in kinds:
        if holds(found.st_mode):
            return Refusal(f"it is {words}, not a file")
    if found.st_size == 0:
        return Refusal("it is empty")
    if found.st_size > LARGEST_FILE:
        size, most = found.st_size / 1024**2, LARGEST_FILE // 1024**2
        return Refusal(f"it holds {size:,.0f} MB, and no more than {most} MB are read")
    return None


class Trace(Sequence[ev.Event]):
    """The events of a file, as far as they were read.

    `damage` says where and why reading had to stop; `notices` are sentences for the user. `marks`
    has one byte for each event (`FAILURE` and so on), `words` the text that a search looks in,
    where `describe` was given to `scan`.
    """

    def __init__(self, file: int, size: int, name: str) -> None:
        """Read the header; `file` is an open descriptor and belongs to the trace from here on."""
        self.name = name
        self.size = size
        self.read = 0
        self.damage: Refusal | None = None
        self.notices: list[str] = []
        self.marks = bytearray()
        self.kinds: list[str] = []
        self.words: list[str] = []
        self.ended = False
        self._file = file
        self._offsets = array("Q")
        self._lengths = array("L")
        self._sequences = array("Q")
        self._times = array("d")
        self._line = 0
        self._lock = threading.RLock()
        self._whole: dict[int, int] = {}
        self._assessments: OrderedDict[int, Assessment] = OrderedDict()
        self._events: OrderedDict[int, ev.Event] = OrderedDict()
        self._lines = self._split()
        self._begin()

    # ── reading on ─────────────────────────────────────────────────────────────────────────────

    @property
    def done(self) -> bool:
        """Whether the whole file was read, or reading ended at a damage."""
        return self.damage is not None or self.read >= self.size

    def scan(self, most: int, describe: Callable[[ev.Event], str] | None = None) -> list[ev.Event]:
        """Read up to `most` more lines; returns the events among them, in order."""
        found: list[ev.Event] = []
        for _ in range(most):
            taken = next(self._lines, None)
            if taken is None:
                self.read = self.size
                break
            offset, line, whole = taken
            self._line += 1
            try:
                with self._lock:
                    event = self._take(offset, line)
            except DamageError as damage:
                if not whole:
                    self.notices.append(
                        f"its last line is cut off; the {len(line):,} bytes of it were left out"
                    )
                    self.read = self.size
                else:
                    self.damage = Refusal(str(damage), self._line)
                break
            self.read = offset + len(line) + 1
            if event is not None:
                self.words.append(describe(event) if describe else "")
                found.append(event)
        return found

    def _begin(self) -> None:
        taken = next(self._lines, None)
        if taken is None:
            return
        self._line = 1
        if b"\0" in taken[1][:512]:
            self.damage = Refusal("a file of bytes, not of text", 1)
            return
        try:
            check_header(parse(taken[1]))
        except DamageError as damage:
            self.damage = Refusal(str(damage), 1)
        self.read = len(taken[1]) + 1

    def _split(self) -> Iterator[tuple[int, bytes, bool]]:
        # Offset, line without its line end, and whether it had one.
        held, start, at = b"", 0, 0
        while at < self.size:
            block = read_at(self._file, min(BLOCK, self.size - at), at)
            if not block:
                break
            at += len(block)
            parts = (held + block).split(b"\n")
            held = parts.pop()
            for part in parts:
                yield start, part, True
                start += len(part) + 1
            if len(held) > LONGEST_LINE:
                break
        if held:
            yield start, held, len(held) > LONGEST_LINE

    def _take(self, offset: int, line: bytes) -> ev.Event | None:
        tree = parse(line)
        head = head_of(tree)
        if head != "n":
            self._take_other(head, tree)
            return None
        number = sequence_of(tree)
        if self._sequences and number <= self._sequences[-1]:
            raise DamageError(f"event {number:,} after event {self._sequences[-1]:,}")
        if len(self._sequences) >= MOST_EVENTS:
            raise DamageError(f"more than {MOST_EVENTS:,} events")
        event = self._event(tree)
        if isinstance(event, ev.Loaded) and "like" not in tree["assessment"]:
            self._whole[number] = len(self._offsets)
            self._remember(number, event.assessment)
        self._offsets.append(offset)
        self._lengths.append(len(line))
        self._times.append(event.at.timestamp())
        self.marks.append(FAILURE if is_failure(event) else _MARKS.get(event.kind, STEP))
        self.kinds.append(event.kind)
        self._sequences.append(number)  # Last: from here on, other threads see the event.
        return event

    def _take_other(self, head: str, tree: dict[str, object]) -> None:
        if head == "authtui_trace":
            raise DamageError("a second header")
        if head == "skipped":
            count = tree["skipped"]
            if type(count) is not int or not 0 < count < 10**12:
                raise DamageError("not a number of events", "skipped")
            self.notices.append(f"{count:,} events are missing: {read_text(tree.get('why', ''))}")
        elif head == "end":
            read_moment(tree.get("at"))
            if tree["end"] not in ENDS:
                raise DamageError(f"not one of {', '.join(ENDS)}", "end")
            self.ended = True
            if tree["end"] == "size limit":
                self.notices.append("the recording ended at its size limit")
        elif head == "part":
            read_moment(tree.get("at"))
            self.ended = False
        else:
            read_text(tree["name"])
            read_text(tree.get("mark"))

    def _event(self, tree: dict[str, object]) -> ev.Event:
        given = tree.get("assessment")
        if tree.get("kind") != "Loaded" or not isinstance(given, dict) or "like" not in given:
            return read_event(tree)
        changes = dict(given)
        like = changes.pop("like")
        if type(like) is not int or like not in self._whole:
            raise DamageError("not the number of an earlier look", "assessment.like")
        try:
            assessment = with_changes(ASSESSMENT, self._assessment(like), changes)
        except DamageError as damage:
            raise damage.under("assessment") from None
        return read_event(tree, assessment)

    def _assessment(self, number: int) -> Assessment:
        found = self._assessments.get(number)
        if found is None:
            event = read_event(parse(self._bytes(self._whole[number])))
            if not isinstance(event, ev.Loaded):
                raise DamageError("the file was changed while it was open")
            found = event.assessment
        self._remember(number, found)
        return found

    def _remember(self, number: int, assessment: Assessment) -> None:
        self._assessments[number] = assessment
        self._assessments.move_to_end(number)
        if len(self._assessments) > _ASSESSMENTS_CACHED:
            self._assessments.popitem(last=False)

    # ── what was read ──────────────────────────────────────────────────────────────────────────

    def __len__(self) -> int:
        """How many events were read so far."""
        return len(self._sequences)

    @overload
    def __getitem__(self, index: int) -> ev.Event: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[ev.Event, ...]: ...
    def __getitem__(self, index: int | slice) -> ev.Event | tuple[ev.Event, ...]:
        """The event at a place, from 0; a `Failed` event where the file was changed meanwhile."""
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        with self._lock:
            event = self._events.get(index)
            if event is None:
                event = self._again(index)
                self._events[index] = event
                if len(self._events) > _CACHED:
                    self._events.popitem(last=False)
        return event

    def _again(self, place: int) -> ev.Event:
        try:
            return self._event(parse(self._bytes(place)))
        except (DamageError, OSError):
            text = "the file was changed while it was open; open it again"
            return ev.Failed(self._sequences[place], self.time(place), "trace", "trace", text)

    def _bytes(self, place: int) -> bytes:
        return read_at(self._file, self._lengths[place], self._offsets[place])

    def time(self, place: int) -> datetime:
        """When the event at a place was, aware UTC."""
        return datetime.fromtimestamp(self._times[place], UTC)

    def seconds(self, place: int) -> float:
        """The same in seconds since 1970."""
        return self._times[place]

    def number(self, place: int) -> int:
        """The sequence number of the event at a place."""
        return self._sequences[place]

    def place_of(self, number: int) -> int:
        """The place of the newest event whose number is not larger; 0 before all of them."""
        return max(0, bisect_right(self._sequences, number) - 1)

    def close(self) -> None:
        """Close the file that records are read from."""
        os.close(self._file)


def is_failure(event: ev.Event) -> bool:
    """Whether an event is a failure, which `Replay.next_failure` stops at."""
    match event:
        case ev.Failed() | ev.Restricted() | ev.FellBack() | ev.IdentityDropped():
            return True
        case ev.RequestFinished(request=request):
            return request.error is not None or request.colour == "fail"
        case ev.Asserted(status=status):
            return status is None or status >= 400
        case ev.RotationSeen(accepted=accepted):
            return not accepted
        case ev.ChildEnded(exit_status=status, signal=signal):
            return bool(status) or signal is not None
        case ev.RecoveryStep(problem=problem):
            return problem is not None
        case _:
            return False
