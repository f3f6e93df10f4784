"""Builds the record of an exchange, step by step: started, with its request, finished."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from authtui.exchanges.answers import reason_of
from authtui.exchanges.exchange_redaction import (
    ACCOUNT_HEADER,
    FEDRAMP_HEADER,
    auth_class,
    kept_body,
    kept_headers,
    kept_host,
    kept_path,
    kept_type,
    learn_body,
    learn_request,
    request_id,
)
from authtui.exchanges.meaning import ACCOUNTS, REFRESH, Seen, meaning_of
from authtui.exchanges.records import AssertionFacts, BearerFacts, Detail, RequestRecord
from authtui.redaction import printable, safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from authtui.exchanges.answers import Answer
    from authtui.exchanges.meaning import Purpose

    Lines = Sequence[tuple[str, str]]


def started(
    number: int,
    at: datetime,
    method: str,
    url: str,
    purpose: Purpose,
    redirect_of: int | None = None,
    retry_of: int | None = None,
) -> RequestRecord:
    """The record of a request that is about to leave."""
    learn_request(url, ())
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme, kept_host(parts.netloc)
    except ValueError:
        scheme, host = "", ""
    return RequestRecord(
        number,
        at,
        printable(method, 20),
        host,
        kept_path(url),
        printable(scheme, 20) or "https",
        purpose=purpose.name,
        redirect_of=redirect_of,
        retry_of=retry_of,
    )


def not_sent(
    number: int, at: datetime, method: str, url: str, purpose: Purpose, statement: str
) -> RequestRecord:
    """The record of a request that was not sent at all."""
    made = started(number, at, method, url, purpose)
    return made._replace(error=statement, meaning="not sent", colour="warn", milliseconds=0.0)


def with_request(
    record: RequestRecord,
    lines: Lines,
    body: bytes,
    purpose: Purpose,
    at: datetime,
    read_assertion: Callable[[str, datetime], AssertionFacts] | None = None,
    read_bearer: Callable[[str], BearerFacts | None] | None = None,
) -> RequestRecord:
    """The record with what the request carries: header names, classes, redacted body.

    `read_assertion` and `read_bearer` decode what may be recorded of a credential.
    """
    given = {name.lower(): value for name, value in lines}
    learn_request("", lines)
    found = auth_class(given.get("authorization"))
    facts = None
    if found.name == "AgentAssertion" and read_assertion is not None:
        facts = read_assertion(given["authorization"], at)
    bearer = None
    if found.name == "Bearer JWT" and read_bearer is not None:
        bearer = read_bearer(given["authorization"])
    account = given.get(ACCOUNT_HEADER)
    return record._replace(
        authorization=None if found.name == "none" else found.name,
        credential_mark=found.mark,
        account_header=None if account is None else safe_text(account[:800], 200),
        assertion=facts,
        fedramp_header=given.get(FEDRAMP_HEADER, "").strip().lower() == "true",
        bearer=bearer,
        detail=with_body(Detail(kept_headers(lines)), given, body, purpose),
    )


def with_body(
    detail: Detail,
    headers: Mapping[str, str],
    body: bytes,
    purpose: Purpose,
    size: int | None = None,
) -> Detail:
    """The detail with the body of the request; `headers` has their names in lower case.

    `size` is that of the whole body where `body` is only its start.
    """
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    learn_body(body, content_type, purpose)
    text, note = kept_body(body, content_type, purpose, size=size)
    return detail._replace(request_body=text, request_note=note)


def finished(
    record: RequestRecord, answer: Answer, purpose: Purpose, sent: bytes, received: int
) -> RequestRecord:
    """The record with its answer and what that means."""
    content_type = answer.content_type
    learn_body(answer.body, content_type, purpose)
    text, note = kept_body(answer.body, content_type, purpose, answer.status, size=received)
    what = meaning_of(seen_of(record, answer, purpose, sent))
    detail = (record.detail or Detail())._replace(
        response_headers=kept_headers(answer.headers),
        response_body=text,
        response_note=note or ("not read to its end" if answer.cut else ""),
    )
    return record._replace(
        status=answer.status,
        reason=reason_of(answer.status),
        milliseconds=answer.milliseconds,
        bytes_received=received,
        request_id=request_id(answer.headers),
        meaning=what.text,
        colour=what.colour,
        content_type=kept_type(content_type),
        server_date=answer.server_date,
        skew_seconds=skew(record.at, answer.milliseconds, answer.server_date),
        detail=detail,
    )


def seen_of(record: RequestRecord, answer: Answer, purpose: Purpose, sent: bytes) -> Seen:
    """The facts that the meaning of an answer depends on."""
    refusal = answer.status >= 400
    return Seen(
        purpose,
        answer.status,
        record.host,
        record.authorization or "none",
        answer.error_code if refusal else _look_up_fault(record, answer, purpose),
        answer.error_message if refusal else None,
        html=answer.looks_like_html,
        cf_mitigated=answer.header("cf-mitigated") is not None,
        redirect_host=answer.redirect_host,
        empty_refresh_token=purpose == REFRESH and _no_refresh_token(sent),
    )


def skew(at: datetime, milliseconds: float, server: datetime | None) -> float | None:
    """The server's clock minus ours in seconds, in the middle of the exchange.

    A `Date` has whole seconds: anything within one second of the truth counts as none.
    """
    if server is None:
        return None
    middle = at + timedelta(milliseconds=milliseconds / 2)
    difference = (server + timedelta(milliseconds=500) - middle).total_seconds()
    slack = 0.5 + milliseconds / 2000
    return 0.0 if abs(difference) <= slack else round(difference, 1)


def _no_refresh_token(sent: bytes) -> bool:
    try:
        value = json.loads(sent)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and not value.get("refresh_token")


def _look_up_fault(record: RequestRecord, answer: Answer, purpose: Purpose) -> str | None:
    """What is wrong with a list of workspaces for the account that the request names, if known."""
    if purpose != ACCOUNTS or not answer.ok or not record.account_header:
        return None
    fault = look_up_fault(answer, record.account_header)
    return fault if fault in ("duplicate", "other-workspace") else None


def look_up_fault(answer: Answer, account: str) -> str | None:
    """What is wrong with the answer to a workspace look-up, by the names of the assumptions.

    Args:
        answer: The answer to `accounts/check`.
        account: The account whose workspace is looked for.

    Returns:
        The status of a refusal, `not-json`, `other-workspace`, `duplicate`, `no-origin`, or None
        where the account stands once in the list, with the origin of its server.
    """
    if not answer.ok:
        return str(answer.status)
    value = answer.json()
    listed = value.get("accounts") if isinstance(value, dict) else None
    if not isinstance(listed, list):
        return "not-json"
    mine = [row for row in listed if isinstance(row, dict) and row.get("id") == account]
    if len(mine) != 1:
        return "duplicate" if mine else "other-workspace"
    return None if mine[0].get("workspace_backend_origin") else "no-origin"
