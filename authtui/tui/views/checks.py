"""What was checked, failures first, and the matrix whose odd cell is the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.tui.lines import (
    BLANK,
    Doc,
    Item,
    Line,
    Span,
    clip,
    pad,
    safe,
    spans_width,
    width_of,
    wrap,
)
from authtui.tui.views.context import CHECKS, ViewContext, note

if TYPE_CHECKING:
    from authtui.answers.findings import Assessment, MatrixRow

_ORDER: Final = {"fail": 0, "warn": 1, "unknown": 2, "pass": 3}
_COLUMNS: Final = {"account_id": "account", "user_id": "user"}
_ROOMY: Final = 76
_MORE_ROWS: Final = 2


def checks_doc(view: ViewContext, width: int, height: int = 0) -> Doc:
    """The pane of checks; with `matrix`, the account matrix instead of the list."""
    found = view.assessment
    if found is None:
        return Doc("Checks", note("Nothing has been checked yet.", width))
    if view.matrix:
        lines, items = _matrix_rows(found, width)
        return Doc("Checks", lines, items, info=(Span("who says which account · m back", "faint"),))
    order = sorted(found.checks, key=lambda c: _ORDER[c.status])
    loud = [c for c in order if c.status != "pass"] or order
    names = min(24, max((width_of(safe(c.id, 60)) for c in loud), default=0) + 2)
    items = []
    rows: list[Line] = []
    spare_rows = height - len(loud)
    for check in order:
        glyph, tone, _ = CHECKS[check.status]
        quiet = check.status == "pass"
        summary = safe(check.summary)
        room = width - 3 - names
        place = clip(safe(check.where, 120), 26)
        told = place in summary or width_of(place) + 2 > room - width_of(clip(summary, width))
        right = [Span("changed ", "accent")] if check.id in view.marks else []
        right += [] if told or width < _ROOMY else [Span(" " + place, "faint")]
        # What is wrong is told to its end, as long as that hides nothing else that is wrong.
        most = 1 if quiet else 1 + min(_MORE_ROWS, max(0, spare_rows))
        said = wrap(summary, room - (spans_width(right) + 1 if right else 0), most)
        spare_rows -= len(said) - 1
        head = (
            Span(f" {glyph} ", tone),
            Span(pad(safe(check.id, 60), names - 1) + " ", "muted" if quiet else "strong"),
        )
        for number, text in enumerate(said):
            left = head if number == 0 else (Span(" " * (3 + names)),)
            words = Span(text, "muted" if quiet else "text")
            rows.append(Line((*left, words), () if number else tuple(right), len(items)))
        items.append(Item(check.id, check, summary, "the check's result"))
    if not rows:
        rows = note("No check applies to this state.", width)
    if found.matrix and height - len(rows) >= len(found.matrix) + 3:
        more, _ = _matrix_rows(found, width)
        rows += [BLANK, *[line._replace(item=None) for line in more]]
    return Doc(
        "Checks", rows, items, tabs=_counts(found), info=(Span("m accounts", "faint", "matrix"),)
    )


def _counts(found: Assessment) -> tuple[Span, ...]:
    spans: list[Span] = []
    for status in ("fail", "warn", "unknown", "pass"):
        count = sum(1 for c in found.checks if c.status == status)
        if count:
            glyph, tone, _ = CHECKS[status]
            spans.append(Span(f"{'  ' if spans else ''}{glyph} {count}", tone))
    return tuple(spans)


def _matrix_rows(found: Assessment, width: int) -> tuple[list[Line], list[Item]]:
    if not found.matrix:
        return note("Nothing on this machine names an account or a user.", width), []
    who = min(28, max(width_of(safe(r.who, 60)) for r in found.matrix) + 2)
    spare = width - who - 6
    cell = max(10, min(30, spare * 2 // 5))
    head = Span(" " * 3 + pad("who says", who) + pad("account", cell) + pad("user", cell), "faint")
    lines = [Line((head,))]
    items: list[Item] = []
    for row in found.matrix:
        wrong = bool(row.wrong)
        spans = [
            Span(" ✗ " if wrong else "   ", "bad"),
            Span(pad(safe(row.who, 60), who), "strong" if wrong else "muted"),
        ]
        spans += [_cell(row, column, cell) for column in _COLUMNS]
        lines.append(Line(tuple(spans), (Span(safe(row.where, 120), "faint"),), len(items)))
        value = safe(row.account_id or row.user_id or "")
        items.append(Item(f"matrix.{row.who}", row, value, "the account"))
    lines += [BLANK, *note(_matrix_words(found), width, "muted", 3)]
    return lines, items


def _cell(row: MatrixRow, column: str, width: int) -> Span:
    value = getattr(row, column)
    if value is None:
        return Span(pad("—", width), "faint")
    if _COLUMNS[column] in row.wrong:
        return Span(pad(clip("✗ " + safe(value, 120), width - 1), width), "bad-strong")
    return Span(pad(clip(safe(value, 120), width - 1), width), "text")


def _matrix_words(found: Assessment) -> str:
    wrong = [r for r in found.matrix if r.wrong]
    if not wrong:
        return "Everyone who names an account names the same one."
    names = ", ".join(safe(r.who, 60) for r in wrong)
    others = [r for r in found.matrix if not r.wrong]
    if len(wrong) == 1 or not others:
        return f"The odd one out: {names}."
    return f"{names} do not agree with {', '.join(safe(r.who, 60) for r in others)}."
