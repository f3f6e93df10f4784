"""Connections to the servers, with the certificates and the proxy that the client would use.

The environment is read by the client's rules and by no others: a machine that reaches the service
only through its company's proxy still does, and no request goes where the client's own would not
have gone.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

from authtui.wire.transport import (
    UNUSABLE_PROXY,
    WireTrouble,
    build_ssl_context,
    proxy_is_usable,
    proxy_of,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Mapping

    from authtui.capture.routes import Upstream

IDLE_SECONDS = 4.0
"""How long an idle connection to a server is kept: shorter than any server keeps its own."""

_REPEATABLE = ("GET", "HEAD", "OPTIONS")


class UpstreamPool:
    """One pool of connections for each scheme and proxy; no limit on how many are open."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Nothing is opened until the first request."""
        self._environment = environment
        self._pools: dict[tuple[str, str | None], httpx.AsyncHTTPTransport] = {}
        self._tls: ssl.SSLContext | None = None
        self._lock = asyncio.Lock()

    def proxy_for(self, server: Upstream) -> str | None:
        """The proxy on the way to a server, or None."""
        return proxy_of(self._environment, server.host) if server.scheme == "https" else None

    async def send(self, request: httpx.Request, server: Upstream) -> httpx.Response | WireTrouble:
        """The answer's head; its body is still to come. Raises what the library raises."""
        pool = await self._pool(server)
        if isinstance(pool, WireTrouble):
            return pool
        try:
            return await pool.handle_async_request(request)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            # The server may have closed a connection that was kept. What has no effect of its
            # own is asked again; whether anything else was done cannot be known.
            if request.method not in _REPEATABLE:
                raise
        return await pool.handle_async_request(request)

    async def warm(self, servers: Iterable[Upstream]) -> None:
        """Load certificates before the first request comes; connects to nobody."""
        for server in servers:
            await self._pool(server)

    async def aclose(self) -> None:
        """Close every connection to every server."""
        pools, self._pools = tuple(self._pools.values()), {}
        for pool in pools:
            await pool.aclose()

    async def _pool(self, server: Upstream) -> httpx.AsyncHTTPTransport | WireTrouble:
        proxy = self.proxy_for(server)
        key = server.scheme, proxy
        async with self._lock:
            if key in self._pools:
                return self._pools[key]
            if proxy is not None and not proxy_is_usable(proxy):
                return UNUSABLE_PROXY
            if server.scheme == "https" and self._tls is None:
                made = await asyncio.to_thread(build_ssl_context, self._environment)
                if isinstance(made, WireTrouble):
                    return made
                self._tls = made
            try:
                pool = httpx.AsyncHTTPTransport(
                    verify=self._tls or False,
                    trust_env=False,
                    proxy=None if proxy is None else httpx.Proxy(proxy),
                    limits=httpx.Limits(
                        max_connections=None,
                        max_keepalive_connections=64,
                        keepalive_expiry=IDLE_SECONDS,
                    ),
                )
            except (ValueError, httpx.HTTPError, httpx.InvalidURL, ImportError):
                return UNUSABLE_PROXY
            self._pools[key] = pool
            return pool
