"""TOML as the client reads it (version 1.1), with the place of every value and the client's words.

The standard library's parser knows TOML 1.0 and gives no positions. This one reads in two passes,
as the client's does: first the shape of the whole text, whose mistakes are told first, then keys
and values in their order.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final

from authtui.errors import AuthtuiError
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

KeyPath = tuple[str | int, ...]
"""The keys down to a value; an element of an array adds its index."""

TOO_DEEP: Final = "nested too deeply"
_DEPTH: Final = 80
"""How deep the client lets arrays, inline tables and dotted keys nest."""

_BLANK: Final = re.compile(r"[ \t]*")
_FILLER: Final = re.compile(r"(?:[ \t\n]+|\r\n|#[^\n]*)*")
_COMMENT: Final = re.compile(r"#[^\n]*")
_ATOM: Final = re.compile(r"[^.=,\[\]{} \t#\r\n]+")
_SCALAR: Final = re.compile(r"(?:[^=,\[\]{} \t#\r\n\"']+[\"']*)(?:[ \t]*[^=,\[\]{} \t#\r\n\"']+)*")
_STRINGS: Final = (
    ('"""', re.compile(r'"""((?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*\\?)("{3,5})?')),
    ("'''", re.compile(r"'''((?:[^']|'{1,2}(?!'))*)('{3,5})?")),
    ('"', re.compile(r'"((?:[^"\\\r\n]|\\[^\r\n])*\\?)(")?')),
    ("'", re.compile(r"'([^'\r\n]*)(')?")),
)
_BARE: Final = re.compile(r"[A-Za-z0-9_-]*")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ESCAPE: Final = re.compile(r"\\(?:([btnfre\"\\])|([xuU])([0-9A-Fa-f]*)|([ \t]*\r?\n[ \t\r\n]*))?")
_PLAIN_ESCAPES: Final = dict(zip('btnfre"\\', '\b\t\n\f\r\x1b"\\', strict=True))
_DIGITS: Final = {"x": 2, "u": 4, "U": 8}

_NUMBER: Final = re.compile(
    r"[+-]?(?:0|[1-9](?:_?[0-9])*)(\.[0-9](?:_?[0-9])*)?([eE][+-]?[0-9](?:_?[0-9])*)?"
)
_RADIX: Final = {
    "x": (16, re.compile(r"[0-9A-Fa-f](?:_?[0-9A-Fa-f])*"), "hexadecimal"),
    "o": (8, re.compile(r"[0-7](?:_?[0-7])*"), "octal"),
    "b": (2, re.compile(r"[01](?:_?[01])*"), "binary"),
}
_MOMENT: Final = re.compile(
    r"(?:(\d{4})-(\d\d)-(\d\d))?(?:(?:(?<=\d)[Tt ])?(?:(?<=[Tt ])|^)"
    r"(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?:[Zz]|[+-](\d\d):(\d\d))?)?"
)
_WORDS: Final = {"true": True, "false": False, "inf": float("inf"), "nan": float("nan")}
_LITERALS: Final = {
    "t": ("boolean", "true"),
    "f": ("boolean", "false"),
    "i": ("float", "inf"),
    "n": ("float", "nan"),
}

_NO_KEY: Final = "unquoted keys cannot be empty, expected letters, numbers, `-`, `_`"
_BAD_KEY: Final = "invalid unquoted key, expected letters, numbers, `-`, `_`"
_NOT_QUOTED: Final = "string values must be quoted, expected literal string"
_AFTER_VALUE: Final = "unexpected key or value, expected newline, `#`"
_NO_VALUE_INSIDE: Final = "invalid literal string, expected `'`"
_UNDERSCORE: Final = "`_` may only go between digits, expected nothing"
_DUPLICATE: Final = "duplicate key"
_BAD_ESCAPE: Final = (
    'missing escaped value, expected `b`, `e`, `f`, `n`, `r`, `\\`, `"`, `x`, `u`, `U`'
)
_STRING_WORDS: Final = {
    '"': ("basic string", '`"`', "non-double-quote visible characters, `\\`"),
    "'": ("literal string", "`'`", "non-single-quote visible characters"),
    '"""': ("multi-line basic string", '`"`', "`\\`, characters"),
    "'''": ("multi-line literal string", "`'`", "non-single-quote characters"),
}


