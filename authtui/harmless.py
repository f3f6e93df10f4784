"""What is harmless by its name: headers and parts of a query whose value may be shown."""

from __future__ import annotations

import re
from typing import Final

OPEN_HEADERS: Final = frozenset(
    [
        "accept", "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "age",
        "allow", "alt-svc", "cache-control", "cf-cache-status", "cf-mitigated", "cf-ray",
        "connection", "content-disposition", "content-encoding", "content-language",
        "content-length", "content-range", "content-type", "date", "etag", "expect", "expires",
        "host", "if-modified-since", "if-none-match", "keep-alive", "last-modified", "nel",
        "openai-beta", "openai-model", "openai-organization", "openai-processing-ms",
        "openai-project", "openai-version", "origin", "originator", "pragma", "priority",
        "proxy-connection", "range", "report-to", "retry-after", "sec-websocket-extensions",
        "sec-websocket-protocol", "sec-websocket-version", "server", "server-timing",
        "strict-transport-security", "te", "trailer", "transfer-encoding", "upgrade",
        "upgrade-insecure-requests", "user-agent", "vary", "version", "www-authenticate",
        "x-content-type-options", "x-envoy-upstream-service-time", "x-error-json",
        "x-frame-options", "x-models-etag", "x-openai-fedramp", "x-openai-subagent",
        "x-powered-by", "x-reasoning-included", "x-should-retry", "x-stainless-retry-count",
        "x-stainless-timeout", "session_id", "session-id", "conversation_id", "thread-id",
        "x-client-request-id", "x-openai-authorization-error", "chatgpt-account-id",
        "x-request-id", "x-oai-request-id", "openai-request-id", "request-id",
    ]
)  # fmt: skip
"""Headers whose value is harmless and says something; that of any other is never kept."""
_OPEN_HEADER_STARTS: Final = ("x-ratelimit-", "x-codex-", "access-control-", "sec-fetch-")
_SECRET_PART: Final = re.compile("auth|cookie|key|secret|token")
_VERSION: Final = r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}(?:-[a-z]{1,8}(?:\.[0-9]{1,4})?)?"
_OPEN_QUERY: Final = {
    "client_version": _VERSION,
    "version": _VERSION,
    "api-version": r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:-[a-z]{1,12})?",
    "grant_type": r"[a-z_:-]{1,80}",
    "response_type": r"[a-z_ -]{1,40}",
}


QUERY_IDS: Final = frozenset(
    ["workspace", "allowed_workspace_id", "client_id", "account_id", "scope"]
)
"""Names of a query whose value is masked where it is shown, and is no secret all the same."""


def is_open_header(name: str) -> bool:
    """Whether the value of a header, whose name is given in small letters, may be shown."""
    starts = name.startswith(_OPEN_HEADER_STARTS) and not _SECRET_PART.search(name)
    return name in OPEN_HEADERS or starts


def may_be_open(name: str, value: str) -> bool:
    """Whether a value of an address's query is known to be harmless: a version, a kind of grant."""
    allowed = _OPEN_QUERY.get(name)
    return allowed is not None and re.fullmatch(allowed, value) is not None
