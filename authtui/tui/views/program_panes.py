"""A watched program on the screen: predicted beside observed, and what the program itself says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authtui.capture.overrides import NOT_CAPTURED
from authtui.tui.lines import Doc, Item, LazySequence, Line, Span, clip, pad, safe, wrap
from authtui.tui.views.context import ViewContext, note, span_words
from authtui.verdict.comparison import comparison_of

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.exchanges.evidence import ObservedProgram, Said
    from authtui.verdict.comparison import Comparison
    from authtui.verdict.comparison_rows import Row, Status

MARKS: Final[dict[Status, tuple[str, str, str]]] = {
    "differs": ("≠", "bad", "differs"),
    "open": ("…", "faint", "open"),
    "same": ("=", "good", "same"),
}
_LABEL: Final = 14
_ROOMY: Final = 90
_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)[.\d]*Z +")


def program_of(view: ViewContext) -> ObservedProgram | None:
    """The program on show: the newest."""
    return view.state.programs[-1] if view.state.programs else None


# ── predicted and observed ────────────────────────────────────────────────────────────────────────


def compare_doc(view: ViewContext, width: int) -> Doc:
    """The pane of the comparison; differences first, each with what it means."""
    program = program_of(view)
    title = "Predicted / observed"
    if program is None:
        return Doc(title, note(_why_none(view), width))
    found = comparison_of(program)
    lines: list[Line] = []
    items: list[Item] = []
    side = max(8, (width - _LABEL - 4) // 2)
    if found.rows:
        head = f"{' ' * (_LABEL + 3)}{pad('predicted', side)} observed"
        lines.append(Line((Span(head, "faint"),)))
    for row in found.rows:
        lines += _rows_of(row, len(items), side, width)
        items.append(Item(f"row.{row.id}", row, f"{row.label}: {row.observed}", row.label))
    if found.surface is None:
        text = "No start of this kind is predicted; what it sends is judged all the same."
        lines += note(text, width, "muted")
    elif program.expected is None:
        lines += note("Nothing had been read when it started, so nothing was predicted.", width)
    lines += _not_captured(program, width)
    return Doc(title, lines, items, info=_counts(found))


def _rows_of(row: Row, index: int, side: int, width: int) -> list[Line]:
    glyph, tone, _ = MARKS[row.status]
    differs = row.status == "differs"
    expected, observed = _first_line(row.expected), _first_line(row.observed)
    if row.id == "host":
        expected, observed = _address(expected, side), _address(observed, side)
    spans = (
        Span(f" {glyph} ", tone),
        Span(pad(safe(row.label, 60), _LABEL), "strong" if differs else "muted"),
        Span(pad(expected, side) + " ", "muted" if differs else "faint"),
        Span(observed, "bad-strong" if differs else "text" if row.status == "same" else "faint"),
    )
    lines = [Line(spans, item=index)]
    if differs and row.meaning:
        rows = wrap(safe(row.meaning), width - 5, 2 if width >= _ROOMY else 3)
        lines += [Line((Span("   " + text, "text"),), item=index) for text in rows]
    return lines


def _first_line(text: str) -> str:
    first, _, rest = text.partition("\n")
    return safe(first, 400) + (" …" if rest else "")


def _address(text: str, width: int) -> str:
    """An address in a narrow column: the host whole, and the end of its path."""
    host, slash, path = text.partition("/")
    room = width - len(host) - 3
    if len(text) < width or not slash or room < 4:
        return text
    return f"{host}/…{path[-room:]}"


def _counts(found: Comparison) -> tuple[Span, ...]:
    if not found.rows:
        return ()
    spans: list[Span] = []
    for status, (glyph, tone, words) in MARKS.items():
        count = sum(row.status == status for row in found.rows)
        if count:
            named = "differ" if count > 1 and status == "differs" else words
            spans.append(Span(f"{'  ' if spans else ''}{glyph} {count} {named}", tone))
    return tuple(spans)


def _why_none(view: ViewContext) -> str:
    if view.state.phase == "failed" and view.state.failure:
        return safe(view.state.failure)
    return "The program is being started."


# ── the program itself ────────────────────────────────────────────────────────────────────────────


def program_doc(view: ViewContext, width: int) -> Doc:
    """The pane of the program: how it stands, what was overridden for it, and what it says."""
    program = program_of(view)
    if program is None:
        return Doc("Program", note(_why_none(view), width))
    glyph, tone, words = standing(program, view.now)
    lines = [
        Line((Span(" $ ", "faint"), Span(safe(" ".join(program.command), 600), "code"))),
        *_overridden(program, width),
    ]
    if not program.said:
        text = "It has said nothing yet." if program.running else "It said nothing."
        lines += note(text, width, "faint")
    if program.said_dropped:
        lines += note(f"{program.said_dropped:,} earlier lines were dropped", width, "faint")
    said = program.said
    item = Item("program", program, safe(" ".join(program.command), 600), "the line")
    return Doc(
        "Program",
        LazySequence(len(said), lambda n: _said(said[n], n), lines),
        LazySequence(len(said), lambda n: item._replace(key=f"said.{n}", copy=safe(said[n].text))),
        info=(Span(f"{glyph} {words}", tone),),
        rows_from=len(lines),
        start=max(0, len(said) - 1),
        texts=lambda n: said[n].text,
    )


def _overridden(program: ObservedProgram, width: int) -> list[Line]:
    """What was overridden to route it through authtui."""
    names = [
        text.removeprefix("-c ").split(" ", 1)[0]
        for text in program.overrides
        if not text.startswith(NOT_CAPTURED)
    ]
    if not names:
        return []
    words = clip(safe(", ".join(names), 600), width - 13)
    return [Line((Span(" overridden: ", "faint"), Span(words, "muted")))]


def _not_captured(program: ObservedProgram, width: int) -> list[Line]:
    """What is not captured: a row may stay open because of it."""
    lines: list[Line] = []
    for text in program.overrides:
        if text.startswith(NOT_CAPTURED):
            rows = wrap(safe(text), width - 4, 2)
            for n, row in enumerate(rows):
                lines.append(Line((Span("   " if n else " ! ", "warn"), Span(row, "muted"))))
    return lines


def _said(line: Said, number: int) -> Line:
    failing = line.text.startswith(("ERROR", "Error", "error:"))
    tone = "bad" if failing else "text" if line.stream == "stdout" else "muted"
    # Of a log's time the date and the fractions take the place of what it says.
    text = _STAMP.sub(r"\1 ", line.text, count=1)
    return Line((Span(" " + safe(text, 2_000), tone),), item=number)


def standing(program: ObservedProgram, now: datetime | None = None) -> tuple[str, str, str]:
    """Glyph, tone and words for how a program stands."""
    if program.ended_at is None:
        since = f" · {span_words(now - program.started_at)}" if now is not None else ""
        return "●", "accent", f"running{since}"
    took = span_words(program.ended_at - program.started_at)
    if program.stopped or program.exit_status is None:
        return "■", "warn", f"ended by {safe(program.signal or 'something', 40)} after {took}"
    glyph, tone = ("✓", "good") if program.exit_status == 0 else ("✗", "bad")
    return glyph, tone, f"exit code {program.exit_status} after {took}"
