"""The client against the embedded backend and the faults it can be asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from authtui.contracts import BY_NAME
from authtui.demo.backend.server import running_backend
from authtui.exchanges.answers import Answer, WireFailure
from authtui.exchanges.endpoints import endpoints_of, hosts_of
from authtui.wire.client import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.demo.backend.backend import Backend
    from authtui.exchanges.records import RequestRecord


@pytest.fixture(scope="module")
def backend() -> Iterator[Backend]:
    with running_backend() as running:
        yield running


async def ask_jwks(backend: Backend) -> tuple[Answer | WireFailure, RequestRecord]:
    found = endpoints_of(BY_NAME["explicit"], backend.chatgpt_base_url, {})
    assert isinstance(found.jwks, str)
    told: list[RequestRecord] = []
    async with Wire(
        clock=lambda: datetime.now(UTC),
        allowed_hosts=hosts_of([found.jwks]),
        on_finished=told.append,
    ) as client:
        answer = await client.request("GET", found.jwks, timeout=5)
    return answer, told[-1]


async def test_the_key_set_is_where_the_contract_says(backend: Backend) -> None:
    answer, record = await ask_jwks(backend)
    assert isinstance(answer, Answer)
    assert answer.json()["keys"]
    assert record.meaning == "key set received"
    assert record.purpose == "jwks"
    assert record.skew_seconds == 0.0


FAULTS = [
    ("drop", None, "", "without an answer"),
    ("truncate", None, "", "in the middle"),
    ("html", 200, "captive portal", None),
    ("html", 403, "content delivery network", None),
    ("redirect", "https://sso.example.org/login?next=x", "another host", None),
    ("status", 500, "no key set", None),
]


@pytest.mark.parametrize(("kind", "value", "meaning", "error"), FAULTS)
async def test_a_fault_is_told_by_its_name(
    backend: Backend, kind: str, value: str | int | None, meaning: str, error: str | None
) -> None:
    backend.faults.set("jwks", kind, value)
    try:
        answer, record = await ask_jwks(backend)
    finally:
        backend.faults.clear()
    assert meaning in record.meaning
    assert isinstance(answer, WireFailure) is (error is not None)
    assert (error or "") in (record.error or "")
    assert "next=x" not in repr(record)


async def test_a_clock_seven_minutes_off_shows_as_skew(backend: Backend) -> None:
    backend.faults.set("jwks", "date", 420)
    try:
        _, record = await ask_jwks(backend)
    finally:
        backend.faults.clear()
    assert record.skew_seconds is not None
    assert abs(record.skew_seconds - 420) < 2
