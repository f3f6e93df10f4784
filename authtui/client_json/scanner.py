"""The lowest layer of the client's JSON reader: bytes, strings, numbers, and their failures.

Steps, error texts and positions are those of serde_json 1.0 (`read.rs`, `de.rs`). Lines count
from 1; a column is the number of bytes since the last newline.
"""

from __future__ import annotations

import json
import re
from typing import Final, Literal

from authtui.errors import AuthtuiError

RECURSION_LIMIT: Final = 128
NOT_UTF8: Final = "stream did not contain valid UTF-8"

EOF_VALUE: Final = "EOF while parsing a value"
EOF_STRING: Final = "EOF while parsing a string"
EOF_LIST: Final = "EOF while parsing a list"
EOF_OBJECT: Final = "EOF while parsing an object"
_CONTROL: Final = "control character (\\u0000-\\u001F) found while parsing a string"

_PLAIN: Final = re.compile(rb'[^"\\\x00-\x1f]*')
_BLANK: Final = re.compile(rb"[ \n\t\r]*")
_DIGITS: Final = re.compile(rb"[0-9]*")
_HEX: Final = re.compile(rb"[0-9a-fA-F]{4}")
_ESCAPES: Final = {
    0x22: '"', 0x5C: "\\", 0x2F: "/", 0x62: "\b",
    0x66: "\f", 0x6E: "\n", 0x72: "\r", 0x74: "\t",
}  # fmt: skip
_LONG: Final = 100_000


def _refuse(constant: str) -> object:
    raise ValueError(constant)


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)
IDENTS: Final = {0x6E: (b"ull", None), 0x74: (b"rue", True), 0x66: (b"alse", False)}

Category = Literal["Data", "Syntax", "Eof"]
FailureKind = Literal["syntax", "type", "missing", "duplicate", "variant", "length", "custom"]


class JsonReadError(AuthtuiError):
    """The reader's way out of a nested value. `line` 0 means: not placed yet.

    `what` holds the parts a human explanation is made of: the found and the expected type, the
    missing field, the known variants. `quoted` is text of the document the client repeats.
    """

    def __init__(
        self,
        reason: str,
        line: int = 0,
        column: int = 0,
        *,
        kind: FailureKind = "syntax",
        what: tuple[str, ...] = (),
        quoted: str | None = None,
    ) -> None:
        """Give the reader's words, the place if it is known, and what an explanation needs."""
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.column = column
        self.kind: FailureKind = kind
        self.what = what
        self.quoted = quoted

    def __str__(self) -> str:
        """The text as the client prints it."""
        if not self.line:
            return self.reason
        return f"{self.reason} at line {self.line} column {self.column}"

    @property
    def category(self) -> Category:
        """The library's class of the error."""
        if self.kind != "syntax":
            return "Data"
        return "Eof" if self.reason.startswith("EOF ") else "Syntax"

    @property
    def concealed(self) -> str:
        """What a client prints that hides data: class and place only."""
        return f"invalid credential JSON ({self.category} at line {self.line} column {self.column})"


def custom(reason: str) -> JsonReadError:
    """A data error that gets its place from the value around it."""
    return JsonReadError(reason, kind="custom")


