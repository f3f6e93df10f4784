"""Field by field, what a trace holds of a request and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from authtui.exchanges import records as w
from authtui.exchanges.exchange_redaction import ACCOUNT_HEADER
from authtui.exchanges.records import STAGES, ConnectionStep
from authtui.trace.field_codecs import (
    FLAG,
    LABEL,
    MOMENT,
    REAL,
    TEXT,
    WHOLE,
    DamageError,
    Id,
    Many,
    Maybe,
    Record,
    Text,
    Word,
    by_length,
)

if TYPE_CHECKING:
    from authtui.trace.stand_ins import StandIns

_OPEN_HEADERS: Final = frozenset(
    [
        "accept", "age", "allow", "cache-control", "cf-cache-status", "cf-mitigated", "cf-ray",
        "connection", "content-encoding", "content-length", "content-type", "date",
        "openai-processing-ms", "openai-request-id", "request-id", "retry-after", "server",
        "strict-transport-security", "transfer-encoding", "upgrade", "vary", "www-authenticate",
        "x-oai-request-id", "x-request-id", "authorization", "proxy-authorization",
    ]
)  # fmt: skip


class _HeaderLine:
    """A header line: open headers as they are, others by their length."""

    def write(self, value: tuple[str, str], names: StandIns) -> list[str]:
        name, text = value
        if name.lower() == ACCOUNT_HEADER:
            text = names.of("acct", text)
        elif name.lower() not in _OPEN_HEADERS:
            text = by_length(text)
        return [LABEL.write(name, names), LABEL.write(text, names)]

    def read(self, given: object) -> tuple[str, str]:
        if not isinstance(given, list) or len(given) != 2:
            raise DamageError("not a name and a value")
        return LABEL.read(given[0]), LABEL.read(given[1])


def _detail(detail: w.Detail, names: StandIns) -> w.Detail:  # noqa: ARG001 - a preparation's signature
    """Of bodies, the code and the message of an error: the rest may be anything."""
    from authtui.exchanges.answers import error_of

    body, note = detail.response_body, detail.response_note
    if body:
        code, message = error_of(body.encode("utf-8", "replace"))
        told = (("code", code), ("message", message))
        kept = ", ".join(f"{name}: {text}" for name, text in told if text) or None
        note = note or ("" if kept else _no_body(body))
        body = kept
    request_note = detail.request_note or _no_body(detail.request_body)
    return detail._replace(
        request_body=None, request_note=request_note, response_body=body, response_note=note
    )


def _no_body(body: str | None) -> str:
    return f"a trace keeps no body ({len(body):,} characters)" if body else ""


DETAIL: Final = Record(
    w.Detail,
    {
        "request_headers": Many(_HeaderLine(), 80),
        "response_headers": Many(_HeaderLine(), 80),
        "response_body": Maybe(TEXT),
        "request_note": LABEL,
        "response_note": LABEL,
    },
    left_out={"request_body": None},
    prepare=_detail,
)
ASSERTION: Final = Record(
    w.AssertionFacts,
    {
        "agent_runtime_id": Id("agent"),
        "timestamp": LABEL,
        "age_seconds": Maybe(REAL),
        "verified": Maybe(FLAG),
        "problem": Maybe(LABEL),
    },
    left_out={"task_id": None},
)


BEARER: Final = Record(
    w.BearerFacts, {"account_id": Maybe(Id("acct")), "expires_at": Maybe(MOMENT)}
)
CONNECTION_STEP: Final = Record(
    ConnectionStep, {"stage": Word(STAGES), "ok": Maybe(FLAG), "detail": TEXT, "issuer": LABEL}
)


def _request(record: w.RequestRecord, names: StandIns) -> w.RequestRecord:
    from authtui.exchanges.export import RUNTIME_IN_PATH

    for found in RUNTIME_IN_PATH.finditer(record.path):
        names.of("agent", found.group())
    return record


REQUEST: Final = Record(
    w.RequestRecord,
    {
        "number": WHOLE,
        "at": MOMENT,
        "method": LABEL,
        "host": LABEL,
        "path": Text(600),
        "scheme": LABEL,
        "status": Maybe(WHOLE),
        "milliseconds": Maybe(REAL),
        "authorization": Maybe(LABEL),
        "request_id": Maybe(LABEL),
        "bytes_received": Maybe(WHOLE),
        "meaning": TEXT,
        "error": Maybe(TEXT),
        "purpose": LABEL,
        "colour": Word(get_args(w.Colour)),
        "reason": LABEL,
        "credential_mark": Maybe(LABEL),
        "account_header": Maybe(Id("acct")),
        "server_date": Maybe(MOMENT),
        "skew_seconds": Maybe(REAL),
        "content_type": Maybe(LABEL),
        "redirect_of": Maybe(WHOLE),
        "retry_of": Maybe(WHOLE),
        "assertion": Maybe(ASSERTION),
        "detail": Maybe(DETAIL),
        "detail_dropped": FLAG,
        "fedramp_header": FLAG,
        "bearer": Maybe(BEARER),
        "connection": Many(CONNECTION_STEP, 10),
        "sender": LABEL,
    },
    prepare=_request,
)
