"""Start and stop the backend: uvicorn in a thread of its own, bound to loopback only."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.demo.backend.app import build_app
from authtui.demo.backend.backend import Backend, Clock, utc_now
from authtui.demo.backend.state import FIRST, SECOND, Account
from authtui.machine.throw_away import throw_away
from authtui.wire.serving import LOOPBACK, Server, bind, config_for, loopback

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    import uvicorn

    from authtui.demo.backend.tls import Served

_STARTED_WITHIN: Final = 10.0
_STOPPED_WITHIN: Final = 10.0


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
        with throw_away("tls") as folder:
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
