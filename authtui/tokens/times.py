"""Moments of a token in words: UTC and relative, with absurd values named as such."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Final

from authtui.record import NamedTuple

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = 253_402_300_799  # 9999-12-31T23:59:59Z
_MILLISECONDS: Final = 100_000_000_000  # as seconds: the year 5138; as milliseconds: 1973


class TimeClaim(NamedTuple):
    """A time claim. `text` is RFC 3339 UTC or the raw value; `relative` is empty when unknown.

    `problem` says why the value is no usable time; `at` is None then.
    """

    text: str
    relative: str
    at: datetime | None
    problem: str | None = None

    def __str__(self) -> str:
        """The text with the relative time in brackets."""
        return f"{self.text} ({self.relative})" if self.relative else self.text


def moment(value: object, now: datetime) -> TimeClaim:
    """A claim's value (seconds since 1970, or RFC 3339 text) as a moment seen from `now`."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return TimeClaim("", "", None, "not a number of seconds since 1970")
    if isinstance(value, str):
        return _of_text(value, now)
    if not math.isfinite(value) or not -_LAST <= value <= _LAST:
        hint = ""
        if isinstance(value, int) and _LAST < value < _LAST * 1000:
            hint = "; this looks like milliseconds"
        return TimeClaim(str(value)[:40], "", None, f"not a date: out of range{hint}")
    at = _EPOCH + timedelta(seconds=value)
    text = utc_text(at)
    problem = (
        "the year 5138 or later: this looks like milliseconds" if value >= _MILLISECONDS else None
    )
    return TimeClaim(text, relative(at, now), at, problem)


def utc_text(at: datetime) -> str:
    """RFC 3339 in UTC, whole seconds, with a `Z`."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def relative(at: datetime, now: datetime) -> str:
    """`in 3 days`, `7 months ago`, `now`: the largest unit, rounded down."""
    seconds = int((at - now).total_seconds())
    size = abs(seconds)
    for unit, length in (
        ("year", 31_556_952),
        ("month", 2_629_746),
        ("day", 86_400),
        ("hour", 3_600),
        ("minute", 60),
        ("second", 1),
    ):
        count = size // length
        if count:
            words = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"in {words}" if seconds > 0 else f"{words} ago"
    return "now"


def _of_text(value: str, now: datetime) -> TimeClaim:
    shown = value[:40]
    try:
        at = datetime.fromisoformat(value) if len(value) < 64 else None
        if at is None or at.tzinfo is None:
            return TimeClaim(shown, "", None, "not an RFC 3339 time")
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        return TimeClaim(shown, "", None, "not an RFC 3339 time")
    return TimeClaim(utc_text(at), relative(at, now), at)
