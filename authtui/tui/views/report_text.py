"""The text of a report as rows: nothing left out, nothing added, long lines broken by width."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.report.formats import TITLES, file_bytes
from authtui.tui.lines import Doc, Item, Line, Span, cut_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

_GUTTER: Final = 6


def report_doc(text: str, name: str, width: int) -> Doc:
    """One item for each line of the file; a line that is too long goes on below its number."""
    lines: list[Line] = []
    items: list[Item] = []
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        tone = _tone(line, name)
        for place, row in enumerate(_rows(line, max(8, width - _GUTTER))):
            gutter = f"{number:>4}  " if place == 0 else "    ↪ "
            lines.append(Line((Span(gutter, "faint"), Span(row, tone)), item=len(items)))
        items.append(Item(f"line {number}", copy=line, label=f"line {number}"))
    size = len(file_bytes(text))
    about = (Span(f"{TITLES[name]} · {size:,} bytes · all of them shown", "faint"),)
    return Doc("Report for a ticket", lines, items, info=about)


def _rows(line: str, width: int) -> Sequence[str]:
    return cut_rows(line, width) or [""]


def _tone(line: str, name: str) -> str:
    if name != "md":
        return "text"
    if line.startswith("#"):
        return "title-focus"
    if line.startswith("|---") or line in ("```text", "```"):
        return "faint"
    return "text"
