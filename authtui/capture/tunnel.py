"""A connection that was upgraded (WebSocket): from there on, bytes pass both ways untouched."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import httpx

    from authtui.capture.recorder import Exchange, Lines

_PIECE: Final = 65_536


def wanted(headers: Lines) -> bool:
    """Whether a request asks for another protocol (names in lower case)."""
    names = {name: value.lower() for name, value in headers if name in (b"connection", b"upgrade")}
    return b"upgrade" in names and b"upgrade" in names.get(b"connection", b"")


async def join(transport: asyncio.Transport, response: httpx.Response, exchange: Exchange) -> None:
    """Hand the server's `101` to the client, then carry bytes until either side closes."""
    server: object = response.extensions["network_stream"]
    http: Any = transport.get_protocol()
    early, _ = http.conn.trailing_data
    # The answer is written here, so the server's own machinery must not write another. uvicorn has
    # no way to hand a connection over: its names are held by tests/architecture/
    # test_borrowed_parts.py, the effect by the web sockets of tests/capture/test_proxy.py.
    http.cycle.response_started = http.cycle.response_complete = True
    exchange.finished()  # what passes from here on is not looked at
    client = _Client(transport, early)
    http.connections.discard(http)
    http.connections.add(client)
    transport.set_protocol(client)
    transport.write(_head(response))
    transport.resume_reading()
    upward = asyncio.ensure_future(_up(client, server))
    downward = asyncio.ensure_future(_down(server, client))
    try:
        await asyncio.wait((upward, downward), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (upward, downward):
            task.cancel()
        await asyncio.gather(upward, downward, return_exceptions=True)
        transport.close()
        http.connections.discard(client)


def _head(response: httpx.Response) -> bytes:
    reason = response.extensions.get("reason_phrase") or b"Switching Protocols"
    lines = [b"HTTP/1.1 101 " + reason]
    lines += [name + b": " + value for name, value in response.headers.raw]
    return b"\r\n".join([*lines, b"", b""])


async def _up(client: _Client, server: Any) -> None:  # noqa: ANN401 - the library's stream
    while True:
        piece = await client.read()
        if not piece:
            return
        await server.write(piece)


async def _down(server: Any, client: _Client) -> None:  # noqa: ANN401 - the library's stream
    while True:
        piece = await server.read(_PIECE)
        if not piece:
            return
        await client.write(piece)


class _Client(asyncio.Protocol):
    """The client's side: what it sent and has not been passed on, and whether it takes more.

    The server counts it among its connections, and so ends it when it ends itself.
    """

    def __init__(self, transport: asyncio.Transport, early: bytes) -> None:
        self.transport = transport
        self._waiting = bytearray(early)
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._closed = False
        if early:
            self._news.set()

    def shutdown(self) -> None:
        """The server is ending."""
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        if len(self._waiting) > _PIECE:
            self.transport.pause_reading()
        self._news.set()

    def eof_received(self) -> None:
        self._closed = True
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._closed = True
        self._news.set()
        self._room.set()

    def pause_writing(self) -> None:
        self._room.clear()

    def resume_writing(self) -> None:
        self._room.set()

    async def read(self) -> bytes:
        """What came; empty once the client has closed."""
        await self._news.wait()
        piece = bytes(self._waiting)
        self._waiting.clear()
        if not self._closed:
            self._news.clear()
            self.transport.resume_reading()
        return piece

    async def write(self, piece: bytes) -> None:
        await self._room.wait()
        if not self._closed:
            self.transport.write(piece)
