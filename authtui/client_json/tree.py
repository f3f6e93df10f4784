"""A JSON reader that fails exactly where and as the client's reader (serde_json) fails.

`parse` gives a tree in which every value knows its place, or the error in serde_json's words.
The typed reading of the credential document is in `structs`, built on the same steps.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from authtui.client_json.scanner import (
    EOF_LIST,
    EOF_OBJECT,
    IDENTS,
    NOT_UTF8,
    JsonReadError,
    Scanner,
)
from authtui.record import NamedTuple

# Lists that begin, or end, one inside the other: a hostile text has millions of them.
_LISTS: Final = re.compile(rb"\[(?:[ \n\t\r]*+\[)*+")
_LIST_ENDS: Final = re.compile(rb"\](?:[ \n\t\r]*+\])*+")

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

    def plain(self) -> object:
        """The value as plain Python objects; of duplicate keys the last one counts."""
        if self.kind == "array":
            return [item.plain() for item in self.value]
        if self.kind == "object":
            return {member.key: member.value.plain() for member in self.value}
        return self.value


def read_any(scanner: Scanner) -> Node:
    """Any value as a tree. At most 127 levels deep, so the recursion is bounded."""
    byte = scanner.start()
    line, column = scanner.position(scanner.at)
    kind: Kind
    value: Any
    if byte in IDENTS:
        value = scanner.constant(byte)
        kind = "null" if value is None else "bool"
    elif byte == 0x2D or 0x30 <= byte <= 0x39:
        value = scanner.number()
        kind = "integer" if isinstance(value, int) else "float"
    elif byte == 0x22:
        scanner.at += 1
        kind, value = "string", scanner.string()
    elif byte == 0x5B:
        scanner.enter()
        kind = "array"
        items: list[Node] = []
        while scanner.next_item(first=not items):
            items.append(read_any(scanner))
        value = tuple(items)
    elif byte == 0x7B:
        scanner.enter()
        kind = "object"
        members: list[Member] = []
        while scanner.next_key(first=not members):
            where = scanner.position(scanner.at)
            scanner.at += 1
            key = scanner.string()
            scanner.colon()
            members.append(Member(key, read_any(scanner), *where))
        value = tuple(members)
    else:
        raise scanner.failure_at_next("expected value")
    if byte in (0x5B, 0x7B):
        scanner.depth += 1
        scanner.at += 1
    return Node(kind, value, line, column)


def skip_value(scanner: Scanner) -> None:
    """Pass over any value: no limit of depth, no check of number ranges, as serde_json."""
    open_frames = bytearray()
    if scanner.start() in (0x5B, 0x7B) and scanner.is_long() and scanner.pass_at_once():
        return
    while True:
        byte = scanner.start()
        nested = False
        if byte in IDENTS:
            scanner.constant(byte)
        elif byte == 0x2D or 0x30 <= byte <= 0x39:
            scanner.number(ignored=True)
        elif byte == 0x22:
            scanner.at += 1
            scanner.string(ignored=True)
        elif byte == 0x5B:
            run = _LISTS.match(scanner.data, scanner.at)
            open_frames += b"[" * (run[0].count(b"[") if run else 1)
            scanner.at = run.end() if run else scanner.at + 1
            nested = True
        elif byte == 0x7B:
            scanner.at += 1
            open_frames.append(byte)
            nested = True
        else:
            raise scanner.failure_at_next("expected value")
        if not _next_in_frames(scanner, open_frames, accept_comma=not nested):
            return


def _next_in_frames(scanner: Scanner, frames: bytearray, *, accept_comma: bool) -> bool:
    while frames:
        is_list = frames[-1] == 0x5B
        byte = scanner.skip_blank()
        if byte < 0:
            raise scanner.failure_at_next(EOF_LIST if is_list else EOF_OBJECT)
        if byte == frames[-1] + 2:
            if is_list:
                _end_lists(scanner, frames)
            else:
                scanner.at += 1
                frames.pop()
            accept_comma = True
            continue
        if accept_comma:
            if byte != 0x2C:
                raise scanner.failure_at_next(
                    "expected `,` or `]`" if is_list else "expected `,` or `}`"
                )
            scanner.at += 1
        if not is_list:
            _ignored_key(scanner)
        return True
    return False


def _end_lists(scanner: Scanner, frames: bytearray) -> None:
    """Pass over the ends of the innermost lists that stand here with nothing between them."""
    run = _LIST_ENDS.match(scanner.data, scanner.at)
    ends = run[0].count(b"]") if run else 1
    inner = frames[-ends:]
    closed = len(inner) - 1 - inner.rfind(b"{")
    if run and closed == ends:
        scanner.at = run.end()
    else:
        for _ in range(closed):
            scanner.at = scanner.data.index(b"]", scanner.at) + 1
    del frames[-closed:]


def _ignored_key(scanner: Scanner) -> None:
    byte = scanner.skip_blank()
    if byte != 0x22:
        raise scanner.failure_at_next("key must be a string" if byte >= 0 else EOF_OBJECT)
    scanner.at += 1
    scanner.string(ignored=True)
    scanner.colon()


def parse(data: bytes | str) -> Node | JsonFault:
    """The tree of a JSON text, or why it is none. Bytes must be UTF-8."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    scanner = Scanner(data)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return JsonFault(NOT_UTF8, *scanner.position(error.start))
    try:
        node = read_any(scanner)
        scanner.end()
    except JsonReadError as failure:
        return JsonFault(failure.reason, failure.line, failure.column)
    return node
