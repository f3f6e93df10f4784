"""The secrets that were read in this run, and a search that finds them in any text.

`KNOWN` is the one of the program; whoever reads a secret tells it. A secret is found by value:
as it is, in percent-, JSON- or HTML-escapes, in base64 and hexadecimal, in another case, split by
line ends or invisible characters, and when only a part of it is there. What is told stays in memory
and goes nowhere.

The search takes time in proportion to the text: letters and digits of the text are looked up five
at a time, at every fourth place, among all fives of the secrets.
"""

from __future__ import annotations

import base64
import re
import threading
from typing import TYPE_CHECKING, Final

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST: Final = 8
"""Letters and digits of a secret that is searched for in every form."""
PART: Final = 20
"""Letters and digits in a row that count as a part of a longer one."""
PART_OF_LETTERS: Final = 24
"""The same without a digit and in one case, which may be words."""
_SHORTEST_EXACT: Final = 6
_GRAM: Final = 5
_STEP: Final = 4
_ROOM: Final = 200_000
"""Fives that are kept in all; of what comes later only the beginning is known."""
_WHOLE: Final = 16_384
"""Letters and digits of one secret of which every part is known."""
_MOST: Final = 4_096
"""Secrets that are kept; the oldest goes first."""
_ENCODED: Final = 4_096
_TRIED: Final = 16
"""Secrets with the same five letters, and places in one of them, that are tried."""

_OTHERS: Final = bytes(n for n in range(256) if not chr(n).isalnum() or n > 127)
_LOWER: Final = bytes(ord(chr(n).lower()) if n < 128 else n for n in range(256))
_ESCAPE: Final = (
    r"%(?P<percent>[0-9A-Fa-f]{2})|\\(?:u\{?|U0000|x)(?P<escape>[0-9A-Fa-f]{2,4})\}?"
    r"|\\[nrtbf]|&#(?:x(?P<hex>[0-9A-Fa-f]{1,6})|(?P<decimal>[0-9]{1,7}));|&[a-z]{2,6};"
)
_ESCAPES: Final = re.compile(_ESCAPE)
_TOKEN: Final = re.compile(rf"{_ESCAPE}|(?P<plain>[A-Za-z0-9])")
_PLAIN: Final = re.compile(r"[A-Za-z0-9]")
# What stands where a secret may stand and is none: words, names of variables, versions, dates.
_NO_SECRET: Final = re.compile(
    r"[a-z][a-z ._/-]{0,23}|[A-Z]+(?:_[A-Z]+)*|[0-9]{1,7}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+Z?)?|[0-9]{1,4}(?:\.[0-9]{1,5}){1,4}"
)
_SCHEMES: Final = ("bearer ", "basic ", "token ", "apikey ")


class SecretFound(NamedTuple):
    """A stretch of a text, and the secret of which it is a part or another form."""

    start: int
    end: int
    secret: str


class _Form(NamedTuple):
    secret: str
    text: bytes


