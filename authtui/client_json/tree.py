"""A JSON reader that fails exactly where and as the client's reader (serde_json) fails.

`parse` gives a tree in which every value knows its place, or the error in serde_json's words.
The typed reading of the credential document is in `structs`, built on the same steps.
"""

from __future__ import annotations

from typing import Any, Literal

from authtui.client_json.scanner import (
    EOF_LIST,
    EOF_OBJECT,
    IDENTS,
    NOT_UTF8,
    JsonReadError,
    Scanner,
)
from authtui.record import NamedTuple

Kind = Literal["null", "bool", "integer", "float", "string", "array", "object"]


class JsonFault(NamedTuple):
    """Why a text is no JSON: serde_json's words, and where (line from 1, column in bytes)."""

    reason: str
    line: int
    column: int

    def __str__(self) -> str:
        """The text as the client prints it."""
        return f"{self.reason} at line {self.line} column {self.column}"


class Member(NamedTuple):
    """One key of an object with its value; the position is that of the key's first byte."""

    key: str
    value: Node
    line: int
    column: int


class Node(NamedTuple):
    """One value. `value` is a plain value, a tuple of nodes (array) or of members (object).

    `line` counts from 1; `column` is the number of bytes before the value on its line. Duplicate
    keys are all there, in order.
    """

    kind: Kind
    value: Any
    line: int
    column: int

    def get(self, key: str) -> Node | None:
        """The value of a key, the last one where it occurs twice; None where there is none."""
        if self.kind != "object":
            return None
        found = None
        for member in self.value:
            if member.key == key:
                found = member.value
        return found

    def plain(self) -> Any:  # noqa: ANN401 - any JSON value
        """The value as plain Python objects; of duplicate keys the last one counts."""
        if self.kind == "array":
            return [item.plain() for item in self.value]
        if self.kind == "object":
            return {member.key: member.value.plain() for member in self.value}
        return self.value


class TreeReader(Scanner):
    """Reads or skips values whose type is not known beforehand."""

    def read_any(self) -> Node:
        """Any value as a tree. At most 127 levels deep, so the recursion is bounded."""
        byte = self.start()
        line, column = self.position(self.at)
        kind: Kind
        value: Any
        if byte in IDENTS:
            value = self.constant(byte)
            kind = "null" if value is None else "bool"
        elif byte == 0x2D or 0x30 <= byte <= 0x39:
            value = self.number()
            kind = "integer" if isinstance(value, int) else "float"
        elif byte == 0x22:
            self.at += 1
            kind, value = "string", self.string()
        elif byte == 0x5B:
            self.enter()
            kind = "array"
            items: list[Node] = []
            while self.next_item(first=not items):
                items.append(self.read_any())
            value = tuple(items)
        elif byte == 0x7B:
            self.enter()
            kind = "object"
            members: list[Member] = []
            while self.next_key(first=not members):
                where = self.position(self.at)
                self.at += 1
                key = self.string()
                self.colon()
                members.append(Member(key, self.read_any(), *where))
            value = tuple(members)
        else:
            raise self.failure_at_next("expected value")
        if byte in (0x5B, 0x7B):
            self.depth += 1
            self.at += 1
        return Node(kind, value, line, column)

    def skip_value(self) -> None:
        """Pass over any value: no limit of depth, no check of number ranges, as serde_json."""
        open_frames = bytearray()
        while True:
            byte = self.start()
            nested = False
            if byte in IDENTS:
                self.constant(byte)
            elif byte == 0x2D or 0x30 <= byte <= 0x39:
                self.number(ignored=True)
            elif byte == 0x22:
                self.at += 1
                self.string(ignored=True)
            elif byte in (0x5B, 0x7B):
                self.at += 1
                open_frames.append(byte)
                nested = True
            else:
                raise self.failure_at_next("expected value")
            if not self._next_in_frames(open_frames, accept_comma=not nested):
                return

    def _next_in_frames(self, frames: bytearray, *, accept_comma: bool) -> bool:
        while frames:
            is_list = frames[-1] == 0x5B
            byte = self.skip_blank()
            if byte < 0:
                raise self.failure_at_next(EOF_LIST if is_list else EOF_OBJECT)
            if byte == frames[-1] + 2:
                self.at += 1
                frames.pop()
                accept_comma = True
                continue
            if accept_comma:
                if byte != 0x2C:
                    raise self.failure_at_next(
                        "expected `,` or `]`" if is_list else "expected `,` or `}`"
                    )
                self.at += 1
            if not is_list:
                self._ignored_key()
            return True
        return False

    def _ignored_key(self) -> None:
        byte = self.skip_blank()
        if byte != 0x22:
            raise self.failure_at_next("key must be a string" if byte >= 0 else EOF_OBJECT)
        self.at += 1
        self.string(ignored=True)
        self.colon()

    def end(self) -> None:
        """Nothing but white space may follow."""
        if self.skip_blank() >= 0:
            raise self.failure_at_next("trailing characters")


def parse(data: bytes | str) -> Node | JsonFault:
    """The tree of a JSON text, or why it is none. Bytes must be UTF-8."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    reader = TreeReader(data)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return JsonFault(NOT_UTF8, *reader.position(error.start))
    try:
        node = reader.read_any()
        reader.end()
    except JsonReadError as failure:
        return JsonFault(failure.reason, failure.line, failure.column)
    return node
