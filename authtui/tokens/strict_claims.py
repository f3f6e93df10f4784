"""Read a flat JSON object as the client does, errors with their class and position included.

The client reads a token's payload into a struct with serde_json, so *which* error it gives, and
the column in `invalid credential JSON (Data at line 1 column 119)`, follow from that library's
rules: a missing field is found after the closing brace, a wrong type after the value (before it
for an array or an object), a doubled field right after its name. Fields the struct does not know
are skipped, however deep. Source: serde_json 1.0 `de.rs` and `read.rs`; the columns agree with the
recorded clients.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, Literal

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

FieldType = Literal["text", "count", "flag", "text?", "plan"]
Category = Literal["Data", "Syntax", "Eof"]

_SPACE: Final = b" \t\r\n"
_DIGITS: Final = b"0123456789"
_NUMBER: Final = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ESCAPES: Final = b'"\\/bfnrt'
_EXPECTED: Final = {
    "text": "a string",
    "text?": "a string",
    "count": "usize",
    "flag": "a boolean",
    "plan": "a string",
}


class StructError(NamedTuple):
    """Why a struct cannot be read. `field` names the field where the error concerns one.

    `message` is the library's own text without the position; `line` and `column` count from 1 and
    in bytes, `column` 0 standing for the very beginning.
    """

    category: Category
    message: str
    line: int
    column: int
    field: str | None = None

    @property
    def text(self) -> str:
        """The library's text with its position."""
        return f"{self.message} at line {self.line} column {self.column}"

    @property
    def concealed(self) -> str:
        """What a client prints that hides data: class and position only."""
        return f"invalid credential JSON ({self.category} at line {self.line} column {self.column})"


def read_struct(
    data: bytes, required: Mapping[str, FieldType], optional: Mapping[str, FieldType], name: str
) -> Mapping[str, Any] | StructError:
    """The known fields of a JSON object, or the first error the client would meet. Never raises.

    `required` and `optional` are in the order of the client's struct, whose `name` its texts use.
    """
    try:
        return _Reader(data).struct(required, {**required, **optional}, name)
    except _RefusedError as refused:
        return refused.error


