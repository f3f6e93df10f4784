"""Start and stop the backend: uvicorn in a thread of its own, bound to loopback only."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from authtui.demo.backend.app import build_app
from authtui.demo.backend.faults import Faults
from authtui.demo.backend.keys import SigningKeys
from authtui.demo.backend.minting import Mint
from authtui.demo.backend.state import FIRST, SECOND, Account, BackendState
from authtui.wire.serving import LOOPBACK, Server, bind, config_for, loopback

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    import uvicorn

    from authtui.demo.backend.agents import TaskAnswer
    from authtui.demo.backend.tls import Served

Clock = Callable[[], datetime]

_STARTED_WITHIN: Final = 10.0
_STOPPED_WITHIN: Final = 10.0


class Settings:
    """What the backend answers with; may be changed while it runs."""

    def __init__(self) -> None:
        """Sealed task ids as every generation reads them, and a short answer."""
        self.task_answer: TaskAnswer = "sealed-snake"
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
    listener = bind(address, port)
    with listener:
        shown = f"[{address}]" if ":" in address else address
        backend = Backend(f"http://{shown}:{listener.getsockname()[1]}", accounts, clock)
        with _serving(backend, listener, config_for(build_app(backend))):
            yield backend


@contextmanager
def secure_port(backend: Backend, served: Served) -> Iterator[int]:
    """A second, TLS door to a running backend, on loopback; its port while the block runs."""
    with bind(LOOPBACK, 0) as listener:
        with TemporaryDirectory(prefix="authtui-demo-tls-") as folder:
            # The library reads certificates from files only; once read, they go.
            paths = (Path(folder, "chain.pem"), Path(folder, "key.pem"))
            for path, text in zip(paths, served, strict=True):
                path.touch(mode=0o600)
                path.write_text(text, encoding="ascii")
            config = config_for(
                build_app(backend), ssl_certfile=str(paths[0]), ssl_keyfile=str(paths[1])
            )
            config.load()
        with _serving(backend, listener, config):
            yield int(listener.getsockname()[1])


@contextmanager
def _serving(backend: Backend, listener: socket.socket, config: uvicorn.Config) -> Iterator[None]:
    server = Server(config)
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


def _run(server: Server, listener: socket.socket) -> None:
    try:
        asyncio.run(server.serve(sockets=[listener]))
    except BaseException as error:  # noqa: BLE001 - handed to the thread that started this one
        server.failure = error
    finally:
        server.ready.set()
