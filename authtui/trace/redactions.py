"""What a trace tells of values whose content decides: claims, facts, commands, headers, bodies.

Ids and addresses get stand-ins, what is known to be harmless stays as it is, and of anything else
the length is told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authtui.exchanges.exchange_redaction import ACCOUNT_HEADER
from authtui.tokens.claims import EMAILS
from authtui.trace.fields import LABEL, MOST_ITEMS, by_length

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from authtui.answers.findings import Assessment, Fact
    from authtui.answers.token_view import ClaimRow
    from authtui.exchanges.records import Detail, HeaderLines, RequestRecord
    from authtui.trace.stand_ins import StandIns

_ID_CLAIMS: Final = (
    ("agent_runtime_id", "agent"),
    ("account", "acct"),
    ("workspace", "acct"),
    ("organization", "acct"),
    ("org_id", "acct"),
    ("poid", "acct"),
    ("user", "user"),
    ("sub", "user"),
)
# Claims whose values may leave the machine as they are. Of any other, the length is written.
_OPEN_CLAIMS: Final = frozenset(
    [
        "agent_private_key", "alg", "amr", "aud", "auth_time", "azp", "chatgpt_account_is_fedramp",
        "chatgpt_plan_type", "crv", "email_verified", "exp", "fedramp", "fingerprint", "iat", "iss",
        "kid", "kty", "nbf", "plan_type", "private key", "pwd_auth_time", "registered_at", "scope",
        "scp", "signature", "typ", "value",
    ]
)  # fmt: skip
_PLAIN_VALUES: Final = frozenset(["true", "false", "null", "—", "", "{}", "[]", "0"])
_LONGEST_ID: Final = 400
_OPEN_HEADERS: Final = frozenset(
    [
        "accept", "age", "allow", "cache-control", "cf-cache-status", "cf-mitigated", "cf-ray",
        "connection", "content-encoding", "content-length", "content-type", "date",
        "openai-processing-ms", "openai-request-id", "request-id", "retry-after", "server",
        "strict-transport-security", "transfer-encoding", "upgrade", "vary", "www-authenticate",
        "x-oai-request-id", "x-request-id", "authorization", "proxy-authorization",
    ]
)  # fmt: skip
_MOST_HEADERS: Final = 80
# What programs print may be prompts and answers: only lines that report on a login are kept.
_REPORTS: Final = re.compile(
    r"\s*(?:\d{4}-\d\d-\d\dT\S+\s+)?(?:ERROR\b|WARN\b|Error:|error:|warning:|Warning:|stream error"
    r"|Logged in|Not logged in|Logging out|Login |Successfully logged|Failed to|failed to"
    r"|unexpected status|Please |Your access token)"
)
_PLAIN_WORD: Final = re.compile(r"-{0,2}[a-z][a-z-]{0,30}|--")


# ── an assessment ──────────────────────────────────────────────────────────────────────────────


def learn_ids(found: Assessment, names: StandIns) -> Assessment:
    """Learn the ids first, from the fields that are ids: sentences hold them, too."""
    for kind, value in (*_ids_of(found), *_ids_in_claims(found)):
        if len(value) <= _LONGEST_ID:
            names.of(kind, value)
    for token in found.tokens:
        for row in token.rows:
            if row.secret and _last_name(row.name) in EMAILS:
                names.mail(row.secret.reveal())
    return found


def _ids_of(found: Assessment) -> Iterator[tuple[str, str]]:
    binding, request = found.binding, found.request
    pairs: list[tuple[str, str | None]] = []
    for named in (*([binding] if binding else ()), *found.matrix):
        pairs += [("acct", named.account_id), ("user", named.user_id)]
    if request is not None:
        pairs.append(("acct", request.account_id_header))
    return ((kind, value) for kind, value in pairs if value)


def _ids_in_claims(found: Assessment) -> Iterator[tuple[str, str]]:
    for token in found.tokens:
        yield from _ids_in(token.claims, 0)


def _ids_in(claims: Mapping[str, object], depth: int) -> Iterator[tuple[str, str]]:
    for name, value in claims.items():
        kind = _id_kind(name)
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, dict) and depth < 5:
                # `organizations: [{"id": …}]`: the id is that of an organization.
                inner = item.get("id")
                if kind is None and isinstance(inner, str) and "organization" in name:
                    yield "acct", inner
                yield from _ids_in(item, depth + 1)
            elif kind is not None and isinstance(item, str) and item:
                yield kind, item


def _id_kind(claim: str) -> str | None:
    name = _last_name(claim)
    for word, kind in _ID_CLAIMS:
        if name == word or (word in name and name.endswith(("id", "ids"))):
            return kind
    return None


def _last_name(claim: str) -> str:
    return claim.rpartition(".")[2].lower()


def redact_fact(fact: Fact, names: StandIns) -> Fact:
    """A fact without names: whether the owner is root may be told."""
    if fact.label == "owner":
        who, blank, rest = fact.value.partition(" ")
        return fact._replace(value=f"{who if who == 'root' else '<user>'}{blank}{rest}")
    if fact.label == "e-mail" and fact.value:
        return fact._replace(value=names.mail(fact.secret.reveal() if fact.secret else fact.value))
    if fact.label == "auth command":
        return fact._replace(value=by_length(fact.value))
    return fact


def redact_claim(row: ClaimRow, names: StandIns) -> ClaimRow:
    """A claim with a stand-in or its length, unless its value is known to be harmless."""
    name = _last_name(row.name)
    value = row.value
    if name in EMAILS and value:
        value = names.mail(row.secret.reveal() if row.secret else value)
    elif (kind := _id_kind(name)) and value not in _PLAIN_VALUES:
        value = names.of(kind, value)
    elif name not in _OPEN_CLAIMS and value not in _PLAIN_VALUES:
        value = by_length(value)
    return row._replace(value=value)


# ── a request ──────────────────────────────────────────────────────────────────────────────────


def learn_runtime(record: RequestRecord, names: StandIns) -> RequestRecord:
    """Learn the agent runtime that a path names."""
    from authtui.exchanges.export import RUNTIME_IN_PATH

    for found in RUNTIME_IN_PATH.finditer(record.path):
        names.of("agent", found.group())
    return record


def redact_headers(lines: HeaderLines, names: StandIns) -> list[list[str]]:
    """Open headers as they are, others by their length."""
    written = []
    for name, value in lines[:_MOST_HEADERS]:
        text = value
        if name.lower() == ACCOUNT_HEADER:
            text = names.of("acct", value)
        elif name.lower() not in _OPEN_HEADERS:
            text = by_length(value)
        written.append([names.text(name, LABEL), names.text(text, LABEL)])
    return written


def redact_bodies(detail: Detail, names: StandIns) -> Detail:  # noqa: ARG001 - a preparation's signature
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


# ── a watched program ──────────────────────────────────────────────────────────────────────────


def redact_command(words: tuple[str, ...], names: StandIns) -> list[str]:
    """The program, its first words and its options; any other word may be a prompt."""
    written = []
    for number, word in enumerate(words[:100]):
        name, equals, _ = word.partition("=")
        if number == 0:
            written.append(names.text(word.rpartition("/")[2], LABEL))
        elif number <= 2 and _PLAIN_WORD.fullmatch(word):
            written.append(word)
        elif word.startswith("-") and _PLAIN_WORD.fullmatch(name):
            written.append(f"{name}=…" if equals else name)
        else:
            written.append(by_length(word))
    return written


def redact_output(lines: tuple[str, ...], names: StandIns) -> list[str]:
    """Lines that a program printed: whole where they report on a login, else only their length."""
    return [
        names.text(line, LABEL) if _REPORTS.match(line) else by_length(line)
        for line in lines[:MOST_ITEMS]
    ]