class Moment(str):
    """A date or a time, as its text: the client turns it into one wherever it wants a string."""

    __slots__ = ()


class TomlError(AuthtuiError):
    """Why a text is no TOML: the client's words, and the piece of the text they are about."""

    def __init__(self, reason: str, start: int, end: int | None = None) -> None:
        """A mistake in the piece from `start` to before `end`, at least one character."""
        super().__init__(reason)
        self.reason = reason
        self.start = start
        self.end = start + 1 if end is None else max(end, start + 1)


class TomlDocument(NamedTuple):
    """A text as values, and where each of them stands: offsets of its first and past its last.

    A table has the place of its header or brace; one that only a longer key names has that of its
    own part in it.
    """

    text: str
    tree: dict[str, Any]
    spans: dict[KeyPath, tuple[int, int]]
    starts: list[int]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column (1-based, in characters) of an offset."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1


class _Key(NamedTuple):
    start: int
    end: int


class _Value(NamedTuple):
    """A value as the first pass finds it. `inside` holds elements, or pairs of keys and value."""

    kind: str
    start: int
    end: int
    inside: Any = None


def line_starts(text: str) -> list[int]:
    """The offset of each line."""
    return [0, *(match.end() for match in re.finditer("\n", text))]


def read(text: str) -> TomlDocument:
    """The document of a text.

    Raises:
        TomlError: The text is no TOML.
    """
    statements = list(_Shape(text).statements())
    builder = _Builder(text)
    for keys, value, double in statements:
        if value is None:
            builder.header(keys, double=double)
        else:
            builder.pair(builder.table, builder.path, keys, value)
    return TomlDocument(text, builder.tree, builder.spans, line_starts(text))


