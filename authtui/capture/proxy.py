"""The reverse proxy: passes a request on to the server behind its route, and the answer back.

Nothing is added and nothing changed but what belongs to one connection only (RFC 9110, 7.6.1) and
the Host, which names the server instead of the proxy and is written first. Bodies pass as the
bytes they are. A redirect is passed on, never followed. Where the server cannot be reached, the
client's connection is cut: that is what it would have met without the proxy, and an answer made
here would look like one of the server's.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import h11
import httpx

from authtui.capture import tunnel
from authtui.capture.peers import owner_of
from authtui.errors import AuthtuiError
from authtui.wire.serving import TRANSPORT, Connection
from authtui.wire.transport import WireTrouble, trouble_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from authtui.capture.recorder import Exchange, Lines, Recorder
    from authtui.capture.routes import Routes, Upstream
    from authtui.capture.upstream_pool import UpstreamPool

    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]
    Admits = Callable[[int | None], Awaitable[bool]]

RAW_HEAD: Final = "raw-head"
"""Where the scope's state holds the target and the header lines as the client spelled them."""
OWNER: Final = "owner"
"""Where it holds what will tell the user that the connection belongs to."""
CONNECT_SECONDS: Final = 60.0
_HOP_BY_HOP: Final = frozenset(
    [
        b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate",
        b"proxy-authorization", b"te", b"trailer", b"transfer-encoding", b"upgrade",
    ]
)  # fmt: skip


class ClientLeftError(AuthtuiError):
    """The client closed its connection before the answer was whole."""


