"""The loud block: what is wrong, what the client says, what is true, what to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.differences import PROGRAMS
from authtui.assessment.who import person_words
from authtui.checks.phrases import CLIENT_IS_RIGHT
from authtui.tui.lines import (
    BLANK,
    Line,
    Span,
    clip,
    clip_spans,
    pad,
    rows_of,
    safe,
    spans_width,
    wrap,
)
from authtui.tui.views.context import KINDS, LIGHTS, ViewContext, clock, loud, verdict_mark

if TYPE_CHECKING:
    from authtui.answers.findings import Assessment, Lamp

LAMPS = ("stored", "selected", "sent", "accepted")
_LABEL = 13
_LAMPS_WIDTH = 42
_ROOMY = 10
_TALLEST = 12
_LONGEST = 6  # rows of the sentence; what is longer is shown whole by `v`
_LONGEST_COMPACT = 5
_MORE = "… v shows all"
_FIX_ROWS = 3
_REPAIR = "act('fix')"
PLAIN = ("ready", "nothing-stored")  # the headline says it already


def tint(view: ViewContext) -> str:
    """The tone of the block: `good`, `warn`, `bad` or `grey`."""
    tone = verdict_mark(view.assessment)[1]
    return "grey" if tone == "muted" else tone


def verdict_lines(
    view: ViewContext, width: int, *, compact: bool, rows: int | None = None
) -> list[Line]:
    """The block at a width. `compact` is the design for 80 columns and less."""
    found = view.assessment
    if found is None:
        what = view.busy or "Nothing has been read yet."
        text = "" if view.busy else "   l reads the credentials of this machine; nothing is changed"
        hint = (Span(text, "muted"),)
        return [BLANK, Line((Span(" ◌ ", "muted"), Span(what, "strong"))), Line(hint), BLANK]
    if compact:
        return _compact(found, width, rows)
    return _full(found, width, rows)


def _headline(found: Assessment, width: int) -> list[Line]:
    verdict = found.verdict
    glyph, colour = verdict_mark(found)
    tone = loud(colour)
    left = [Span(f"  {glyph}  ", tone)]
    words = _words(found, tone, " DELETES THE LOGIN ")
    if len(words) == 1 and spans_width(words) > width - 8:
        blank = " " if words[0].tone == "loud" else ""
        rows = wrap(words[0].text.strip(), width - 8 - 2 * len(blank), 2)
        shown = [Span(f"{blank}{row}{blank}", words[0].tone) for row in rows]
        return [Line((*(left if n == 0 else (Span("     "),)), s)) for n, s in enumerate(shown)]
    left += words
    kind = KINDS.get(verdict.kind, safe(verdict.kind))
    if spans_width(left) + len(kind) + 6 <= width and verdict.kind not in PLAIN:
        left.append(Span(f"   {kind}", "muted"))
    return [Line(tuple(left))]


def _words(found: Assessment, tone: str, chip: str) -> list[Span]:
    # What would be destroyed is said before anything else, and once.
    text = safe(found.verdict.headline)
    if not found.verdict.deletes_stored_login:
        return [Span(text, tone)]
    if "delete" in text.casefold():
        return [Span(f" {text} ", "loud")]
    return [Span(chip, "loud"), Span("  "), Span(text, tone)]


def _full(found: Assessment, width: int, rows: int | None = None) -> list[Line]:
    verdict = found.verdict
    room = width - _LAMPS_WIDTH
    text = room - _LABEL - 7
    head = _headline(found, room)
    body = list(head)
    fix = _fix(found, "     ", text)

    def add(label: str, rows: list[str], tone: str) -> None:
        for index, row in enumerate(rows):
            name = label if index == 0 else ""
            body.append(Line((Span("     " + pad(name, _LABEL), "faint"), Span(row, tone))))

    who = _who(found)
    if who:
        add("who", [clip(who, text)], "muted")
    # What is true comes first; the client's words get the rows that are left.
    tallest = _TALLEST if rows is None else rows
    says = 2 if verdict.client_message else int(verdict.outcome != "ready")
    room_left = max(1, tallest - len(body) - len(fix) - says)
    truth = rows_of(verdict.sentence, text, min(_LONGEST, room_left), _MORE)
    if verdict.client_message:
        most = max(1, min(3, tallest - len(body) - len(truth) - len(fix)))
        add("client says", rows_of(f"“{verdict.client_message}”", text, most), "quote")
    elif verdict.outcome != "ready":
        add("client says", ["nothing"], "quote")
    right = verdict.sentence.startswith(CLIENT_IS_RIGHT)
    misled = verdict.client_message is not None and verdict.kind not in PLAIN and not right
    add("in truth" if misled else "meaning", truth, "text")
    body += fix
    if len(body) < _ROOMY and rows is None:
        body.insert(len(head), BLANK)
    lamps = _lamp_column(found)
    height = max(len(body), len(lamps))
    body += [BLANK] * (height - len(body))
    lamps += [()] * (height - len(lamps))
    lines = [BLANK] if rows is None else []
    for line, lamp in zip(body, lamps, strict=True):
        left = clip_spans(line.left, room - 2)
        gap = Span(" " * (room - spans_width(left)), "text")
        lines.append(Line((*left, gap, *clip_spans(lamp, _LAMPS_WIDTH - 2))))
    return [*lines, BLANK] if rows is None else lines[:rows]


def _who(found: Assessment) -> str:
    return safe(person_words(found.who, found.at, masked=True)) if found.who else ""


def _fix(found: Assessment, indent: str, width: int) -> list[Line]:
    if not found.verdict.fix:
        return []
    first = found.verdict.fix[0]
    label = Span(indent + pad("fix", _LABEL), "faint")
    blank = Span(indent + pad("", _LABEL), "faint")
    if first.command is None:
        told = wrap(safe(first.text), width - 11, _FIX_ROWS)
        repaired = [
            Line((label if n == 0 else blank, Span(row, "strong"))) for n, row in enumerate(told)
        ]
        if first.edit is not None:
            keys = (Span("  F", "key", _REPAIR), Span(" repairs", "faint", _REPAIR))
            repaired[-1] = Line((*repaired[-1].left, *keys))
        return repaired
    rows = wrap(safe(first.command), width, _FIX_ROWS)
    spans = [label, Span(rows[0], "code", "copy_fix")]
    left = width - spans_width(spans[1:])
    if left > 14 and len(rows) == 1:
        spans.append(Span("  f", "key", "copy_fix"))
        spans.append(Span(" copies", "faint", "copy_fix"))
        left -= 10
    lines = [Line(tuple(spans))]
    lines += [Line((blank, Span(row, "code", "copy_fix"))) for row in rows[1:]]
    text = safe(first.text)
    if text and text != first.command and len(rows) == 1:
        lines += [Line((blank, Span(row, "muted"))) for row in wrap(text, width, 1)]
    return lines


def _lamp_column(found: Assessment) -> list[tuple[Span, ...]]:
    out: list[tuple[Span, ...]] = []
    for name in LAMPS:
        lamp: Lamp = getattr(found.lamps, name)
        glyph, tone, _ = LIGHTS[lamp.light]
        label = "muted" if lamp.light == "grey" else "strong"
        rows = wrap(safe(lamp.reason), _LAMPS_WIDTH - 18, 2)
        out.append(
            (
                Span("│  ", "border"),
                Span(f"{glyph} ", tone, "verdict"),
                Span(pad(name, 10), label, "verdict"),
                Span(rows[0], "faint", "verdict"),
            )
        )
        more = rows[1] if len(rows) > 1 else ""
        out.append((Span("│" + " " * 14, "border"), Span(more, "faint", "verdict")))
    return out


def lamp_chain(found: Assessment) -> tuple[Span, ...]:
    """`● stored ── ● selected ── ✗ sent ── ○ accepted` in one row."""
    spans: list[Span] = []
    for name in LAMPS:
        glyph, tone, _ = LIGHTS[getattr(found.lamps, name).light]
        if spans:
            spans.append(Span(" ── ", "border"))
        spans.append(Span(f"{glyph} ", tone, "verdict"))
        spans.append(Span(name, "muted" if tone == "faint" else "strong", "verdict"))
    return tuple(spans)


def _compact(found: Assessment, width: int, rows: int | None) -> list[Line]:
    verdict = found.verdict
    text = width - 6
    glyph, colour = verdict_mark(found)
    tone = loud(colour)
    head = Line((Span(f" {glyph} ", tone), *_words(found, tone, " DELETES ")))
    told = rows_of(verdict.sentence, text, _LONGEST_COMPACT, _MORE)
    sentence = [Line((Span("   " + row, "text"),)) for row in told]
    said = rows_of(f"“{verdict.client_message}”", text - 5, 2) if verdict.client_message else []
    says = [
        Line((Span("        " if n else "   says ", "faint"), Span(row, "quote")))
        for n, row in enumerate(said)
    ]
    fix: list[Line] = []
    if verdict.fix:
        first = verdict.fix[0]
        tone, action = ("code", "copy_fix") if first.command else ("strong", _REPAIR)
        told = wrap(safe(first.command or first.text), width - 18, _FIX_ROWS)
        fix = [
            Line((Span("        " if n else "   fix  ", "faint"), Span(row, tone, action)))
            for n, row in enumerate(told)
        ]
        if first.command or first.edit:
            key, word = ("f", " copies ") if first.command else ("F", " repairs ")
            fix[0] = Line(fix[0].left, (Span(key, "key", action), Span(word, "faint", action)))
    chain = [Line((Span("   "), *lamp_chain(found)))]
    person = _who(found)
    who = [Line((Span("   " + clip(person, text), "muted"),))] if person else []
    whole = [head, *who, *sentence, *says, *fix, chain[0]]
    if rows is None or len(whole) <= rows:
        return whole
    # What gives way first: the client's text, the end of the sentence, the person, the lamps.
    for without in (
        [head, *who, *sentence, *says[:1], *fix, *chain],
        [head, *who, *sentence[:2], *says[:1], *fix, *chain],
        [head, *sentence, *says[:1], *fix, *chain],
        [head, *sentence[:2], *says[:1], *fix, *chain],
        [head, *sentence[:2], *fix, *chain],
        [head, *sentence[:1], *fix, *chain],
        [head, *fix, *chain],
        [head, *fix],
        [head, *fix[:1]],
        [head],
    ):
        if len(without) <= rows:
            return without
    return [head]


def header_line(view: ViewContext, width: int, watching: str) -> Line:
    """Name, home, generation and program on the left; watching and reading time on the right."""
    found = view.assessment
    left = [Span("  authtui", "key")]
    right: list[Span] = []
    if found is not None:
        left.append(Span("   " + clip(safe(found.home), max(10, width // 4)), "text"))
        left.append(Span("   ", "faint"))
        left.append(Span(PROGRAMS[found.surface], "muted", "surface"))
        left.append(Span(" · ", "faint"))
        left.append(Span(safe(found.contract.title), "muted", "generation"))
        right.append(Span(f"read {clock(found.at)}  ", "faint"))
    if watching:
        glyph, tone = ("●", "good") if watching == "watching" else ("○", "faint")
        glyph, tone = ("●", "bad") if watching.startswith("recording ") else (glyph, tone)
        right = [Span(f"{glyph} ", tone), Span(watching + "   ", "muted"), *right]
    # The time of a reading is the first that a narrow terminal can do without.
    while len(right) > 1 and spans_width(left) + spans_width(right) > width - 1:
        right.pop()
    return Line(tuple(left), tuple(right))
