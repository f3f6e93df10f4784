"""Ten thousand requests: nothing lost silently, old bodies let go first."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime

from authtui.exchanges.records import Detail, RequestRecord
from authtui.model.session import AuthSession
from authtui.model.state import DETAILED

AT = datetime(2026, 4, 1, tzinfo=UTC)


def _session() -> AuthSession[None]:
    def never(*_: object) -> object:
        raise AssertionError("nothing is loaded here")

    return AuthSession(never, never, None, lambda: AT)  # type: ignore[arg-type]


def _record(number: int) -> RequestRecord:
    body = f"{number:>6} " * 150
    detail = Detail(request_headers=(), response_headers=(), request_body=None, response_body=body)
    return RequestRecord(number, AT, "POST", "127.0.0.1", "/v1/responses", detail=detail)


def test_ten_thousand_requests_stay_in_bounds_and_say_which_bodies_were_let_go() -> None:
    session = _session()
    tracemalloc.start()
    for number in range(1, 10_001):
        record = _record(number)
        session.request_started(record, "test")
        session.request_finished(record._replace(status=200), "test")
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    kept = session.state.requests
    assert len(kept) == 10_000
    assert all(record.status == 200 for record in kept)
    assert all(record.detail is not None for record in kept[-DETAILED:])
    assert all(record.detail is None and record.detail_dropped for record in kept[: -DETAILED - 1])
    assert size < 40_000_000


def test_the_log_counts_what_it_let_go() -> None:
    session = _session()
    for number in range(1, 10_101):
        session.request_started(_record(number), "test")
    assert session.state.requests_dropped == 100
    assert session.state.requests[0].number == 101
