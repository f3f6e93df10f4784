"""What went over the wire, and before anything did: what would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from authtui.tui.lines import Doc, Item, Line, Span, clip, pad, safe
from authtui.tui.views.context import View, note

if TYPE_CHECKING:
    from authtui.checks.findings import PlannedRequest
    from authtui.wire.records import RequestRecord


class _Rows(Sequence[Line]):
    """Lines made when they are looked at: ten thousand requests cost what is on screen."""

    def __init__(self, head: list[Line], records: Sequence[RequestRecord], width: int) -> None:
        self._head = head
        self._records = records
        self._width = width

    def __len__(self) -> int:
        return len(self._head) + len(self._records)

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> list[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | list[Line]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index < len(self._head):
            return self._head[index]
        number = index - len(self._head)
        return _row(self._records[number], number, self._width)


class _Items(Sequence[Item]):
    def __init__(self, records: Sequence[RequestRecord]) -> None:
        self._records = records

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> list[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | list[Item]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        record = self._records[index]
        return Item(f"request.{record.number}", record, url_of(record), "the address")


def url_of(record: RequestRecord) -> str:
    """The address of a request, harmless."""
    return safe(f"{record.scheme}://{record.host}{record.path}")


def tone_of(record: RequestRecord) -> tuple[str, str]:
    """Status text and tone: coloured by meaning where one is known, else by class."""
    if record.error is not None:
        return "✗ failed", "bad"
    if record.status is None:
        return "… sent", "accent"
    if record.status < 400:
        return f"✓ {record.status}", "good"
    if record.meaning.startswith(("waiting", "fall-back", "expected")):
        return f"· {record.status}", "muted"
    return (f"✗ {record.status}", "bad") if record.status < 500 else (f"! {record.status}", "warn")


def requests_doc(view: View, width: int) -> Doc:
    """The pane of requests."""
    records = view.state.requests
    found = view.assessment
    head: list[Line] = []
    if not records:
        planned = found.request if found else None
        if planned is not None:
            head += planned_lines(planned, width)
            head += note("Nothing was sent: looking never contacts the network.", width, "faint")
        else:
            head += note(_why_none(view), width)
        return Doc("Requests", head, info=(Span("none yet", "faint"),))
    if view.state.requests_dropped:
        text = f"{view.state.requests_dropped} older ones were let go to bound the memory"
        head += note(text, width, "faint")
    return Doc("Requests", _Rows(head, records, width), _Items(records),
               info=(Span(str(len(records)), "faint"),), rows_from=len(head))


def _why_none(view: View) -> str:
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
        Line((Span(" " + pad("would go", column), "faint"), Span("POST ", "accent"),
              Span(clip(where, width - column - 20) + "/responses", "text"))),
        Line((Span(" " + pad("with", column), "faint"), auth)),
    ]
    if planned.account_id_header:
        text = safe(planned.account_id_header, 200)
        lines.append(Line((Span(" " + pad("account", column), "faint"), Span(text, "text"))))
    return lines


def _row(record: RequestRecord, number: int, width: int) -> Line:
    status, tone = tone_of(record)
    took = f"{record.milliseconds:.0f} ms" if record.milliseconds is not None else ""
    method = pad(safe(record.method, 12), 5)
    tail = [Span(f" {pad(status, 8)}", tone), Span(f"{took:>8}", "faint")]
    if width >= 70:
        what = safe(record.meaning or record.error or record.authorization or "", 200)
        tail.append(Span(" " + pad(what, 20), "muted"))
    path = safe(record.path, 600)
    room = width - 18 - sum(len(s.text) for s in tail)
    if len(path) > room > 4:
        path = "…" + path[-(room - 1):]
    return Line(
        (Span(f" {record.at:%H:%M:%S} ", "faint"), Span(method + " ", "accent"), Span(path, "text")),
        tuple(tail), number,
    )
