"""A server on loopback that stops at once, for the embedded backend and the capture proxy."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from authtui.errors import AuthtuiError

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK: Final = "127.0.0.1"
TRANSPORT: Final = "transport"
"""The key of the connection in the scope's state."""
_GRACE: Final = 1.0
_BACKLOG: Final = 1024
"""Connections that may wait to be accepted; the system cuts it to its own limit."""


class NotLoopbackError(AuthtuiError, ValueError):
    """The address can be reached from other machines; nothing here is bound to such a one."""


def loopback(host: str) -> str:
    """The address of `host` if it is a loopback address, else `NotLoopbackError`."""
    if host == "localhost":
        return LOOPBACK
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        address = None
    if address is None or not address.is_loopback or getattr(address, "scope_id", None):
        raise NotLoopbackError(f"{host!r} is not a loopback address; only those are served")
    return str(address)


def bind(address: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises `OSError` where the port is taken."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's delay off (40 ms an answer) only then.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


class Connection(H11Protocol):
    """A connection whose transport the application can reach: `scope["state"][TRANSPORT]`."""

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - as uvicorn types it
        """Remember the transport for the application."""
        self.app_state = {**self.app_state, TRANSPORT: transport}
        super().connection_made(transport)


def config_for(
    app: Callable[..., object],
    http: type[H11Protocol] = Connection,
    keep_alive: int = 30,
    **tls: str,
) -> uvicorn.Config:
    """A configuration that logs nothing and adds no header of its own.

    `keep_alive` is how many seconds an idle connection stays; `tls` names the files that uvicorn
    reads its certificate and key from.
    """
    return uvicorn.Config(
        app,
        **tls,  # type: ignore[arg-type] # the names of two files
        http=http,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level="critical",
        access_log=False,
        date_header=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=keep_alive,
    )


class Server(uvicorn.Server):
    """Tells when it is ready, and can be woken to stop at once.

    The original looks ten times a second whether it should stop, and takes signals for itself. Its
    three steps are replaced; tests/architecture/test_borrowed_parts.py holds that it still takes
    them, tests/demo and tests/capture that a server starts, answers and leaves its port free.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        """Nothing is served until `serve`."""
        super().__init__(config)
        self.ready = threading.Event()
        self.failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken: asyncio.Event | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As the original, then set `ready`."""
        self._loop, self._woken = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets=sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Serve until `wake` is called."""
        if self._woken is not None:
            await self._woken.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As the original, without its fixed wait of a tenth of a second.

        What is still busy after the grace is cancelled when the loop ends.
        """
        del sockets
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        end = asyncio.get_running_loop().time() + _GRACE
        while self.server_state.connections and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.002)
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    def wake(self) -> None:
        """End the main loop; from any thread."""
        if self._loop is not None and self._woken is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken.set)
