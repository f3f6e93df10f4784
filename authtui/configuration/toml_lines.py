"""Where the values of a TOML text stand. A scanner, not a parser: it judges nothing.

`tomllib` gives values without positions; this gives positions without values. It never raises:
on a text that is no TOML it stops where it cannot go on and returns what it has.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from contextlib import suppress
from typing import Final

from authtui.errors import AuthtuiError

KeyPath = tuple[str | int, ...]

_MAX_DEPTH: Final = 60
_BLANK: Final = re.compile(r"[ \t]*")
_FILLER: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE: Final = re.compile(r"[^\s.=\[\]{}\"'#,]+")
_BASIC: Final = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_LITERAL: Final = re.compile(r"'([^'\n]*)'")
_LONG_BASIC: Final = re.compile(r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*"{3,5}')
_LONG_LITERAL: Final = re.compile(r"'''(?:[^']|'{1,2}(?!'))*'{3,5}")
_PLAIN: Final = re.compile(r"[^,\]}#\n]*")
_ESCAPE: Final = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_ESCAPED: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


class _NotTomlError(AuthtuiError):
    """The text is no TOML from here on."""


def locate(text: str) -> dict[KeyPath, tuple[int, int]]:
    """Line and column (1-based, in characters) of each value, by path.

    A path is made of keys; an element of an array adds its index. Tables have the position of
    their header or brace, those that only a longer header names that of their key in it.
    """
    scanner = _Scanner(text)
    with suppress(_NotTomlError):
        scanner.document()
    return {**scanner.implied, **scanner.found}


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[KeyPath, tuple[int, int]] = {}
        self.implied: dict[KeyPath, tuple[int, int]] = {}  # `a` of `[a.b]`, if it has no header
        self.counts: dict[KeyPath, int] = {}
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def document(self) -> None:
        table: KeyPath = ()
        while True:
            self.skip(_FILLER)
            if self.at >= len(self.text):
                return
            if self.peek("["):
                table = self.header()
            else:
                self.pair(table, 0)
            self.skip(_BLANK)
            if self.at < len(self.text) and self.text[self.at] not in "\r\n#":
                raise _NotTomlError

    def header(self) -> KeyPath:
        start = self.at
        double = self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        keys, places = self.placed_keys()
        self.expect("]]" if double else "]")
        path: KeyPath = ()
        for number, key in enumerate(keys):
            path = (*path, key)
            if number < len(keys) - 1:
                self.note(path, places[number])
            last = number == len(keys) - 1
            if double and last:
                index = self.counts.get(path, -1) + 1
                self.counts[path] = index
                self.note(path, start)
                path = (*path, index)
            elif path in self.counts:
                path = (*path, self.counts[path])
            elif not last:
                self.implied.setdefault(path, self.place(start))
        self.note(path, start)
        return path

    def pair(self, table: KeyPath, depth: int) -> None:
        start = self.at
        keys = self.keys()
        self.expect("=")
        self.skip(_BLANK)
        for number in range(1, len(keys)):
            self.note((*table, *keys[:number]), start)
        self.value((*table, *keys), depth)

    def keys(self) -> tuple[str, ...]:
        return self.placed_keys()[0]

    def placed_keys(self) -> tuple[tuple[str, ...], list[int]]:
        keys: list[str] = []
        places: list[int] = []
        while True:
            self.skip(_BLANK)
            places.append(self.at)
            keys.append(self.key())
            self.skip(_BLANK)
            if not self.peek("."):
                return tuple(keys), places
            self.at += 1

    def key(self) -> str:
        if self.peek('"'):
            return unescape(self.take(_BASIC)[1])
        if self.peek("'"):
            return self.take(_LITERAL)[1]
        return self.take(_BARE)[0]

    def value(self, path: KeyPath, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise _NotTomlError
        self.note(path, self.at)
        if self.peek("["):
            self.array(path, depth)
        elif self.peek("{"):
            self.inline_table(path, depth)
        elif self.peek('"""'):
            self.take(_LONG_BASIC)
        elif self.peek("'''"):
            self.take(_LONG_LITERAL)
        elif self.peek('"'):
            self.take(_BASIC)
        elif self.peek("'"):
            self.take(_LITERAL)
        elif not self.take(_PLAIN)[0].strip():
            raise _NotTomlError

    def array(self, path: KeyPath, depth: int) -> None:
        self.at += 1
        index = 0
        while True:
            self.skip(_FILLER)
            if self.peek("]"):
                self.at += 1
                return
            self.value((*path, index), depth + 1)
            index += 1
            self.skip(_FILLER)
            if self.peek(","):
                self.at += 1
            elif not self.peek("]"):
                raise _NotTomlError

    def inline_table(self, path: KeyPath, depth: int) -> None:
        self.at += 1
        while True:
            self.skip(_FILLER)
            if self.peek("}"):
                self.at += 1
                return
            self.pair(path, depth + 1)
            self.skip(_FILLER)
            if self.peek(","):
                self.at += 1
            elif not self.peek("}"):
                raise _NotTomlError

    def note(self, path: KeyPath, at: int) -> None:
        if path not in self.found:
            self.found[path] = self.place(at)

    def place(self, at: int) -> tuple[int, int]:
        line = bisect_right(self.starts, at)
        return line, at - self.starts[line - 1] + 1

    def peek(self, text: str) -> bool:
        return self.text.startswith(text, self.at)

    def expect(self, text: str) -> None:
        self.skip(_BLANK)
        if not self.peek(text):
            raise _NotTomlError
        self.at += len(text)

    def skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()

    def take(self, pattern: re.Pattern[str]) -> re.Match[str]:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise _NotTomlError
        self.at = match.end()
        return match


def unescape(text: str) -> str:
    """The text of a basic string's inside, with its escapes resolved."""
    return _ESCAPE.sub(_resolve, text)


def _resolve(match: re.Match[str]) -> str:
    body = match[1]
    if len(body) > 1:
        number = int(body[1:], 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    return _ESCAPED.get(body, body)