class _RefusedError(Exception):
    def __init__(self, error: StructError) -> None:
        super().__init__(error.message)
        self.error = error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def struct(
        self, required: Mapping[str, FieldType], known: Mapping[str, FieldType], name: str
    ) -> Mapping[str, Any]:
        if self.peek() is None:
            raise self.fail("Eof", "EOF while parsing a value", ahead=True)
        byte = self.data[self.at]
        if byte == 0x5B:
            found = self.sequence(required, known, name)
        elif byte == 0x7B:
            found = self.members(required, known)
        else:
            raise self.wrong_type(f"struct {name}", None)
        if self.peek() is not None:
            raise self.fail("Syntax", "trailing characters", ahead=True)
        return found

    def members(
        self, required: Mapping[str, FieldType], known: Mapping[str, FieldType]
    ) -> dict[str, Any]:
        self.at += 1
        found: dict[str, Any] = {}
        first = True
        while self.next_key(first=first):
            first = False
            self.at += 1
            key = self.string()
            field = known.get(key)
            if field is not None and key in found:
                if self.peek() == 0x7D:
                    self.at += 1
                raise self.fail("Data", f"duplicate field `{key}`", field=key)
            self.colon()
            if field is None:
                self.skip()
            else:
                found[key] = self.value(key, field)
        self.at += 1
        for key in required:
            if key not in found:
                raise self.fail("Data", f"missing field `{key}`", field=key)
        return found

    def sequence(
        self, required: Mapping[str, FieldType], known: Mapping[str, FieldType], name: str
    ) -> dict[str, Any]:
        """An array in the order of the fields, which the library takes for a struct as well."""
        self.at += 1
        found: dict[str, Any] = {}
        for index, (key, field) in enumerate(known.items()):
            if self.next_item(first=index == 0):
                found[key] = self.value(key, field)
            elif key in required:
                self.at += 1
                expected = f"struct {name} with {len(known)} elements"
                message = f"invalid length {index}, expected {expected}"
                raise self.fail("Data", message, field=key)
        byte = self.peek()
        if byte is None:
            raise self.fail("Eof", "EOF while parsing a list", ahead=True)
        if byte != 0x5D:
            self.at += byte == 0x2C
            trailing = byte == 0x2C and self.peek() == 0x5D
            message = "trailing comma" if trailing else "trailing characters"
            raise self.fail("Syntax", message, ahead=True)
        self.at += 1
        return found

    def next_item(self, *, first: bool) -> bool:
        byte = self.peek()
        if byte is None:
            raise self.fail("Eof", "EOF while parsing a list", ahead=True)
        if byte == 0x5D:
            return False
        if first:
            return True
        if byte != 0x2C:
            raise self.fail("Syntax", "expected `,` or `]`", ahead=True)
        self.at += 1
        if self.peek() == 0x5D:
            raise self.fail("Syntax", "trailing comma", ahead=True)
        return True

    def peek(self) -> int | None:
        """The next byte that is no white space."""
        while self.at < len(self.data) and self.data[self.at] in _SPACE:
            self.at += 1
        return self.data[self.at] if self.at < len(self.data) else None

    def fail(
        self, category: Category, message: str, *, ahead: bool = False, field: str | None = None
    ) -> _RefusedError:
        """An error at the position read so far, or one byte ahead of it."""
        stop = min(len(self.data), self.at + 1) if ahead else self.at
        start = self.data.rfind(b"\n", 0, stop) + 1
        line = self.data.count(b"\n", 0, stop) + 1
        return _RefusedError(StructError(category, message, line, stop - start, field))

    def next_key(self, *, first: bool) -> bool:
        byte = self.peek()
        if byte is None:
            raise self.fail("Eof", "EOF while parsing an object", ahead=True)
        if byte == 0x7D:
            return False
        if not first:
            if byte != 0x2C:
                raise self.fail("Syntax", "expected `,` or `}`", ahead=True)
            self.at += 1
            byte = self.peek()
            if byte is None:
                raise self.fail("Eof", "EOF while parsing a value", ahead=True)
            if byte == 0x7D:
                raise self.fail("Syntax", "trailing comma", ahead=True)
        if byte != 0x22:
            raise self.fail("Syntax", "key must be a string", ahead=True)
        return True

    def colon(self) -> None:
        byte = self.peek()
        if byte is None:
            raise self.fail("Eof", "EOF while parsing an object", ahead=True)
        if byte != 0x3A:
            raise self.fail("Syntax", "expected `:`", ahead=True)
        self.at += 1

    def value(self, key: str, field: FieldType) -> Any:  # noqa: ANN401 - any JSON value
        byte = self.peek()
        if byte is None:
            raise self.fail("Eof", "EOF while parsing a value", ahead=True)
        if byte == 0x22 and field in ("text", "text?", "plan"):
            self.at += 1
            return self.string()
        if byte == 0x6E and field == "text?":
            self.word(b"null")
            return None
        if byte in (0x74, 0x66) and field == "flag":
            self.word(b"true" if byte == 0x74 else b"false")
            return byte == 0x74
        if field == "plan":  # an untagged enum: the whole value is read before it is refused
            self.skip()
            message = "data did not match any variant of untagged enum PlanType"
            raise self.fail("Data", message, field=key)
        if field == "count" and (byte == 0x2D or byte in _DIGITS):
            digits = self.number()
            if re.fullmatch(rb"[0-9]{1,20}", digits) and int(digits) < 2**64:
                return int(digits)
            shown, whole = _number_text(digits)
            if whole:
                message = f"invalid value: integer `{shown}`, expected usize"
            else:
                message = f"invalid type: floating point `{shown}`, expected usize"
            raise self.fail("Data", message, field=key)
        raise self.wrong_type(_EXPECTED[field], key)

    def wrong_type(self, expected: str, key: str | None) -> _RefusedError:
        byte = self.data[self.at]
        if byte == 0x22:
            self.at += 1
            found = f"string {json.dumps(self.string(), ensure_ascii=False)}"
        elif byte == 0x6E:
            self.word(b"null")
            found = "null"
        elif byte in (0x74, 0x66):
            word = b"true" if byte == 0x74 else b"false"
            self.word(word)
            found = f"boolean `{word.decode()}`"
        elif byte == 0x2D or byte in _DIGITS:
            start = self.at
            self.skip_number(ignored=False)
            shown, whole = _number_text(self.data[start : self.at])
            # the client builds the library with arbitrary precision, where a fraction is a "number"
            found = f"integer `{shown}`" if whole else "number"
        elif byte == 0x5B:
            found = "sequence"
        elif byte == 0x7B:
            found = "map"
        else:
            return self.fail("Syntax", "expected value", ahead=True)
        return self.fail("Data", f"invalid type: {found}, expected {expected}", field=key)

    def word(self, word: bytes) -> None:
        for byte in word:
            if self.at >= len(self.data):
                raise self.fail("Eof", "EOF while parsing a value")
            self.at += 1
            if self.data[self.at - 1] != byte:
                raise self.fail("Syntax", "expected ident")

    def number(self) -> bytes:
        start = self.at
        self.skip_number(ignored=False)
        digits = self.data[start : self.at]
        if len(digits) > 300 and _NUMBER.fullmatch(digits) and _endless(digits):
            raise self.fail("Syntax", "number out of range")
        if (b"e" in digits or b"E" in digits) and _endless(digits):
            raise self.fail("Syntax", "number out of range")
        return digits

    def skip_number(self, *, ignored: bool) -> None:
        if self.data[self.at] == 0x2D:
            self.at += 1
        if self.at >= len(self.data):
            raise self.number_cut(ignored=ignored)
        first = self.data[self.at]
        self.at += 1
        if first not in _DIGITS:
            raise self.fail("Syntax", "invalid number")
        if first == 0x30 and self.ahead_is_digit():
            raise self.fail("Syntax", "invalid number", ahead=True)
        self.digits()
        if self.data[self.at : self.at + 1] == b".":
            self.at += 1
            if not self.ahead_is_digit():
                end = self.at >= len(self.data) and not ignored
                text = "EOF while parsing a value" if end else "invalid number"
                raise self.fail("Eof" if end else "Syntax", text, ahead=True)
            self.digits()
        if self.data[self.at : self.at + 1] in (b"e", b"E"):
            self.at += 1
            if self.data[self.at : self.at + 1] in (b"+", b"-"):
                self.at += 1
            if self.at >= len(self.data):
                raise self.number_cut(ignored=ignored)
            if not self.ahead_is_digit():
                self.at += 1
                raise self.fail("Syntax", "invalid number")
            self.digits()

    def number_cut(self, *, ignored: bool) -> _RefusedError:
        if ignored:
            return self.fail("Syntax", "invalid number")
        return self.fail("Eof", "EOF while parsing a value")

    def ahead_is_digit(self) -> bool:
        return self.at < len(self.data) and self.data[self.at] in _DIGITS

    def digits(self) -> None:
        while self.ahead_is_digit():
            self.at += 1

    def string(self, *, keep: bool = True) -> str:
        """The rest of a string whose opening quote was read."""
        start = self.at
        while True:
            if self.at >= len(self.data):
                raise self.fail("Eof", "EOF while parsing a string")
            byte = self.data[self.at]
            self.at += 1
            if byte == 0x22:
                break
            if byte == 0x5C:
                self.escape(keep=keep)
            elif byte < 0x20:
                message = "control character (\\u0000-\\u001F) found while parsing a string"
                raise self.fail("Syntax", message)
        if not keep:
            return ""
        try:
            found: str = json.loads(b'"' + self.data[start : self.at - 1] + b'"')
        except ValueError:
            raise self.fail("Syntax", "invalid unicode code point") from None
        return found

    def escape(self, *, keep: bool) -> None:
        if self.at >= len(self.data):
            raise self.fail("Eof", "EOF while parsing a string")
        byte = self.data[self.at]
        self.at += 1
        if byte == 0x75:
            first = self.hex4()
            if not keep or not 0xD800 <= first < 0xE000:
                return
            if first >= 0xDC00:
                raise self.fail("Syntax", "lone leading surrogate in hex escape")
            for expected in b"\\u":
                if self.at >= len(self.data):
                    raise self.fail("Eof", "EOF while parsing a string")
                self.at += 1
                if self.data[self.at - 1] != expected:
                    raise self.fail("Syntax", "unexpected end of hex escape")
            if not 0xDC00 <= self.hex4() < 0xE000:
                raise self.fail("Syntax", "lone leading surrogate in hex escape")
        elif byte not in _ESCAPES:
            raise self.fail("Syntax", "invalid escape")

    def hex4(self) -> int:
        digits = self.data[self.at : self.at + 4]
        if len(digits) < 4:
            self.at = len(self.data)
            raise self.fail("Eof", "EOF while parsing a string")
        self.at += 4
        if not re.fullmatch(rb"[0-9a-fA-F]{4}", digits):
            raise self.fail("Syntax", "invalid escape")
        return int(digits, 16)

    def skip(self) -> None:
        """Pass over one value of any depth; strings in it are not checked for UTF-8."""
        open_brackets: list[int] = []
        while True:
            byte = self.peek()
            if byte is None:
                raise self.fail("Eof", "EOF while parsing a value", ahead=True)
            if byte in (0x5B, 0x7B):
                self.at += 1
                open_brackets.append(byte)
                if byte == 0x7B and self.next_key(first=True):
                    self.skipped_key()
                    continue
                if byte == 0x5B and self.peek() not in (0x5D, None):
                    continue
            elif byte == 0x22:
                self.at += 1
                self.string(keep=False)
            elif byte in b"ntf":
                self.word({0x6E: b"null", 0x74: b"true", 0x66: b"false"}[byte])
            elif byte == 0x2D or byte in _DIGITS:
                self.skip_number(ignored=True)
            else:
                raise self.fail("Syntax", "expected value", ahead=True)
            if not self.another(open_brackets):
                return

    def skipped_key(self) -> None:
        self.at += 1
        self.string(keep=False)
        self.colon()

    def another(self, open_brackets: list[int]) -> bool:
        """Close what ends here; whether a further value follows inside an open bracket."""
        while open_brackets:
            if open_brackets[-1] == 0x7B:
                if self.next_key(first=False):
                    self.skipped_key()
                    return True
            elif self.next_item(first=False):
                return True
            self.at += 1
            open_brackets.pop()
        return False


def _endless(digits: bytes) -> bool:
    value = float(digits)
    return value - value != 0


def _number_text(digits: bytes) -> tuple[str, bool]:
    """A number as the library prints it, and whether it is an integer to it."""
    text = digits.decode("ascii")
    if re.fullmatch(r"-?[0-9]{1,20}", text) and -(2**63) <= int(text) < 2**64 and text != "-0":
        return text, True
    value = float(text)
    plain = abs(value) < 1e16 and value == int(value)
    return (f"{value:.1f}" if plain else repr(value)), False
