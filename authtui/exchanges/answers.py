"""What comes of a request: an answer or a failure, both plain values."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from authtui.redaction import safe_text

if TYPE_CHECKING:
    from datetime import datetime

FailureKind = Literal[
    "offline",
    "not-named",
    "plain-http",
    "bad-url",
    "auth",
    "timeout",
    "refused",
    "unreachable",
    "dns",
    "tls",
    "proxy",
    "dropped",
    "truncated",
    "too-large",
    "protocol",
    "redirects",
]
_RETRYABLE: Final = frozenset(
    ["timeout", "refused", "unreachable", "dns", "tls", "proxy", "dropped", "truncated", "protocol"]
)
# Where the client's HTTP library and the newer standard library name a status differently.
_CLIENT_REASONS: Final = {
    413: "Payload Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    418: "I'm a teapot",
    422: "Unprocessable Entity",
}
_SHOWN: Final = 512


class AnswerProblem(NamedTuple):
    """Why a body is not what was expected, as a plain sentence without any of its content."""

    statement: str


class WireFailure(NamedTuple):
    """No usable answer. `statement` is a plain sentence; `number` is that of the record.

    `status` is set where the head of an answer came and the rest did not. Nothing was sent for
    the kinds `offline`, `not-named`, `plain-http`, `bad-url` and `auth`.
    """

    kind: FailureKind
    statement: str
    number: int
    status: int | None = None

    @property
    def retryable(self) -> bool:
        """Whether the newest client tries again after it (timeouts, connection errors)."""
        return self.kind in _RETRYABLE


class Answer(NamedTuple):
    """An answer with any status. Header names are lower case; `body` is bounded and decoded.

    `cut` says that a stream was not read to its end. `redirect_host` is set where the server
    pointed to another host, which is not followed.
    """

    number: int
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    milliseconds: float
    cut: bool = False
    redirect_host: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the status is of the 200 class."""
        return 200 <= self.status < 300

    @property
    def status_text(self) -> str:
        """The status as the client prints it: `403 Forbidden`."""
        return f"{self.status} {reason_of(self.status)}"

    @property
    def retryable(self) -> bool:
        """Whether the newest client tries again after it: 429 and the 500 class."""
        return self.status == 429 or self.status >= 500

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty where none was sent."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def server_date(self) -> datetime | None:
        """The `Date` header as aware UTC, or None where it holds no date."""
        from email.utils import parsedate_to_datetime

        try:
            found = parsedate_to_datetime(self.header("date") or "")
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            return None

    @property
    def text(self) -> str:
        """The body as UTF-8, with replacement characters for what is none."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:  # noqa: ANN401 - JSON has no narrower type
        """The body as a JSON value, or an `AnswerProblem`. Never raises."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            if not self.body.strip():
                return AnswerProblem("the answer is empty, not JSON")
            if self.looks_like_html:
                return AnswerProblem("the answer is a web page, not JSON")
            return AnswerProblem("the answer is not JSON")

    @property
    def looks_like_html(self) -> bool:
        """Whether a web page came, by its type or its first characters."""
        start = self.body[:64].lstrip().lower()
        return self.content_type == "text/html" or start.startswith((b"<!doctype html", b"<html"))

    @property
    def error_code(self) -> str | None:
        """The code of an error body of a known shape, harmless to show."""
        return error_of(self.body)[0]

    @property
    def error_message(self) -> str | None:
        """The message of an error body of a known shape, redacted and harmless to show."""
        return error_of(self.body)[1]

    def __repr__(self) -> str:
        """Without the body and the headers, which may hold secrets."""
        return f"<Answer {self.status_text}, {len(self.body)} bytes>"


def reason_of(status: int) -> str:
    """The reason the client prints for a status; its own words for one it does not know."""
    if status in _CLIENT_REASONS:
        return _CLIENT_REASONS[status]
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "<unknown status code>"


def error_of(body: bytes) -> tuple[str | None, str | None]:
    """Code and message of an error body: `{"error": {…}}`, `{"error": "…"}` or `{"detail": …}`.

    The code falls back to the error's type where it has none. Both are redacted and printable.
    """
    if len(body) > 65_536:
        return None, None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(value, dict):
        return None, None
    error: object = value.get("error", value.get("detail"))
    if isinstance(error, dict):
        return _harmless(error.get("code") or error.get("type")), _harmless(error.get("message"))
    if isinstance(error, str):
        described = value.get("error_description") or value.get("message")
        return _harmless(value.get("code") or error), _harmless(described or error)
    return _harmless(value.get("code")), _harmless(value.get("message"))


def _harmless(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return safe_text(value[: _SHOWN * 4], _SHOWN)
