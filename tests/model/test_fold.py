"""State is a pure fold over events: the past can be replayed, and nothing depends on the replay."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import reduce
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.exchanges.records import RequestRecord
from authtui.model import events as ev
from authtui.model.session import AuthSession
from authtui.model.state import AuthState, fold

if TYPE_CHECKING:
    from collections.abc import Callable

AT = datetime(2026, 4, 15, 12, 0, tzinfo=UTC)


def request(number: int, status: int | None = None) -> RequestRecord:
    return RequestRecord(number, AT, "POST", "example.org", "/x", status=status)


def _makers() -> st.SearchStrategy[Callable[[int, datetime], ev.Event]]:
    text = st.text(max_size=8)
    return st.one_of(
        text.map(lambda t: lambda n, at: ev.Restricted(n, at, "load", t, True)),
        text.map(lambda t: lambda n, at: ev.IdentityRegistered(n, at, "register", t)),
        text.map(lambda t: lambda n, at: ev.TaskRegistered(n, at, "register", t)),
        st.integers(100, 599).map(lambda s: lambda n, at: ev.Asserted(n, at, "assert", s)),
        st.booleans().map(lambda b: lambda n, at: ev.Refreshed(n, at, "refresh", b)),
        st.just(lambda n, at: ev.LoggedOut(n, at, "logout", ("auth.json",))),
        text.map(lambda t: lambda n, at: ev.Failed(n, at, "x", "register", t)),
        text.map(lambda t: lambda n, at: ev.SourceChanged(n, at, "watch", t)),
        st.integers(1, 5).map(lambda i: lambda n, at: ev.RequestStarted(n, at, "x", request(i))),
        st.integers(1, 5).map(
            lambda i: lambda n, at: ev.RequestFinished(n, at, "x", request(i, 200))
        ),
    )


def empty_session() -> AuthSession[None]:
    def never(*_: object) -> None:
        raise AssertionError("nothing is to be read here")

    return AuthSession(never, never, None, lambda: AT)  # type: ignore[arg-type]


@given(st.lists(_makers(), max_size=30))
def test_the_state_at_any_event_is_the_fold_of_what_came_before(
    makers: list[Callable[[int, datetime], ev.Event]],
) -> None:
    session = empty_session()
    seen = [AuthState()]
    session.subscribe(lambda state, _: seen.append(state))
    for make in makers:
        session.publish(make)
    assert session.state == seen[-1]
    for number in range(len(makers) + 1):
        prefix = session.events[:number]
        assert session.state_at(number) == reduce(fold, prefix, AuthState()) == seen[number]


@given(st.lists(_makers(), max_size=10), _makers())
def test_folding_changes_neither_the_old_state_nor_the_event(
    makers: list[Callable[[int, datetime], ev.Event]],
    last: Callable[[int, datetime], ev.Event],
) -> None:
    old = reduce(fold, (m(n, AT) for n, m in enumerate(makers, 1)), AuthState())
    copy = AuthState(*(getattr(old, name) for name in AuthState.__slots__))
    event = last(99, AT)
    one, two = fold(old, event), fold(old, event)
    assert one == two
    assert old == copy
    assert one.last is event


@pytest.mark.parametrize(
    ("event", "phase"),
    [
        (ev.IdentityRegistered(1, AT, "register", "agent_1"), "registered"),
        (ev.TaskRegistered(1, AT, "register", "agent_1"), "registered"),
        (ev.Asserted(1, AT, "assert", 200), "asserted"),
        (ev.LoggedOut(1, AT, "logout"), "logged-out"),
        (ev.Restricted(1, AT, "load", "no", False), "refused"),
        (ev.Failed(1, AT, "assert", "assert", "no"), "failed"),
        (ev.SourceChanged(1, AT, "watch", "auth.json"), "empty"),
    ],
)
def test_each_event_leads_to_its_phase(event: ev.Event, phase: str) -> None:
    assert fold(AuthState(), event).phase == phase


def test_a_request_is_one_row_from_its_start_to_its_answer() -> None:
    state = fold(AuthState(), ev.RequestStarted(1, AT, "assert", request(1)))
    state = fold(state, ev.RequestStarted(2, AT, "assert", request(2)))
    state = fold(state, ev.RequestFinished(3, AT, "assert", request(1, 401)))
    assert [(r.number, r.status) for r in state.requests] == [(1, 401), (2, None)]


def test_the_requests_are_bounded_and_the_loss_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authtui.model.state.REQUESTS_KEPT", 3)
    state = AuthState()
    for number in range(1, 6):
        state = fold(state, ev.RequestStarted(number, AT, "x", request(number)))
    assert [r.number for r in state.requests] == [3, 4, 5]
    assert state.requests_dropped == 2