class _Shape:
    """The first pass: where statements, keys and values begin and end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.last = 0  # behind the last piece that is neither blank nor comment

    def statements(self) -> Iterator[tuple[list[_Key], _Value | None, bool]]:
        text = self.text
        while True:
            self.filler()
            if self.at >= len(text):
                return
            start = self.at
            char = text[start]
            if char == "[":
                yield self.header()
            elif char == "]":
                raise TomlError("missing table open, expected `[`", start)
            elif char in "{},":
                raise TomlError("invalid key-value pair, expected key", start)
            else:
                keys = self.keys()
                self.blank()
                if not self.peek("="):
                    raise TomlError("key with no value, expected `=`", self.at)
                self.at += 1
                self.blank()
                if self.peek("="):
                    raise TomlError("extra `=`, expected nothing", self.at)
                yield keys, self.value(0, "statement"), False
            self.end_of_line()

    def header(self) -> tuple[list[_Key], None, bool]:
        double = self.text.startswith("[[", self.at)
        close, what = ("]]", "array table") if double else ("]", "table")
        self.at += len(close)
        self.blank()
        keys = self.keys()
        behind = self.at
        self.blank()
        if not self.text.startswith(close, self.at):
            at = self.at + 1 if self.peek("]") else behind
            raise TomlError(f"unclosed {what}, expected `]`", at)
        self.at += len(close)
        return keys, None, double

    def keys(self) -> list[_Key]:
        keys: list[_Key] = []
        while True:
            start = self.at
            if self.peek('"') or self.peek("'"):
                found = self.quoting()[1].match(self.text, start)
            else:
                found = _ATOM.match(self.text, start)
            self.at = found.end() if found else start
            keys.append(_Key(start, self.at))
            if len(keys) > _DEPTH:
                raise TomlError(TOO_DEEP, start)
            behind = self.at
            self.blank()
            if not self.peek("."):
                self.at = self.last = behind
                return keys
            self.at += 1
            self.blank()

    def quoting(self) -> tuple[str, re.Pattern[str]]:
        return next(row for row in _STRINGS if self.text.startswith(row[0], self.at))

    def value(self, depth: int, place: str) -> _Value:
        if depth > _DEPTH:
            raise TomlError(TOO_DEEP, self.at)
        start = self.at
        char = self.text[start : start + 1]
        if char == "[":
            return self.array(depth)
        if char == "{":
            return self.inline_table(depth)
        if char and char in "\"'":
            quote, pattern = self.quoting()
            found = pattern.match(self.text, start)
            self.at = self.last = found.end() if found else start
            return _Value(quote, start, self.at)
        found = _SCALAR.match(self.text, start)
        if found is not None:
            self.at = self.last = found.end()
            return _Value("scalar", start, self.at)
        if char == "]":
            raise TomlError("missing array opening, expected `[`", start)
        if char == "}" and place != "pair":
            raise TomlError("missing inline table opening, expected `{`", start)
        return _Value("nothing inside" if place == "pair" else "nothing", start, start)

    def array(self, depth: int) -> _Value:
        start = self.at
        self.at = self.last = start + 1
        items: list[_Value] = []
        comma = True
        while True:
            self.filler()
            char = self.text[self.at : self.at + 1]
            if not char:
                raise TomlError("unclosed array, expected `]`", self.last)
            if char == "]":
                self.at = self.last = self.at + 1
                return _Value("array", start, self.at, items)
            if char == ",":
                if comma:
                    raise TomlError("extra comma in array, expected value", self.at)
                self.at = self.last = self.at + 1
                comma = True
                continue
            if not comma:
                raise TomlError("missing comma between array elements, expected `,`", self.at)
            if char == "=":
                raise TomlError("unexpected `=` in array, expected value, `]`", self.at)
            items.append(self.value(depth + 1, "array"))
            comma = False

    def inline_table(self, depth: int) -> _Value:
        start = self.at
        self.at = self.last = start + 1
        pairs: list[tuple[list[_Key], _Value]] = []
        comma = True
        while True:
            self.filler()
            char = self.text[self.at : self.at + 1]
            if not char:
                raise TomlError("unclosed inline table, expected `}`", self.last)
            if char == "}":
                self.at = self.last = self.at + 1
                return _Value("inline table", start, self.at, pairs)
            if char == ",":
                if comma:
                    raise TomlError("extra comma in inline table, expected key", self.at)
                self.at = self.last = self.at + 1
                comma = True
                continue
            if char in "[]{":
                raise TomlError("invalid inline table element, expected `,`", self.at)
            if not comma:
                what = "extra assignment" if char == "=" else "missing comma"
                raise TomlError(f"{what} between key-value pairs, expected `,`", self.at)
            keys = self.keys()
            self.filler()
            pairs.append((keys, self.assigned(depth)))
            comma = False

    def assigned(self, depth: int) -> _Value:
        if self.at >= len(self.text):
            raise TomlError("unclosed inline table, expected `}`", self.last)
        if self.peek("=") and self.at:
            self.at = self.last = self.at + 1
            self.filler()
        elif not self.peek("}"):
            raise TomlError("missing assignment between key-value pairs, expected `=`", self.at)
        return self.value(depth + 1, "pair")

    def end_of_line(self) -> None:
        self.blank()
        if self.at >= len(self.text) or self.text[self.at] in "\n#":
            return
        if self.text[self.at] != "\r":
            raise TomlError(_AFTER_VALUE, self.at)
        self.carriage_return()

    def filler(self) -> None:
        start = self.at
        found = _FILLER.match(self.text, start)
        self.at = found.end() if found else start
        if "#" in self.text[start : self.at]:
            for comment in _COMMENT.finditer(self.text, start, self.at):
                wrong = _CONTROL.search(comment[0].removesuffix("\r"))
                if wrong is not None:
                    words = "invalid comment character, expected printable characters"
                    raise TomlError(words, comment.start() + wrong.start())
        if self.peek("\r"):
            self.carriage_return()
            self.filler()

    def carriage_return(self) -> None:
        if not self.text.startswith("\r\n", self.at) and self.at + 1 < len(self.text):
            words = "carriage return must be followed by newline, expected newline"
            raise TomlError(words, self.at + 1)
        self.at += 1

    def blank(self) -> None:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def peek(self, char: str) -> bool:
        return self.text.startswith(char, self.at)


class _Builder:
    """The second pass: keys and values, put where they belong."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree: dict[str, Any] = {}
        self.spans: dict[KeyPath, tuple[int, int]] = {}
        self.table = self.tree
        self.path: KeyPath = ()
        # What a table or array was made by, which says who may add to it.
        self.made_by: dict[int, str] = {id(self.tree): "header"}

    def header(self, keys: list[_Key], *, double: bool) -> None:
        names = [self.key(key) for key in keys]
        at = self.tree
        path: KeyPath = ()
        opening = 2 if double else 1
        for key, name in zip(keys[:-1], names[:-1], strict=True):
            path = (*path, name)
            below = at.get(name)
            if below is None:
                below = self.add(at, name, {}, "longer key", path, (key.start, key.end))
            if isinstance(below, list) and self.made_by.get(id(below)) == "headers":
                path = (*path, len(below) - 1)
                below = below[-1]
            at = self.extended(below, key)
        last = keys[-1]
        name = names[-1]
        path = (*path, name)
        start = self.text.rfind("[", 0, keys[0].start) - opening + 1
        span = (start, self.text.find("]", last.end) + opening)
        there = at.get(name)
        if double:
            if there is None:
                there = self.add(at, name, [], "headers", path, span)
            elif self.made_by.get(id(there)) != "headers":
                raise TomlError(_DUPLICATE, last.start, last.end)
            path = (*path, len(there))
            there.append({})
            self.made_by[id(there[-1])] = "header"
            self.spans[path] = span
            there = there[-1]
        elif there is None:
            there = self.add(at, name, {}, "header", path, span)
        elif self.made_by.get(id(there)) == "longer key":
            self.made_by[id(there)] = "header"
            self.spans[path] = span
        else:
            raise TomlError(_DUPLICATE, last.start, last.end)
        self.table, self.path = there, path

    def pair(self, table: dict[str, Any], path: KeyPath, keys: list[_Key], value: _Value) -> None:
        names = [self.key(key) for key in keys]
        at = table
        for key, name in zip(keys[:-1], names[:-1], strict=True):
            path = (*path, name)
            below = at.get(name)
            if below is None:
                below = self.add(at, name, {}, "dotted key", path, (key.start, key.end))
            inline = id(table) not in self.made_by
            if isinstance(below, dict) and inline and id(below) not in self.made_by:
                raise TomlError(_DUPLICATE, key.start, key.end)
            at = self.extended(below, key)
            if self.made_by[id(at)] != "dotted key":
                raise TomlError(_DUPLICATE, key.start, key.end)
        last = keys[-1]
        path = (*path, names[-1])
        found = self.value(value, path)
        if names[-1] in at:
            raise TomlError(_DUPLICATE, last.start, last.end)
        at[names[-1]] = found
        self.spans[path] = (value.start, value.end)

    def add(
        self,
        table: dict[str, object],
        name: str,
        made: object,
        by: str,
        path: KeyPath,
        span: tuple[int, int],
    ) -> Any:  # noqa: ANN401
        table[name] = made
        self.made_by[id(made)] = by
        self.spans[path] = span
        return made

    def extended(self, below: Any, key: _Key) -> Any:  # noqa: ANN401 - a table
        if self.made_by.get(id(below)) in ("header", "longer key", "dotted key"):
            return below
        words = f"cannot extend value of type {kind_of(below)} with a dotted key"
        raise TomlError(words, key.start, key.end)

    def key(self, key: _Key) -> str:
        text = self.text[key.start : key.end]
        if text[:1] in ("'", '"'):
            quote = next(row[0] for row in _STRINGS if text.startswith(row[0]))
            return self.string(quote, key.start)
        if not text:
            raise TomlError(_NO_KEY, key.start)
        found = _BARE.match(text)
        length = found.end() if found else 0
        if length < len(text):
            raise TomlError(_BAD_KEY, key.start + length)
        return text

    def value(self, value: _Value, path: KeyPath) -> object:
        if value.kind == "scalar":
            return _scalar(self.text[value.start : value.end], value.start)
        if value.kind == "array":
            made = []
            for index, item in enumerate(value.inside):
                below = (*path, index)
                made.append(self.value(item, below))
                self.spans[below] = (item.start, item.end)
            return made
        if value.kind == "inline table":
            table: dict[str, object] = {}
            for keys, below_value in value.inside:
                self.pair(table, path, keys, below_value)
            return table
        if value.kind.startswith("nothing"):
            raise TomlError(
                _NOT_QUOTED if value.kind == "nothing" else _NO_VALUE_INSIDE, value.start
            )
        return self.string(value.kind, value.start)

    def string(self, quote: str, start: int) -> str:
        found = dict(_STRINGS)[quote].match(self.text, start)
        inside = found[1] if found else ""
        closed = found[2] if found else None
        begin = start + len(quote)
        name, missing, expected = _STRING_WORDS[quote]
        if closed is not None and len(quote) == 3:
            inside += closed[3:]
        if len(quote) == 3 and inside[:1] in ("\n", "\r"):
            cut = 2 if inside.startswith("\r\n") else 1
            inside, begin = inside[cut:], begin + cut
        wrong = _CONTROL.search(inside)
        if wrong is not None:
            raise TomlError(f"invalid {name}, expected {expected}", begin + wrong.start())
        if quote[0] == '"' and "\\" in inside:
            inside = self.unescaped(inside, begin, closed=closed is not None)
        if closed is None:
            end = found.end() if found else start
            raise TomlError(f"invalid {name}, expected {missing}", end)
        return inside

    def unescaped(self, inside: str, begin: int, *, closed: bool) -> str:
        def resolved(match: re.Match[str]) -> str:
            plain, form, digits, ending = match.groups()
            if plain:
                return _PLAIN_ESCAPES[plain]
            if form:
                wanted = _DIGITS[form]
                place = begin + match.start(3)
                if len(digits) < wanted:
                    words = "too few unicode value digits, expected unicode hexadecimal value"
                    raise TomlError(words, place + len(digits))
                number = int(digits[:wanted], 16)
                if number > 0x10FFFF or 0xD800 <= number < 0xE000:
                    words = "invalid value, expected unicode hexadecimal value"
                    raise TomlError(words, place)
                return chr(number) + digits[wanted:]
            if ending:
                return ""
            if match.end() == len(inside) and not closed:
                return ""
            raise TomlError(_BAD_ESCAPE, begin + match.end())

        return _ESCAPE.sub(resolved, inside)


