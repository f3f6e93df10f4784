"""What went over the wire, and before anything did: what would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.tui.lines import Doc, Item, LazySequence, Line, Span, clip, pad, safe
from authtui.tui.views.context import ViewContext, note
from authtui.verdict.observed_request import judge_request, named_hosts, worst

if TYPE_CHECKING:
    from authtui.answers.findings import PlannedRequest
    from authtui.exchanges.records import Colour, RequestRecord

_COLOURS: Final[dict[Colour, tuple[str, str]]] = {
    "ok": ("✓", "good"),
    "info": ("·", "text"),
    "warn": ("!", "warn"),
    "fail": ("✗", "bad"),
    "waiting": ("·", "muted"),
    "noise": ("·", "muted"),
}
_ROOMY: Final = 100
_WORDS: Final = 12
"""Columns from which on the meaning is worth its place."""
_PATH: Final = 16
"""Columns that the end of a path needs, so that the host before it may stay."""


def url_of(record: RequestRecord) -> str:
    """The address of a request, harmless."""
    return safe(f"{record.scheme}://{record.host}{record.path}")


def credential_words(record: RequestRecord) -> str:
    """Which credential a request carried, with the mark that tells it from others of its kind."""
    mark = f" {record.credential_mark}" if record.credential_mark else ""
    return f"{record.authorization or 'none was attached'}{mark}"


def tone_of(record: RequestRecord) -> tuple[str, str]:
    """Status text and tone, by what the answer means: a 403 while a login waits is no fault."""
    if record.error is not None:
        return "✗ failed", "bad"
    if record.status is None:
        return "… sent", "accent"
    if not record.meaning:
        # Nobody has judged it: the class of its status has to do.
        colour: Colour = "ok" if record.status < 400 else "fail" if record.status < 500 else "warn"
    else:
        colour = record.colour
    glyph, tone = _COLOURS.get(colour, _COLOURS["info"])
    return f"{glyph} {record.status}", tone


def requests_doc(view: ViewContext, width: int) -> Doc:
    """The pane of requests."""
    live = view.traffic if view.traffic is not None and view.traffic.any else None
    # A copy: the list goes on changing while this content is looked at.
    records = live.log.rows() if live is not None else view.state.requests
    count = len(records)
    whole = len(live.log) if live is not None else count
    found = view.assessment
    head: list[Line] = []
    if not whole:
        planned = found.request if found else None
        if planned is not None:
            head += planned_lines(planned, width)
            head += note("Nothing was sent: looking never contacts the network.", width, "faint")
        else:
            head += note(_why_none(view), width)
        return Doc("Requests", head, info=(Span("none yet", "faint"),))
    dropped = live.log.dropped if live is not None else view.state.requests_dropped
    if dropped:
        text = f"{dropped:,} older requests were dropped to save memory"
        head += note(text, width, "faint")
    if not count and not (live is not None and live.log.unseen):
        from authtui.exchanges.request_filter import FIELDS

        head += note("No request is like that. Fields: " + ", ".join(FIELDS) + ".", width)
    named = named_hosts(view.state.observation, view.state.judged)
    return Doc(
        "Requests",
        LazySequence(count, lambda n: _row(records[n], n, width, named), head),
        LazySequence(count, lambda n: _item(records[n])),
        info=_info(view, count, whole),
        rows_from=len(head),
        start=max(0, count - 1),
    )


def _info(view: ViewContext, count: int, whole: int) -> tuple[Span, ...]:
    number = f"{count:,}" if count == whole else f"{count:,} of {whole:,}"
    live = view.traffic
    if live is not None and live.any and live.log.unseen:
        number = f"{count:,}, looking at {live.log.unseen:,} more …"
    if live is None or not live.paused:
        return (Span(number, "faint", "pause"),)
    held = Span(f"‖ held, {live.waiting:,} new · p goes on ", "warn", "pause")
    return (held, Span(number, "faint"))


def _item(record: RequestRecord) -> Item:
    return Item(f"request.{record.number}", record, url_of(record), "the address")


def _why_none(view: ViewContext) -> str:
    found = view.assessment
    if found is None:
        return "What the client would send shows here once a credential was read."
    if found.verdict.outcome == "refused":
        return "The client stops before it sends anything."
    return "There is no credential to send, so no request can be built."


def planned_lines(planned: PlannedRequest, width: int) -> list[Line]:
    """The first model request as the client would build it."""
    where = safe(planned.base_url).removeprefix("https://")
    attached = planned.authorization
    by = f" · {safe(planned.credential, 200)}" if planned.credential else ""
    auth = Span(f"{attached}{by}", "text") if attached else Span("✗ nothing attached", "bad-strong")
    column = 10
    lines = [
        Line(
            (
                Span(" " + pad("would go", column), "faint"),
                Span("POST ", "accent"),
                Span(clip(where, width - column - 20) + "/responses", "text"),
            )
        ),
        Line((Span(" " + pad("with", column), "faint"), auth)),
    ]
    if planned.account_id_header:
        text = safe(planned.account_id_header, 200)
        lines.append(Line((Span(" " + pad("account", column), "faint"), Span(text, "text"))))
    return lines


def _row(record: RequestRecord, number: int, width: int, named: frozenset[str]) -> Line:
    status, tone = tone_of(record)
    took = f"{record.milliseconds:.0f} ms" if record.milliseconds is not None else ""
    method = pad(safe(record.method, 12), 5)
    tail = [Span(f" {pad(status, 8)}", tone), Span(f"{took:>8}", "faint")]
    if width >= _ROOMY:
        tail += _remarks(record, named, width)
    room = width - 18 - sum(len(s.text) for s in tail)
    path = _place(safe(record.host, 120), safe(record.path, 600), room)
    left = room - len(path)
    if left > _WORDS and _ROOMY > width >= 70:
        what = _told(record, record.meaning or record.error or record.authorization or "")
        tail.append(Span(" " + pad(what, min(left - 2, 2 * _WORDS)), "muted"))
    return Line(
        (
            Span(f" {record.at:%H:%M:%S} ", "faint"),
            Span(method + " ", "accent"),
            Span(path, "text"),
        ),
        tuple(tail),
        number,
    )


def _remarks(record: RequestRecord, named: frozenset[str], width: int) -> list[Span]:
    """What it carried, and what is to be said of it: a fault of the credential comes first."""
    carried = safe(record.authorization or "no credential", 40)
    spans = [Span("  " + pad(carried, 15), "muted" if record.authorization else "faint")]
    fault = worst(judge_request(record, named))
    if fault is not None:
        tone = "bad" if fault.status == "fail" else "warn"
        words = f"{'✗' if fault.status == 'fail' else '!'} {fault.label}: {fault.observed}"
    else:
        from authtui.exchanges.meaning import BY_NAME

        purpose = BY_NAME.get(record.purpose)
        words = record.error or record.meaning or (purpose.title if purpose else "")
        tone = "muted"
    return [*spans, Span(" " + pad(_told(record, words), max(28, width * 27 // 100)), tone)]


def _told(record: RequestRecord, words: str) -> str:
    """Words on a request; where several programs share the log, the one that sent it first."""
    return f"{safe(record.sender, 40)}: {safe(words, 200)}" if record.sender else safe(words, 200)


def _place(host: str, path: str, room: int) -> str:
    """Host and path; where they do not fit, the beginning of the path gives way, then the host."""
    bare, _, query = path.partition("?")
    if len(query) > 2 * _WORDS:
        path = f"{bare}?…"
    if len(host) + len(path) <= room:
        return host + path
    short = f"{host}/…"
    keep = room - len(short)
    if keep >= _PATH:
        return short + path[-keep:]
    return path if len(path) <= room or room <= 4 else "…" + path[-(room - 1) :]
