"""Start and stop the backend: uvicorn in a thread of its own, bound to loopback only."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from authtui.demo.backend.app import build_app
from authtui.demo.backend.broken import TRANSPORT
from authtui.demo.backend.faults import Faults
from authtui.demo.backend.keys import SigningKeys
from authtui.demo.backend.minting import HOUR, Mint
from authtui.demo.backend.state import FIRST, SECOND, Account, BackendState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.demo.backend.agents import TaskAnswer
    from authtui.demo.backend.tls import Served

Clock = Callable[[], datetime]

LOOPBACK: Final = "127.0.0.1"
_STARTED_WITHIN: Final = 10.0
_STOPPED_WITHIN: Final = 10.0
_BACKLOG: Final = 128
_GRACE: Final = 1.0


class Settings:
    """What the backend answers with; may be changed while it runs."""

    def __init__(self) -> None:
        """Sealed task ids as every generation reads them, tokens for an hour, a short answer."""
        self.task_answer: TaskAnswer = "sealed-snake"
        self.access_token_lifetime: timedelta = HOUR
        self.answer: str = "Hello from the authtui demo backend."
        self.explains: bool = True
        """Whether a refused time is told apart from a refused signature, which helps a caller."""


class Backend:
    """One backend: its keys, its accounts, its faults, and what it has seen."""

    def __init__(self, base_url: str, accounts: tuple[Account, ...], clock: Clock) -> None:
        """`base_url` has no slash at its end; `clock` gives aware UTC moments."""
        self.base_url = base_url
        self.clock = clock
        self.keys = SigningKeys()
        self.state = BackendState(accounts)
        self.mint = Mint(self.state, self.keys, clock)
        self.faults = Faults()
        self.settings = Settings()
        self.stopping = False

    @property
    def chatgpt_base_url(self) -> str:
        """The value of `chatgpt_base_url` in config.toml."""
        return f"{self.base_url}/backend-api"

    @property
    def codex_base_url(self) -> str:
        """The value of `openai_base_url` for every credential but an API key.

        Not the real path `/backend-api/codex`, which is served too: a client that routes by
        workspace would send its model requests to chatgpt.com instead.
        """
        return f"{self.base_url}/codex"

    @property
    def api_base_url(self) -> str:
        """The value of `openai_base_url` for an API key."""
        return f"{self.base_url}/v1"

    @property
    def authapi_base_url(self) -> str:
        """The base of agent and task registration and of whoami."""
        return f"{self.base_url}/api/accounts"

    @property
    def refresh_url(self) -> str:
        """Where tokens are refreshed; the client derives the revocation URL from it."""
        return f"{self.base_url}/oauth/token"


class NotLoopbackError(ValueError):
    """The address is reachable from other machines; the backend is never bound to one."""


def loopback(host: str) -> str:
    """The address of `host` if it is a loopback address, else `NotLoopbackError`."""
    if host == "localhost":
        return LOOPBACK
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        address = None
    if address is None or not address.is_loopback or getattr(address, "scope_id", None):
        raise NotLoopbackError(f"{host!r} is not a loopback address; the backend serves only those")
    return str(address)


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


@contextmanager
def running_backend(
    port: int = 0,
    *,
    host: str = LOOPBACK,
    accounts: tuple[Account, ...] = (FIRST, SECOND),
    clock: Clock = utc_now,
) -> Iterator[Backend]:
    """A backend that serves while the block runs; port 0 takes a free one.

    Raises `NotLoopbackError` for any other address and `OSError` where the port is taken.
    """
    address = loopback(host)
    listener = _bind(address, port)
    with listener:
        shown = f"[{address}]" if ":" in address else address
        backend = Backend(f"http://{shown}:{listener.getsockname()[1]}", accounts, clock)
        with _serving(backend, listener, _config(backend)):
            yield backend


@contextmanager
def secure_port(backend: Backend, served: Served) -> Iterator[int]:
    """A second, TLS door to a running backend, on loopback; its port while the block runs."""
    with _bind(LOOPBACK, 0) as listener:
        with TemporaryDirectory(prefix="authtui-demo-tls-") as folder:
            # The library reads certificates from files only; once read, they go.
            paths = (Path(folder, "chain.pem"), Path(folder, "key.pem"))
            for path, text in zip(paths, served, strict=True):
                path.touch(mode=0o600)
                path.write_text(text, encoding="ascii")
            config = _config(backend, ssl_certfile=str(paths[0]), ssl_keyfile=str(paths[1]))
            config.load()
        with _serving(backend, listener, config):
            yield int(listener.getsockname()[1])


@contextmanager
def _serving(backend: Backend, listener: socket.socket, config: uvicorn.Config) -> Iterator[None]:
    server = _Server(config)
    thread = threading.Thread(
        target=_run, args=(server, listener), name="authtui-demo-backend", daemon=True
    )
    thread.start()
    try:
        if not server.ready.wait(_STARTED_WITHIN) or server.failure is not None:
            raise RuntimeError("the embedded backend did not start") from server.failure
        yield
    finally:
        backend.stopping = True
        server.should_exit = True
        server.wake()
        thread.join(_STOPPED_WITHIN)


def _bind(address: str, port: int) -> socket.socket:
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


def _config(backend: Backend, **tls: str) -> uvicorn.Config:
    return uvicorn.Config(
        build_app(backend),
        **tls,  # type: ignore[arg-type] # the names of two files
        http=_Connection,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level="critical",
        access_log=False,
        date_header=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
    )


def _run(server: _Server, listener: socket.socket) -> None:
    try:
        asyncio.run(server.serve(sockets=[listener]))
    except BaseException as error:  # noqa: BLE001 - handed to the thread that started this one
        server.failure = error
    finally:
        server.ready.set()


class _Server(uvicorn.Server):
    """Tells when it is ready, and can be woken to stop at once."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken: asyncio.Event | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._woken = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets=sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        if self._woken is not None:
            await self._woken.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # As the original, without its fixed wait of a tenth of a second; what is still busy
        # after the grace is cancelled when the loop ends.
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


class _Connection(H11Protocol):
    """A connection whose transport the broken answers can reach."""

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - as uvicorn types it
        self.app_state = {**self.app_state, TRANSPORT: transport}
        super().connection_made(transport)
