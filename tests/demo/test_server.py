"""Starting and stopping: quick, clean, on loopback and nowhere else."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime

import httpx
import pytest

from authtui.demo.backend.server import running_backend
from authtui.wire.serving import NotLoopbackError, loopback


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",  # noqa: S104 - that it is refused is the point
        "::",
        "192.0.2.1",
        "example.test",
        "",
        "127.1",
        "[::]",
    ],
)
def test_no_address_but_loopback_is_bound(host: str) -> None:
    with pytest.raises(NotLoopbackError), running_backend(host=host):
        pass


def test_every_loopback_address_is_taken() -> None:
    assert [loopback(name) for name in ("localhost", "127.0.0.9", "[::1]", "::1")] == [
        "127.0.0.1",
        "127.0.0.9",
        "::1",
        "::1",
    ]


def test_a_backend_starts_and_stops_at_once() -> None:
    start = time.monotonic()
    with running_backend() as backend:
        started = time.monotonic() - start
        assert httpx.get(f"{backend.base_url}/agent-identities/jwks").status_code == 200
        start = time.monotonic()
    assert started < 0.3
    assert time.monotonic() - start < 2
    assert "authtui-demo-backend" not in [thread.name for thread in threading.enumerate()]


def test_after_its_end_nothing_listens() -> None:
    with running_backend() as backend:
        port = int(backend.base_url.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_a_port_that_is_taken_is_an_os_error() -> None:
    with running_backend() as backend:
        port = int(backend.base_url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), running_backend(port):
            pass


def test_the_end_does_not_wait_for_a_long_delay() -> None:
    with running_backend() as backend:
        backend.faults.set("jwks", "delay", 600, times=1)
        url = f"{backend.base_url}/agent-identities/jwks"
        answers: list[object] = []

        def ask() -> None:
            try:
                answers.append(httpx.get(url, timeout=600).status_code)
            except httpx.HTTPError as error:
                answers.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        while backend.faults.active():
            time.sleep(0.01)  # until the delay has struck the request
        assert not answers
    asking.join(60)  # a tenth of the delay, however busy the machine is
    assert len(answers) == 1


def test_many_connections_at_once_are_served() -> None:
    with running_backend() as backend, httpx.Client(base_url=backend.base_url) as http:
        threads = [
            threading.Thread(target=http.get, args=("/agent-identities/jwks",)) for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [seen.number for seen in backend.state.requests] == list(range(1, 21))


def test_the_clock_can_be_set() -> None:
    noon = datetime(2026, 4, 20, 12, tzinfo=UTC)
    with running_backend(clock=lambda: noon) as backend:
        answer = httpx.get(f"{backend.base_url}/agent-identities/jwks")
        assert answer.headers["date"] == "Mon, 20 Apr 2026 12:00:00 GMT"
        assert backend.state.requests[0].at == noon


def test_a_subscriber_hears_of_every_request() -> None:
    heard: list[str] = []
    with running_backend() as backend:
        backend.state.subscribe(lambda seen: heard.append(seen.path))
        httpx.get(f"{backend.base_url}/one")
        httpx.get(f"{backend.base_url}/two")
    assert heard == ["/one", "/two"]