class KnownSecrets:
    """What was told to `learn`, and where it stands in a text. May be used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: dict[str, None] = {}
        self._waiting: list[str] = []
        self._grams: dict[bytes, _Form] = {}
        self._shared: dict[bytes, list[_Form]] = {}
        self._exact: dict[str, re.Pattern[str]] = {}

    def learn(self, *values: str | None) -> None:
        """Know a secret from here on. What is too short or an ordinary word is left out."""
        for value in values:
            text = _bare(value or "")
            if len(text) < _SHORTEST_EXACT or _NO_SECRET.fullmatch(text):
                continue
            if text not in self._secrets:
                with self._lock:
                    self._secrets[text] = None
                    self._waiting.append(text)

    def forget(self) -> None:
        """Forget every secret that was learned."""
        with self._lock:
            self._secrets, self._waiting = {}, []
            self._grams, self._shared, self._exact = {}, {}, {}

    def __len__(self) -> int:
        """How many are known."""
        return len(self._secrets)

    def find(self, text: str) -> list[SecretFound]:
        """Where known secrets stand, from left to right, none over another."""
        if not self._secrets or len(text) < _SHORTEST_EXACT:
            return []
        if self._waiting:
            self._index()
        found = [
            SecretFound(*match.span(), secret)
            for secret, pattern in self._exact.items()
            if secret in text
            for match in pattern.finditer(text)
        ]
        grams = self._grams
        if grams:
            squeezed = _letters_and_digits(text)
            every = range(0, len(squeezed) - _GRAM + 1, _STEP)
            if not grams.keys().isdisjoint([squeezed[at : at + _GRAM] for at in every]):
                found += self._search(text)
        return _apart(found)

    def _search(self, text: str) -> list[SecretFound]:
        squeezed, places = _squeezed(text)
        found: list[SecretFound] = []
        done = 0
        for at in range(0, len(squeezed) - _GRAM + 1, _STEP):
            if at + _GRAM <= done:
                continue
            best: tuple[int, int, str] | None = None
            for form in self._forms_of(squeezed[at : at + _GRAM]):
                start, end = _longest(squeezed, at, form.text)
                if end == start:
                    continue
                wanted = min(_part(text[places[start][0] : places[end - 1][1]]), len(form.text))
                if end - start >= wanted and (best is None or end - start > best[1] - best[0]):
                    best = start, end, form.secret
            if best is not None:
                done = best[1]
                found.append(SecretFound(places[best[0]][0], places[best[1] - 1][1], best[2]))
        return found

    def _index(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
            for secret in waiting:
                self._add(secret)
            if len(self._secrets) > _MOST:
                kept = list(self._secrets)[-_MOST // 2 :]
                self._secrets = dict.fromkeys(kept)
                self._grams, self._shared, self._exact = {}, {}, {}
                for secret in kept:
                    self._add(secret)

    def _add(self, secret: str) -> None:
        raw = _letters_and_digits(secret)
        if len(raw) < SHORTEST:
            ends = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
            if not secret.isdigit():
                self._exact[secret] = re.compile(f"{ends[0]}{re.escape(secret)}{ends[1]}")
            return
        self._add_form(_Form(secret, raw), _WHOLE if len(self._grams) < _ROOM else _STEP)
        for text in _encoded(secret[:_ENCODED].encode("utf-8", "replace")):
            self._add_form(_Form(secret, text), 2 * PART)

    def _add_form(self, form: _Form, count: int) -> None:
        text = form.text
        every = range(min(len(text) - _GRAM + 1, count))
        fresh = dict.fromkeys([text[at : at + _GRAM] for at in every], form)
        for gram in fresh.keys() & self._grams.keys():
            same = self._shared.setdefault(gram, [])
            if len(same) < _TRIED:
                same.append(fresh.pop(gram))
        self._grams.update(fresh)

    def _forms_of(self, gram: bytes) -> Iterable[_Form]:
        form = self._grams.get(gram)
        return () if form is None else (form, *self._shared.get(gram, ()))


def _part(found: str) -> int:
    # `refresh_token` may stand in a secret that somebody made up, and in a sentence, too.
    words = found in (found.lower(), found.upper()) and not any(map(str.isdigit, found))
    return PART_OF_LETTERS if words else PART


def _bare(value: str) -> str:
    text = value.strip()
    lower = text[:8].lower()
    for scheme in _SCHEMES:
        if lower.startswith(scheme):
            return text[len(scheme) :].strip()
    return text


def _encoded(data: bytes) -> Iterable[bytes]:
    """The letters and digits of the base64 forms at each alignment, and the hexadecimal form."""
    for before in range(3):
        text = base64.b64encode(bytes(before) + data)
        # The first and the last characters depend on what stands around the secret.
        inner = text[before + 1 if before else 0 : -4]
        yield inner.translate(_LOWER, _OTHERS)
    yield data.hex().encode()


def _squeezed(text: str) -> tuple[bytes, list[tuple[int, int]]]:
    """Letters and digits of a text in small letters, escapes resolved, and where each stands."""
    out = bytearray()
    places: list[tuple[int, int]] = []
    escapes = _has_escapes(text)
    for token in (_TOKEN if escapes else _PLAIN).finditer(text):
        char = token.group() if not escapes else token["plain"] or _resolved(token)
        if char and char.isascii() and char.isalnum():
            out.append(ord(char.lower()))
            places.append(token.span())
    return bytes(out), places


def _letters_and_digits(text: str) -> bytes:
    """The first part of `_squeezed`, without the places and much quicker."""
    return _plain(text).encode("ascii", "ignore").translate(_LOWER, _OTHERS)


def _has_escapes(text: str) -> bool:
    return "%" in text or "\\" in text or "&" in text


def _plain(text: str) -> str:
    return _ESCAPES.sub(_resolved, text) if _has_escapes(text) else text


def _resolved(token: re.Match[str]) -> str:
    digits = token["percent"] or token["escape"] or token["hex"]
    number = int(digits, 16) if digits else int(token["decimal"] or 0)
    return chr(number) if 0 < number < 128 else ""


def _longest(text: bytes, at: int, form: bytes) -> tuple[int, int]:
    """The longest stretch of `text` around the five letters at `at` that stands in `form`, too."""
    best = at, at
    place = -1
    for _ in range(_TRIED):
        place = form.find(text[at : at + _GRAM], place + 1)
        if place < 0:
            break
        start, end = _around(text, at, form, place)
        if end - start > best[1] - best[0]:
            best = start, end
    return best


def _around(text: bytes, at: int, form: bytes, place: int) -> tuple[int, int]:
    end, most = _GRAM, min(len(text) - at, len(form) - place)
    size = 4096
    while size:  # by halves: slices are compared much quicker than one character after the other
        if end + size <= most and (
            text[at + end : at + end + size] == form[place + end : place + end + size]
        ):
            end += size
        else:
            size //= 2
    start, most = 0, min(at, place, _STEP)  # what stands further back was looked up before
    while start < most and text[at - start - 1] == form[place - start - 1]:
        start += 1
    return at - start, at + end


def _apart(found: list[SecretFound]) -> list[SecretFound]:
    out: list[SecretFound] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not out or one.start >= out[-1].end:
            out.append(one)
    return out


KNOWN: Final = KnownSecrets()
"""What was read in this run."""
