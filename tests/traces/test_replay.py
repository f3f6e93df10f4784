"""Any moment of a trace is the state that the session had then, at the cost of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from authtui.exchanges.records import Detail
from authtui.model.events import RequestFinished
from authtui.model.state import AuthState, fold
from authtui.trace.reader import Trace, open_trace
from authtui.trace.replay import Replay
from tests.traces.made import busy, record, write

if TYPE_CHECKING:
    from pathlib import Path


def replay_of(path: Path) -> Replay:
    trace = open_trace(path)
    assert isinstance(trace, Trace)
    replay = Replay(trace, lambda event: f"{event.kind} {event.cause}")
    while replay.read_on(50):
        pass
    return replay


def test_every_moment_is_the_one_that_folding_from_the_start_gives(tmp_path: Path) -> None:
    replay = replay_of(write(tmp_path / "a.trace", busy(requests=150)))
    states = [AuthState()]
    for event in replay.events:
        states.append(fold(states[-1], event))
    for count in (*range(0, len(states), 7), len(states) - 1, 3, 200, 0):
        assert replay.state_after(count) == states[count]
    assert replay.state == states[-1]


def test_the_panes_have_what_the_session_had(tmp_path: Path) -> None:
    shown = busy(requests=3)
    found = replay_of(write(tmp_path / "a.trace", shown)).state
    live = shown.state.assessment
    assert found.assessment is not None
    assert live is not None
    assert found.phase == shown.state.phase
    assert [r.status for r in found.requests] == [r.status for r in shown.state.requests]
    assert [(c.id, c.status) for c in found.assessment.checks] == [
        (c.id, c.status) for c in live.checks
    ]
    assert [s.status for s in found.assessment.sources] == [s.status for s in live.sources]
    assert [len(t.rows) for t in found.assessment.tokens] == [len(t.rows) for t in live.tokens]
    assert found.assessment.lamps.stored.light == live.lamps.stored.light
    assert found.assessment.predictions[0].outcome == live.predictions[0].outcome


def test_failures_kinds_and_words_are_found_in_both_directions(tmp_path: Path) -> None:
    replay = replay_of(write(tmp_path / "a.trace", busy(requests=20)))
    kinds = replay.trace.kinds
    failures = [
        place
        for place, event in enumerate(replay.events)
        if event.kind in ("Failed", "Restricted")
        or (isinstance(event, RequestFinished) and event.request.status == 401)
    ]
    found, at = [], -1
    while (place := replay.next_failure(at, 1)) is not None:
        found.append(place)
        at = place
    assert found == failures
    assert replay.next_failure(failures[-1], -1) == failures[-2]
    assert replay.next_failure(0, -1) is None
    assert replay.next_of_kind("Failed", 0, 1) == kinds.index("Failed")
    assert replay.next_of_kind("Failed", kinds.index("Failed"), 1) is None
    assert replay.next_with("FAILED register", 0, 1) == kinds.index("Failed")
    assert replay.next_with("nothing like it", 0, 1) is None


def test_a_request_that_was_lightened_is_found_whole_in_the_file(tmp_path: Path) -> None:
    shown = busy("healthy", requests=1)
    answer = '{"error": {"code": "late"}}'
    shown.request_finished(record(1, status=401, detail=Detail((), (), None, answer)))
    for number in range(2, 200):
        shown.request_started(record(number))
    replay = replay_of(write(tmp_path / "a.trace", shown))
    light = replay.state.requests[0]
    assert light.detail is None
    assert light.detail_dropped
    whole = replay.request(light, len(replay.trace) - 1)
    assert whole.detail is not None
    assert whole.detail.response_body == "code: late"


def test_a_large_file_can_be_used_before_it_is_read(tmp_path: Path) -> None:
    trace = open_trace(write(tmp_path / "a.trace", busy(requests=400)))
    assert isinstance(trace, Trace)
    replay = Replay(trace)
    assert 0 < len(replay.events) < 100
    assert not trace.done
    assert replay.state_at(10).last == replay.events[9]
    assert replay.read_on(10_000) is False


@given(st.lists(st.integers(0, 90), min_size=1, max_size=12))
def test_jumping_about_is_the_same_as_walking(places: list[int]) -> None:
    import tempfile
    from pathlib import Path

    global _REPLAY  # noqa: PLW0603 - made once for a hundred examples
    if _REPLAY is None:
        with tempfile.TemporaryDirectory() as folder:
            _REPLAY = replay_of(write(Path(folder) / "a.trace", busy(requests=45)))
    for place in places:
        state = _REPLAY.state_after(place)
        fresh = AuthState()
        for event in _REPLAY.events[:place]:
            fresh = fold(fresh, event)
        assert state == fresh


_REPLAY: Replay | None = None
