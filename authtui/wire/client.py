"""The one HTTP client: every request of ours passes here, is bounded, and leaves a record.

It answers with values, never with exceptions. A host that was not named is not contacted; a
redirect is followed on the same host only, so a credential cannot end up elsewhere.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from itertools import count
from json import dumps
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from authtui.errors import AuthtuiError
from authtui.exchanges import meaning, record_builder
from authtui.exchanges.answers import Answer, WireFailure
from authtui.exchanges.exchange_redaction import kept_host
from authtui.exchanges.hosts import (
    REDIRECTS,
    Origin,
    allowed_entry,
    host_name,
    is_allowed,
    is_loopback,
    origin_of,
    redirect_host,
)
from authtui.redaction import safe_text
from authtui.wire.body import BodyError, read_body
from authtui.wire.connection import ConnectionWatch
from authtui.wire.transport import (
    UNUSABLE_PROXY,
    WireTrouble,
    build_ssl_context,
    proxy_is_usable,
    proxy_of,
    trouble_of,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    import httpx

    from authtui.exchanges.records import AssertionFacts, RequestRecord
    from authtui.wire.connection import Detour

    Listener = Callable[[RequestRecord], None]
    ReadAssertion = Callable[[str, datetime], AssertionFacts]

MOST_REDIRECTS: Final = 5
LARGEST_BODY: Final = 4 * 1024 * 1024
_CLEAN: Final[Mapping[str, str]] = {}


class AuthRefusedError(AuthtuiError):
    """Raised by an `httpx.Auth` of ours where the request must not be sent; says why."""


class _Target(NamedTuple):
    url: str
    netloc: str
    origin: Origin


class _Sending(NamedTuple):
    """What a request consists of, and takes along when it is redirected."""

    method: str
    headers: tuple[tuple[str, str], ...]
    content: bytes
    timeout: float
    purpose: meaning.Purpose
    auth: httpx.Auth | None


class Wire:
    """The one HTTP client.

    Args:
        clock: The current time, aware UTC.
        allowed_hosts: `host` (any port of it) or `host:port`. Nothing else is contacted.
        offline: Refuse every request.
        transport: For tests; None is the real network.
        on_started: Called with the record of a request before it is sent; it has the class of the
            authorization and the facts of the assertion already.
        on_finished: Called with the completed record, after the answer or the failure.
        environment: Variables that choose the proxy and the certificates; empty means neither.
        read_assertion: Decodes an AgentAssertion header for the record (`request_auth` has one).
        largest_body: The most bytes of a decoded body.
        next_number: Numbers the records; by default from 1, of this client alone.
        detour: Host names that are connected to another address, for servers on this machine.

    One instance belongs to one event loop; close it with `aclose`, or use `async with`.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        allowed_hosts: frozenset[str] = frozenset(),
        offline: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        on_started: Listener | None = None,
        on_finished: Listener | None = None,
        environment: Mapping[str, str] = _CLEAN,
        read_assertion: ReadAssertion | None = None,
        largest_body: int = LARGEST_BODY,
        next_number: Callable[[], int] | None = None,
        detour: Detour | None = None,
    ) -> None:
        """Nothing is opened or imported until the first request."""
        self._clock = clock
        self._allowed = frozenset(map(allowed_entry, allowed_hosts))
        self._offline = offline
        self._transport = transport
        self._on_started = on_started
        self._on_finished = on_finished
        self._environment = environment
        self._read_assertion = read_assertion
        self._largest = largest_body
        self._next_number = next_number or count(1).__next__
        self._detour = detour
        self._clients: dict[str | None, httpx.AsyncClient] = {}
        self._tls: ssl.SSLContext | None = None
        self._lock = asyncio.Lock()
        self._closed = False
        self.listener_errors: deque[Exception] = deque(maxlen=20)

    async def __aenter__(self) -> Wire:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection; further requests answer `offline`."""
        self._closed = True
        clients, self._clients = tuple(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        json: object = None,
        content: bytes | None = None,
        timeout: float,
        purpose: str = "",
        auth: httpx.Auth | None = None,
        retry_of: int | None = None,
    ) -> Answer | WireFailure:
        """Send one request and read its answer whole, within `timeout` seconds.

        `purpose` is a name of `meaning.BY_NAME`; empty: known by the endpoint. `json` wins over
        `content`. A stream of events is read to its end, or to the size limit (`Answer.cut`).
        """
        lines = [(str(name), str(value)) for name, value in headers]
        data = content or b""
        if json is not None:
            data = _json_bytes(json)
            if not any(name.lower() == "content-type" for name, _ in lines):
                lines.append(("content-type", "application/json"))
        kind = next((value for name, value in lines if name.lower() == "content-type"), "")
        known = meaning.BY_NAME.get(purpose) or meaning.purpose_of_url(method, url, kind)
        sending = _Sending(method.upper(), tuple(lines), data, timeout, known, auth)
        end = time.monotonic() + timeout
        origin: Origin | None = None
        redirect_of: int | None = None
        for _ in range(MOST_REDIRECTS + 1):
            target = self._admitted(url)
            if isinstance(target, WireTrouble):
                return self._not_sent(sending, url, target, retry_of)
            if origin is not None and target.origin != origin:
                trouble = WireTrouble("not-named", "the server points to another place")
                return self._not_sent(sending, url, trouble, retry_of)
            origin = target.origin
            answer = await self._exchange(sending, target, end, redirect_of, retry_of)
            if isinstance(answer, WireFailure):
                return answer
            location = answer.header("location")
            if answer.status not in REDIRECTS or not location or answer.redirect_host:
                return answer
            url = urljoin(target.url, location)
            redirect_of, retry_of = answer.number, None
            if answer.status == 303 or (answer.status < 303 and sending.method == "POST"):
                kept = tuple(h for h in sending.headers if h[0].lower() != "content-type")
                sending = sending._replace(method="GET", content=b"", headers=kept)
        trouble = WireTrouble("redirects", f"more than {MOST_REDIRECTS} redirects in a row")
        return self._not_sent(sending, url, trouble, retry_of)

    def _admitted(self, url: str) -> _Target | WireTrouble:
        try:
            parts, origin = urlsplit(url), origin_of(url)
        except ValueError:
            return WireTrouble("bad-url", "the address is not a URL")
        if origin.scheme not in ("http", "https") or not origin.host or any(c <= " " for c in url):
            return WireTrouble("bad-url", "the address is not an http or https URL")
        if parts.username or parts.password or "@" in parts.netloc:
            return WireTrouble("bad-url", "the address holds a user name or a password")
        if self._offline or self._closed:
            return WireTrouble("offline", "offline: no connection is made")
        shown = kept_host(parts.netloc).removesuffix(f":{origin.port}")
        if not is_allowed(origin, self._allowed):
            return WireTrouble("not-named", f"{shown} is not among the hosts that may be contacted")
        if origin.scheme == "http" and not is_loopback(origin.host):
            statement = f"plain http to {shown} is refused; it is allowed to this machine only"
            return WireTrouble("plain-http", statement)
        return _Target(parts._replace(fragment="").geturl(), parts.netloc.lower(), origin)

    def _not_sent(
        self, sending: _Sending, url: str, trouble: WireTrouble, retry_of: int | None
    ) -> WireFailure:
        record = record_builder.not_sent(
            self._next_number(),
            self._clock(),
            sending.method,
            url,
            sending.purpose,
            trouble.statement,
        )._replace(retry_of=retry_of)
        self._tell(self._on_started, record._replace(error=None))
        self._tell(self._on_finished, record)
        return WireFailure(trouble.kind, trouble.statement, record.number)

    async def _exchange(
        self,
        sending: _Sending,
        target: _Target,
        end: float,
        redirect_of: int | None,
        retry_of: int | None,
    ) -> Answer | WireFailure:
        number = self._next_number()
        at, begun = self._clock(), time.monotonic()
        record = record_builder.started(
            number, at, sending.method, target.url, sending.purpose, redirect_of, retry_of
        )
        told = False
        found: Answer | WireFailure | None = None
        watch = ConnectionWatch(host_name(target.netloc), self._detour)
        try:
            async with asyncio.timeout(max(0.0, end - begun)):
                client = await self._client_for(target)
                if isinstance(client, WireTrouble):
                    return self._failed(record, client, begun, told=False)
                request = self._signed(client, sending, target)
                record = record_builder.with_request(
                    record, _spelled(request), sending.content, sending.purpose,
                    at, self._read_assertion,
                )  # fmt: skip
                self._tell(self._on_started, record)
                told = True
                watch.attach(request)
                response = await client.send(request, stream=True, follow_redirects=False)
                record = record._replace(connection=watch.steps)
                try:
                    found = await self._answered(record, response, sending, target, begun)
                finally:
                    await response.aclose()
                return found
        except AuthRefusedError as error:
            reason = safe_text(str(error), 400)
            return self._failed(record, WireTrouble("auth", reason), begun, told=told)
        except asyncio.CancelledError:
            if found is None:
                given_up = WireTrouble("dropped", "given up on request")
                self._failed(record, given_up, begun, told=told)
            raise
        except Exception as error:  # noqa: BLE001 - whatever the library raises becomes a value
            if found is not None:  # the answer was whole; only closing went wrong
                return found
            trouble = trouble_of(error, target.netloc, sending.timeout, self._proxy_for(target))
            await watch.find_signer()
            return self._failed(record._replace(connection=watch.steps), trouble, begun, told=told)

    def _signed(
        self, client: httpx.AsyncClient, sending: _Sending, target: _Target
    ) -> httpx.Request:
        headers = [*sending.headers]
        if not any(name.lower() == "accept-encoding" for name, _ in headers):
            headers.append(("accept-encoding", "identity"))
        content = sending.content or None
        request = client.build_request(
            sending.method, target.url, headers=headers, content=content, timeout=sending.timeout
        )
        if sending.auth is not None:
            # Only the first step of the flow: the caller judges what the answer means.
            request = next(iter(sending.auth.sync_auth_flow(request)))
        return request

    async def _answered(
        self,
        record: RequestRecord,
        response: httpx.Response,
        sending: _Sending,
        target: _Target,
        begun: float,
    ) -> Answer | WireFailure:
        lines = tuple((name.lower(), value) for name, value in response.headers.multi_items())
        record = record._replace(status=response.status_code)
        stream = response.headers.get("content-type", "").startswith("text/event-stream")
        try:
            body = await read_body(response, self._largest, cut=stream)
        except BodyError as problem:
            trouble = WireTrouble("too-large" if problem.too_large else "protocol", str(problem))
            return self._failed(record, trouble, begun, told=True)
        except Exception as error:  # noqa: BLE001 - as above; here the status is known
            trouble = trouble_of(error, target.netloc, sending.timeout)
            return self._failed(record, trouble, begun, told=True)
        took = (time.monotonic() - begun) * 1000
        status, location = response.status_code, response.headers.get("location")
        elsewhere = redirect_host(status, location, target.url, target.origin)
        answer = Answer(record.number, status, lines, body.data, took, body.cut, elsewhere)
        done = record_builder.finished(
            record, answer, sending.purpose, sending.content, body.received
        )
        self._tell(self._on_finished, done)
        return answer

    def _failed(
        self, record: RequestRecord, trouble: WireTrouble, begun: float, *, told: bool
    ) -> WireFailure:
        if not told:
            self._tell(self._on_started, record)
        took = (time.monotonic() - begun) * 1000
        failed = record._replace(error=trouble.statement, milliseconds=took, colour="fail")
        self._tell(self._on_finished, failed)
        return WireFailure(trouble.kind, trouble.statement, record.number, record.status)

    def _tell(self, listener: Listener | None, record: RequestRecord) -> None:
        if listener is None:
            return
        try:
            listener(record)
        except Exception as error:  # noqa: BLE001 - a listener must not change what is sent
            self.listener_errors.append(error)

    def _proxy_for(self, target: _Target) -> str | None:
        if self._transport is not None or target.origin.scheme != "https":
            return None
        return proxy_of(self._environment, target.netloc)

    async def _client_for(self, target: _Target) -> httpx.AsyncClient | WireTrouble:
        proxy, secure = self._proxy_for(target), target.origin.scheme == "https"
        if proxy is not None and not proxy_is_usable(proxy):
            return UNUSABLE_PROXY
        key = proxy if secure else "plain"
        async with self._lock:
            if key in self._clients:
                return self._clients[key]
            from http.cookiejar import DefaultCookiePolicy

            import httpx

            if secure and self._tls is None and self._transport is None:
                made = await asyncio.to_thread(
                    build_ssl_context,
                    self._environment,
                    self._detour.roots if self._detour else None,
                )
                if isinstance(made, WireTrouble):
                    return made
                self._tls = made
            # Names that share one address must not share a connection.
            kept = 0 if self._detour else 4
            try:
                client = httpx.AsyncClient(
                    transport=self._transport,
                    verify=self._tls or False,
                    proxy=proxy,
                    trust_env=False,
                    follow_redirects=False,
                    headers={"user-agent": "authtui"},
                    limits=httpx.Limits(max_connections=20, max_keepalive_connections=kept),
                )
            except (ValueError, httpx.HTTPError, httpx.InvalidURL, ImportError):
                return UNUSABLE_PROXY
            # A cookie that a server sets in one answer is not sent with the next request.
            client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            self._clients[key] = client
            return client


def _json_bytes(value: object) -> bytes:
    """Compact JSON in UTF-8, as the client sends it."""
    return dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _spelled(request: httpx.Request) -> list[tuple[str, str]]:
    """The header lines of a request as they are spelled; the library's own view lowers names."""
    return [(n.decode("latin-1"), v.decode("latin-1")) for n, v in request.headers.raw]