def kind_of(value: object) -> str:
    """The name that the client's TOML library has for a value."""
    if isinstance(value, bool):
        return "boolean"
    names = {int: "integer", float: "float", list: "array", Moment: "datetime", str: "string"}
    return names.get(type(value), "inline table")


def _scalar(text: str, start: int) -> object:
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    found = _NUMBER.fullmatch(text)
    if found is not None:
        return _number(text, start, whole=not (found[1] or found[2]))
    end = start + len(text)
    if first.isalpha() and " " in text.replace("\t", " "):
        raise TomlError(_NOT_QUOTED, start, end)
    if first.lower() in _LITERALS:
        kind, wanted = _LITERALS[first.lower()]
        raise TomlError(f"invalid {kind}, expected `{wanted}`", start, end)
    if first == "0" and text[1:2].lower() in _RADIX:
        return _with_radix(text, start)
    if first == "_":
        raise TomlError(_UNDERSCORE, start)
    if first == ".":
        raise TomlError("invalid mantissa, expected digits", start)
    if first in "+-":
        return _signed(text, start)
    if first.isdigit() and first.isascii():
        return _moment(text, start) if re.match(r"\d+[-:]", text) else _bad_number(text, start)
    raise TomlError(_NOT_QUOTED, start, end)


def _number(text: str, start: int, *, whole: bool, width: int = 0) -> int | float:
    end = start + (width or len(text))
    plain = text.replace("_", "")
    if whole:
        # The longest number that fits has 39 digits; Python refuses to read much longer ones.
        number = int(plain[:60])
        if -(2**63) <= number < 2**63:
            return number
        if 0 <= number < 2**64:
            raise TomlError("u64 value was too large", start, end)
        if len(plain) > 60 or not -(2**127) <= number < 2**127:
            raise TomlError("integer number overflowed", start, end)
        words = f"invalid type: integer `{number}` as i128, expected any valid TOML value"
        raise TomlError(words, start, end)
    value = float(plain)
    if value in (_WORDS["inf"], -_WORDS["inf"]):
        raise TomlError("floating-point number overflowed", start, end)
    return value


