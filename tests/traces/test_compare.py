"""Two traces: which events belong together, and what differs first."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from authtui.model import events as ev
from authtui.model.state import AuthState, fold
from authtui.trace.compare import (
    align,
    compare,
    first_difference,
    places_at,
    state_differences,
)
from authtui.trace.replay import Replay
from tests.traces.made import AT, busy, read, record, write

if TYPE_CHECKING:
    from pathlib import Path

LIKENESSES = st.lists(st.integers(0, 4), max_size=40)


@given(LIKENESSES, LIKENESSES)
def test_every_event_stands_in_one_pair_and_in_order(left: list[int], right: list[int]) -> None:
    pairs = align(left, right, window=8)
    assert [a for a, _ in pairs if a is not None] == list(range(len(left)))
    assert [b for _, b in pairs if b is not None] == list(range(len(right)))
    assert all(left[a] == right[b] for a, b in pairs if a is not None and b is not None)


def test_what_only_one_has_stands_alone_and_the_rest_meets_again() -> None:
    assert align([1, 2, 9, 3, 4], [1, 2, 3, 4]) == [(0, 0), (1, 1), (2, None), (3, 2), (4, 3)]
    assert align([1, 3], [1, 2, 2, 3]) == [(0, 0), (None, 1), (None, 2), (1, 3)]
    assert align([1], [2]) == [(0, None), (None, 0)]


def test_two_long_traces_that_share_nothing_are_not_compared_with_the_square() -> None:
    began = time.perf_counter()
    pairs = align(list(range(50_000)), list(range(100_000, 150_000)))
    assert len(pairs) == 100_000
    assert time.perf_counter() - began < 5


def test_times_durations_and_marks_are_no_difference() -> None:
    def answered(number: int, milliseconds: float, mark: str) -> ev.Event:
        made = record(number, status=200, milliseconds=milliseconds, credential_mark=mark)
        return ev.RequestFinished(number, AT, "request", made)

    assert compare([answered(1, 5.0, "#1")], [answered(7, 9.0, "#2")])[0].same


def test_another_answer_is_a_difference_of_a_pair() -> None:
    one = [ev.RequestFinished(1, AT, "request", record(1, status=200))]
    two = [ev.RequestFinished(1, AT, "request", record(1, status=401))]
    pairs = compare(one, two)
    assert pairs[0][:2] == (0, 0)
    assert not pairs[0].same
    first = first_difference(pairs)
    assert first is not None
    assert first.after == (0, 0)


def test_a_trace_compared_with_itself_has_no_difference(tmp_path: Path) -> None:
    trace = read(write(tmp_path / "a.trace", busy()))
    pairs = compare(trace, trace)
    assert all(pair.same for pair in pairs)
    assert first_difference(pairs) is None


def test_what_the_states_differ_in_is_told_group_by_group(tmp_path: Path) -> None:
    one = Replay(read(write(tmp_path / "a.trace", busy("wrong-workspace", 0))))
    two = Replay(read(write(tmp_path / "b.trace", busy("shadowed", 0))))
    found = state_differences(_state(one), _state(two))
    groups = {difference.group for difference in found}
    assert {"verdict", "lamp", "source", "check", "request"} <= groups
    told = {(d.group, d.name): (d.left, d.right) for d in found}
    assert told["verdict", "outcome"] == ("refused", "ready")
    assert told["lamp", "sent"] == ("no", "yes")
    assert told["source", "CODEX_API_KEY"][0] == "absent"
    assert state_differences(_state(one), _state(one)) == ()


def _state(replay: Replay) -> AuthState:
    return fold(AuthState(), replay.events[0])


def test_where_one_has_no_event_its_state_before_is_taken() -> None:
    told = [ev.Told(n, AT, c, "x", 1, 1) for n, c in enumerate(("a", "b", "c"), 1)]
    pairs = compare(told, [told[0], told[2]])
    assert places_at(pairs, 1) == (1, 0)
