"""Text formats inside the credential document, read as the client reads them, with its errors.

Dates follow chrono's relaxed RFC 3339 reader, payloads base64's URL-safe alphabet without
padding, id tokens codex-rs/login/src/token_data.rs. All of them raise `Failure` inside this
room only; `document.parse_document` turns it into a value.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from authtui.credentials.json_scanner import Failure
from authtui.credentials.struct_reader import Field, Reader
from authtui.tokens.claims import AUTH, INVALID_ID_TOKEN, PROFILE, IdClaims

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

RFC_3339: Final = "an RFC 3339 formatted date and time string"

_INVALID: Final = "input contains invalid characters"
_SHORT: Final = "premature end of input"
_LONG: Final = "trailing input"
_RANGE: Final = "input is out of range"
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_PAD: Final = 0x3D
_LEADING_DIGITS: Final = re.compile(r"[0-9]*")


def custom(reason: str) -> Failure:
    """A data error that gets its place from the value around it."""
    return Failure(reason, kind="custom")


# dates


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


# payloads


def decode_base64url(text: str) -> bytes:
    """URL-safe base64 without padding, refused in the words of the base64 crate."""
    data = text.encode("utf-8", "surrogatepass")
    size = len(data)
    if size % 4 == 1 and data[-1] != _PAD and data[-1] not in _ALPHABET:
        raise custom(f"Invalid symbol {data[-1]}, offset {size - 1}.")
    tail = max(0, (size - 1) // 4 * 4)
    for index in range(tail):
        if data[index] not in _ALPHABET:
            raise custom(f"Invalid symbol {data[index]}, offset {index}.")
    symbols = 0
    padding = 0
    for index in range(tail, size):
        byte = data[index]
        if byte == _PAD and index - tail >= 2:
            padding += 1
            continue
        if padding:
            raise custom(f"Invalid symbol {_PAD}, offset {index - padding}.")
        if byte not in _ALPHABET:
            raise custom(f"Invalid symbol {byte}, offset {index}.")
        symbols += 1
    if size and symbols < 2:
        raise custom(f"Invalid input length: {tail + symbols}")
    if padding:
        raise custom("Invalid padding")
    if symbols in (2, 3):
        unused = 0b1111 if symbols == 2 else 0b11
        last = tail + symbols - 1
        if _ALPHABET.index(data[last]) & unused:
            raise custom(f"Invalid last symbol {data[last]}, offset {last}.")
    import base64

    return base64.urlsafe_b64decode(data + b"=" * (-size % 4))


def read_payload(
    jwt: str, name: str, fields: Sequence[Field], *, float_numbers: bool = False
) -> dict[str, Any]:
    """The claims of a token as a struct. Further parts are tolerated, the signature is not read.

    An error inside the payload keeps its place in the payload: the client reports that one.
    """
    parts = [*jwt.split("."), "", "", ""]
    if not (parts[0] and parts[1] and parts[2]):
        raise custom(INVALID_ID_TOKEN)
    reader = Reader(decode_base64url(parts[1]), float_numbers=float_numbers)
    try:
        claims = reader.read_struct(name, fields)
        reader.end()
    except Failure as failure:
        raise Failure(
            failure.reason,
            failure.line,
            failure.column,
            kind="custom",
            what=("payload", ".".join(reader.path)),
            quoted=failure.quoted,
        ) from None
    return claims


def _text(reader: Reader) -> str:
    return reader.read_text()


def _optional_text(reader: Reader) -> str | None:
    return reader.read_option(_text)


def _plan(reader: Reader) -> str | None:
    if reader.skip_blank() == 0x6E:
        reader.read_null()
        return None
    node = reader.read_any()
    if node.kind != "string":
        raise custom("data did not match any variant of untagged enum PlanType")
    return str(node.value)


def _flag(reader: Reader) -> bool:
    return reader.read_bool()


_PROFILE_FIELDS: Final = (Field("email", _optional_text),)
_AUTH_FIELDS: Final = (
    Field("chatgpt_plan_type", _plan),
    Field("chatgpt_user_id", _optional_text),
    Field("user_id", _optional_text),
    Field("chatgpt_account_id", _optional_text),
    Field("chatgpt_account_is_fedramp", _flag),
)


def _profile(reader: Reader) -> dict[str, Any] | None:
    return reader.read_option(lambda inner: inner.read_struct("ProfileClaims", _PROFILE_FIELDS))


def _auth(reader: Reader) -> dict[str, Any] | None:
    return reader.read_option(lambda inner: inner.read_struct("AuthClaims", _AUTH_FIELDS))


_ID_CLAIMS: Final = (
    Field("email", _optional_text),
    Field(PROFILE, _profile),
    Field(AUTH, _auth),
)


def read_id_claims(jwt: str, *, float_numbers: bool = False) -> IdClaims:
    """The claims of an id token with the client's fallbacks; raises `Failure` as the client."""
    claims = read_payload(jwt, "IdClaims", _ID_CLAIMS, float_numbers=float_numbers)
    profile = claims[PROFILE] or {}
    auth = claims[AUTH] or {}
    email = claims["email"]
    user = auth.get("chatgpt_user_id")
    return IdClaims(
        email=profile.get("email") if email is None else email,
        plan=auth.get("chatgpt_plan_type"),
        user_id=auth.get("user_id") if user is None else user,
        account_id=auth.get("chatgpt_account_id"),
        fedramp=bool(auth.get("chatgpt_account_is_fedramp")),
    )
