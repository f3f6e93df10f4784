"""The requests of a session as a live list: drained in batches, filtered, held still."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from authtui.model.events import RequestFinished, RequestStarted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.exchanges.records import RequestRecord
    from authtui.exchanges.request_log import RequestLog
    from authtui.model.events import Event

WAITING_KEPT: Final = 20_000
ROWS_A_FRAME: Final = 4_000
"""So many rows a filter looks at before the screen is drawn again: some milliseconds."""


class Traffic:
    """What arrived and what is shown. `paused` holds the list still; nothing is lost meanwhile."""

    def __init__(self, records: Sequence[RequestRecord] = ()) -> None:
        """Start with what the session already holds."""
        self.paused = False
        self._waiting: deque[RequestRecord] = deque(maxlen=WAITING_KEPT)
        self._first = records
        self._log: RequestLog | None = None

    @property
    def log(self) -> RequestLog:
        """The list; made, and its modules loaded, when there is something to list."""
        if self._log is None:
            from authtui.exchanges.request_log import RequestLog

            self._log = RequestLog()
            self._log.extend(self._first)
        return self._log

    @property
    def any(self) -> bool:
        """Whether anything was ever listed."""
        return self._log is not None or bool(self._first)

    def heard(self, event: Event) -> None:
        """Take note of an event; called on any thread."""
        if isinstance(event, RequestStarted | RequestFinished):
            self._waiting.append(event.request)

    @property
    def waiting(self) -> int:
        """How many changes the list does not show yet."""
        return len(self._waiting)

    def drain(self) -> None:
        """Let what has arrived into the list, in one batch."""
        if self.paused or not self._waiting:
            return
        batch = []
        while self._waiting:
            batch.append(self._waiting.popleft())
        self.log.extend(batch)

    def toggle_pause(self) -> None:
        """Hold still, or go on."""
        self.paused = not self.paused
        self.drain()

    def filter(self, text: str) -> str | None:
        """Show what a filter lets through; a sentence where it cannot be read."""
        from authtui.exchanges.request_filter import NO_FILTER, FilterProblem, parse_filter

        found = parse_filter(text) if text.strip() else NO_FILTER
        if isinstance(found, FilterProblem):
            return found.statement
        self.log.show(found, ROWS_A_FRAME)
        return None

    @property
    def filtering(self) -> bool:
        """Whether the filter has rows left to look at."""
        return self._log is not None and self._log.unseen > 0

    def continue_filter(self) -> None:
        """Let the filter look further back."""
        self.log.look_on(ROWS_A_FRAME)
