"""One exchange in full: what was sent, what came back, and what the signature says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Fact
from authtui.exchanges.meaning import BY_NAME
from authtui.tui.lines import Line, Span, safe
from authtui.tui.views.context import CHECKS, note, stamp
from authtui.tui.views.requests import credential_words, tone_of, url_of
from authtui.verdict.observed_request import judge_request, named_hosts

if TYPE_CHECKING:
    from authtui.exchanges.records import AssertionFacts, ConnectionStep, HeaderLines, RequestRecord
    from authtui.tui.lines import Doc
    from authtui.tui.views.detail_page import DetailPage

_SKEW_WORTH_SAYING = 2.0


def request_doc(record: RequestRecord, page: DetailPage) -> Doc:
    """The detail of a request."""
    status, tone = tone_of(record)
    page.lines.append(Line((Span(f"  {status} {safe(record.reason, 60)}".rstrip(), tone),)))
    if record.meaning or record.error:
        page.words(record.meaning or record.error or "", tone)
    page.heading("Request")
    page.fact(Fact("method", record.method))
    page.fact(Fact("address", url_of(record)))
    if record.sender:
        page.fact(Fact("sent by", record.sender))
    page.fact(Fact("sent at", stamp(record.at)))
    page.fact(Fact("credential", credential_words(record)))
    if record.account_header:
        page.fact(Fact("account", record.account_header))
    if record.fedramp_header:
        page.fact(Fact("FedRAMP", "asked for"))
    purpose = BY_NAME.get(record.purpose)
    page.fact(Fact("purpose", purpose.title if purpose else record.purpose or "—"))
    _judged(record, page)
    if record.assertion is not None:
        _assertion(record.assertion, page)
    page.heading("Answer")
    took = record.milliseconds
    page.fact(Fact("took", f"{took:.1f} ms" if took is not None else "still under way"))
    page.fact(Fact("request id", record.request_id or "—"))
    size = record.bytes_received
    page.fact(Fact("received", f"{size:,} bytes" if size is not None else "—"))
    _connection(record, page)
    _clock(record, page)
    if record.error:
        page.fact(Fact("error", record.error), "bad")
    _chain(record, page)
    _bodies(record, page)
    return page.doc(f"{safe(record.method, 12)} {safe(record.path, 100)}")


def _judged(record: RequestRecord, page: DetailPage) -> None:
    """Everything that can be said of what it carried, each with its own mark."""
    judged = judge_request(record, named_hosts(page.view.state.observation, page.view.state.judged))
    if not judged:
        return
    page.heading("What it carried, judged")
    for found in judged:
        glyph, tone, _ = CHECKS[found.status]
        page.fact(Fact(found.label, f"{glyph} {found.observed}: {found.meaning}"), tone)


def _assertion(facts: AssertionFacts, page: DetailPage) -> None:
    page.heading("The signed assertion, decoded")
    if facts.problem:
        page.fact(Fact("problem", facts.problem), "bad")
        return
    page.fact(Fact("agent", facts.agent_runtime_id or "—"))
    if facts.task_id is not None:
        page.fact(Fact("task", str(facts.task_id), facts.task_id))
    page.fact(Fact("timestamp", facts.timestamp or "—"))
    if facts.age_seconds is not None:
        page.fact(Fact("age when sent", f"{facts.age_seconds:.1f} s"))
    words, tone = {
        True: ("✓ valid for the agent's own key", "good"),
        False: ("✗ not valid for the agent's own key", "bad"),
        None: ("? not checked: no public key is at hand", "muted"),
    }[facts.verified]
    page.fact(Fact("signature", words), tone)


STAGES: Final = {"name": "name", "connection": "connection", "tls": "TLS"}


def step_words(step: ConnectionStep) -> tuple[str, str]:
    """One step of the connection in words, and its tone."""
    mark, tone = {True: ("✓", "good"), False: ("✗", "bad"), None: ("○", "faint")}[step.ok]
    said = safe(step.detail, 200) if step.ok is not None else "not reached"
    signed = f" · signed by {safe(step.issuer, 120)}" if step.issuer else ""
    return f"{mark} {said}{signed}", tone


def _connection(record: RequestRecord, page: DetailPage) -> None:
    if not record.connection:
        return
    page.heading("Connection: name, TCP, TLS")
    for step in record.connection:
        words, tone = step_words(step)
        page.fact(Fact(STAGES[step.stage], words), tone)


def _clock(record: RequestRecord, page: DetailPage) -> None:
    if record.server_date is None:
        return
    skew = record.skew_seconds
    page.fact(Fact("server clock", stamp(record.server_date)))
    if skew is None or abs(skew) < _SKEW_WORTH_SAYING:
        page.fact(Fact("local clock", "✓ agrees with the server's"), "good")
    else:
        side = "behind" if skew > 0 else "ahead of"
        page.fact(Fact("local clock", f"! {abs(skew):.0f} s {side} the server's"), "warn")


def _chain(record: RequestRecord, page: DetailPage) -> None:
    if record.redirect_of is not None:
        page.fact(Fact("follows", f"a redirect of request {record.redirect_of}"))
    if record.retry_of is not None:
        page.fact(Fact("repeats", f"request {record.retry_of}"))


def _bodies(record: RequestRecord, page: DetailPage) -> None:
    detail = record.detail
    if detail is None:
        if record.detail_dropped:
            page.heading("Headers and bodies")
            page.words("Dropped to save memory; newer requests still have theirs.", "muted")
        return
    for title, headers, body, remark in (
        ("Sent, redacted", detail.request_headers, detail.request_body, detail.request_note),
        ("Received, redacted", detail.response_headers, detail.response_body, detail.response_note),
    ):
        if headers or body or remark:
            page.heading(title)
            _part(headers, body, remark, page)


def _part(headers: HeaderLines, body: str | None, remark: str, page: DetailPage) -> None:
    column = min(26, max((len(name[:40]) + 2 for name, _ in headers), default=14))
    for name, value in headers:
        page.fact(Fact(name, value), "text", max(14, column))
    if body:
        page.fact(Fact("body", body), "code", max(14, column))
    if remark:
        page.lines += note(safe(remark), page.width, "faint", 2)
