from __future__ import annotations

import tracemalloc
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.exchanges.records import Detail, RequestRecord
from authtui.exchanges.request_filter import NO_FILTER, Filter, FilterProblem, parse_filter
from authtui.exchanges.request_log import RequestLog
from tests.wire.servers import NOW


def record(number: int, **more: object) -> RequestRecord:
    made = RequestRecord(
        number,
        NOW + timedelta(seconds=number),
        "POST",
        "chatgpt.com",
        f"/backend-api/codex/responses?n={number}",
        status=200,
        purpose="model-call",
        colour="ok",
    )
    return made._replace(**more)  # type: ignore[arg-type]


def understood(text: str) -> Filter:
    found = parse_filter(text)
    assert isinstance(found, Filter)
    return found


def test_a_finished_record_takes_the_place_of_its_started_one() -> None:
    log = RequestLog()
    log.extend([record(1, status=None), record(2, status=None)])
    log.extend([record(1, status=401)])
    assert [row.status for row in log.rows()] == [401, None]
    assert log.count == len(log) == 2


def test_the_oldest_rows_go_first_and_are_counted() -> None:
    log = RequestLog(rows_kept=3)
    log.extend(record(n) for n in range(1, 6))
    assert [row.number for row in log.rows()] == [3, 4, 5]
    assert log.dropped == 2
    log.extend([record(1, status=401)])
    assert log.row(0).number == 4


def test_bodies_of_older_rows_go_before_the_rows_and_say_so() -> None:
    detail = Detail(response_body="x" * 100)
    log = RequestLog(rows_kept=10, details_kept=2)
    log.extend(record(n, detail=detail) for n in range(1, 6))
    assert [row.detail_dropped for row in log.rows()] == [True, True, True, False, False]
    log.extend([record(1, detail=detail)])
    assert log.row(0).detail is None


def test_a_filter_stays_right_while_rows_come_and_go() -> None:
    log = RequestLog(rows_kept=4)
    log.show(understood("status:401"))
    log.extend(record(n, status=401 if n % 2 else 200) for n in range(1, 7))
    assert [row.number for row in log.rows()] == [3, 5]
    log.extend([record(4, status=401)])
    assert [row.number for row in log.rows()] == [3, 4, 5]
    log.show(NO_FILTER)
    assert log.count == 4


def test_a_filter_may_look_at_the_newest_first_and_at_the_rest_later() -> None:
    log = RequestLog(rows_kept=10)
    log.extend(record(n, status=401 if n % 2 else 200) for n in range(1, 10))
    log.show(understood("status:401"), rows=4)
    assert [row.number for row in log.rows()] == [7, 9]
    assert log.unseen == 5
    log.extend([record(6, status=401), record(2, status=401), record(10, status=401)])
    assert [row.number for row in log.rows()] == [6, 7, 9, 10]
    log.look_on()
    assert [row.number for row in log.rows()] == [1, 2, 3, 5, 6, 7, 9, 10]
    assert log.unseen == 0


CHANGES = st.tuples(st.integers(1, 40), st.sampled_from([200, 401, None]))


@given(
    st.lists(st.lists(CHANGES, max_size=9)),
    st.integers(1, 40),
    st.integers(0, 12),
)
def test_a_filtered_list_is_what_filtering_the_rows_gives(
    batches: list[list[tuple[int, int | None]]], kept: int, step: int
) -> None:
    log, whole = RequestLog(rows_kept=kept), RequestLog(rows_kept=kept)
    log.show(understood("status:401"), rows=step)
    for batch in batches:
        for each in (log, whole):
            each.extend(record(number, status=status) for number, status in batch)
        log.look_on(step)
    log.look_on()
    assert log.rows() == tuple(row for row in whole.rows() if row.status == 401)


FILTERS = [
    ("method:get", 1),
    ("status:401", 1),
    ("status:4xx", 2),
    ("status:400-402", 1),
    ("host:openai", 2),
    ("path:oauth", 1),
    ("auth:jwt", 1),
    ("auth:none", 3),
    ("purpose:refresh", 1),
    ("is:error", 1),
    ("is:pending", 1),
    ("is:waiting", 1),
    ("not status:4xx", 3),
    ("!host:openai", 3),
    ("-method:get", 4),
    ("host:openai status:401", 1),
    ("REQ_9", 1),
    ('"waiting for"', 1),
    ("not not method:get", 1),
    ("", 5),
    ("12:30", 0),
]


@pytest.mark.parametrize(("text", "count"), FILTERS)
def test_the_filter_language(text: str, count: int) -> None:
    log = RequestLog()
    log.extend(
        [
            record(1, method="GET", authorization="AgentAssertion", request_id="req_9"),
            record(2, host="auth.openai.com", path="/oauth/token", status=401, purpose="refresh",
                   authorization="Bearer JWT"),
            record(3, host="auth.openai.com", status=403, colour="waiting",
                   meaning="waiting for approval"),
            record(4, status=None),
            record(5, status=None, error="refused"),
        ]
    )  # fmt: skip
    log.show(understood(text))
    assert log.count == count


@pytest.mark.parametrize("text", ["status:", "status:abc", "status:40", "is:odd", "not", "host:"])
def test_a_filter_that_cannot_be_read_says_why(text: str) -> None:
    found = parse_filter(text)
    assert isinstance(found, FilterProblem)
    assert found.statement


@given(st.text(max_size=80))
def test_every_filter_text_gives_a_filter_or_a_reason(text: str) -> None:
    found = parse_filter(text)
    if isinstance(found, Filter):
        found.matches(record(1))


def test_ten_thousand_rows_stay_below_ten_mebibytes() -> None:
    def whole(number: int) -> RequestRecord:
        detail = Detail(
            (("authorization", f"Bearer JWT <#{number:06x}>"), ("x", "y" * 200)),
            (("content-type", "application/json"), ("date", "z" * 200)),
            f"{number}" + "b" * 1_000,
            f"{number}" + "c" * 2_000,
        )
        return record(number, detail=detail, request_id=f"req_{number}", milliseconds=number / 7)

    tracemalloc.start()
    try:
        log = RequestLog(rows_kept=10_000)
        for start in range(0, 10_000, 100):
            log.extend([whole(n) for n in range(start, start + 100)])
        log.show(understood("status:200"))
        assert log.count == 10_000
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size <= 10 * 1024 * 1024, f"{size / 1024 / 1024:.1f} MiB"