class RawHeadConnection(Connection):
    """A connection that also tells how the client spelled its header names."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as uvicorn calls it
        """Watch the parser for the head of a request."""
        super().__init__(*given, **named)
        # Neither uvicorn nor h11 has a hook for a request's head as it was spelled, which is what
        # a capture is for. tests/architecture/test_borrowed_parts.py holds the parser's names,
        # tests/capture/test_proxy.py the effect.
        next_event = self.conn.next_event

        def watched() -> Any:  # noqa: ANN401 - one of many event types
            event = next_event()
            if isinstance(event, h11.Request):
                self.app_state[RAW_HEAD] = (event.target, event.headers.raw_items())
            return event

        self.conn.next_event = watched  # type: ignore[method-assign] # the parser has no hook

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - as uvicorn types it
        """Ask at once who it is: one that has left again could not be told."""
        super().connection_made(transport)
        ends = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        asking = asyncio.get_running_loop().run_in_executor(None, owner_of, *ends)
        self.app_state = {**self.app_state, OWNER: asking}


class Proxy:
    """The application that passes each request on and records what passed."""

    def __init__(
        self, routes: Routes, pool: UpstreamPool, recorder: Recorder, admits: Admits | None = None
    ) -> None:
        """`pool` connects to the servers, `recorder` keeps what passed.

        `admits` says of a user whether its connections are served; without it, all are.
        """
        self._admits = admits
        self._routes = routes
        self._pool = pool
        self._recorder = recorder

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it where no route or user fits."""
        transport: asyncio.Transport = scope["state"][TRANSPORT]
        raw_head: tuple[bytes, Lines] = scope["state"][RAW_HEAD]
        asked, lines = raw_head
        found = self._routes.find(asked)
        if found is None or (
            self._admits is not None and not await self._admits(await scope["state"][OWNER])
        ):
            await _refuse(send)
            return
        route, rest = found
        server = route.for_headers(scope["headers"])
        target = server.path.encode() + rest
        if not target.startswith(b"/"):
            target = b"/" + target
        upgrade = tunnel.wanted(scope["headers"])
        headers = outgoing(lines, server.netloc.encode(), upgrade=upgrade)
        exchange = self._recorder.begin(scope["method"], server, target, headers)
        body = _Body(receive, exchange)
        work = asyncio.ensure_future(
            self._pass_on(scope, server, target, headers, body, exchange, send)
        )
        left = asyncio.ensure_future(body.client_left())
        try:
            await asyncio.wait((work, left), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                trouble = work.result()
            else:
                work.cancel()
                await asyncio.wait((work,))
                exchange.left()
                trouble = None
        except asyncio.CancelledError:
            work.cancel()
            exchange.failed(WireTrouble("dropped", "the capture was ended before the answer"))
            transport.abort()
            raise
        finally:
            left.cancel()
        if trouble is not None:
            exchange.failed(trouble)
            transport.abort()

    async def _pass_on(
        self,
        scope: dict[str, Any],
        server: Upstream,
        target: bytes,
        headers: Lines,
        body: _Body,
        exchange: Exchange,
        send: Send,
    ) -> WireTrouble | None:
        """Ask the server and stream its answer. None where all went well."""
        try:
            request = httpx.Request(
                scope["method"],
                server.url or "/",
                headers=list(headers),
                stream=_Stream(body.pieces()),
                extensions={"timeout": {"connect": CONNECT_SECONDS, "pool": None}},
            )
            request.url = _RawURL(request.url, target)
            response = await self._pool.send(request, server)
            if isinstance(response, WireTrouble):
                return response
            try:
                exchange.answered(response.status_code, response.headers.raw)
                if response.status_code == 101:
                    await tunnel.join(scope["state"][TRANSPORT], response, exchange)
                    return None
                await _answer(response, send, exchange)
            finally:
                await response.aclose()
        except ClientLeftError:
            exchange.left()
            return None
        except Exception as error:  # noqa: BLE001 - whatever the library raises becomes a value
            proxy = self._pool.proxy_for(server)
            return trouble_of(error, server.netloc, CONNECT_SECONDS, proxy)
        exchange.finished()
        return None


async def _answer(response: httpx.Response, send: Send, exchange: Exchange) -> None:
    status, headers = response.status_code, incoming(response.headers.raw)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    stream: Any = response.stream
    async for piece in stream:
        exchange.received(piece)
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(send: Send) -> None:
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def outgoing(lines: Lines, netloc: bytes, *, upgrade: bool = False) -> list[tuple[bytes, bytes]]:
    """The header lines for the server: order, spelling and duplicates as the client sent them.

    A body without a length stays one. `upgrade`: the lines that ask for another protocol stay.
    """
    named = _named_by_connection(lines) | _outdone(lines)
    kept = []
    for name, value in lines:
        lower = name.lower()
        if lower == b"host":
            kept.append((name, netloc))
            continue
        framing = lower == b"transfer-encoding" and value.strip().lower() == b"chunked"
        asking = upgrade and lower in (b"connection", b"upgrade")
        if framing or asking or (lower not in _HOP_BY_HOP and lower not in named):
            kept.append((name, value))
    return kept


def incoming(lines: Lines) -> list[tuple[bytes, bytes]]:
    """The header lines for the client. A body without a length is framed anew by the server."""
    named = _named_by_connection(lines) | _outdone(lines)
    return [
        (name, value)
        for name, value in lines
        if name.lower() not in _HOP_BY_HOP and name.lower() not in named
    ]


def _outdone(lines: Lines) -> frozenset[bytes]:
    """A length beside chunks counts for nothing (RFC 9112, 6.3), as the client has it too."""
    chunks = any(name.lower() == b"transfer-encoding" for name, _ in lines)
    return frozenset([b"content-length"] if chunks else [])


def _named_by_connection(lines: Lines) -> frozenset[bytes]:
    return frozenset(
        word.strip().lower()
        for name, value in lines
        if name.lower() == b"connection"
        for word in value.split(b",")
    )


class _Body:
    """The request's body on its way, and the news that the client left."""

    def __init__(self, receive: Receive, exchange: Exchange) -> None:
        self._receive = receive
        self._exchange = exchange
        self._whole = asyncio.Event()

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes as they come; raises `ClientLeftError`."""
        try:
            while True:
                message = await self._receive()
                if message["type"] == "http.disconnect":
                    raise ClientLeftError
                piece = message.get("body", b"")
                if piece:
                    self._exchange.sent(piece)
                    yield piece
                if not message.get("more_body", False):
                    return
        finally:
            self._whole.set()

    async def client_left(self) -> None:
        """Return when the client closes its connection after the body."""
        await self._whole.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass


class _RawURL(httpx.URL):
    """A URL whose path and query go out as the client spelled them.

    Not by the library's extension for that, which it would send to a proxy on the way as well.
    """

    def __init__(self, url: httpx.URL, target: bytes) -> None:
        super().__init__(url)
        self._target = target

    @property
    def raw_path(self) -> bytes:
        return self._target


class _Stream(httpx.AsyncByteStream):
    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces
