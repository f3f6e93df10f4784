"""One event as a JSON object or as a line of text: names, ids and classes, never a secret."""

from __future__ import annotations

import json
import shlex
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

from authtui.model import events as ev
from authtui.redaction import safe_text

if TYPE_CHECKING:
    from authtui.exchanges.records import RequestRecord

_WORDS = {
    "Loaded": "loaded",
    "Restricted": "refused by a restriction",
    "IdentityRegistered": "agent identity",
    "IdentityDropped": "agent identity not used",
    "TaskRegistered": "agent task",
    "TaskDropped": "agent task not used",
    "FellBack": "fell back to Bearer",
    "Asserted": "asserted",
    "Refreshed": "refreshed",
    "RecoveryStep": "recovery",
    "LoggedOut": "logged out",
    "Restored": "put back",
    "Failed": "failed",
    "SourceChanged": "changed",
    "RequestStarted": "request",
    "RequestFinished": "answer",
    "Told": "story",
    "ChildStarted": "program started",
    "ChildSaid": "program said",
    "ChildEnded": "program ended",
    "RotationSeen": "refresh token rotated",
}


def event_line(event: ev.Event, *, as_json: bool) -> str:
    """The event as a line of JSON Lines, or as text."""
    return json.dumps(event_json(event), ensure_ascii=False) if as_json else event_text(event)


def event_json(event: ev.Event) -> dict[str, object]:
    """The event as an object: sequence, time, kind, cause, and its own fields."""
    found: dict[str, object] = {
        "sequence": event.sequence,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "cause": _safe(event.cause),
    }
    if isinstance(event, ev.Loaded):
        verdict, lamps = event.assessment.verdict, event.assessment.lamps
        found["outcome"] = verdict.outcome
        found["mode"] = verdict.mode
        found["sentence"] = _safe(verdict.sentence)
        found["lamps"] = {name: getattr(lamps, name).light for name in lamps._fields}
        found["changes"] = [_safe(text) for text in event.changes]
        return found
    if isinstance(event, ev.RequestStarted | ev.RequestFinished):
        return {**found, "request": _request(event.request)}
    for field in fields(event):
        if field.name not in found:
            found[field.name] = _plain(getattr(event, field.name))
    return found


def _request(record: RequestRecord) -> dict[str, object]:
    names = (
        "number", "method", "scheme", "host", "path", "status", "milliseconds", "authorization",
        "credential_mark", "account_header", "meaning", "error", "purpose", "request_id",
        "skew_seconds",
    )  # fmt: skip
    return {name: _plain(getattr(record, name)) for name in names}


def event_text(event: ev.Event) -> str:
    """The event as one line: the time, what happened, the facts that are there."""
    words = _WORDS.get(event.kind, event.kind)
    if isinstance(event, ev.RotationSeen) and not event.accepted:
        words = "refresh refused"
    start = f"{event.at:%H:%M:%S}  {words}"
    if isinstance(event, ev.Loaded):
        return f"{start}: {_safe(event.assessment.verdict.sentence)}"
    if isinstance(event, ev.RequestStarted | ev.RequestFinished):
        record = event.request
        where = f"{record.method} {record.scheme}://{record.host}{record.path}"
        if isinstance(event, ev.RequestStarted):
            carries = record.authorization or "no Authorization"
            return _safe(f"{start}: {where} · {carries}")
        said = record.error or f"{record.status} {record.meaning}"
        return _safe(f"{start}: {where} · {said}")
    if isinstance(event, ev.ChildSaid):
        lines = [f"  {event.stream}: {_safe(line)}" for line in event.lines]
        return "\n".join([f"{start} ({event.number})", *lines])
    if isinstance(event, ev.ChildStarted):
        overrides = [f"  {_safe(line)}" for line in event.overrides]
        return "\n".join(
            [f"{start} ({event.number}): {_safe(shlex.join(event.command))}", *overrides]
        )
    if isinstance(event, ev.ChildEnded):
        return _safe(f"{start} ({event.number}): {event.reason}")
    if isinstance(event, ev.Told):
        return _safe(f"{start} {event.step}/{event.steps}: {event.text}")
    facts = []
    for field in fields(event):
        value = getattr(event, field.name)
        if field.name in ("sequence", "at", "cause") or value in (None, "", False, ()):
            continue
        name = field.name.replace("_", " ")
        facts.append(name if value is True else f"{name} {_flat(value)}")
    return _safe(f"{start}: {'; '.join(facts)}") if facts else start


def _flat(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:%H:%M:%S} UTC" if isinstance(value, datetime) else str(value)


def _plain(value: object) -> object:
    if isinstance(value, str):
        return _safe(value)
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return _safe(str(value))


def _safe(text: str) -> str:
    return safe_text(text, 4_000)
