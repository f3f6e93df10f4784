"""The filter of the request log: a small language of words that must all hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from authtui.exchanges.records import RequestRecord

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
