"""The request log: bounded, appended in batches, filtered.

The newest requests keep their headers and bodies; older ones lose them, and say so.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from authtui.exchanges.request_filter import NO_FILTER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authtui.exchanges.records import RequestRecord
    from authtui.exchanges.request_filter import Filter

ROWS_KEPT: Final = 100_000
DETAILS_KEPT: Final = 250


class RequestLog:
    """The records of a session for a live list.

    Rows are looked up by position, oldest first. Adding the finished record of a request that is
    already there replaces it. `version` changes with every change of the rows. Inside, a row has a
    place that never changes: the number of all rows that ever came before it.
    """

    def __init__(self, rows_kept: int = ROWS_KEPT, details_kept: int = DETAILS_KEPT) -> None:
        """Keep `rows_kept` rows, the newest `details_kept` of them with headers and bodies."""
        self._rows: list[RequestRecord] = []
        self._kept = max(1, rows_kept)
        self._details = max(0, details_kept)
        self._places: dict[int, int] = {}  # by the number of the record
        self._first = 0  # the place of the oldest row
        self._stripped = 0  # rows before this place have no detail
        self._filter = NO_FILTER
        self._found: list[int] = []  # places of the rows that the filter shows, ascending
        self._looked_from = 0  # the filter has looked at the rows from this place on
        self.dropped = 0
        self.version = 0

    def __len__(self) -> int:
        """How many rows are kept."""
        return len(self._rows)

    def extend(self, records: Iterable[RequestRecord]) -> None:
        """Add a batch: new ones at the end, known numbers in place."""
        rows, places = self._rows, self._places
        fresh = place = self._first + len(rows)
        for record in records:
            known = places.setdefault(record.number, place)
            if known == place:
                rows.append(record)
                place += 1
            else:
                self._replace(known, record, fresh)
        if self._filter.terms:
            matches, first = self._filter.matches, self._first
            self._found += [p for p in range(fresh, place) if matches(rows[p - first])]
        self._let_go()
        self.version += 1

    def _replace(self, place: int, record: RequestRecord, fresh: int) -> None:
        index = place - self._first
        before = self._rows[index]
        self._rows[index] = record.without_detail() if place < self._stripped else record
        if not self._filter.terms or not self._looked_from <= place < fresh:
            return
        shown = self._filter.matches(record)
        if self._filter.matches(before) is shown:
            return
        at = bisect_left(self._found, place)
        if shown:
            self._found.insert(at, place)
        else:
            del self._found[at]

    def _let_go(self) -> None:
        rows = self._rows
        extra = len(rows) - self._kept
        # Taking from the front of a list moves all of it: done for many rows at once.
        if extra > self._kept // 16:
            for gone in rows[:extra]:
                del self._places[gone.number]
            del rows[:extra]
            self._first += extra
            self.dropped += extra
            del self._found[: bisect_left(self._found, self._first)]
        whole = max(0, len(rows) - self._details)
        for index in range(max(0, self._stripped - self._first), whole):
            if rows[index].detail is not None:
                rows[index] = rows[index].without_detail()
        self._stripped = max(self._stripped, self._first + whole)

    @property
    def filter(self) -> Filter:
        """The filter in force."""
        return self._filter

    def show(self, wanted: Filter, rows: int | None = None) -> None:
        """Show only what a filter lets through; `NO_FILTER` shows all.

        With `rows`, only that many of the newest are looked at now; `look_on` goes further back.
        """
        self._filter = wanted
        self._found = []
        self._looked_from = self._first + len(self._rows)
        self.look_on(rows)

    def look_on(self, rows: int | None = None) -> None:
        """Let the filter look at `rows` more rows, the newest first; None for all."""
        stop = self._looked_from
        start = self._first if rows is None else max(self._first, stop - rows)
        if self._filter.terms and start < stop:
            matches, first = self._filter.matches, self._first
            older = [p for p in range(start, stop) if matches(self._rows[p - first])]
            self._found = older + self._found
        self._looked_from = start
        self.version += 1

    @property
    def unseen(self) -> int:
        """How many rows the filter has not looked at."""
        return max(0, self._looked_from - self._first) if self._filter.terms else 0

    @property
    def count(self) -> int:
        """How many rows the filter shows."""
        return len(self._found) if self._filter.terms else len(self._rows)

    def row(self, index: int) -> RequestRecord:
        """The row at a position of what is shown, oldest first."""
        if not self._filter.terms:
            return self._rows[index]
        return self._rows[self._found[index] - self._first]

    def rows(self, start: int = 0, stop: int | None = None) -> tuple[RequestRecord, ...]:
        """A slice of what is shown."""
        if not self._filter.terms:
            return tuple(self._rows[start:stop])
        return tuple(self._rows[p - self._first] for p in self._found[start:stop])

    def find(self, number: int) -> RequestRecord | None:
        """The record of a number, shown or not."""
        place = self._places.get(number)
        return None if place is None else self._rows[place - self._first]
