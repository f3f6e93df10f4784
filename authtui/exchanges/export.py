"""Recorded requests for other programs: one as a curl command, many as HAR 1.2; always redacted.

No secret can be exported, because the records hold none. Ids are replaced by stand-ins in a HAR and
by variables in a curl command.
Source: the HAR 1.2 specification (W3C web performance group, historical draft).
"""

from __future__ import annotations

import re
import shlex
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from authtui.exchanges.exchange_redaction import ACCOUNT_HEADER
from authtui.redaction import Pseudonyms, redact_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authtui.exchanges.records import HeaderLines, RequestRecord

VARIABLES: Final = {
    "Bearer sk-": "CODEX_API_KEY",
    "Bearer at-": "CODEX_ACCESS_TOKEN",
    "Bearer JWT": "CODEX_TOKEN",
    "Bearer": "CODEX_TOKEN",
    "AgentAssertion": "CODEX_ASSERTION",
    "Basic": "CODEX_BASIC",
}
_LEFT_OUT: Final = frozenset(
    ["host", "content-length", "connection", "accept-encoding", "transfer-encoding"]
)
_SECRET_MARK: Final = re.compile(r"<[^<>]*characters, (?:#[0-9a-f]{6}|empty)>")
RUNTIME_IN_PATH: Final = re.compile(r"(?<=/v1/agent/)(?!register(?:$|\?))[^/?]+")
_ID_KEYS: Final = re.compile(
    r'("(?P<name>(?:chatgpt_)?(?:account|user|workspace|organization|org|agent_runtime)_?[iI]d'
    r'|workspace_id|chatgpt_account_user_id)"\s*:\s*")(?P<value>[^"]+)'
)
_PREFIXES: Final = (("account", "acct"), ("workspace", "acct"), ("user", "user"), ("org", "org"))


def as_curl(record: RequestRecord) -> str:
    """The request as a command for a POSIX shell; each secret is a variable that has to be set.

    A body that was not kept becomes `@body.json`.
    """
    parts = [f"curl -sS -i -X {shlex.quote(record.method)} {_word(_url(record))}"]
    detail = record.detail
    lines: HeaderLines = detail.request_headers if detail else ()
    for name, value in lines:
        lower = name.lower()
        if lower in _LEFT_OUT or name == "…":
            continue
        parts.append(f"-H {_header(record, name, value)}")
    if not lines and record.authorization:
        parts.append(f"-H {_header(record, 'Authorization', '')}")
    if detail and detail.request_note:
        parts.append("--data-binary @body.json")
    elif detail and detail.request_body:
        parts.append(f"--data-binary {_word(detail.request_body)}")
    return " \\\n  ".join(parts)


def _header(record: RequestRecord, name: str, value: str) -> str:
    lower = name.lower()
    if lower == "authorization":
        scheme = (record.authorization or "other").partition(" ")[0]
        variable = VARIABLES.get(record.authorization or "", "CODEX_AUTHORIZATION")
        shown = "" if scheme in ("other", "AWS") else f"{scheme} "
        return f'"{name}: {shown}${variable}"'
    if lower == ACCOUNT_HEADER:
        return f'"{name}: $CODEX_ACCOUNT_ID"'
    if _SECRET_MARK.search(value):
        variable = "CODEX_" + re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
        return f'"{_literal(name)}: ${variable}"'
    return shlex.quote(f"{name}: {value}")


def _literal(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "_", text)


def _word(text: str) -> str:
    quoted = shlex.quote(text)
    return quoted if quoted != text or "'" in quoted else f"'{text}'"


def _url(record: RequestRecord) -> str:
    return f"{record.scheme}://{record.host}{record.path}"


def as_har(records: Iterable[RequestRecord], version: str) -> dict[str, Any]:
    """A HAR 1.2 log of records, as a JSON value; requests under way have no answer in it."""
    names = Pseudonyms()
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "authtui", "version": version},
            "entries": [_entry(record, names) for record in records],
            "comment": "redacted: no secrets, ids replaced by stand-ins",
        }
    }


def _entry(record: RequestRecord, names: Pseudonyms) -> dict[str, Any]:
    took = round(record.milliseconds or 0.0, 3)
    entry: dict[str, Any] = {
        "startedDateTime": record.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "time": took,
        "request": _request(record, names),
        "response": _response(record, names),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "comment": record.meaning or record.error or "",
        "_number": record.number,
        "_purpose": record.purpose,
        "_authorization": record.authorization,
        "_credential": record.credential_mark,
        "_requestId": record.request_id,
        "_skewSeconds": record.skew_seconds,
        "_redirectOf": record.redirect_of,
        "_retryOf": record.retry_of,
    }
    if record.error:
        entry["_error"] = record.error
    facts = record.assertion
    if facts is not None:
        entry["_assertion"] = {
            "agentRuntime": names.of("agent", facts.agent_runtime_id),
            "task": names.of("task", facts.task_id.reveal()) if facts.task_id else None,
            "ageSeconds": facts.age_seconds,
            "verified": facts.verified,
            "problem": facts.problem,
        }
    return entry


def _request(record: RequestRecord, names: Pseudonyms) -> dict[str, Any]:
    url = RUNTIME_IN_PATH.sub(lambda found: names.of("agent", found.group()), _url(record))
    detail = record.detail
    query = parse_qsl(record.path.partition("?")[2], keep_blank_values=True)
    made: dict[str, Any] = {
        "method": record.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(detail.request_headers if detail else (), names),
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": -1,
        "bodySize": -1,
    }
    if detail and (detail.request_body or detail.request_note):
        made["postData"] = {
            "mimeType": _type_of(detail.request_headers),
            "text": _stand_ins(detail.request_body or "", names),
            "comment": detail.request_note,
        }
    return made


def _response(record: RequestRecord, names: Pseudonyms) -> dict[str, object]:
    detail = record.detail
    headers = detail.response_headers if detail else ()
    content: dict[str, object] = {
        "size": record.bytes_received or 0,
        "mimeType": record.content_type or "x-unknown",
    }
    if detail and detail.response_body:
        content["text"] = _stand_ins(detail.response_body, names)
    if detail and detail.response_note:
        content["comment"] = detail.response_note
    location = next((value for name, value in headers if name.lower() == "location"), "")
    return {
        "status": record.status or 0,
        "statusText": record.reason,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(headers, names),
        "content": content,
        "redirectURL": location,
        "headersSize": -1,
        "bodySize": -1 if record.bytes_received is None else record.bytes_received,
    }


def _headers(lines: HeaderLines, names: Pseudonyms) -> list[dict[str, str]]:
    out = []
    for name, value in lines:
        shown = names.of("acct", value) if name.lower() == ACCOUNT_HEADER else redact_text(value)
        out.append({"name": name, "value": shown})
    return out


def _type_of(lines: HeaderLines) -> str:
    return next((value for name, value in lines if name.lower() == "content-type"), "")


def _stand_ins(text: str, names: Pseudonyms) -> str:
    def replaced(found: re.Match[str]) -> str:
        key = found["name"].lower()
        prefix = next((short for word, short in _PREFIXES if word in key), "agent")
        return f"{found[1]}{names.of(prefix, found['value'])}"

    return _ID_KEYS.sub(replaced, redact_text(text))
