"""Dates in the credential document, read as chrono's relaxed RFC 3339 reader reads them.

The errors are chrono's; they are raised as `Failure`, which `document.parse_document` turns into
a value.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from authtui.client_json.scanner import custom

RFC_3339: Final = "an RFC 3339 formatted date and time string"

_INVALID: Final = "input contains invalid characters"
_SHORT: Final = "premature end of input"
_LONG: Final = "trailing input"
_RANGE: Final = "input is out of range"
_LEADING_DIGITS: Final = re.compile(r"[0-9]*")


class _Scan:
    def __init__(self, text: str) -> None:
        self.rest = text

    def number(self, width: int | None) -> int:
        if not self.rest:
            raise custom(_SHORT)
        found = _LEADING_DIGITS.match(self.rest)
        digits: str = found.group()[:width] if found else ""
        if not digits:
            raise custom(_INVALID)
        self.rest = self.rest[len(digits) :]
        if len(digits) > 18:
            raise custom(_RANGE)
        return int(digits)

    def field(self, low: int, high: int) -> int:
        self.rest = self.rest.lstrip()
        value = self.number(2)
        if not low <= value <= high:
            raise custom(_RANGE)
        return value

    def literal(self, char: str) -> None:
        self.rest = self.rest.lstrip()
        if not self.rest:
            raise custom(_SHORT)
        if self.rest[0] != char:
            raise custom(_INVALID)
        self.rest = self.rest[1:]

    def year(self) -> int:
        self.rest = self.rest.lstrip()
        sign = self.rest[:1]
        if sign in ("+", "-"):
            self.rest = self.rest[1:]
            value = self.number(None)
            return -value if sign == "-" else value
        return self.number(4)

    def microseconds(self) -> int:
        if not self.rest.startswith("."):
            return 0
        self.rest = self.rest[1:]
        before = self.rest
        value = self.number(9)
        width = len(before) - len(self.rest)
        self.rest = self.rest.lstrip("0123456789")
        return int(f"{value}".zfill(width).ljust(9, "0")) // 1000

    def offset(self) -> int:
        self.rest = self.rest.lstrip()
        if self.rest[:3].upper() == "UTC":
            self.rest = self.rest[3:]
            return 0
        if self.rest[:1] in ("Z", "z"):
            self.rest = self.rest[1:]
            return 0
        if not self.rest:
            raise custom(_SHORT)
        sign = self.rest[0]
        if sign not in "+-\N{MINUS SIGN}":
            raise custom(_INVALID)
        self.rest = self.rest[1:]
        hours = self._pair(99)
        self.rest = re.sub(r"^[:\s]*", "", self.rest)
        seconds = hours * 3600 + self._pair(59) * 60
        return seconds if sign == "+" else -seconds

    def _pair(self, highest: int) -> int:
        pair = self.rest[:2]
        if len(pair.encode("utf-8", "surrogatepass")) < 2:
            raise custom(_SHORT)
        if not (len(pair) == 2 and pair.isascii() and pair.isdigit()):
            raise custom(_INVALID)
        if int(pair) > highest:
            raise custom(_RANGE)
        self.rest = self.rest[2:]
        return int(pair)


def read_date(text: str) -> datetime:
    """A date and time as chrono's `DateTime<Utc>::from_str` reads it, in UTC.

    A year Python cannot hold becomes the nearest moment it can.
    """
    scan = _Scan(text)
    year = scan.year()
    scan.literal("-")
    month = scan.field(1, 12)
    scan.literal("-")
    day = scan.field(1, 31)
    if not scan.rest:
        raise custom(_SHORT)
    if scan.rest[0] not in "tT ":
        raise custom(_INVALID)
    scan.rest = scan.rest[1:]
    hour = scan.field(0, 23)
    scan.literal(":")
    minute = scan.field(0, 59)
    scan.literal(":")
    second = scan.field(0, 60)
    micro = scan.microseconds()
    offset = scan.offset()
    if scan.rest.strip():
        raise custom(_LONG)
    if abs(offset) >= 86_400 or abs(year) > 262_142:
        raise custom(_RANGE)
    leap_like = 2000 + year % 400  # the calendar repeats every 400 years
    try:
        datetime(leap_like, month, day, tzinfo=UTC)
    except ValueError:
        raise custom(_RANGE) from None
    edge = datetime.max.replace(tzinfo=UTC) if year > 0 else datetime.min.replace(tzinfo=UTC)
    try:
        zone = timezone(timedelta(seconds=offset))
        at = datetime(year, month, day, hour, minute, min(second, 59), micro, tzinfo=zone)
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        return edge
