"""Field by field, what a trace holds of an observation and of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from authtui.credentials import observation as o
from authtui.model.trace.parts import (
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
from authtui.wire import records as w
from authtui.wire.keeping import ACCOUNT_HEADER
from authtui.wire.road import PLACES, RoadStep

if TYPE_CHECKING:
    from authtui.model.trace.stand_ins import StandIns

_OPEN_HEADERS: Final = frozenset(
    [
        "accept", "age", "allow", "cache-control", "cf-cache-status", "cf-mitigated", "cf-ray",
        "connection", "content-encoding", "content-length", "content-type", "date",
        "openai-processing-ms", "openai-request-id", "request-id", "retry-after", "server",
        "strict-transport-security", "transfer-encoding", "upgrade", "vary", "www-authenticate",
        "x-oai-request-id", "x-request-id", "authorization", "proxy-authorization",
    ]
)  # fmt: skip
# ── what was seen ──────────────────────────────────────────────────────────────────────────────

_NOT_OF_A_FILE: Final = (
    "data", "error", "uid", "owner", "owned_by_me", "modified", "inode", "link_target",
    "writable",
)  # fmt: skip
_FILE: Final = Record(
    o.FileFacts,
    {"path": LABEL, "kind": Word(get_args(o.FileKind)), "mode": Maybe(WHOLE), "size": Maybe(WHOLE)},
    left_out=dict.fromkeys(_NOT_OF_A_FILE),
)
OBSERVATION: Final = Record(
    o.Observation,
    {
        "at": MOMENT,
        "home": Record(
            o.HomeFacts,
            {
                "path": LABEL,
                "chosen_by": Word(("option", "CODEX_HOME", "default")),
                "exists": FLAG,
                "error": Maybe(TEXT),
                "mode": Maybe(WHOLE),
                "writable": Maybe(FLAG),
                "shown": LABEL,
            },
            left_out={"canonical": None},
        ),
        "auth_file": _FILE,
        "keyring": Record(
            o.KeyringFacts,
            {
                "status": Word(get_args(o.KeyringStatus)),
                "service": LABEL,
                "backend": Maybe(LABEL),
                "detail": Maybe(TEXT),
            },
            left_out={"account": "", "document": None},
        ),
        "encrypted": Record(
            o.EncryptedFacts,
            {
                "file": _FILE,
                "status": Word(get_args(o.EncryptedStatus)),
                "detail": Maybe(TEXT),
            },
            left_out={"document": None, "passphrase_account": ""},
        ),
        "host": Record(
            o.HostFacts, {"marks": Many(LABEL, 40), "platform": LABEL}, left_out={"user": ""}
        ),
        "clients": Many(
            Record(o.InstalledClient, {"path": LABEL, "version": Maybe(LABEL), "found_by": LABEL}),
            20,
        ),
    },
    # Values of variables and of the configuration are credentials, or name people and hosts.
    left_out={
        "environment": o.EnvironmentFacts(),
        "config": o.ConfigFacts(o.FileFacts("config.toml")),
        "token_file": None,
        "ca_file": None,
        "key_set": None,
    },
)

# ── what went over the wire ────────────────────────────────────────────────────────────────────


def _header(line: tuple[str, str], names: StandIns) -> tuple[str, str]:
    name, value = line
    if name.lower() == ACCOUNT_HEADER:
        return name, names.of("acct", value)
    return name, value if name.lower() in _OPEN_HEADERS else by_length(value)


class _HeaderLine:
    """A header line: open headers as they are, others by their length."""

    def write(self, value: tuple[str, str], names: StandIns) -> list[str]:
        name, text = _header(value, names)
        return [LABEL.write(name, names), LABEL.write(text, names)]

    def read(self, given: object) -> tuple[str, str]:
        if not isinstance(given, list) or len(given) != 2:
            raise DamageError("not a name and a value")
        return LABEL.read(given[0]), LABEL.read(given[1])


def _detail(detail: w.Detail, names: StandIns) -> w.Detail:  # noqa: ARG001 - a preparation's signature
    """Of bodies, the code and the message of an error: the rest may be anything."""
    from authtui.wire.answers import error_of

    body, note = detail.response_body, detail.response_note
    if body:
        code, message = error_of(body.encode("utf-8", "replace"))
        told = {name: text for name, text in (("code", code), ("message", message)) if text}
        kept = ", ".join(f"{name}: {text}" for name, text in told.items()) or None
        if kept is None:
            note = note or f"a trace keeps no body ({len(body):,} characters)"
        body = kept
    request_note = detail.request_note
    if detail.request_body:
        request_note = (
            request_note or f"a trace keeps no body ({len(detail.request_body):,} characters)"
        )
    return detail._replace(
        request_body=None, request_note=request_note, response_body=body, response_note=note
    )


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
ROAD_STEP: Final = Record(
    RoadStep, {"place": Word(PLACES), "ok": Maybe(FLAG), "detail": TEXT, "issuer": LABEL}
)


def _request(record: w.RequestRecord, names: StandIns) -> w.RequestRecord:
    from authtui.wire.export import RUNTIME_IN_PATH

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
        "road": Many(ROAD_STEP, 10),
        "sender": LABEL,
    },
    prepare=_request,
)