class Scanner:
    """Walks over one JSON text: bytes, white space, strings, numbers, and what stands between."""

    def __init__(self, data: bytes, *, float_numbers: bool = False) -> None:
        """Start before the first byte.

        `float_numbers`: numbers that are no 64-bit integers become floats and may be out of
        range; otherwise their text is kept, as the library's option arbitrary_precision does.
        """
        self.data = data
        self.float_numbers = float_numbers
        self.at = 0
        self.depth = RECURSION_LIMIT
        self._latin: str | None = None
        self._counted = (0, 1, 0)  # up to this byte: the line, and where it begins

    # positions and failures

    def position(self, index: int) -> tuple[int, int]:
        """Line and column of a byte offset; counted on from the last one that was asked for."""
        at, line, start = self._counted
        if index < at:
            at, line, start = 0, 1, 0
        line += self.data.count(b"\n", at, index)
        start = max(start, self.data.rfind(b"\n", at, index) + 1)
        self._counted = index, line, start
        return line, index - start

    def failure(self, reason: str) -> JsonReadError:
        """A syntax error at the bytes read so far."""
        return JsonReadError(reason, *self.position(self.at))

    def failure_at_next(self, reason: str) -> JsonReadError:
        """A syntax error at the byte that was only looked at."""
        return JsonReadError(reason, *self.position(min(len(self.data), self.at + 1)))

    def placed(self, failure: JsonReadError) -> JsonReadError:
        """The failure, placed here unless it already has a place."""
        if not failure.line:
            failure.line, failure.column = self.position(self.at)
        return failure

    # bytes

    def is_long(self) -> bool:
        """Whether so much is still to come that a step over many values at once is worth it."""
        return len(self.data) - self.at > _LONG

    def pass_at_once(self) -> bool:
        """Pass over the value that begins here if the standard library's reader can read it.

        What that takes is what `skip_value` takes: a text with a mistake, a number of thousands of
        digits or a value nested deeply is left to be read step by step.
        """
        if self._latin is None:
            self._latin = self.data.decode("latin-1")  # a character for each byte
        try:
            _, self.at = _DECODER.raw_decode(self._latin, self.at)
        except (ValueError, RecursionError):
            return False
        return True

    def peek(self) -> int:
        """The next byte, or -1 at the end."""
        return self.data[self.at] if self.at < len(self.data) else -1

    def skip_blank(self) -> int:
        """Pass over white space; the byte after it, or -1."""
        found = _BLANK.match(self.data, self.at)
        self.at = found.end() if found else self.at
        return self.peek()

    def _ident(self, rest: bytes) -> None:
        for expected in rest:
            found = self.peek()
            if found < 0:
                raise self.failure(EOF_VALUE)
            self.at += 1
            if found != expected:
                raise self.failure("expected ident")

    def constant(self, first: int) -> bool | None:
        """`null`, `true` or `false`, whichever begins with the byte `first`."""
        rest, value = IDENTS[first]
        self.at += 1
        self._ident(rest)
        return value

    # strings

    def string(self, *, ignored: bool = False) -> str:
        """The rest of a string whose opening quote was read.

        An ignored string is not checked for lone surrogates and bad UTF-8, as in serde_json.
        """
        parts: list[str | bytes] = []
        while True:
            found = _PLAIN.match(self.data, self.at)
            end = found.end() if found else self.at
            parts.append(self.data[self.at : end])
            self.at = end
            byte = self.peek()
            if byte < 0:
                raise self.failure(EOF_STRING)
            control = byte not in (0x22, 0x5C)
            self.at += not (control and ignored)
            if control:
                raise self.failure(_CONTROL)
            if byte == 0x22:
                break
            parts.append(self._escape(ignored=ignored))
        if ignored:
            return ""
        try:
            return "".join(p if isinstance(p, str) else p.decode() for p in parts)
        except UnicodeDecodeError:
            raise self.failure("invalid unicode code point") from None

    def _escape(self, *, ignored: bool) -> str:
        byte = self.peek()
        if byte < 0:
            raise self.failure(EOF_STRING)
        self.at += 1
        if byte in _ESCAPES:
            return _ESCAPES[byte]
        if byte != 0x75:
            raise self.failure("invalid escape")
        first = self._hex()
        if ignored:
            return ""
        if 0xDC00 <= first <= 0xDFFF:
            raise self.failure("lone leading surrogate in hex escape")
        if not 0xD800 <= first <= 0xDBFF:
            return chr(first)
        for expected in b"\\u":
            byte = self.peek()
            if byte < 0:
                raise self.failure(EOF_STRING)
            self.at += 1
            if byte != expected:
                raise self.failure("unexpected end of hex escape")
        second = self._hex()
        if not 0xDC00 <= second <= 0xDFFF:
            raise self.failure("lone leading surrogate in hex escape")
        return chr(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))

    def _hex(self) -> int:
        digits = self.data[self.at : self.at + 4]
        if len(digits) < 4:
            self.at = len(self.data)
            raise self.failure(EOF_STRING)
        self.at += 4
        if not _HEX.fullmatch(digits):
            raise self.failure("invalid escape")
        return int(digits, 16)

    # numbers

    def _digits(self) -> int:
        found = _DIGITS.match(self.data, self.at)
        start, self.at = self.at, found.end() if found else self.at
        return self.at - start

    def number(self, *, ignored: bool = False) -> int | float:
        """A number: integers within 64 bits stay integers, all others become floats."""
        start = self.at
        negative = self.peek() == 0x2D
        self.at += negative
        first = self.peek()
        if first < 0 and not ignored:
            raise self.failure(EOF_VALUE)
        self.at += first >= 0
        if first == 0x30:
            if 0x30 <= self.peek() <= 0x39:
                raise self.failure_at_next("invalid number")
        elif 0x31 <= first <= 0x39:
            self._digits()
        else:
            raise self.failure("invalid number")
        fraction = self.peek() == 0x2E
        if fraction:
            self.at += 1
            if not self._digits():
                ended = self.peek() < 0 and not ignored
                raise self.failure_at_next(EOF_VALUE if ended else "invalid number")
        exponent = self.peek() in (0x65, 0x45)
        mantissa = self.data[start : self.at]
        if exponent:
            self._exponent(mantissa, ignored=ignored)
        if ignored:
            return 0
        text = self.data[start : self.at]
        if not fraction and not exponent and len(text) < 22:
            whole = int(text)
            minus_zero = self.float_numbers and negative and not whole
            if not minus_zero and -(2**63) <= whole < (2**63 if negative else 2**64):
                return whole
        value = float(text)
        if self.float_numbers and value in (float("inf"), float("-inf")):
            raise self.failure("number out of range")
        return value

    def _exponent(self, mantissa: bytes, *, ignored: bool) -> None:
        self.at += 1
        sign = self.peek()
        self.at += sign in (0x2B, 0x2D)
        first = self.peek()
        self.at += first >= 0
        if not 0x30 <= first <= 0x39:
            raise self.failure(EOF_VALUE if first < 0 and not ignored else "invalid number")
        start = self.at - 1
        self._digits()
        if ignored or not self.float_numbers or sign == 0x2D or not mantissa.strip(b"-0."):
            return
        power = 0
        for index in range(start, self.at):
            power = power * 10 + self.data[index] - 0x30
            if power >= 2**31:
                self.at = index + 1
                raise self.failure("number out of range")

    # what stands between values

    def start(self) -> int:
        """The first byte of the value that must follow."""
        byte = self.skip_blank()
        if byte < 0:
            raise self.failure_at_next(EOF_VALUE)
        return byte

    def enter(self) -> None:
        """Pass over an opening bracket, one level deeper."""
        self.depth -= 1
        if not self.depth:
            raise self.failure_at_next("recursion limit exceeded")
        self.at += 1

    def next_key(self, *, first: bool) -> bool:
        """Whether another member follows; the reader then stands at its opening quote."""
        byte = self.skip_blank()
        if byte == 0x7D:
            return False
        if byte < 0:
            raise self.failure_at_next(EOF_OBJECT)
        if not first:
            if byte != 0x2C:
                raise self.failure_at_next("expected `,` or `}`")
            self.at += 1
            byte = self.skip_blank()
            if byte == 0x7D:
                raise self.failure_at_next("trailing comma")
            if byte < 0:
                raise self.failure_at_next(EOF_VALUE)
        if byte != 0x22:
            raise self.failure_at_next("key must be a string")
        return True

    def next_item(self, *, first: bool) -> bool:
        """Whether another item of a list follows."""
        byte = self.skip_blank()
        if byte == 0x5D:
            return False
        if byte < 0:
            raise self.failure_at_next(EOF_LIST)
        if first:
            return True
        if byte != 0x2C:
            raise self.failure_at_next("expected `,` or `]`")
        self.at += 1
        byte = self.skip_blank()
        if byte == 0x5D:
            raise self.failure_at_next("trailing comma")
        if byte < 0:
            raise self.failure_at_next(EOF_VALUE)
        return True

    def colon(self) -> None:
        """The colon between a key and its value."""
        byte = self.skip_blank()
        if byte != 0x3A:
            raise self.failure_at_next("expected `:`" if byte >= 0 else EOF_OBJECT)
        self.at += 1

    def end(self) -> None:
        """Nothing but white space may follow."""
        if self.skip_blank() >= 0:
            raise self.failure_at_next("trailing characters")
