"""Every generation of the client side by side: what each would do with the same files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.tui.lines import BLANK, Doc, Item, Line, Span, clip, pad, safe, wrap
from authtui.tui.views.context import ViewContext, note, outcome_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.answers.findings import Prediction, Surface
    from authtui.assessment.generations import GenerationRow
    from authtui.simulation.forms import FormRow

_WORDS = {
    "ready": "starts",
    "degraded": "starts, fails",
    "refused": "refuses",
    "unreadable": "cannot read",
    "not-logged-in": "no login",
}
_COLUMN = 16
_SURFACES: tuple[tuple[Surface, str], ...] = (
    ("exec", "codex exec"),
    ("login-status", "login status"),
    ("tui", "codex"),
)


def generations_doc(
    rows: Sequence[GenerationRow] | None,
    view: ViewContext,
    width: int,
    forms: Sequence[FormRow] = (),
) -> Doc:
    """The table; rows whose programs say the same as the row above do not repeat it."""
    title = "The same files under every client"
    if rows is None:
        return Doc(title, note("Asking every generation…", width))
    found = view.assessment
    name = max(15, min(16, width - 3 - 3 * _COLUMN - 12))
    head = "   " + pad("client", name) + "".join(pad(word, _COLUMN) for _, word in _SURFACES)
    lines = [Line((Span(head, "faint"),), (Span("stored login ", "faint"),))]
    items: list[Item] = []
    start = 0
    before: GenerationRow | None = None
    for index, row in enumerate(rows):
        here = found is not None and found.contract.name == row.name
        start = index if here else start
        lines += _row(row, before, width, name, index, here=here)
        items.append(Item(row.name, row, safe(_copied(row)), f"the answer of {safe(row.name, 40)}"))
        before = row
    first = next((r for r in rows if r.first), None)
    text = (
        f"The first released client that reads a credential here: {safe(first.title, 60)}."
        if first
        else "No released client reads a credential here."
    )
    lines += [BLANK, *note(text, width), *_forms(forms, width)]
    lines += note("⏎ judges everything as that client.", width, "faint")
    return Doc(title, lines, items, start=start)


def _forms(forms: Sequence[FormRow], width: int) -> list[Line]:
    """What lies here, and the first and the last client that takes it in this form."""
    if not forms:
        return []
    spans = [safe(form.span) for form in forms]
    longest = max(len(span) for span in spans) + 2
    lines = [
        BLANK,
        Line((Span("   what is stored here", "faint"),), (Span("is accepted by ", "faint"),)),
    ]
    for form, span in zip(forms, spans, strict=True):
        tone = "muted" if form.since else "warn"
        words = clip(f"{safe(form.form)} · {safe(form.where)}", max(10, width - longest - 4))
        lines.append(Line((Span(f"   {words}", "strong"),), (Span(f"{span} ", tone),)))
    return [*lines, BLANK]


def _row(
    row: GenerationRow,
    before: GenerationRow | None,
    width: int,
    name: int,
    index: int,
    *,
    here: bool,
) -> list[Line]:
    label = row.version or row.name
    spans = [Span("   " + pad(safe(label, 40), name), "title-focus" if here else "strong")]
    for surface, _ in _SURFACES:
        found = row.predictions[surface]
        glyph, tone = outcome_mark(found.outcome)
        spans.append(Span(pad(f"{glyph} {_WORDS[found.outcome]}", _COLUMN), tone))
    kept = Span(" DELETED ", "loud") if row.deletes else Span("kept ", "faint")
    lines = [Line(tuple(spans), (kept,), index)]
    marks: list[Span] = []
    if row.uses:
        marks.append(Span(f"uses {safe(row.uses, 60)}  ", "muted"))
    if here:
        marks.append(Span("◂ judged here  ", "accent"))
    if row.installed:
        marks.append(Span(f"● installed {safe(', '.join(row.installed), 60)}  ", "good"))
    if row.first:
        marks.append(Span("first to read a credential here  ", "muted"))
    if not row.released:
        marks.append(Span("in no release: #18176, #18177, #18180  ", "faint"))
    sayings: list[Line] = []
    if before is not None and _said(before) == _said(row):
        marks.append(Span(f"says the same as {safe(before.version or before.name, 40)}", "faint"))
    else:
        sayings = _sayings(row, width, index)
    if marks:
        lines.append(Line((Span("      "), *marks), item=index))
    return lines + sayings


def _sayings(row: GenerationRow, width: int, index: int) -> list[Line]:
    lines = []
    for surface, word in _SURFACES[:2]:
        found = row.predictions[surface]
        said = wrap(_words(found), width - 22, 1)[0]
        lines.append(
            Line(
                (Span("      " + pad(word, 14), "faint"), Span(clip(said, width - 22), "quote")),
                item=index,
            )
        )
    return lines


def _words(found: Prediction) -> str:
    said = " / ".join(safe(line) for line in found.says.splitlines()) if found.says else ""
    return f"“{said}”" if said else f"nothing · exit {found.exit}"


def _said(row: GenerationRow) -> tuple[object, ...]:
    starts = row.predictions.values()
    return tuple((p.outcome, p.says, p.exit, p.deletes_stored_login) for p in starts)


def _copied(row: GenerationRow) -> str:
    return f"{row.title}: " + "; ".join(
        f"{word} {row.predictions[s].outcome}, exit {row.predictions[s].exit}"
        for s, word in _SURFACES
    )
