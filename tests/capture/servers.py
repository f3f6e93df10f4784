"""Raw servers for the proxy to ask, and raw clients to ask it: every byte is looked at."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from authtui.capture.proxy import Proxy, RawHeadConnection
from authtui.capture.recorder import Recorder
from authtui.capture.routes import Route, Routes, Upstream, upstream_of
from authtui.capture.upstream_pool import UpstreamPool
from authtui.model import events as ev
from authtui.model.session import AuthSession
from authtui.wire.serving import LOOPBACK, Server, bind, config_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from authtui.exchanges.records import RequestRecord

    Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]

SECRET = "the-secret"


class Seen:
    """What a raw server got, head by head."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.connections = 0


def session() -> AuthSession[Any]:
    def nothing() -> NoReturn:
        raise AssertionError("nothing is loaded here")

    return AuthSession(nothing, lambda *_: nothing(), None, lambda: datetime.now(UTC))


@asynccontextmanager
async def raw_server(answer: bytes | Handler) -> AsyncIterator[tuple[str, Seen]]:
    """A server that answers every request with these bytes, or as the handler has it."""
    seen = Seen()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                seen.heads.append(head)
                if callable(answer):
                    await answer(reader, writer, head)
                    return
                seen.bodies.append(await body_of(reader, head))
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, LOOPBACK, 0)
    try:
        yield f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}", seen
    finally:
        server.close()


async def body_of(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """The body as it was framed: the chunks with their sizes where it came in chunks."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return await reader.readexactly(int(line.partition(b":")[2]))
        if line.startswith(b"transfer-encoding:"):
            return await reader.readuntil(b"0\r\n\r\n")
    return b""


class Proxied:
    """A running proxy, the base URL of its route, and the records it made."""

    def __init__(self, address: tuple[str, int], path: str, session: AuthSession[Any]) -> None:
        self.address = address
        self.path = path
        self.session = session

    @property
    def records(self) -> list[RequestRecord]:
        return [e.request for e in self.session.events if isinstance(e, ev.RequestFinished)]

    async def record(self) -> RequestRecord:
        """The last record, once it is finished."""
        for _ in range(200):
            if self.records and len(self.records) == len(self.session.state.requests):
                return self.records[-1]
            await asyncio.sleep(0.01)
        raise AssertionError("no request finished")

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*self.address)

    async def ask(self, request: bytes) -> bytes:
        """Send bytes, `{path}` replaced; read until the connection closes."""
        reader, writer = await self.open()
        writer.write(request.replace(b"{path}", self.path.encode()))
        try:
            return await asyncio.wait_for(reader.read(), 10)
        except ConnectionError:
            return b""
        finally:
            writer.close()


@asynccontextmanager
async def proxy_for(
    base: str, account_base: str | None = None, environment: dict[str, str] | None = None
) -> AsyncIterator[Proxied]:
    """A proxy in front of a server."""
    route = Route("model", server_of(base), server_of(account_base) if account_base else None)
    routes = Routes([route], SECRET)
    events = session()
    pool = UpstreamPool(environment or {})
    app = Proxy(routes, pool, Recorder(events, lambda: datetime.now(UTC), by="codex exec (1)"))
    server = Server(config_for(app, RawHeadConnection))
    with bind(LOOPBACK, 0) as listener:
        serving = asyncio.ensure_future(server.serve(sockets=[listener]))
        while not server.ready.is_set():
            await asyncio.sleep(0.001)
        try:
            yield Proxied(listener.getsockname()[:2], routes.path("model"), events)
        finally:
            server.should_exit = True
            server.wake()
            await serving
            await pool.aclose()


def server_of(url: str) -> Upstream:
    found = upstream_of(url)
    assert isinstance(found, Upstream), found
    return found
