"""The past of a live session is folded from near by, and is the same as from the start."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from authtui.exchanges.records import Detail, RequestRecord
from authtui.model.checkpoints import Checkpoints
from authtui.model.frozen_requests import FrozenRequests
from authtui.model.session import CHECKPOINT_EVERY, AuthSession
from authtui.model.state import AuthState, fold

AT = datetime(2026, 4, 1, tzinfo=UTC)


def _record(number: int, body: str = "x") -> RequestRecord:
    return RequestRecord(number, AT, "POST", "127.0.0.1", "/", detail=Detail(response_body=body))


def _session(requests: int) -> AuthSession[None]:
    def never(*_: object) -> object:
        raise AssertionError("nothing is loaded here")

    made = AuthSession(never, never, None, lambda: AT)  # type: ignore[arg-type]
    for number in range(1, requests + 1):
        made.request_started(_record(number), "test")
        made.request_finished(_record(number)._replace(status=200), "test")
    return made


def test_every_moment_is_the_one_that_folding_from_the_start_gives() -> None:
    session = _session(1_500)
    events = session.events
    assert len(events) > 4 * CHECKPOINT_EVERY
    state = AuthState()
    for event in events:
        state = fold(state, event)
        if event.sequence % 217 == 0 or event.sequence % CHECKPOINT_EVERY in (0, 1, 499):
            # Bodies are let go with time; a state remembered early may still have more of them.
            found = session.state_at(event.sequence).without_details()
            assert found == state.without_details()


def test_before_all_and_after_all() -> None:
    session = _session(3)
    assert session.state_at(0) == AuthState()
    assert session.state_at(10**9) == session.state


def test_only_so_many_checkpoints_are_kept_and_they_stand_further_apart() -> None:
    points = Checkpoints(every=10, most=8)
    for number in range(1, 1_001):
        points.note(number, AuthState(failure=str(number)))
    assert len(points) <= 8
    for number in (10, 500, 999):
        found = points.before(number)
        if found is not None:
            assert found[0] <= number
            assert found[1].failure == str(found[0])
    near = points.before(1_000)
    assert near is not None
    assert 1_000 - near[0] <= points.every


def test_what_is_forgotten_is_not_asked() -> None:
    points = Checkpoints(every=1)
    for number in range(1, 11):
        points.note(number, AuthState())
    points.forget_before(5)
    assert points.before(4) is None
    assert points.before(5) is not None


@given(st.lists(st.sampled_from(["append", "replace", "drop", "lighten"]), max_size=60))
def test_the_blocks_are_a_tuple_to_whoever_looks(steps: list[str]) -> None:
    blocks, plain = FrozenRequests(), tuple[RequestRecord, ...]()
    for number, step in enumerate((*["append"] * 260, *steps), 1):
        record = _record(number)
        if step == "append":
            blocks, plain = blocks.appended(record), (*plain, record)
        elif step == "replace":
            place = number * 7 % len(plain)
            blocks = blocks.replaced(place, record)
            plain = (*plain[:place], record, *plain[place + 1 :])
        elif step == "drop":
            keep = len(plain) - number % 5
            blocks, plain = blocks.newest(keep), plain[len(plain) - keep :]
        else:
            blocks = blocks.without_details()
            plain = tuple(r.without_detail() for r in plain)
    assert len(blocks) == len(plain)
    assert tuple(blocks) == plain
    assert blocks == plain
    assert blocks[-3:] == plain[-3:]
    assert blocks[0] == plain[0]
    assert blocks[-1] == plain[-1]
    assert [blocks[n] for n in range(0, len(plain), 50)] == list(plain[::50])
