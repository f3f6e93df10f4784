"""One row of the comparison, or the watched program, in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fact
from authtui.capture.overrides import NOT_CAPTURED
from authtui.tui.lines import Line, Span, safe
from authtui.tui.views.context import stamp
from authtui.tui.views.events import rotation_words
from authtui.tui.views.program_panes import MARKS, program_of, standing
from authtui.tui.views.requests import credential_words, tone_of, url_of
from authtui.verdict.comparison import comparison_of

if TYPE_CHECKING:
    from authtui.exchanges.evidence import ObservedProgram
    from authtui.exchanges.records import RequestRecord
    from authtui.tui.lines import Doc
    from authtui.tui.views.detail_page import DetailPage
    from authtui.verdict.comparison_rows import Row


def row_doc(row: Row, page: DetailPage) -> Doc:
    """Both sides whole, what the difference means, and the request that shows it."""
    glyph, tone, words = MARKS[row.status]
    page.lines.append(Line((Span(f"  {glyph} {words}", tone),)))
    page.heading("Side by side")
    page.fact(Fact("predicted", row.expected))
    page.fact(Fact("observed", row.observed), "strong")
    if row.meaning:
        page.heading("What it means")
        page.words(row.meaning)
    record = _record(row, page)
    if record is not None:
        page.heading("The request that shows it")
        status, colour = tone_of(record)
        page.fact(Fact("request", f"{record.method} {url_of(record)}"))
        page.fact(Fact("answer", status), colour)
        page.fact(Fact("credential", credential_words(record)))
        if record.meaning or record.error:
            page.fact(Fact("meaning", record.error or record.meaning))
        page.words("4 turns to the requests; enter there shows all of it.", "faint")
    program = program_of(page.view)
    if program is not None and program.expected is not None:
        page.heading("Where the prediction comes from")
        expected = program.expected
        page.fact(Fact("client", f"{expected.contract.title} ({expected.contract.chosen_by})"))
        page.fact(Fact("read at", stamp(expected.at)))
        surface = comparison_of(program).surface
        prediction = next((p for p in expected.predictions if p.surface == surface), None)
        for number, text in enumerate(prediction.assumes if prediction else (), 1):
            page.fact(Fact(f"assumes {number}", text))
    return page.doc(safe(row.label, 60))


def _record(row: Row, page: DetailPage) -> RequestRecord | None:
    if row.request is None:
        return None
    requests = page.view.state.requests
    return next((r for r in reversed(requests) if r.number == row.request), None)


def program_page(program: ObservedProgram, page: DetailPage) -> Doc:
    """The command, what was overridden, how it ended, and its output; each line can be copied."""
    glyph, tone, words = standing(program, page.view.now)
    page.lines.append(Line((Span(f"  {glyph} {words}", tone),)))
    page.heading("The program")
    page.fact(Fact("command", " ".join(program.command)))
    page.fact(Fact("started", stamp(program.started_at)))
    if program.ended_at is not None:
        page.fact(Fact("ended", stamp(program.ended_at)))
        page.fact(Fact("how", program.reason or "—"))
    page.fact(Fact("requests", f"{program.evidence.requests:,} passed the proxy"))
    if program.overrides:
        page.heading("How its requests were routed through authtui; no file of yours was changed")
        for number, text in enumerate(program.overrides, 1):
            tone = "warn" if text.startswith(NOT_CAPTURED) else "text"
            page.fact(Fact(f"{number}", text), tone, 4)
    if program.rotations:
        page.heading("Refresh tokens used up while it ran")
        for number, rotation in enumerate(program.rotations, 1):
            page.fact(Fact(f"{number}", rotation_words(rotation)), "warn", 4)
    if program.said:
        page.heading("What it said")
        for number, line in enumerate(program.said[-500:], 1):
            tone = "text" if line.stream == "stdout" else "muted"
            page.fact(Fact(f"{number}", line.text), tone, 5)
    return page.doc("The watched program")
