"""A trace as a read-only session: the same fold, and any moment of it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from authtui.model.checkpoints import Checkpoints
from authtui.model.state import AuthState, fold
from authtui.trace.reader import FAILURE

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.exchanges.records import RequestRecord
    from authtui.model.events import Event
    from authtui.model.session import Subscriber
    from authtui.trace.reader import Trace

CHECKPOINT_EVERY: Final = 128
_FIRST: Final = 64


class Replay:
    """Has the methods of `AuthSession` that the app uses, on top of a trace.

    Args:
        trace: An open trace; its first events are read at once.
        describe: The text of an event that a search looks in.
    """

    options = None

    def __init__(self, trace: Trace, describe: Callable[[Event], str] | None = None) -> None:
        """Read the beginning; `read_on` reads the rest."""
        self.trace = trace
        self._describe = describe
        self._checkpoints = Checkpoints(CHECKPOINT_EVERY)
        self._folded = 0
        self._newest = AuthState()
        self._seen: tuple[int, AuthState] = (0, AuthState())
        self.subscriber_errors: deque[Exception] = deque(maxlen=1)
        self.read_on(_FIRST)

    def read_on(self, most: int) -> bool:
        """Read up to `most` more lines; returns whether there are more."""
        for event in self.trace.scan(most, self._describe):
            self._newest = fold(self._newest, event)
            self._folded += 1
            if self._folded % self._checkpoints.every == 0:
                # Headers and bodies are left in the file, where `request` finds them.
                self._newest = self._newest.without_details()
                self._checkpoints.note(self._folded, self._newest)
        return not self.trace.done

    @property
    def events(self) -> Trace:
        """Every event that was read."""
        return self.trace

    @property
    def state(self) -> AuthState:
        """The state after the newest event that was read."""
        return self._newest

    def state_at(self, sequence: int) -> AuthState:
        """The state after the event with that number."""
        return self.state_after(self.trace.place_of(sequence) + 1)

    def state_after(self, count: int) -> AuthState:
        """The state after the first `count` events, folded from near by."""
        count = max(0, min(count, len(self.trace)))
        start, state = self._seen
        near = self._checkpoints.before(count)
        if start > count or (near is not None and near[0] > start):
            start, state = near if near is not None else (0, AuthState())
        for place in range(start, count):
            state = fold(state, self.trace[place])
        self._seen = (count, state)
        return state

    def request(self, record: RequestRecord, place: int) -> RequestRecord:
        """A request with its headers and bodies, searched backwards from an event's place."""
        if record.detail is not None or not record.detail_dropped:
            return record
        marks = self.trace.kinds
        for near in range(min(place, len(marks) - 1), -1, -1):
            if marks[near] in ("RequestFinished", "RequestStarted"):
                found: RequestRecord | None = getattr(self.trace[near], "request", None)
                if found is not None and found.number == record.number:
                    return found
        return record

    # ── finding ────────────────────────────────────────────────────────────────────────────────

    def next_failure(self, place: int, step: int) -> int | None:
        """The nearest failure after (`step` 1) or before (-1) a place."""
        marks = self.trace.marks
        mark = bytes([FAILURE])
        found = marks.find(mark, place + 1) if step > 0 else marks.rfind(mark, 0, max(0, place))
        return found if found >= 0 else None

    def next_of_kind(self, kind: str, place: int, step: int) -> int | None:
        """The nearest event of a kind after or before a place."""
        return self._next(place, step, lambda at: self.trace.kinds[at] == kind)

    def next_with(self, text: str, place: int, step: int) -> int | None:
        """The nearest event whose words hold a text, whatever its case."""
        wanted, words = text.casefold(), self.trace.words
        return self._next(place, step, lambda at: wanted in words[at].casefold())

    def _next(self, place: int, step: int, holds: Callable[[int], bool]) -> int | None:
        count = len(self.trace)
        return next(
            (at for at in range(place + step, count if step > 0 else -1, step) if holds(at)), None
        )

    # ── what a session does and a trace does not ───────────────────────────────────────────────

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:  # noqa: ARG002 - a session's signature
        """Do nothing: a trace publishes no events."""
        return lambda: None

    def load(self, cause: str = "load") -> None:
        """Do nothing: there is no machine behind a trace."""

    def fail(self, transition: str, reason: str, client_text: str | None = None) -> None:
        """Do nothing: no transition runs on a trace."""
