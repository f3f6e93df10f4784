"""What the client wrote down of its last turns and logins: rollouts and the log of logins.

Nothing is opened that looking would change: the log database is left alone, because a look into it
writes beside it. Of each file only the end is read.

Source: files that client 0.171.0 wrote, run against a server on loopback.
"""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from authtui.machine.past_events import ClientPast, LimitWindow, PastEvent, PastLimits
from authtui.machine.threads import newest_threads
from authtui.redaction import redact_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NEWEST: Final = 8
_TAIL: Final = 128 * 1024
_HEAD: Final = 64 * 1024
_MOST: Final = 20
_LONGEST: Final = 600
_WANTED: Final = (b'"task_complete"', b'"token_count"', b'"error"')
_STATUS: Final = re.compile(r"\bstatus:? (\d{3})\b")
_REQUEST: Final = re.compile(r"request id: ([\w.:-]{1,80})")
_LOG: Final = "log/codex-login.log"
_LOG_LINE: Final = re.compile(
    r"(\S+Z)\s+(?:(?:WARN|ERROR) \S+: |INFO \S+: (?=starting \w+(?: code)? login|received))(.*)"
)


def read_past(home: Path) -> ClientPast:
    """Read what the newest rollouts and the log of logins say, the newest first."""
    events: list[PastEvent] = []
    limits: list[PastLimits] = []
    for number, path in enumerate(newest_threads(home)):
        if number == _NEWEST:
            break
        for found in _of_rollout(path, home):
            if isinstance(found, PastEvent):
                events.append(found)
            else:
                limits.append(found)
    events += _of_login_log(home)
    events.sort(key=lambda event: event.at, reverse=True)
    newest = max(limits, key=lambda row: row.at) if limits else None
    return ClientPast(tuple(events[:_MOST]), newest)


def _of_rollout(path: Path, home: Path) -> Iterator[PastEvent | PastLimits]:
    first, lines = _ends(path)
    meta = _payload(_tree(first))
    account, provider = meta.get("creator_account_id"), meta.get("model_provider")
    account = account if isinstance(account, str) else None
    name = str(path.relative_to(home))
    for line in lines:
        if not any(word in line for word in _WANTED):
            continue
        tree = _tree(line)
        at, payload = _moment(tree.get("timestamp")), _payload(tree)
        if at is None:
            continue
        kind, limits = payload.get("type"), payload.get("rate_limits")
        event = PastEvent(
            at,
            "accepted",
            name,
            account=account,
            provider=provider if isinstance(provider, str) else None,
        )
        if kind == "token_count":
            if isinstance(payload.get("info"), dict):
                yield event
            if isinstance(limits, dict):
                yield _limits(at, limits, account)
        error = payload.get("error") if kind == "task_complete" else None
        text = error.get("message") if isinstance(error, dict) else None
        if isinstance(text, str):
            status, asked = _STATUS.search(text), _REQUEST.search(text)
            yield event._replace(
                kind="refused",
                text=redact_text(text[:_LONGEST]),
                status=int(status[1]) if status else None,
                request_id=asked[1] if asked else None,
            )


def _limits(at: datetime, told: dict[str, Any], account: str | None) -> PastLimits:
    windows = []
    for name in ("primary", "secondary"):
        row = told.get(name)
        if not isinstance(row, dict):
            continue
        used, minutes = row.get("used_percent"), row.get("window_minutes")
        if isinstance(used, int | float) and isinstance(minutes, int):
            windows.append(LimitWindow(minutes, float(used), _seconds(row.get("resets_at"))))
    reached = told.get("rate_limit_reached_type")
    return PastLimits(at, tuple(windows), reached if isinstance(reached, str) else None, account)


def _of_login_log(home: Path) -> Iterator[PastEvent]:
    data = _ends(home / _LOG)[1]
    for line in data:
        found = _LOG_LINE.match(line.decode("utf-8", "replace"))
        at = _moment(found[1]) if found else None
        if found and at is not None:
            yield PastEvent(at, "login", _LOG, redact_text(found[2][:_LONGEST]))


def _ends(path: Path) -> tuple[bytes, list[bytes]]:
    """The first line of a file, and the whole lines at its end."""
    try:
        if not path.is_file():
            return b"", []
        with path.open("rb") as file:
            first = file.readline(_HEAD)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL))
            lines = file.read(_TAIL).split(b"\n")
    except OSError:
        return b"", []
    return first, lines[1:] if size > _TAIL else lines


def _tree(line: bytes) -> dict[str, Any]:
    try:
        tree = json.loads(line)
    except (ValueError, RecursionError):
        # The first line is cut where it holds long instructions: what comes first is looked at.
        return {"payload": _cut(line)}
    return tree if isinstance(tree, dict) else {}


def _cut(line: bytes) -> dict[str, str]:
    names = (b"creator_account_id", b"model_provider")
    found = {name: re.search(rb'"%s": ?"([^"\\]{1,200})"' % name, line[:_HEAD]) for name in names}
    return {name.decode(): hit[1].decode("utf-8", "replace") for name, hit in found.items() if hit}


def _payload(tree: dict[str, Any]) -> dict[str, Any]:
    payload = tree.get("payload")
    return payload if isinstance(payload, dict) else {}


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None


def _seconds(value: object) -> datetime | None:
    if not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None
