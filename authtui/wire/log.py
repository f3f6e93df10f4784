"""The request log: bounded, appended in batches, filtered with a small language.

The newest exchanges keep their headers and bodies; of older ones the rows stay and say so.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from authtui.wire.records import RequestRecord

ROWS_KEPT: Final = 10_000
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
    is already there replaces it in place. `version` changes with every change of the rows.
    """

    def __init__(self, rows_kept: int = ROWS_KEPT, details_kept: int = DETAILS_KEPT) -> None:
        """Keep that many rows, and that many of the newest with their bodies."""
        self._rows: deque[RequestRecord] = deque()
        self._kept = max(1, rows_kept)
        self._details = max(0, details_kept)
        self._positions: dict[int, int] = {}  # number -> count of all rows ever before it
        self._first = 0
        self._stripped = 0
        self._filter = NO_FILTER
        self._shown: list[int] | None = None
        self.dropped = 0
        self.version = 0

    def __len__(self) -> int:
        """How many rows are kept."""
        return len(self._rows)

    def extend(self, records: Iterable[RequestRecord]) -> None:
        """Add a batch: new ones at the end, known numbers in place."""
        for record in records:
            position = self._positions.get(record.number)
            if position is not None:
                self._replace(position, record)
            else:
                self._append(record)
        self.version += 1

    def _append(self, record: RequestRecord) -> None:
        position = self._first + len(self._rows)
        self._rows.append(record)
        self._positions[record.number] = position
        if len(self._rows) > self._kept:
            gone = self._rows.popleft()
            self._positions.pop(gone.number, None)
            self._first += 1
            self.dropped += 1
        oldest_whole = self._first + len(self._rows) - self._details
        start = max(self._stripped, self._first)
        for old in range(start, oldest_whole):
            self._rows[old - self._first] = self._rows[old - self._first].without_detail()
        self._stripped = max(self._stripped, oldest_whole)
        if self._shown is not None and self._filter.matches(record):
            self._shown.append(position)

    def _replace(self, position: int, record: RequestRecord) -> None:
        index = position - self._first
        if position < self._stripped:
            record = record.without_detail()
        before = self._rows[index]
        self._rows[index] = record
        if self._shown is not None and self._filter.matches(before) != self._filter.matches(record):
            self._shown = None  # rare: an answer that changes what the filter sees

    @property
    def filter(self) -> Filter:
        """The filter in force."""
        return self._filter

    def show(self, wanted: Filter) -> None:
        """Show only what a filter lets through; `NO_FILTER` shows all."""
        self._filter = wanted
        self._shown = None
        self.version += 1

    @property
    def count(self) -> int:
        """How many rows the filter shows."""
        return len(self._rows) if not self._filter.terms else len(self._visible())

    def row(self, index: int) -> RequestRecord:
        """The row at a position of what is shown, oldest first."""
        if not self._filter.terms:
            return self._rows[index]
        return self._rows[self._visible()[index] - self._first]

    def rows(self, start: int = 0, stop: int | None = None) -> tuple[RequestRecord, ...]:
        """A slice of what is shown."""
        if not self._filter.terms:
            return tuple(islice(self._rows, start, stop))
        return tuple(self._rows[p - self._first] for p in self._visible()[start:stop])

    def find(self, number: int) -> RequestRecord | None:
        """The record of a number, shown or not."""
        position = self._positions.get(number)
        return None if position is None else self._rows[position - self._first]

    def chain(self, number: int) -> tuple[RequestRecord, ...]:
        """A record with those it was redirected from or retried after, oldest first."""
        found: list[RequestRecord] = []
        record = self.find(number)
        while record is not None and len(found) < 50:
            found.append(record)
            before = record.redirect_of or record.retry_of
            record = self.find(before) if before is not None and before < record.number else None
        return tuple(reversed(found))

    def _visible(self) -> list[int]:
        if self._shown is None:
            self._shown = [
                self._first + index
                for index, record in enumerate(self._rows)
                if self._filter.matches(record)
            ]
        elif self._shown and self._shown[0] < self._first:
            self._shown = [position for position in self._shown if position >= self._first]
        return self._shown


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
