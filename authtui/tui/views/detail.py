"""One thing in full: why, the evidence, the fix, and where the rule comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import CheckResult, Fact, MatrixRow, Source
from authtui.answers.token_view import ClaimRow, TokenView
from authtui.exchanges.evidence import ObservedProgram
from authtui.exchanges.records import RequestRecord
from authtui.tui.lines import BLANK, Doc, Line, Span, safe
from authtui.tui.views.checks import checks_doc
from authtui.tui.views.context import CHECKS, SOURCES, ViewContext, labelled, note, stamp
from authtui.tui.views.detail_page import DetailPage
from authtui.tui.views.events import name_of, words_of
from authtui.verdict.comparison_rows import Row

if TYPE_CHECKING:
    from authtui.model.events import Event


def detail_doc(subject: object, view: ViewContext, width: int) -> Doc:
    """The detail of whatever was selected."""
    page = DetailPage(view, width)
    match subject:
        case Source():
            return _source(subject, page)
        case (TokenView() as token, ClaimRow() as row):
            return _claim(token, row, page)
        case CheckResult():
            return _check(subject, page)
        case MatrixRow():
            return _matrix(page)
        case RequestRecord():
            from authtui.tui.views.request_detail import request_doc

            return request_doc(subject, page)
        case Row():
            from authtui.tui.views.program_detail import row_doc

            return row_doc(subject, page)
        case ObservedProgram():
            from authtui.tui.views.program_detail import program_page

            return program_page(subject, page)
        case _:
            return _event(subject, page)  # type: ignore[arg-type]


def _source(source: Source, page: DetailPage) -> Doc:
    glyph, tone, words = SOURCES[source.status]
    rank = (
        f"rank {source.rank} in the client's order" if source.rank is not None else "never a login"
    )
    page.lines.append(Line((Span(f"  {glyph} {words}", tone), Span(f"   {rank}", "faint"))))
    page.heading("Why")
    page.words(source.reason or _REASONS.get(source.status, ""))
    page.heading("What was found")
    rows = [Fact("place", source.place), Fact("kind", source.kind or "—")]
    if source.shadowed_by:
        rows.append(Fact("shadowed by", source.shadowed_by))
    if source.detail:
        rows.append(Fact("detail", source.detail))
    for fact in (*rows, *source.facts):
        page.fact(fact)
    return page.doc(safe(source.name, 120))


_REASONS = {
    "absent": "Nothing is there.",
    "selected": "The first source with a usable credential wins.",
    "shadowed": "A source above it won.",
    "not-consulted": "The client stopped looking before it.",
    "not-visible": "It lives in the memory of another process.",
    "ignored": "This surface does not read it.",
}


def _claim(token: TokenView, row: ClaimRow, page: DetailPage) -> Doc:
    page.fact(Fact(row.name, row.value, row.secret), "strong", max(14, len(row.name[:40]) + 2))
    if row.status is not None:
        glyph, tone, words = CHECKS[row.status]
        page.lines += note(f"{glyph} {words}  {safe(row.note)}", page.width, tone, 2)
    elif row.note:
        page.words(row.note, "muted")
    page.heading("What it means")
    page.words(row.explanation or "The client's rules do not mention this name; it has no effect.")
    page.heading("Where it stands")
    page.fact(Fact("raw name", row.name))
    page.fact(Fact("part", {"header": "token header", "key": "key"}.get(row.section, "claims")))
    page.fact(Fact("token", f"{token.name} · {token.origin}"))
    page.fact(Fact("signature", token.verified_note))
    return page.doc(f"{safe(row.name, 80)} in {safe(token.name, 60)}")


def _check(check: CheckResult, page: DetailPage) -> Doc:
    glyph, tone, words = CHECKS[check.status]
    page.lines += labelled(
        f"{glyph} {words}",
        safe(check.summary),
        page.width,
        tone="strong",
        label_tone=tone,
        column=12,
    )
    if check.why:
        page.heading("Why it matters")
        page.words(check.why)
    if check.evidence:
        page.heading("Evidence")
        for number, text in enumerate(check.evidence, 1):
            page.fact(Fact(f"{number}", text), column=3)
    if check.fix is not None:
        page.heading("Fix")
        page.fix(check.fix)
    page.heading("Where it comes from")
    page.fact(Fact("rule", check.source or "—"))
    page.fact(Fact("place", check.where or "—"))
    found = page.view.assessment
    if found is not None and any(r.wrong for r in found.matrix) and check.status == "fail":
        page.heading("Who says which account")
        page.lines += [line._replace(item=None) for line in _matrix(page).lines]
    return page.doc(safe(check.id, 120))


def _matrix(page: DetailPage) -> Doc:
    doc = checks_doc(page.view._replace(matrix=True), page.width)
    return doc._replace(title="Who says which account", info=())


def _event(event: Event, page: DetailPage) -> Doc:
    page.words(words_of(event), "strong")
    page.heading("What is known")
    page.fact(Fact("number", str(event.sequence)))
    page.fact(Fact("at", stamp(event.at)))
    page.fact(Fact("cause", event.cause))
    for number, change in enumerate(getattr(event, "changes", ()), 1):
        page.fact(Fact(f"change {number}", change))
    page.lines += [
        BLANK,
        *note(", and . step through events; every pane follows.", page.width, "faint", 2),
    ]
    return page.doc(name_of(event))
