"""When something was issued, written, rotated, sent or refused: one list in the order of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.credentials.salvage import salvage
from authtui.model import events as ev
from authtui.report import schema
from authtui.report.sensitive import stored_documents
from authtui.tokens.times import moment, relative, utc_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from authtui.answers.findings import Assessment
    from authtui.answers.token_view import TokenView
    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation
    from authtui.model.events import Event
    from authtui.report.redactor import Redactor

Row = tuple["datetime", str, str]


def timeline_of(
    redactor: Redactor,
    seen: Observation,
    found: Assessment,
    requests: Sequence[RequestRecord],
    events: Sequence[Event],
) -> Iterator[schema.TimelinePoint]:
    """Every known moment, the oldest first, relative to the time of the observation."""
    rows = [(seen.at, "this report looked", "this machine")]
    for token in found.tokens:
        rows += _of_token(token)
    rows += _of_record(seen)
    for name, facts in (
        ("auth.json", seen.auth_file),
        ("config.toml", seen.config.file),
        (".env", seen.environment.dotenv),
        ("encrypted store", seen.encrypted.file),
    ):
        if facts.modified is not None:
            rows.append((facts.modified, f"{name} was last written", name))
    for record in requests:
        rows.append((record.at, _asked(record), f"request {record.number}"))
    for event in events:
        rows += _of_event(event)
    for at, what, where in sorted(rows, key=lambda row: row[0]):
        yield schema.TimelinePoint(
            utc_text(at), relative(at, seen.at), redactor.text(what, 400), redactor.text(where)
        )


def _of_token(token: TokenView) -> Iterator[Row]:
    if token.issued_at is not None:
        yield token.issued_at, f"{token.name} was issued", token.origin
    if token.expires_at is not None:
        yield token.expires_at, f"{token.name} expires", token.origin


def _of_record(seen: Observation) -> Iterator[Row]:
    for store, data in stored_documents(seen):
        at = moment((salvage(data) or {}).get("last_refresh"), seen.at).at
        if at is not None:
            yield at, "last_refresh: the tokens were refreshed", store


def _asked(record: RequestRecord) -> str:
    answer = record.error or (
        "no answer yet" if record.status is None else f"{record.status} {record.meaning}"
    )
    known = f", request id {record.request_id}" if record.request_id else ""
    return f"{record.method} {record.host}{record.path}: {answer}{known}"


def _of_event(event: Event) -> Iterator[Row]:
    # Requests have rows of their own; a look at an unchanged machine has none.
    words = None
    match event:
        case ev.Loaded(changes=changes) if changes:
            words = f"seen to have changed: {'; '.join(changes)}"
        case ev.Restricted(message=message):
            words = f"refused by a restriction: {message}"
        case ev.Asserted(status=status, meaning=meaning):
            came = "got no answer" if status is None else f"was answered {status}"
            words = f"the request with the credential {came}: {meaning}"
        case ev.Refreshed(changed=changed, adopted=adopted):
            what = "adopted from another process" if adopted else "refreshed"
            words = f"the tokens were {what if changed else 'fresh enough'}"
        case ev.RotationSeen(by=by, accepted=accepted):
            words = f"{by} {'rotated' if accepted else 'was refused'} the refresh token"
        case ev.SourceChanged(place=place, what=what):
            words = f"{place} changed: {', '.join(what)}"
        case ev.LoggedOut(removed=removed, revoked=revoked):
            words = f"logged out: removed {', '.join(removed) or 'nothing'}"
            words += f", revoked the {revoked}" if revoked else ", revoked nothing"
        case ev.Failed(transition=transition, reason=reason):
            words = f"{transition} failed: {reason}"
        case ev.IdentityRegistered() | ev.TaskRegistered():
            what = "task" if isinstance(event, ev.TaskRegistered) else "identity"
            words = f"agent {what} registered or reused"
    if words is not None:
        yield event.at, words, event.cause
