"""Typed reading of JSON as serde derives it for the client's structs and enums.

The client reads its credential document and its tokens' claims straight into structs: a wrong
type early in the text is reported before a syntax error further down, a missing field behind the
closing brace, a doubled field behind its name. `Reader` follows those steps one by one
(serde_json 1.0 `de.rs`).
"""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from authtui.client_json.scanner import (
    EOF_LIST,
    EOF_OBJECT,
    EOF_VALUE,
    IDENTS,
    JsonReadError,
    Scanner,
    custom,
)
from authtui.client_json.tree import read_any, skip_value
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


_MANY_NAMES: Final = 100
"""Of the unknown members that are passed over in one step, so many are named."""


def _any_spelling(name: str) -> bytes:
    """A pattern of a name of which any character may be written as an escape."""
    found = b""
    for char in name:
        digits = "".join(f"[{d}{d.upper()}]" if d.isalpha() else d for d in f"{ord(char):02x}")
        found += rb"(?:%b|\\u00%b)" % (re.escape(char.encode()), digits.encode())
    return found


@cache
def _unknown_members(known: tuple[str, ...]) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """A run of members that are not of `known` and hold no list or object, and one of them.

    It takes less than `skip_value` and never more: what it leaves is read step by step.
    """
    names = b"|".join(map(_any_spelling, known))
    blank = rb"[ \n\t\r]*+"
    escape = rb'\\["\\/bfnrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}'
    key = rb'"(?!(?:' + names + rb')")((?:[ !#-\[\]-~]|' + escape + rb')*+)"'
    number = rb"-?+(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+"
    text = rb'"(?:[^"\\\x00-\x1f]|' + escape + rb')*+"'
    value = rb"(?:" + text + rb"|null|true|false|" + number + rb")(?=[ \n\t\r,}])"
    member = blank + b"," + blank + key + blank + b":" + blank + value
    return re.compile(b"(?:" + member + b")++"), re.compile(member)


class Field(NamedTuple):
    """One field of a struct: how it is read; `optional` fields may be absent (None then).

    `positional` fields must stand in the array form of the struct even though they are optional.
    """

    name: str
    read: Callable[[Reader], object]
    optional: bool = True
    positional: bool = False


def optional(read: Callable[[Reader], object]) -> Callable[[Reader], object]:
    """Null, or what `read` reads."""
    return lambda reader: reader.read_option(read)


