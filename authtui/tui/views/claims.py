"""What a token says about itself, one tab a token, never more sure than the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
)
from authtui.tui.views.context import CHECKS, ViewContext, note, relative, span_words, stamp

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.answers.token_view import ClaimRow, TokenView

_SIGNATURE = {
    "not-checked": ("!", "warn"),
    "unsigned": ("!", "warn"),
    "valid": ("✓", "good"),
    "invalid": ("✗", "bad"),
}


def claim_key(token: TokenView, row: ClaimRow) -> str:
    """What makes a claim the same claim after a reload."""
    return f"{token.name}.{row.section}.{row.name}"


def claims_doc(view: ViewContext, width: int) -> Doc:
    """The pane of claims, showing the token of the chosen tab."""
    found = view.assessment
    if found is None:
        return Doc("Claims", note("Tokens are decoded as soon as a credential is read.", width))
    if not found.tokens:
        return Doc("Claims", _no_tokens(view, width))
    chosen = view.token % len(found.tokens)
    tabs: list[Span] = []
    for index, token in enumerate(found.tokens):
        if tabs:
            tabs.append(Span(" │ ", "border"))
        tone = "title-focus" if index == chosen else "faint"
        tabs.append(Span(clip(safe(token.name, 80), 22), tone, f"token({index})"))
    token = found.tokens[chosen]
    lines, items = _token(token, view, width, found.at)
    more = (Span("[ ] turns", "faint"),) if len(found.tokens) > 1 else ()
    start = next((i for i, row in enumerate(token.rows) if row.status == "fail"), 0)
    return Doc("Claims", lines, items, tabs=tuple(tabs), info=more, start=start)


def _no_tokens(view: ViewContext, width: int) -> list[Line]:
    found = view.assessment
    mode = found.verdict.mode if found else None
    if mode == "api_key":
        return note(
            "An API key carries no claims: who it belongs to is known only to the server.", width
        )
    return note("No token was found, so there is nothing to decode.", width) + note(
        "authtui decode reads one from a file or the standard input.", width, "faint"
    )


def _token(
    token: TokenView, view: ViewContext, width: int, now: datetime
) -> tuple[list[Line], list[Item]]:
    glyph, tone = _SIGNATURE[token.verified]
    lines = [
        Line(
            (Span(f" {glyph} ", tone), Span(safe(token.verified_note, 300), tone)),
            (Span(safe(token.origin, 200), "faint"),),
        )
    ]
    items: list[Item] = []
    lines += [Line((Span(" ✗ ", "bad"), Span(safe(problem), "bad"))) for problem in token.problems]
    longest = max((width_of(safe(r.name, 60)) for r in token.rows), default=8)
    column = min(28 if width >= 64 else 24, longest + 2)
    lines += [*_bar(token, now, width), BLANK]
    for row in token.rows:
        _claim(row, token, view, column, width, lines, items)
    return lines, items


def _claim(
    row: ClaimRow,
    token: TokenView,
    view: ViewContext,
    column: int,
    width: int,
    lines: list[Line],
    items: list[Item],
) -> None:
    key = claim_key(token, row)
    value = safe(row.value)
    shown = view.in_clear(row.secret)
    text = value if shown is None else shown
    tone = "warn" if shown is not None else "bad" if row.status == "fail" else "text"
    mark = (Span("changed ", "accent"),) if key in view.marks else ()
    room = width - column - width_of(clip(text, width)) - 3
    right = (*mark, *_remark(row, room - spans_width(mark)))
    lines.append(
        Line(
            (Span(" " + pad(safe(row.name, 60), column), "muted"), Span(text, tone)),
            right,
            len(items),
        )
    )
    items.append(Item(key, (token, row), value, f"the value of {safe(row.name, 60)}", row.secret))


def _remark(row: ClaimRow, room: int) -> tuple[Span, ...]:
    # Only a failure takes room from the value; the detail shows value and remark whole.
    note = safe(row.note, 200)
    if note.isdigit() or note.startswith("https://"):
        note = ""
    if row.status is None:
        return (Span(note, "faint"),) if note and width_of(note) <= room else ()
    glyph, colour, words = CHECKS[row.status]
    if row.status != "fail" and width_of(note) + 2 > room:
        return (Span(glyph, colour),)
    shown = note if note or row.status in ("pass", "unknown") else words
    return (Span(clip(f"{glyph} {shown}".rstrip(), max(24, room)), colour),)


def _bar(token: TokenView, now: datetime, width: int) -> list[Line]:
    issued, expires = token.issued_at, token.expires_at
    if expires is None:
        words = "no expiry claim: it never expires on this machine"
        if issued is not None:
            words = f"issued {relative(issued, now)} · {words}"
        return [Line((Span(" ◷ ", "faint"), Span(words, "muted")))]
    over = expires <= now
    tone = "bad" if over else "good"
    end = (
        f"expired {span_words(now - expires)} ago" if over else f"expires {relative(expires, now)}"
    )
    facts = [Span(" ◷ ", tone), Span(end, tone), Span(f"  {stamp(expires)}", "faint")]
    if issued is None:
        return [Line(tuple(facts))]
    length = max(10, min(44, width - 32))
    whole = max(1.0, (expires - issued).total_seconds())
    part = (now - issued).total_seconds() / whole
    before = f"{issued:%Y-%m-%d}"
    bar: tuple[Span, ...]
    if over:
        bar = (Span("━" * (length - 3), "bad"), Span("┤ ", "bad"), Span("● now", "bad-strong"))
    else:
        done = max(0, min(length - 1, int(part * length)))
        bar = (
            Span("━" * done, "accent"),
            Span("●", "good"),
            Span("╌" * (length - 1 - done), "border"),
            Span("┤ ", "faint"),
            Span(f"{expires:%Y-%m-%d}", "faint"),
        )
    head = (Span("   ", "text"), Span(before, "faint"), Span(" ├", "faint"))
    return [Line(tuple(facts)), Line((*head, *bar))]
