"""Reads the requests of earlier runs from the log that `authtui run --log-file` appends to."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from authtui.exchanges.records import RequestRecord
from authtui.machine.files import read_file, unread_reason
from authtui.redaction import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST: Final = 16 * 1024 * 1024
_LONGEST: Final = 2_000
_TEXTS: Final = (
    "method", "host", "path", "scheme", "authorization", "credential_mark", "account_header",
    "request_id", "meaning", "error", "purpose",
)  # fmt: skip
_NEEDED: Final = ("method", "host", "path")


def read_requests(path: str) -> tuple[RequestRecord, ...] | str:
    """The answered requests of a log, in order, or a sentence why the file is not a log.

    A log is foreign data: values of a wrong type are left out, and every text is redacted again. A
    last line that was cut off is skipped.
    """
    facts = read_file(path, LARGEST)
    if facts.data is None:
        return unread_reason(facts)
    lines = facts.data.decode("utf-8", "replace").splitlines()
    events = [event for event in map(_event, lines) if event is not None]
    if lines and not events:
        return "no line of it is an event of authtui"
    return tuple(_requests(events))


def _event(line: str) -> dict[str, object] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and isinstance(value.get("kind"), str) else None


def _requests(events: list[dict[str, object]]) -> Iterator[RequestRecord]:
    for event in events:
        given = event.get("request")
        at = _moment(event.get("at"))
        if event["kind"] != "RequestFinished" or at is None or not isinstance(given, dict):
            continue
        texts = {name: _text(given[name]) for name in _TEXTS if isinstance(given.get(name), str)}
        number = _number(given.get("number"))
        if number is None or not all(texts.get(name) for name in _NEEDED):
            continue
        status = _number(given.get("status"))
        record = RequestRecord(int(number), at, texts["method"], texts["host"], texts["path"])
        yield record._replace(
            **texts,  # type: ignore[arg-type] # names of texts only
            status=None if status is None else int(status),
            milliseconds=_number(given.get("milliseconds")),
            skew_seconds=_number(given.get("skew_seconds")),
        )


def _text(value: str) -> str:
    return safe_text(value[:_LONGEST], _LONGEST)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < 1e12 else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