class Reader:
    """Reads one JSON text into structs, step by step.

    After a failure `path` names the field that was being read. `lines` maps dotted field names
    to the line of their key, `unknown` lists the fields that are not part of the structs.
    """

    def __init__(self, data: bytes, *, float_numbers: bool = False) -> None:
        """Start before the first byte; `float_numbers` as for `Scanner`."""
        self.scanner = Scanner(data, float_numbers=float_numbers)
        self.path: list[str] = []
        self.lines: dict[str, int] = {}
        self.unknown: list[str] = []

    # typed values

    def wrong_type(self, expected: str) -> JsonReadError:
        """The failure of finding another type than `expected`."""
        byte = self.scanner.peek()
        quoted = None
        if byte in IDENTS:
            value = self.scanner.constant(byte)
            found = "null" if value is None else f"boolean `{str(value).lower()}`"
        elif byte == 0x2D or 0x30 <= byte <= 0x39:
            number = self.scanner.number()
            found = f"integer `{number}`"
            if isinstance(number, float):
                found = (
                    f"floating point `{rust_float(number)}`"
                    if self.scanner.float_numbers
                    else "number"
                )
        elif byte == 0x22:
            self.scanner.at += 1
            quoted = self.scanner.string()
            found = f"string {rust_debug(quoted)}"
        elif byte == 0x5B:
            found = "sequence"
        elif byte == 0x7B:
            found = "map"
        else:
            return self.scanner.failure_at_next("expected value")
        failure = JsonReadError(
            f"invalid type: {found}, expected {expected}",
            kind="type",
            what=(found.split(" ", 1)[0], expected),
            quoted=quoted,
        )
        return self.scanner.placed(failure)

    def read_text(self, expected: str = "a string") -> str:
        """Read a string; anything else fails as not `expected`."""
        if self.scanner.start() != 0x22:
            raise self.wrong_type(expected)
        self.scanner.at += 1
        return self.scanner.string()

    def read_bool(self) -> bool:
        """Read `true` or `false`."""
        byte = self.scanner.start()
        if byte not in (0x74, 0x66):
            raise self.wrong_type("a boolean")
        return bool(self.scanner.constant(byte))

    def read_usize(self) -> int:
        """A whole number from 0 to 2^64 - 1."""
        byte = self.scanner.start()
        if byte != 0x2D and not 0x30 <= byte <= 0x39:
            raise self.wrong_type("usize")
        # where a number is expected the library parses it, whatever its way with other numbers
        kept, self.scanner.float_numbers = self.scanner.float_numbers, True
        number = self.scanner.number()
        self.scanner.float_numbers = kept
        if isinstance(number, int) and number >= 0:
            return number
        found, fault = f"integer `{number}`", "value"
        if isinstance(number, float):
            found, fault = f"floating point `{rust_float(number)}`", "type"
        reason = f"invalid {fault}: {found}, expected usize"
        raise self.scanner.placed(
            JsonReadError(reason, kind="type", what=(found.split("`")[0].strip(), "usize"))
        )

    def read_null(self) -> None:
        """Read `null`, which stands for a unit."""
        if self.scanner.start() != 0x6E:
            raise self.wrong_type("unit")
        self.scanner.constant(0x6E)

    def read_option(self, read: Callable[[Reader], T]) -> T | None:
        """Null, or what `read` reads."""
        if self.scanner.skip_blank() == 0x6E:
            self.scanner.constant(0x6E)
            return None
        return read(self)

    def read_variant(self, variants: Sequence[str], *, open_ended: bool = False) -> str:
        """The name of an enum variant without content, as a string or as `{"name": null}`."""
        byte = self.scanner.skip_blank()
        if byte == 0x22:
            return self._variant(variants, open_ended=open_ended)
        if byte < 0:
            raise self.scanner.failure_at_next(EOF_VALUE)
        if byte != 0x7B:
            raise self.scanner.failure_at_next("expected value")
        self.scanner.enter()
        name = self._variant(variants, open_ended=open_ended)
        self.scanner.colon()
        self.read_null()
        self.scanner.depth += 1
        byte = self.scanner.skip_blank()
        if byte != 0x7D:
            raise self.scanner.failure("expected value" if byte >= 0 else EOF_OBJECT)
        self.scanner.at += 1
        return name

    def _variant(self, variants: Sequence[str], *, open_ended: bool) -> str:
        name = self.read_text("variant identifier")
        if name in variants or open_ended:
            return name
        listed = ", ".join(f"`{v}`" for v in variants)
        failure = JsonReadError(
            f"unknown variant `{name}`, expected one of {listed}",
            kind="variant",
            what=tuple(variants),
            quoted=name,
        )
        raise self.scanner.placed(failure)

    def read_untagged_text(self, enum: str) -> str:
        """A string as an untagged enum: any other value is read whole before it is refused."""
        node = read_any(self.scanner)
        if node.kind != "string":
            raise custom(f"data did not match any variant of untagged enum {enum}")
        return str(node.value)

    # structs

    def read_whole(self, name: str, fields: Sequence[Field]) -> dict[str, object]:
        """A struct with nothing but white space behind it."""
        found = self.read_struct(name, fields)
        self.scanner.end()
        return found

    def read_struct(self, name: str, fields: Sequence[Field]) -> dict[str, Any]:
        """An object (or, as serde allows, an array in field order) as a value for each field."""
        byte = self.scanner.start()
        try:
            if byte == 0x5B:
                elements = "element" if len(fields) == 1 else "elements"
                return self._sequence(f"struct {name} with {len(fields)} {elements}", fields)
            if byte == 0x7B:
                return self._map(fields)
            raise self.wrong_type(f"struct {name}")
        except JsonReadError as failure:
            raise self.scanner.placed(failure) from None

    def _map(self, fields: Sequence[Field]) -> dict[str, Any]:
        self.scanner.enter()
        try:
            found = self._members({field.name: field for field in fields})
            self._complete(found, fields)
        except JsonReadError as failure:
            # serde_json closes the object before it places an error that has no place yet
            self.scanner.depth += 1
            if not failure.line and self.scanner.skip_blank() == 0x7D:
                self.scanner.at += 1
            raise
        self.scanner.depth += 1
        self.scanner.at += 1
        return found

    def _complete(self, found: dict[str, Any], fields: Sequence[Field]) -> None:
        for field in fields:
            if field.name in found:
                continue
            if not field.optional:
                self.path.append(field.name)
                raise JsonReadError(
                    f"missing field `{field.name}`", kind="missing", what=(field.name,)
                )
            found[field.name] = None

    def _members(self, fields: dict[str, Field]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        first = True
        while self.scanner.next_key(first=first):
            first = False
            line = self.scanner.position(self.scanner.at)[0]
            self.scanner.at += 1
            key = self.scanner.string()
            field = fields.get(key)
            self.path.append(key)
            if field is None:
                self.unknown.append(".".join(self.path))
                self.scanner.colon()
                skip_value(self.scanner)
            elif key in found:
                raise JsonReadError(f"duplicate field `{key}`", kind="duplicate", what=(key,))
            else:
                self.lines[".".join(self.path)] = line
                self.scanner.colon()
                found[key] = field.read(self)
            self.path.pop()
            if self.scanner.is_long():
                self._skip_unknown(tuple(fields))
        return found

    def _skip_unknown(self, known: tuple[str, ...]) -> None:
        """Pass over the unknown members that follow, of which there may be very many."""
        members, member = _unknown_members(known)
        run = members.match(self.scanner.data, self.scanner.at)
        if run is None:
            return
        prefix = "".join(f"{name}." for name in self.path)
        for one in islice(member.finditer(self.scanner.data, run.start()), _MANY_NAMES):
            if one.start() >= run.end():
                break
            self.unknown.append(prefix + json.loads(b'"%b"' % one[1]))
        self.scanner.at = run.end()

    def _sequence(self, expected: str, fields: Sequence[Field]) -> dict[str, Any]:
        self.scanner.enter()
        try:
            found = self._items(expected, fields)
        except JsonReadError as failure:
            self.scanner.depth += 1
            if not failure.line:
                self._close_sequence(quiet=True)
            raise
        self.scanner.depth += 1
        self._close_sequence(quiet=False)
        return found

    def _items(self, expected: str, fields: Sequence[Field]) -> dict[str, Any]:
        found: dict[str, object] = {}
        for index, field in enumerate(fields):
            self.path.append(field.name)
            if self.scanner.next_item(first=index == 0):
                found[field.name] = field.read(self)
            elif field.positional or not field.optional:
                reason = f"invalid length {index}, expected {expected}"
                raise JsonReadError(reason, kind="length", what=(str(index), expected))
            else:
                found[field.name] = None
            self.path.pop()
        return found

    def _close_sequence(self, *, quiet: bool) -> None:
        byte = self.scanner.skip_blank()
        if byte == 0x5D:
            self.scanner.at += 1
            return
        reason = "trailing characters" if byte >= 0 else EOF_LIST
        if byte == 0x2C:
            self.scanner.at += 1
            if self.scanner.skip_blank() == 0x5D:
                reason = "trailing comma"
        if not quiet:
            raise self.scanner.failure_at_next(reason)


def rust_debug(text: str) -> str:
    """A string in quotes as Rust's debug format prints it."""
    known = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
    out = []
    for char in text:
        if char in known:
            out.append(known[char])
        elif char.isprintable():
            out.append(char)
        else:
            out.append(f"\\u{{{ord(char):x}}}")
    return f'"{"".join(out)}"'


def rust_float(value: float) -> str:
    """A float as the client prints it: plain up to 16 digits, else with a signed exponent."""
    sign = "-" if str(value).startswith("-") else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    digits = whole + fraction
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    if not digits:
        return f"{sign}0.0"
    if len(digits) <= point <= 16:
        return f"{sign}{digits}{'0' * (point - len(digits))}.0"
    if 0 < point <= 16:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -5 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{point - 1:+d}"
