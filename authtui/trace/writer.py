"""Recording: a subscriber that appends every event of a session to a file.

The subscriber only queues events; a thread of its own encodes and writes them, many with one write.
The file is opened to append, readable by its owner alone, and locked, so that two recordings never
mix. It is synced to the disk (`fsync`) at the end and every few seconds: a crash of the program
loses what is not written yet, a power cut at most those seconds.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from authtui.model import events as ev
from authtui.record import NamedTuple
from authtui.trace.fields import moment_text
from authtui.trace.line_format import (
    LONGEST_LINE,
    as_line,
    changes_since,
    event_tree,
    header,
)
from authtui.trace.stand_ins import StandIns, read_machine_names
from authtui.trace.target import open_target, read_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from authtui.answers.findings import Assessment
    from authtui.machine.observation import Observation
    from authtui.model.session import AuthSession
    from authtui.model.state import AuthState
    from authtui.trace.stand_ins import MachineNames

MAX_SIZE: Final = 64 * 1024 * 1024
WAITING_KEPT: Final = 50_000
REQUESTS_TAKEN_OVER: Final = 500
SYNC_SECONDS: Final = 5.0
_BATCH: Final = 500
_ROOM_FOR_THE_END: Final = 200


class Progress(NamedTuple):
    """How far a recording is: the number of `events` written, the file's `size` in bytes.

    `ended` is a sentence once nothing more is written: the limit, or a failure of the disk.
    """

    events: int
    size: int
    limit: int
    skipped: int = 0
    ended: str | None = None
    failed: bool = False


class TraceWriter:
    """Appends events to a trace; give it to `AuthSession.subscribe`, and `close` it in the end.

    Args:
        path: The file. It is made, or continued where it is a trace already.
        machine: The names that must not be in the file.
        key: Makes the marks of stand-ins; see `StandIns`.
        max_size: The limit of the file in bytes; the last line says when it was reached.
        state: What the session knows already; it becomes the first events.
        clock: The current time, aware UTC.

    Raises:
        CannotRecordError: The file is not a trace, or cannot be written; nothing was changed.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        machine: MachineNames | None = None,
        key: bytes | None = None,
        max_size: int = MAX_SIZE,
        state: AuthState | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Open the file and write its header, or the beginning of another part."""
        from authtui.version import __version__

        self._names = StandIns(machine, key)
        self._clock = clock
        self._limit = max_size
        target = open_target(path, self._names)
        self._file = target.file
        self.notice = target.notice
        self._base = self._sequence = target.last
        self._size = target.size
        self._written = self._skipped = self._told_skipped = 0
        self._ended: str | None = None
        self._failed = False
        self._full: tuple[int, dict[str, object]] | None = None
        self._waiting: deque[ev.Event] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._synced = time.monotonic()
        made_by = f"authtui {__version__}"
        if target.size == 0:
            self._write(as_line(header(made_by, clock())))
        else:
            part = {"part": target.part, "made_by": made_by, "at": self._now()}
            self._write(as_line(part))
        self._continues = target.size > 0
        if state is not None and state.observation is not None and state.assessment is not None:
            self._take_over(state, state.observation, state.assessment)
        self._thread = threading.Thread(target=self._work, name="authtui-trace", daemon=True)
        self._thread.start()

    def __call__(self, state: AuthState, event: ev.Event) -> None:  # noqa: ARG002 - a subscriber's signature
        """Queue an event; never waits for the disk."""
        self._take(event)

    def _take(self, event: ev.Event) -> None:
        if len(self._waiting) >= WAITING_KEPT:
            self._skipped += 1
        else:
            self._waiting.append(event)
        self._wake.set()

    def _take_over(self, state: AuthState, seen: Observation, found: Assessment) -> None:
        # So that every pane is complete from the first event on.
        at = self._clock()
        self._take(ev.Loaded(0, at, "record", seen, found))
        for request in state.requests[-REQUESTS_TAKEN_OVER:]:
            self._take(ev.RequestStarted(0, at, "record", request))

    @property
    def waiting(self) -> int:
        """How many events are not written yet."""
        return len(self._waiting)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return Progress(
            self._written, self._size, self._limit, self._skipped, self._ended, self._failed
        )

    def close(self) -> Progress:
        """Write what waits and the last line, sync, and close the file."""
        if not self._closing:
            self._closing = True
            self._wake.set()
            self._thread.join()
        return self.progress

    # ── on its own thread ──────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        while not self._closing:
            self._wake.wait(SYNC_SECONDS)
            self._wake.clear()
            self._drain()
            if time.monotonic() - self._synced >= SYNC_SECONDS:
                self._sync()
        self._drain()
        if self._ended is None:
            self._tell_skipped()
            self._write(as_line({"end": "stopped", "at": self._now()}))
        self._sync()
        os.close(self._file)

    def _drain(self) -> None:
        while self._waiting and self._ended is None:
            batch = bytearray()
            size = self._size
            for _ in range(min(_BATCH, len(self._waiting))):
                lines = self._lines(self._waiting.popleft())
                if size + len(lines) > self._limit - _ROOM_FOR_THE_END:
                    self._write_events(bytes(batch))
                    self._reach_the_limit()
                    return
                batch += lines
                size += len(lines)
                self._sequence += 1 if lines else 0
            self._write_events(bytes(batch))
            self._tell_skipped()
        if self._ended is not None:
            self._waiting.clear()

    def _write_events(self, lines: bytes) -> None:
        self._write(lines)
        if not self._failed:
            self._written = self._sequence - self._base

    def _lines(self, event: ev.Event) -> bytes:
        try:
            lines = self._encoded(event)
        except Exception:  # noqa: BLE001 - one strange event must not end a recording
            lines = b""
        if not lines or len(lines) > LONGEST_LINE:
            self._skipped += 1
            return b""
        return lines

    def _encoded(self, event: ev.Event) -> bytes:
        tree = event_tree(event, self._names)
        tree["n"] = number = self._sequence + 1
        if "request" in tree and self._base:
            # The numbers of an earlier part are taken; each of its events used at most one.
            for name in ("number", "redirect_of", "retry_of"):
                if tree["request"].get(name) is not None:
                    tree["request"][name] += self._base
        full = None
        if "assessment" in tree:
            full = self._with_less(tree, number)
            if self._continues:
                tree["changes"] = ["another recording begins", *tree.get("changes", ())]
                self._continues = False
        lines = b"".join(as_line({"name": n, "mark": m}) for n, m in self._names.fresh())
        lines += as_line(tree)
        self._full = full or self._full
        return lines

    def _with_less(self, tree: dict[str, Any], number: int) -> tuple[int, dict[str, Any]] | None:
        # An assessment nearly the same as an earlier one is written as what differs.
        whole: dict[str, object] = tree["assessment"]
        if self._full is not None:
            like, base = self._full
            changed = changes_since(base, whole)
            if len(as_line(changed)) * 2 < len(as_line(whole)):
                tree["assessment"] = {"like": like, **changed}
                return None
        return number, whole

    def _tell_skipped(self) -> None:
        count = self._skipped - self._told_skipped
        if count > 0 and self._ended is None:
            self._told_skipped = self._skipped
            why = "they came faster than they could be written, or were too large"
            self._write(as_line({"skipped": count, "why": why}))

    def _reach_the_limit(self) -> None:
        self._write(as_line({"end": "size limit", "limit": self._limit, "at": self._now()}))
        if self._ended is None:
            self._ended = f"the limit of {size_words(self._limit)} is reached"
        self._waiting.clear()

    def _now(self) -> str:
        return moment_text(self._clock())

    def _write(self, data: bytes) -> None:
        try:
            while data and self._ended is None:
                # A regular file takes everything at once; a full disk takes less, then nothing.
                written = os.write(self._file, data)
                self._size += written
                data = data[written:]
        except OSError as error:
            self._ended = f"it could not be written: {error.strerror or 'input or output failed'}"
            self._failed = True

    def _sync(self) -> None:
        self._synced = time.monotonic()
        try:
            os.fsync(self._file)
        except OSError as error:
            if self._ended is None:
                self._ended = f"it could not be written: {error.strerror or 'the disk refused'}"
                self._failed = True


def record(
    session: AuthSession[Any],
    path: str | Path,
    environ: Mapping[str, str],
    max_size: int = MAX_SIZE,
) -> tuple[TraceWriter, Callable[[], None]]:
    """Record a session from here on, first what it knows already.

    Returns the writer and a function that ends the subscription. Events that come while the file
    is opened are neither lost nor written twice.

    Raises:
        CannotRecordError: The file is not a trace, or cannot be written; nothing was changed.
    """
    from authtui.directories import state_dir

    heard: list[tuple[AuthState, ev.Event]] = []
    lock = threading.Lock()
    writer: TraceWriter | None = None
    known = 0

    def hear(state: AuthState, event: ev.Event) -> None:
        with lock:
            if writer is None:
                heard.append((state, event))
            elif event.sequence > known:
                writer(state, event)

    leave = session.subscribe(hear)
    state = session.state
    try:
        made = TraceWriter(
            path,
            machine=read_machine_names(environ),
            key=read_key(state_dir(environ)),
            max_size=max_size,
            state=state,
        )
    except BaseException:
        leave()
        raise
    with lock:
        writer, known = made, state.last.sequence if state.last else 0
        for then, event in heard:
            if event.sequence > known:
                made(then, event)
    return made, leave


def size_words(size: int) -> str:
    """`312 bytes`, `4.2 KB`, `64 MB`."""
    for unit, words in ((1024 * 1024, "MB"), (1024, "KB")):
        if size >= unit:
            number = size / unit
            digits = 0 if number >= 10 or number.is_integer() else 1
            return f"{number:.{digits}f} {words}"
    return f"{size} bytes"