def _with_radix(text: str, start: int) -> int:
    if text[1].isupper():
        raise TomlError(f"radix must be lowercase, expected `0{text[1].lower()}`", start, start + 2)
    base, digits, name = _RADIX[text[1]]
    body = text[2:]
    if not body:
        raise TomlError("integer number overflowed", start, start + 2)
    if digits.fullmatch(body):
        number = int(body.replace("_", ""), base)
        if number < 2**63:
            return number
        _number(str(number), start, whole=True, width=len(text))
    found = digits.match(body)
    behind = found.end() if found else 0
    at = start + 2 + behind
    raise TomlError(_UNDERSCORE if body[behind] == "_" else f"invalid {name} number", at)


def _signed(text: str, start: int) -> object:
    rest = text[1:]
    if rest in ("inf", "nan"):
        return -_WORDS[rest] if text[0] == "-" else _WORDS[rest]
    if rest[:1] in ("+", "-"):
        raise TomlError("redundant numeric sign, expected nothing", start + 1)
    if rest[:1].lower() in ("i", "n"):
        wanted = _LITERALS[rest[0].lower()][1]
        raise TomlError(f"invalid float, expected `{wanted}`", start + 1, start + len(text))
    if rest[:1] == "0" and rest[1:2].lower() in _RADIX:
        words = "integers with a radix cannot be signed, expected nothing"
        raise TomlError(words, start)
    if not rest[:1].isdigit():
        raise TomlError(_NOT_QUOTED, start, start + len(text))
    return _bad_number(rest, start + 1)


