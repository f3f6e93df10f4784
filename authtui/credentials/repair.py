"""The smallest repair of a stored record: what JSON does not know, or one value of it.

Pure. Whether the client can read the result is for whoever asks to find out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Flaw = Literal["byte order mark", "comment", "trailing comma"]
_MARK: Final = b"\xef\xbb\xbf"
_PIECE: Final = re.compile(
    rb'"(?:[^"\\\n]|\\.)*+"|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/|[ \t\r\n]++|[^"/ \t\r\n]|/|"'
)


class Repair(NamedTuple):
    """A record without its flaws: what they were, on which lines (from 1), and the new bytes."""

    flaws: tuple[tuple[Flaw, int], ...]
    data: bytes

    def __repr__(self) -> str:
        """The flaws: the bytes hold the login, and are never printed by accident."""
        return f"<Repair of {len(self.flaws)} flaws>"


def repair_json(data: bytes) -> Repair | None:
    """Take out what JSON does not know and leave every other byte as it is.

    Returns:
        The repair, or None where nothing of the kind was found.
    """
    flaws: list[tuple[Flaw, int]] = []
    if data.startswith(_MARK):
        data = data[len(_MARK) :]
        flaws.append(("byte order mark", 1))
    kept: list[bytes] = []
    line, comma = 1, -1
    comma_line = 0
    for piece in _pieces(data):
        if piece.startswith((b"//", b"/*")):
            flaws.append(("comment", line))
            if kept and kept[-1].isspace():
                # A line that held nothing else goes with it.
                kept[-1] = kept[-1].rstrip(b" \t").removesuffix(b"\n")
        else:
            if piece in (b"}", b"]") and comma >= 0:
                flaws.append(("trailing comma", comma_line))
                kept[comma] = b""
            if piece == b",":
                comma, comma_line = len(kept), line
            elif not piece.isspace():
                comma = -1
            kept.append(piece)
        line += piece.count(b"\n")
    return Repair(tuple(flaws), b"".join(kept)) if flaws else None


def repair_value(
    data: bytes, field: str, line: int, auth_modes: Iterable[str]
) -> tuple[str, bytes] | None:
    """Write the value of one field as the client reads it; every other byte stays as it is.

    A number where text belongs is put in quotes, a misspelt `auth_mode` is spelled as the client
    spells it, and a `last_refresh` that is no time becomes null, which is as good as never.

    Args:
        data: The record.
        field: Its field, dotted; the value stands on one line.
        line: That line, from 1.
        auth_modes: The modes that the client knows.

    Returns:
        The new value and the new bytes, or None where it is none of these.
    """
    lines = data.splitlines(keepends=True)
    if not 0 < line <= len(lines):
        return None
    key = re.escape(field.rpartition(".")[2].encode())
    found = re.search(
        rb'"' + key + rb'"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?)', lines[line - 1]
    )
    if found is None:
        return None
    value = _as_read(field, found[1].decode("utf-8", "surrogateescape"), auth_modes)
    if value is None:
        return None
    written = lines[line - 1]
    lines[line - 1] = written[: found.start(1)] + value.encode() + written[found.end(1) :]
    return value, b"".join(lines)


def _as_read(field: str, given: str, auth_modes: Iterable[str]) -> str | None:
    if field == "last_refresh":
        return "null"
    if not given.startswith('"'):
        return f'"{given}"'
    if field != "auth_mode":
        return None
    plain = re.sub(r"[^a-z]", "", given.lower())
    near = [mode for mode in auth_modes if re.sub(r"[^a-z]", "", mode.lower()) == plain]
    return f'"{near[0]}"' if len(near) == 1 else None


def _pieces(data: bytes) -> Iterator[bytes]:
    for found in _PIECE.finditer(data):
        yield found[0]
