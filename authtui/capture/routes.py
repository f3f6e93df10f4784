"""The routes of the proxy: a path for each server that requests may be sent to.

All begin alike and with what no web page can guess. That is no secret towards the users of this
machine, who can read it in the list of processes: whom the proxy serves is decided by `peers`.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authtui.exchanges.hosts import host_name, is_loopback, origin_of
from authtui.record import NamedTuple
from authtui.redaction import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence

MODEL: Final = "model"
"""The route of model calls: which of the two bases is meant depends on the credential sent."""
_PREFIX_BYTES: Final = 18


class Upstream(NamedTuple):
    """One server behind a route. `netloc` stands in the Host header, `path` begins each request."""

    scheme: str
    host: str
    port: int
    netloc: str
    path: str

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return f"{self.scheme}://{self.netloc}{self.path}"


class Route(NamedTuple):
    """A path of the proxy, by its name, and the server behind it.

    `with_account` is the base for requests that carry a ChatGPT credential, where that is another:
    the client has two built in and takes the one that fits, and so does the proxy. Where a request
    does not tell (a JWT without an account may stand where an API key should), `account_predicted`
    decides, which is what the client is predicted to do.
    """

    name: str
    upstream: Upstream
    with_account: Upstream | None = None
    account_predicted: bool = False

    def for_headers(self, headers: Sequence[tuple[bytes, bytes]]) -> Upstream:
        """The server for a request with these header lines (names in lower case)."""
        if self.with_account is None:
            return self.upstream
        told = _of_an_account(headers)
        account = self.account_predicted if told is None else told
        return self.with_account if account else self.upstream


class Routes:
    """Every route of one proxy, under one prefix that is made up for it."""

    def __init__(self, routes: Sequence[Route], prefix: str | None = None) -> None:
        """`prefix` is made up where none is given."""
        self.all = tuple(routes)
        self._prefix = prefix or secrets.token_urlsafe(_PREFIX_BYTES)
        self._by_path = {f"/{self._prefix}/{route.name}".encode(): route for route in routes}

    @property
    def servers(self) -> tuple[Upstream, ...]:
        """Every server a route leads to: no other is ever contacted."""
        found = [server for route in self.all for server in (route.upstream, route.with_account)]
        return tuple(dict.fromkeys(server for server in found if server is not None))

    def path(self, name: str) -> str:
        """The path of a route; no slash at its end."""
        return f"/{self._prefix}/{name}"

    def find(self, target: bytes) -> tuple[Route, bytes] | None:
        """The route of a request's target, and the rest of that; None for any other target."""
        end = target.find(b"/", len(self._prefix) + 2)
        query = target.find(b"?")
        stops = [stop for stop in (end, query) if stop >= 0]
        stop = min(stops, default=len(target))
        route = self._by_path.get(target[:stop])
        return None if route is None else (route, target[stop:])

    def with_real_addresses(self, text: str, base_url: str) -> str:
        """A text of the program's with the servers' own addresses in place of the proxy's.

        What it says is then what it would have said without the proxy.
        """
        if self._prefix not in text:
            return text
        netloc = base_url.partition("://")[2]
        for route in self.all:
            server = route.with_account if route.account_predicted else route.upstream
            real = (server or route.upstream).url.partition("://")[2]
            secure = route.upstream.scheme == "https"
            for scheme in ("http", "ws"):
                here = f"{scheme}://{netloc}{self.path(route.name)}"
                text = text.replace(here, f"{scheme}{'s' * secure}://{real}")
        return text.replace(self._prefix, "…")


def upstream_of(url: str) -> Upstream | str:
    """The server of a base URL, or a sentence about what is wrong with it."""
    shown = safe_text(url, 200)
    try:
        parts, origin = urlsplit(url.strip()), origin_of(url.strip())
    except ValueError:
        return f"{shown} is not a URL"
    host = host_name(origin.host)
    if origin.scheme not in ("http", "https") or not host or not url.isascii():
        return f"{shown} is not an http or https URL"
    if "@" in parts.netloc:
        return f"{shown} holds a user name or a password"
    if parts.query or parts.fragment or any(c <= " " for c in url.strip()):
        return f"{shown} is not a base URL"
    if origin.scheme == "http" and not is_loopback(host):
        return f"plain http is allowed only for this machine, not for {shown}"
    return Upstream(origin.scheme, host, origin.port, parts.netloc, parts.path.rstrip("/"))


def _of_an_account(headers: Sequence[tuple[bytes, bytes]]) -> bool | None:
    """Whether a request carries what the client sends to the ChatGPT backend and nowhere else.

    None where that cannot be told.
    """
    key = False
    for name, value in headers:
        if name == b"chatgpt-account-id":
            return True
        if name == b"authorization":
            scheme, _, token = value.strip().partition(b" ")
            if scheme == b"AgentAssertion":
                return True
            key = token.lstrip().startswith(b"sk-")
    return False if key else None
