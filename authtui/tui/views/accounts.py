"""Every home and every copy of a login: whose it is, and which hold the same refresh token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.assessment.accounts import same_refresh_token
from authtui.assessment.who import person_words
from authtui.tui.lines import BLANK, Doc, Item, Line, Span, clip, pad, safe
from authtui.tui.views.context import ViewContext, note, outcome_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.assessment.accounts import HomeAccount

_PLACE: Final = 34


def accounts_doc(rows: Sequence[HomeAccount] | None, view: ViewContext, width: int) -> Doc:
    """The table; None while the homes are being read."""
    title = "Every home and account on this machine"
    if rows is None:
        return Doc(title, note("Looking at every home…", width))
    same = same_refresh_token(rows)
    lines: list[Line] = []
    items: list[Item] = []
    for index, row in enumerate(rows):
        lines += _row(row, same[row.path], view, width, index)
        items.append(Item(row.path, row, safe(row.path), "the place"))
    if not rows:
        lines = note("There is no home of Codex on this machine.", width)
    text = "A refresh token works once: of two homes with the same one, the second is logged out."
    return Doc(title, [*lines, BLANK, *note(text, width, "faint")], items)


def _row(
    row: HomeAccount, same: Sequence[str], view: ViewContext, width: int, index: int
) -> list[Line]:
    glyph, tone = outcome_mark(row.outcome)
    found = view.assessment
    who = ""
    if row.who is not None and found is not None:
        who = person_words(row.who, found.at, masked=True)
    place = pad(clip(safe(row.path, 200), _PLACE - 1), _PLACE)
    said = safe(who or row.kind or "nobody is logged in", 200)
    left = (
        Span(f" {glyph} ", tone),
        Span(place, "strong"),
        Span(clip(said, max(10, width - _PLACE - 4)), "text"),
    )
    lines = [Line(left, item=index)]
    kept = f"kept by {row.holder}: " if row.holder else ""
    lines.append(_below(f"{kept}{row.headline}", "muted", width, index))
    for name, headline in row.profiles:
        lines.append(_below(f"profile {name}: {headline}", "faint", width, index))
    if row.running:
        numbers = ", ".join(map(str, row.running))
        lines.append(_below(f"used by running programs: {numbers}", "faint", width, index))
    if same:
        mark = "warn" if row.holder is None else "faint"
        places = ", ".join(same)
        lines.append(_below(f"the same refresh token lies in {places}", mark, width, index))
    return lines


def _below(text: str, tone: str, width: int, index: int) -> Line:
    return Line((Span(f"   {clip(safe(text, 400), max(10, width - 4))}", tone),), item=index)
