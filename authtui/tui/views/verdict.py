"""The loud block: what is wrong, what the client says, what is true, what to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.tui.lines import BLANK, Line, Span, clip, clip_spans, pad, safe, spans_width, wrap
from authtui.tui.views.context import KINDS, LIGHTS, View, clock, outcome_look

if TYPE_CHECKING:
    from authtui.checks.findings import Assessment, Lamp

LAMPS = ("stored", "selected", "sent", "accepted")
_LABEL = 13
_LAMPS_WIDTH = 42
_ROOMY = 10
_PLAIN = ("ready", "nothing-stored")  # the headline says it already


def tint(view: View) -> str:
    """The tone of the block: `good`, `warn`, `bad` or `grey`."""
    return outcome_look(view.assessment)[1]


def verdict_lines(view: View, width: int, *, compact: bool, rows: int | None = None) -> list[Line]:
    """The block at a width. `compact` is the design for 80 columns and less."""
    found = view.assessment
    if found is None:
        what = view.busy or "Nothing has been read yet."
        hint = (Span("   l reads the credentials of this machine; nothing is changed", "muted"),)
        return [BLANK, Line((Span(" ◌ ", "muted"), Span(what, "strong"))), Line(hint), BLANK]
    if compact:
        return _compact(found, width, rows)
    return _full(found, width)


def _tone(found: Assessment) -> str:
    colour = outcome_look(found)[1]
    return "strong" if colour == "grey" else f"{colour}-strong"


def _headline(found: Assessment, width: int) -> Line:
    verdict = found.verdict
    glyph = outcome_look(found)[0]
    tone = _tone(found)
    left = [Span(f"  {glyph}  ", tone)]
    left += _words(found, tone, " DELETES THE LOGIN ")
    kind = KINDS.get(verdict.kind, safe(verdict.kind))
    if spans_width(left) + len(kind) + 6 <= width and verdict.kind not in _PLAIN:
        left.append(Span(f"   {kind}", "muted"))
    return Line(tuple(left))


def _words(found: Assessment, tone: str, chip: str) -> list[Span]:
    # What would be destroyed is said before anything else, and once.
    text = safe(found.verdict.headline)
    if not found.verdict.deletes_stored_login:
        return [Span(text, tone)]
    if "delete" in text.casefold():
        return [Span(f" {text} ", "loud")]
    return [Span(chip, "loud"), Span("  "), Span(text, tone)]


def _full(found: Assessment, width: int) -> list[Line]:
    verdict = found.verdict
    room = width - _LAMPS_WIDTH
    text = room - _LABEL - 7
    body: list[Line] = [_headline(found, room)]

    def add(label: str, value: str, tone: str, most: int) -> None:
        for index, row in enumerate(wrap(value, text, most)):
            name = label if index == 0 else ""
            body.append(Line((Span("     " + pad(name, _LABEL), "faint"), Span(row, tone))))

    if verdict.client_message:
        add("client says", f"“{safe(verdict.client_message)}”", "quote", 2)
    elif verdict.outcome != "ready":
        add("client says", "nothing", "quote", 1)
    misled = verdict.client_message is not None and verdict.kind not in _PLAIN
    add("in truth" if misled else "meaning", safe(verdict.sentence), "text", 4)
    body += _fix(found, "     ", text)
    if len(body) < _ROOMY:
        body.insert(1, BLANK)
    lamps = _lamp_column(found)
    height = max(len(body), len(lamps))
    body += [BLANK] * (height - len(body))
    lamps += [()] * (height - len(lamps))
    lines = [BLANK]
    for line, lamp in zip(body, lamps, strict=True):
        left = clip_spans(line.left, room - 2)
        gap = Span(" " * (room - spans_width(left)), "text")
        lines.append(Line((*left, gap, *clip_spans(lamp, _LAMPS_WIDTH - 2))))
    lines.append(BLANK)
    return lines


def _fix(found: Assessment, indent: str, width: int) -> list[Line]:
    if not found.verdict.fix:
        return []
    first = found.verdict.fix[0]
    label = Span(indent + pad("fix", _LABEL), "faint")
    if first.command is None:
        return [Line((label, Span(clip(safe(first.text), width), "strong")))]
    rows = wrap(safe(first.command), width, 2)
    spans = [label, Span(rows[0], "code", "copy_fix")]
    left = width - spans_width(spans[1:])
    if left > 14 and len(rows) == 1:
        spans.append(Span("  f", "key", "copy_fix"))
        spans.append(Span(" copies", "faint", "copy_fix"))
        left -= 10
    lines = [Line(tuple(spans))]
    blank = Span(indent + pad("", _LABEL), "faint")
    lines += [Line((blank, Span(row, "code", "copy_fix"))) for row in rows[1:]]
    text = safe(first.text)
    if text and text != first.command:
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
    glyph = outcome_look(found)[0]
    tone = _tone(found)
    head = Line((Span(f" {glyph} ", tone), *_words(found, tone, " DELETES ")))
    sentence = [Line((Span("   " + row, "text"),)) for row in wrap(safe(verdict.sentence), text, 2)]
    says = (
        [Line((Span("   says ", "faint"), Span(f"“{safe(verdict.client_message)}”", "quote")))]
        if verdict.client_message
        else []
    )
    fix: list[Line] = []
    if verdict.fix:
        first = verdict.fix[0]
        shown = Span(
            safe(first.command or first.text), "code" if first.command else "strong", "copy_fix"
        )
        fix = [
            Line((Span("   fix  ", "faint"), shown), (Span("f", "key"), Span(" copies ", "faint")))
        ]
    chain = [Line((Span("   "), *lamp_chain(found)))]
    whole = [head, *sentence, *says, *fix, chain[0]]
    if rows is None or len(whole) <= rows:
        return whole
    # What gives way first: the client's text, the second row of the sentence, the lamps.
    for without in (
        [head, *sentence, *fix, *chain],
        [head, *sentence[:1], *fix, *chain],
        [head, *fix, *chain],
        [head, *fix],
        [head],
    ):
        if len(without) <= rows:
            return without
    return [head]


def header_line(view: View, width: int, watching: str, home: str | None = None) -> Line:
    """Name, home, generation and program on the left; watching and reading time on the right."""
    found = view.assessment
    left = [Span("  authtui", "key")]
    right: list[Span] = []
    if found is not None:
        left.append(Span("   " + clip(safe(home or found.home), max(10, width // 4)), "text"))
        left.append(Span("   ", "faint"))
        left.append(Span(PROGRAM.get(found.surface, safe(found.surface)), "muted", "surface"))
        left.append(Span(" · ", "faint"))
        left.append(Span(safe(found.contract.title), "muted", "generation"))
        right.append(Span(f"read {clock(found.at)}  ", "faint"))
    if watching:
        glyph, tone = ("●", "good") if watching == "watching" else ("○", "faint")
        right = [Span(f"{glyph} ", tone), Span(watching + "   ", "muted"), *right]
    return Line(tuple(left), tuple(right))


PROGRAM = {"exec": "codex exec", "login-status": "codex login status", "tui": "codex"}
