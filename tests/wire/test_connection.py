"""How far a request came: over real TLS on loopback, with authorities made for the test."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from authtui.demo.backend.server import running_backend, secure_port
from authtui.demo.backend.tls import Authority
from authtui.exchanges.answers import Answer, WireFailure
from authtui.exchanges.records import ConnectionStep
from authtui.wire.client import Wire
from authtui.wire.connection import Detour
from authtui.wire.serving import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from authtui.exchanges.records import RequestRecord

HOST = "chatgpt.com"
URL = f"https://{HOST}/backend-api/wham/agent-identities/jwks"


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Authority, int]]:
    authority = Authority("Test Root")
    with (
        running_backend() as backend,
        secure_port(backend, authority.server((HOST, "other.example.test"))) as port,
    ):
        yield authority, port


async def fetch(
    port: int, roots: str, url: str = URL, environment: dict[str, str] | None = None
) -> tuple[Answer | WireFailure, RequestRecord]:
    seen: list[RequestRecord] = []
    detour = Detour(LOOPBACK, port, frozenset({HOST}), roots)
    async with Wire(
        clock=clock,
        allowed_hosts=frozenset({HOST, "unused.localhost"}),
        on_finished=seen.append,
        environment=environment or {},
        detour=detour,
    ) as wire:
        answer = await wire.request("GET", url, timeout=10)
    return answer, seen[-1]


async def test_a_name_may_lead_to_this_machine_and_stays_the_name(
    world: tuple[Authority, int],
) -> None:
    authority, port = world
    answer, record = await fetch(port, authority.pem)
    assert isinstance(answer, Answer)
    assert (record.host, record.status) == (HOST, 200)
    name, connection, tls = record.connection
    assert name == ConnectionStep("name", True, LOOPBACK)
    assert connection == ConnectionStep("connection", True, f"port {port}")
    assert (tls.ok, tls.issuer) == (True, "Test Root")
    assert tls.detail.startswith("TLSv1.")


async def test_a_certificate_of_nobody_known_is_refused_and_its_signer_is_named(
    world: tuple[Authority, int],
) -> None:
    _, port = world
    answer, record = await fetch(port, Authority("Another Root").pem)
    assert isinstance(answer, WireFailure)
    assert answer.kind == "tls"
    assert [step.ok for step in record.connection] == [True, True, False]
    assert record.connection[-1].issuer == "Test Root"


async def test_a_bundle_that_holds_the_signer_lets_it_through(
    world: tuple[Authority, int], tmp_path: Path
) -> None:
    authority, port = world
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(authority.pem)
    answer, _ = await fetch(
        port, Authority("Another Root").pem, environment={"SSL_CERT_FILE": str(bundle)}
    )
    assert isinstance(answer, Answer)


def test_the_certificates_of_a_world_pass_the_strictest_check(world: tuple[Authority, int]) -> None:
    # Python 3.13 checks so by itself: every key has its identifier, the authority may only sign.
    authority, port = world
    strict = ssl.create_default_context(cadata=authority.pem)
    strict.verify_flags |= ssl.VERIFY_X509_STRICT
    with (
        socket.create_connection((LOOPBACK, port), timeout=10) as plain,
        strict.wrap_socket(plain, server_hostname=HOST) as secure,
    ):
        assert secure.getpeercert()


async def test_where_nothing_listens_the_name_was_found_and_the_rest_was_not_reached(
    world: tuple[Authority, int],
) -> None:
    authority, _ = world
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    answer, record = await fetch(port, authority.pem)
    assert isinstance(answer, WireFailure)
    assert [step.ok for step in record.connection] == [True, False, None]


async def test_a_host_that_was_not_named_is_not_asked_even_on_a_detour(
    world: tuple[Authority, int],
) -> None:
    authority, port = world
    answer, record = await fetch(port, authority.pem, "https://other.example.test/")
    assert isinstance(answer, WireFailure)
    assert answer.kind == "not-named"
    assert record.connection == ()
