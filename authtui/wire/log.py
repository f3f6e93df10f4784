"""The request log: bounded, appended in batches, filtered with a small language.

The newest exchanges keep their headers and bodies; of older ones the rows stay and say so.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from authtui.wire.records import RequestRecord

ROWS_KEPT: Final = 100_000
DETAILS_KEPT: Final = 250
FIELDS: Final = ("method", "status", "host", "path", "auth", "purpose", "is")
_KINDS: Final = (
    "error",
    "failed",
    "pending",
    "waiting",
    "noise",
    "warn",
    "ok",
    "redirect",
    "retry",
)


class FilterProblem(NamedTuple):
    """Why a filter cannot be read; `at` is the word that is wrong."""

    statement: str
    at: str


class Filter(NamedTuple):
    """A filter that was understood: every term must hold."""

    text: str
    terms: tuple[tuple[bool, Callable[[RequestRecord], bool]], ...] = ()

    def matches(self, record: RequestRecord) -> bool:
        """Whether a record is shown."""
        return all(holds(record) is wanted for wanted, holds in self.terms)


NO_FILTER: Final = Filter("")


class RequestLog:
    """The records of a session for a live list.

    Rows are looked up by position, oldest first. Appending the finished record of a request that
    is already there replaces it in place. `version` changes with every change of the rows. A row
    has a place of its own for good: the count of all rows that ever came before it.
    """

    def __init__(self, rows_kept: int = ROWS_KEPT, details_kept: int = DETAILS_KEPT) -> None:
        """Keep that many rows, and that many of the newest with their bodies."""
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
        """Let the filter look at so many rows more, the newest first; None for all."""
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


def parse_filter(text: str) -> Filter | FilterProblem:
    """Read a filter: words that must all hold, each with an optional `not` before it.

    `method:post`, `status:401`, `status:4xx`, `status:400-499`, `host:openai`, `path:task`,
    `auth:jwt`, `auth:none`, `purpose:refresh`, `is:error`; anything else is looked for in the
    whole row. `"two words"` stay together, and `!word` or `-word` is `not word`.
    """
    terms: list[tuple[bool, Callable[[RequestRecord], bool]]] = []
    wanted = True
    for word, quoted in _words(text[:1000]):
        if not quoted and word.lower() == "not":
            wanted = not wanted
            continue
        bare = word
        if not quoted and len(word) > 1 and word[0] in "!-":
            bare, wanted = word[1:], not wanted
        made = _term(bare, quoted=quoted)
        if isinstance(made, FilterProblem):
            return made
        terms.append((wanted, made))
        wanted = True
    if not wanted:
        return FilterProblem("`not` needs a word after it", "not")
    return Filter(text.strip(), tuple(terms))


def _words(text: str) -> Iterator[tuple[str, bool]]:
    word, inside, quoted = "", False, False
    for char in text:
        if char == '"':
            quoted = quoted or not word
            inside = not inside
        elif char.isspace() and not inside:
            if word:
                yield word, quoted
            word, quoted = "", False
        else:
            word += char
    if word:
        yield word, quoted


def _term(word: str, *, quoted: bool) -> Callable[[RequestRecord], bool] | FilterProblem:
    name, colon, value = word.partition(":")
    name, value = name.lower(), value.lower()
    if quoted or not colon or name not in FIELDS:
        sought = word.lower()
        return lambda record: sought in haystack(record)
    if not value:
        return FilterProblem(f"`{name}:` needs a value", word)
    if name == "status":
        return _status(value, word)
    if name == "is":
        return _kind(value, word)
    if name == "method":
        return lambda record: record.method.lower() == value
    if name == "host":
        return lambda record: value in record.host.lower()
    if name == "path":
        return lambda record: value in record.path.lower()
    if name == "purpose":
        return lambda record: value in record.purpose
    return lambda record: value in (record.authorization or "none").lower()


def _status(value: str, word: str) -> Callable[[RequestRecord], bool] | FilterProblem:
    if len(value) == 3 and value[0].isdigit() and value[1:] == "xx":
        low, high = int(value[0]) * 100, int(value[0]) * 100 + 99
    else:
        first, dash, last = value.partition("-")
        last = last if dash else first
        numbers = (first, last)
        if not all(n.isascii() and n.isdigit() and len(n) == 3 for n in numbers):
            return FilterProblem("a status is a number (401), a class (4xx) or 400-499", word)
        low, high = int(first), int(last)
    return lambda record: record.status is not None and low <= record.status <= high


def _kind(value: str, word: str) -> Callable[[RequestRecord], bool] | FilterProblem:
    if value not in _KINDS:
        return FilterProblem(f"`is:` knows {', '.join(_KINDS)}", word)
    if value == "error":
        return lambda record: record.error is not None
    if value == "failed":
        return lambda record: record.error is not None or record.colour == "fail"
    if value == "pending":
        return lambda record: record.under_way
    if value == "redirect":
        return lambda record: record.redirect_of is not None
    if value == "retry":
        return lambda record: record.retry_of is not None
    return lambda record: record.colour == value and not record.under_way


def haystack(record: RequestRecord) -> str:
    """Everything of a row that free text is looked for in, in lower case."""
    parts = (
        record.method,
        f"{record.scheme}://{record.host}{record.path}",
        str(record.status or ""),
        record.reason,
        record.authorization or "",
        record.credential_mark or "",
        record.account_header or "",
        record.request_id or "",
        record.purpose,
        record.meaning,
        record.error or "",
    )
    return "\n".join(parts).lower()
