"""A request and its answer as they are recorded: names and classes, never secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.redaction import Secret

Colour = Literal["ok", "info", "warn", "fail", "waiting", "noise"]
HeaderLines = tuple[tuple[str, str], ...]

Stage = Literal["name", "connection", "tls"]
STAGES: Final[tuple[Stage, ...]] = ("name", "connection", "tls")


class ConnectionStep(NamedTuple):
    """One step; `ok` is None where it was not reached. `detail` is an address, version or reason.

    `issuer` is who signed the certificate that the server showed, where that is known.
    """

    stage: Stage
    ok: bool | None
    detail: str = ""
    issuer: str = ""


class AssertionFacts(NamedTuple):
    """What an AgentAssertion header said.

    `age_seconds` is the local clock minus its timestamp, at the time of sending. `verified` is
    None where no public key was at hand. `problem` says why the header could not be read.
    """

    agent_runtime_id: str = ""
    task_id: Secret | None = None
    timestamp: str = ""
    age_seconds: float | None = None
    verified: bool | None = None
    problem: str | None = None


class BearerFacts(NamedTuple):
    """What a Bearer that is a JWT says of itself: decoded, never verified.

    `account_id` is the account it was issued for; `expires_at` is aware UTC.
    """

    account_id: str | None = None
    expires_at: datetime | None = None


class Detail(NamedTuple):
    """The large parts of an exchange, redacted. A body is None where there was none.

    `request_note` and `response_note` say why a body was dropped or cut.
    """

    request_headers: HeaderLines = ()
    response_headers: HeaderLines = ()
    request_body: str | None = None
    response_body: str | None = None
    request_note: str = ""
    response_note: str = ""


class RequestRecord(NamedTuple):
    """One exchange. `milliseconds` and `status` are None while it is under way.

    `authorization` is a class (`Bearer JWT`), `credential_mark` the fingerprint of what was sent
    (`#1f2e3d`). `skew_seconds` is the server's Date minus the local clock in the middle of the
    exchange: positive when the local clock is slow. `redirect_of` and `retry_of` are the numbers
    of earlier records. `detail` is None once it was dropped to bound memory, which `detail_dropped`
    says. `bearer` is None where the credential is not a JWT, or was not decoded. `connection` has
    the steps of connecting; `sender` names the program where several share a log.
    """

    number: int
    at: datetime
    method: str
    host: str
    path: str
    scheme: str = "https"
    status: int | None = None
    milliseconds: float | None = None
    authorization: str | None = None
    request_id: str | None = None
    bytes_received: int | None = None
    meaning: str = ""
    error: str | None = None
    purpose: str = ""
    colour: Colour = "info"
    reason: str = ""
    credential_mark: str | None = None
    account_header: str | None = None
    server_date: datetime | None = None
    skew_seconds: float | None = None
    content_type: str | None = None
    redirect_of: int | None = None
    retry_of: int | None = None
    assertion: AssertionFacts | None = None
    detail: Detail | None = None
    detail_dropped: bool = False
    fedramp_header: bool = False
    bearer: BearerFacts | None = None
    connection: tuple[ConnectionStep, ...] = ()
    sender: str = ""

    @property
    def under_way(self) -> bool:
        """Whether neither an answer nor a failure has come."""
        return self.status is None and self.error is None

    def without_detail(self) -> RequestRecord:
        """The same exchange without its headers and bodies, marked so that a view can say so."""
        return self if self.detail is None else self._replace(detail=None, detail_dropped=True)
