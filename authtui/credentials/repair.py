"""The smallest repair of a stored record that is nearly JSON: comments, commas, a byte order mark.

Pure. Whether the client can read the result is for whoever asks to find out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def _pieces(data: bytes) -> Iterator[bytes]:
    for found in _PIECE.finditer(data):
        yield found[0]