def _bad_number(text: str, start: int) -> object:
    if re.search(r"[^0-9_.eE+-]", text):
        raise TomlError(_NOT_QUOTED, start, start + len(text))
    if re.match(r"0[0-9_]", text):
        raise TomlError("unexpected leading zero, expected nothing", start)
    wrong = re.search(r"(?<![0-9])_|_(?![0-9])", text)
    if wrong is not None:
        raise TomlError(_UNDERSCORE, start + wrong.start())
    for part, words in ((r"\.(?![0-9])", "fraction"), (r"[eE][+-]?(?![0-9])", "exponent")):
        wrong = re.search(part, text)
        earlier = _NUMBER.match(text)
        if wrong is not None and (earlier is None or earlier.end() >= wrong.start()):
            if words == "fraction" and "." in text[: wrong.start()]:
                break
            raise TomlError(f"invalid {words}, expected digits", start + wrong.end())
    found = _NUMBER.match(text)
    behind = found.end() if found else 0
    raise TomlError("invalid float, expected nothing", start + behind, start + len(text))


def _moment(text: str, start: int) -> Moment:
    end = start + len(text)
    found = _MOMENT.fullmatch(text)
    if found is None:
        date = re.match(r"\d{4}-\d\d-\d\d", text)
        if date is not None:
            rest = text[date.end() :]
            dated = rest[:1] in ("T", "t", " ")
            words = "date-time, expected `T` between date and time"
            if dated:
                part = "nanosecond" if rest.endswith(".") else "hour"
                words = f"time, expected {part}"
            raise TomlError(f"invalid {words}", start, end)
        if re.match(r"\d+:", text):
            raise TomlError("invalid time, expected a two-digit minute (MM)", start, end)
        part = "a two-digit month (MM)" if text.count("-") > 1 else "`-` (MM-DD)"
        raise TomlError(f"invalid date, expected {part}", start, end)
    year, month, day, *rest_parts = (None if part is None else int(part) for part in found.groups())
    ranges = [("time", "hour", 23), ("time", "minute", 59), ("time", "second", 60)]
    ranges += [("offset", "hours", 23), ("offset", "minutes", 59)]
    if year is not None and month is not None and day is not None:
        if not 1 <= month <= 12:
            raise TomlError("invalid date, expected month between 01 and 12", start, end)
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        days = 30 if month in (4, 6, 9, 11) else 28 + leap if month == 2 else 31
        if not 1 <= day <= days:
            raise TomlError(f"invalid date, expected day between 01 and {days}", start, end)
    for value, (kind, part, most) in zip(rest_parts, ranges, strict=True):
        if value is not None and value > most:
            words = f"invalid {kind}, expected {part} between 00 and {most}"
            raise TomlError(words, start, end)
    return Moment(text)
