"""The verdict in full: lamps with reasons, every surface, every generation."""

from __future__ import annotations

from authtui.answers.differences import OUTCOME_WORDS, PROGRAMS
from authtui.answers.findings import Fact
from authtui.tui.lines import BLANK, Doc, Line, Span, pad, safe, wrap
from authtui.tui.views.context import (
    KINDS,
    LIGHTS,
    ViewContext,
    loud,
    note,
    outcome_mark,
    verdict_mark,
)
from authtui.tui.views.detail_page import DetailPage
from authtui.tui.views.verdict import LAMPS, PLAIN


def verdict_doc(view: ViewContext, width: int) -> Doc:
    """Everything the verdict rests on."""
    found = view.assessment
    if found is None:
        return Doc("Verdict", note("Nothing has been read yet.", width))
    page = DetailPage(view, width)
    verdict = found.verdict
    glyph, tone = verdict_mark(found)
    page.lines += note(f"{glyph} {safe(verdict.headline)}", width, loud(tone), 2)
    if verdict.kind not in PLAIN:
        page.words(KINDS.get(verdict.kind, verdict.kind), "muted")
    if verdict.deletes_stored_login:
        page.lines.append(
            Line((Span("  "), Span(" starting the client deletes the stored login ", "loud")))
        )
    page.words(verdict.sentence)
    page.heading("What the client says")
    page.fact(Fact("message", verdict.client_message or "nothing"), "quote")
    page.fact(Fact("exit code", str(verdict.client_exit)))
    if verdict.culprit:
        page.fact(Fact("to change", verdict.culprit), "strong")
    if verdict.fix:
        page.heading("What to do")
        for fix in verdict.fix:
            page.fix(fix)
    page.heading("Four lamps, none lit on the evidence of another")
    for name in LAMPS:
        lamp = getattr(found.lamps, name)
        mark, lamp_tone, word = LIGHTS[lamp.light]
        for index, row in enumerate(wrap(safe(lamp.reason), width - 28)):
            head = f"  {mark} {pad(name, 10)}{pad(word, 11)}" if index == 0 else " " * 25
            page.lines.append(Line((Span(head, lamp_tone), Span(row, "text"))))
    _starts(page)
    if found.contract.note or found.contract.chosen_by:
        page.heading("Which client is modelled")
        page.fact(Fact("generation", found.contract.title))
        page.fact(Fact("chosen by", found.contract.chosen_by))
        if found.contract.note:
            page.fact(Fact("note", found.contract.note))
    for text in verdict.assumes:
        page.lines += [BLANK] if text == verdict.assumes[0] else []
        page.words(f"assumed: {text}", "muted")
    return page.doc("Verdict")


def _starts(page: DetailPage) -> None:
    found = page.view.assessment
    if found is None:
        return
    page.heading("Each surface: a program of the client that starts")
    for start in found.predictions:
        mark, tone = outcome_mark(start.outcome)
        says = safe(start.says) if start.says else "says nothing"
        deletes = " · deletes the login" if start.deletes_stored_login else ""
        head = Span(f"  {mark} {pad(PROGRAMS[start.surface], 20)}", tone)
        tail = Span(
            f" exit {start.exit}{deletes}", "bad" if start.deletes_stored_login else "faint"
        )
        page.lines.append(Line((head, Span(says, "quote")), (tail,)))
    if not found.generations:
        return
    page.heading("The same files under each generation of the client")
    for name, outcome in found.generations.items():
        mark, tone = outcome_mark(outcome)
        here = Span("  ← this one", "faint") if name == found.contract.name else Span("")
        words = OUTCOME_WORDS.get(outcome, safe(outcome))
        page.lines.append(
            Line((Span(f"  {mark} {pad(safe(name, 40), 20)} ", tone), Span(words, "text"), here))
        )
