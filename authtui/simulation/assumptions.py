"""What a prediction made offline has to take for granted of the network.

The defaults are the friendly ones: servers answer, keys are listed, tasks are registered. A
variant with one of them false gives what the client does then (`check --assume task=403`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

OK: Final = "ok"
AS_STORED: Final = "as-stored"
"""What a server makes of a credential that shows by itself what it is worth; else `ok`."""
DOWN: Final = "down"


class Assumptions(NamedTuple):
    """What each server is assumed to answer: `ok`, an HTTP status (`403`), or a named fault.

    A status may carry what the server says in its body (`task=403:{"error": …}`,
    `responses=401:Incorrect API key provided`): the client repeats it, and nobody can know it
    offline.

    - key_set: `unreachable`, `not-json`.
    - task: `omitted`, `not-json`, `not-base64`, `sealed-to-another-key`, `timeout`.
    - whoami: `not-json` (or a field missing), `unreachable`. Its answer: whoami_account, the
      account of a personal access token (None: the one that is required), whoami_fedramp (`yes`
      for an account of that kind), whoami_plan.
    - register, agent registration: no fault; runtime: the runtime id that it gives.
    - biscuit: `missing`.
    - refresh: `as-stored`, which is `ok` but for an empty refresh token; an error code such as
      `refresh_token_reused` (with a 401), `unreachable`, `not-json`.
    - exchange, of a workload's token: `not-json` (or a field missing), `unreachable`. Its answer:
      workload_account (None: the one that is required).
    - accounts_check: `not-json`, `no-origin`, `other-workspace`, `duplicate`, `unreachable`.
      Its answer: origin, where the workspace lives (None: chatgpt.com).
    - policies, the workspace's managed policies: no fault.
    - responses, the model endpoint: `unreachable`. accepts_expired: `yes` where it takes an
      expired token all the same.
    - auth_command of a provider: `empty`, `missing`, or the status it exits with.
    - network: `down`: nothing outside this machine answers (no DNS, a dead proxy, a certificate
      that is not trusted).
    """

    key_set: str = OK
    task: str = OK
    whoami: str = OK
    whoami_account: str | None = None
    register: str = OK
    biscuit: str = OK
    refresh: str = AS_STORED
    accepts_expired: str = "no"
    accounts_check: str = OK
    policies: str = OK
    responses: str = OK
    network: str = OK
    whoami_fedramp: str = "no"
    runtime: str | None = None
    whoami_plan: str | None = None
    auth_command: str = OK
    exchange: str = OK
    workload_account: str | None = None
    origin: str | None = None

    def responses_at(self, base: str) -> str:
        """What a model endpoint at this address answers: `network=down` leaves this machine be."""
        host = base.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
        if self.network == DOWN and host in ("localhost", "127.0.0.1"):
            return OK
        return self.responses

    def settled(self) -> Assumptions:
        """A copy in which `network=down` has been spelled out for each server."""
        if self.network != DOWN:
            return self
        return self._replace(
            key_set="unreachable",
            task="timeout",
            whoami="unreachable",
            register="unreachable",
            biscuit="unreachable",
            refresh="unreachable",
            exchange="unreachable",
            accounts_check="unreachable",
            policies="unreachable",
            responses="unreachable",
        )


HTTP_REASONS: Final = {
    "400": "400 Bad Request",
    "401": "401 Unauthorized",
    "402": "402 Payment Required",
    "403": "403 Forbidden",
    "404": "404 Not Found",
    "405": "405 Method Not Allowed",
    "407": "407 Proxy Authentication Required",
    "408": "408 Request Timeout",
    "409": "409 Conflict",
    "410": "410 Gone",
    "413": "413 Payload Too Large",
    "422": "422 Unprocessable Entity",
    "429": "429 Too Many Requests",
    "500": "500 Internal Server Error",
    "501": "501 Not Implemented",
    "502": "502 Bad Gateway",
    "503": "503 Service Unavailable",
    "504": "504 Gateway Timeout",
}


class AssumedRefusal(NamedTuple):
    """An HTTP answer that says no: `403 Forbidden`, and the body if it is assumed too."""

    status: str
    body: str | None = None

    @property
    def words(self) -> str:
        """Status and body as the client joins them."""
        return self.status if self.body is None else f"{self.status}: {self.body}"


def refusal(fault: str) -> AssumedRefusal | None:
    """`403` or `403:body` as a refusal; None for `ok` and for a fault that is no HTTP answer."""
    code, colon, body = fault.partition(":")
    if code not in HTTP_REASONS:
        return None
    return AssumedRefusal(HTTP_REASONS[code], body if colon else None)


_SERVERS: Final = ("ok", "unreachable", "not-json")
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "key_set": _SERVERS,
    "task": (*_SERVERS, "omitted", "not-base64", "sealed-to-another-key", "timeout"),
    "whoami": _SERVERS,
    "register": _SERVERS,
    "biscuit": (*_SERVERS, "missing"),
    "refresh": (*_SERVERS, AS_STORED),
    "accounts_check": (*_SERVERS, "no-origin", "other-workspace", "duplicate"),
    "policies": _SERVERS,
    "exchange": _SERVERS,
    "responses": _SERVERS,
    "accepts_expired": ("yes", "no"),
    "whoami_fedramp": ("yes", "no"),
    "network": ("ok", "down"),
    "auth_command": ("ok", "empty", "missing"),
}
_STATUSES: Final = ("accepts_expired", "whoami_fedramp", "network", "auth_command")
"""What no HTTP status can be assumed of."""


def assumption_fault(name: str, value: str) -> str | None:
    """Say what is wrong with an assumption, or None where it means something.

    A status (`403`, `403:body`) can be assumed of every server, an error code (`invalid_grant`) of
    the refresh, and any text of what whoami and a registration name.
    """
    words = _WORDS.get(name)
    if words is None or value in words:
        return None
    code = value.partition(":")[0]
    if name not in _STATUSES and code in HTTP_REASONS:
        return None
    if name == "auth_command" and value.isdigit():
        return None
    if name == "refresh" and value.isidentifier() and "_" in value:
        return None
    known = ", ".join(words)
    more = "" if name in _STATUSES else ", or an HTTP status such as 403"
    return f"{name} cannot be assumed to be {value!r}; known are {known}{more}"
