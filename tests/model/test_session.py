"""The session publishes what happens, in order, to everybody, and survives those who listen."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.credentials.observe import read_observation
from authtui.model import events as ev
from authtui.model.session import EVENTS_KEPT, AuthSession
from authtui.model.state import AuthState
from tests.program import api_key_login, codex_home

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from authtui.machine.observation import Observation

START = datetime(2026, 4, 15, 12, 0, tzinfo=UTC)


def session_on(home: Path, environ: Mapping[str, str] | None = None) -> AuthSession[Options]:
    ticks = count()

    def observe() -> Observation:
        return read_observation(
            environ=environ or {}, home_option=str(home), now=START, installed=False
        )

    return AuthSession(
        observe, assess, Options("current"), lambda: START + timedelta(seconds=next(ticks))
    )


@pytest.fixture
def session(tmp_path: Path) -> AuthSession[Options]:
    return session_on(codex_home(tmp_path, api_key_login()))


def change(number: int) -> Callable[[int, datetime], ev.Event]:
    return lambda n, at: ev.SourceChanged(n, at, "test", str(number))


class Listener:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[ev.Event] = []
        self.states: list[AuthState] = []

    def __call__(self, state: AuthState, event: ev.Event) -> None:
        self.told.append(event)
        self.states.append(state)


def test_it_starts_empty_and_has_read_nothing(session: AuthSession[Options]) -> None:
    assert session.state == AuthState()
    assert session.events == ()


def test_a_load_reads_judges_and_says_so(session: AuthSession[Options]) -> None:
    event = session.load("start")
    assert isinstance(event, ev.Loaded)
    assert (event.sequence, event.cause, event.kind) == (1, "start", "Loaded")
    assert session.state.phase == "loaded"
    assert session.state.assessment is event.assessment
    assert event.assessment.verdict.outcome == "ready"


def test_a_login_that_a_restriction_forbids_ends_in_a_second_event(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login(), 'forced_login_method = "chatgpt"\n')
    session = session_on(home)
    event = session.load()
    assert isinstance(event, ev.Restricted)
    assert event.deletes_stored_login
    assert [e.kind for e in session.events] == ["Loaded", "Restricted"]
    assert session.state.phase == "refused"
    assert session.state.failure == event.message


def test_every_subscriber_hears_everything_in_the_same_order(session: AuthSession[Options]) -> None:
    listeners = [Listener() for _ in range(20)]
    for listener in listeners:
        session.subscribe(listener)
    session.load()
    for number in range(50):
        session.publish(change(number))
    for listener in listeners:
        assert [e.sequence for e in listener.told] == list(range(1, 52))
        assert listener.told == listeners[0].told


def test_each_event_comes_with_the_state_after_it(session: AuthSession[Options]) -> None:
    listener = Listener()
    session.subscribe(listener)
    session.load()
    session.fail("register", "the server did not answer")
    assert [s.last for s in listener.states] == listener.told
    assert [s.phase for s in listener.states] == ["loaded", "failed"]
    assert listener.states[-1].failure == "the server did not answer"


def test_a_subscriber_that_raises_harms_nobody(session: AuthSession[Options]) -> None:
    before, after = Listener(), Listener()
    boom = ValueError("boom")

    def broken(*_: object) -> None:
        raise boom

    session.subscribe(before)
    session.subscribe(broken)
    session.subscribe(after)
    session.load()
    session.load()
    assert [e.sequence for e in before.told] == [e.sequence for e in after.told] == [1, 2]
    assert list(session.subscriber_errors) == [boom, boom]


def test_an_interrupt_in_a_subscriber_does_not_silence_the_session(
    session: AuthSession[Options],
) -> None:
    listener = Listener()
    stop = [True]

    def interrupted(*_: object) -> None:
        if stop.pop() if stop else False:
            raise KeyboardInterrupt

    session.subscribe(interrupted)
    session.subscribe(listener)
    with pytest.raises(KeyboardInterrupt):
        session.publish(change(0))
    session.publish(change(1))
    assert listener.told[-1].sequence == 2


def test_an_event_published_by_a_subscriber_waits_its_turn(session: AuthSession[Options]) -> None:
    first, last = Listener(), Listener()

    def echo(_: AuthState, event: ev.Event) -> None:
        if event.sequence <= 3:
            session.publish(change(event.sequence * 10))

    session.subscribe(first)
    session.subscribe(echo)
    session.subscribe(last)
    session.publish(change(0))
    numbers = [e.sequence for e in first.told]
    assert numbers == [1, 2, 3, 4]
    assert [e.sequence for e in last.told] == numbers


def test_many_threads_lose_and_reorder_nothing(session: AuthSession[Options]) -> None:
    listener = Listener()
    session.subscribe(listener)
    ready = threading.Barrier(8)

    def publish() -> None:
        ready.wait()
        for number in range(200):
            session.publish(change(number))

    threads = [threading.Thread(target=publish) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e.sequence for e in listener.told] == list(range(1, 1601))
    assert list(session.events) == listener.told
    assert [e.at for e in listener.told] == sorted(e.at for e in listener.told)


def test_who_unsubscribes_hears_no_more_and_may_do_so_twice(session: AuthSession[Options]) -> None:
    leaving, staying = Listener(), Listener()
    leave = session.subscribe(leaving)
    session.subscribe(staying)
    session.publish(change(1))
    leave()
    leave()
    session.publish(change(2))
    assert len(leaving.told) == 1
    assert len(staying.told) == 2


def test_a_subscriber_may_leave_while_it_is_being_told(session: AuthSession[Options]) -> None:
    staying = Listener()
    out: list[Callable[[], None]] = []

    def once(*_: object) -> None:
        out[0]()

    out.append(session.subscribe(once))
    session.subscribe(staying)
    session.publish(change(1))
    session.publish(change(2))
    assert [e.sequence for e in staying.told] == [1, 2]


def test_who_comes_late_hears_from_then_on(session: AuthSession[Options]) -> None:
    session.publish(change(1))
    late = Listener()
    session.subscribe(late)
    session.publish(change(2))
    assert [e.sequence for e in late.told] == [2]


def test_only_so_many_events_are_kept_and_the_past_is_still_right(
    session: AuthSession[Options],
) -> None:
    session.load()
    loaded = session.state.assessment
    for number in range(EVENTS_KEPT + 5):
        session.publish(change(number))
    events = session.events
    assert len(events) == EVENTS_KEPT
    assert events[0].sequence == 7
    # The load itself is let go, what it found is not.
    assert session.state_at(events[0].sequence).assessment is loaded


def test_other_options_judge_what_was_seen_without_reading_again(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login())
    session = session_on(home)
    assert session.reassess(Options("first"), "generation first") is None
    session.load()
    (home / "auth.json").unlink()
    event = session.reassess(Options("first"), "generation first")
    assert isinstance(event, ev.Loaded)
    assert event.assessment.contract.name == "first"
    assert event.assessment.verdict.outcome == "ready"
    assert event.changes == ()


def test_a_load_says_what_changed_since_the_last_one_without_a_value(tmp_path: Path) -> None:
    home = codex_home(tmp_path)
    environ: dict[str, str] = {}
    session = session_on(home, environ)
    first = session.load()
    assert isinstance(first, ev.Loaded)
    assert first.changes == ()

    def changes(what: Callable[[], object]) -> tuple[str, ...]:
        what()
        event = next(
            e for e in (session.load(), *reversed(session.events)) if isinstance(e, ev.Loaded)
        )
        return event.changes

    auth = home / "auth.json"

    def create() -> None:
        auth.write_text('{"OPENAI_API_KEY": "sk-one-0000000000000000"}')
        auth.chmod(0o600)

    assert changes(create) == ("auth.json was created",)
    assert changes(lambda: auth.write_text('{"OPENAI_API_KEY": "sk-two"}')) == (
        "auth.json was rewritten in place",
    )
    assert changes(lambda: auth.chmod(0o644)) == ("auth.json mode 0600 → 0644",)

    def replace() -> None:
        beside = home / "beside"
        beside.write_text("{}")
        beside.chmod(0o644)
        beside.replace(auth)

    assert changes(replace) == ("auth.json was replaced",)
    assert changes(lambda: (home / "config.toml").write_text("model = 'x'\n")) == (
        "config.toml was created",
    )
    assert changes(auth.unlink) == ("auth.json was removed",)
    assert changes(auth.mkdir) == ("auth.json is now: directory",)
    assert changes(lambda: None) == ()


def test_a_variable_that_comes_changes_and_goes_is_told_by_name(tmp_path: Path) -> None:
    environ: dict[str, str] = {"LANG": "C"}
    session = session_on(codex_home(tmp_path), environ)
    session.load()
    found: list[str] = []
    for value in ("sk-one", "sk-two", None):
        if value is None:
            del environ["CODEX_API_KEY"]
        else:
            environ["CODEX_API_KEY"] = value
        event = session.load()
        assert isinstance(event, ev.Loaded)
        found += event.changes
    assert found == [
        "CODEX_API_KEY is now set",
        "CODEX_API_KEY has another value",
        "CODEX_API_KEY is no longer set",
    ]
    assert "sk-" not in " ".join(found)
