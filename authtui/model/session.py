"""`AuthSession`: the only thing that changes state, and says so in events.

It runs without a terminal: the command line, the app, recording and tests use the same object.
What it reads and how it judges are given to it; it keeps order and tells whoever listens.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from authtui.model import events as ev
from authtui.model.changes import describe_changes
from authtui.model.checkpoints import Checkpoints
from authtui.model.state import DETAILED, AuthState, fold

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from authtui.answers.findings import Assessment
    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation

    Subscriber = Callable[[AuthState, ev.Event], None]

EVENTS_KEPT = 10_000
CHECKPOINT_EVERY = 500

OptionsT = TypeVar("OptionsT")


class AuthSession(Generic[OptionsT]):
    """Observes, judges, publishes.

    Args:
        observe: Reads the machine; called on whatever thread calls `load`.
        assess: Judges an observation for the given options; pure.
        options: What to judge for; `reassess` changes it.
        clock: The current time, aware UTC.

    Events reach every subscriber in the order of their sequence numbers, whichever threads the
    transitions run on. A subscriber that raises harms nobody: the exception is kept in
    `subscriber_errors` and the next subscriber is told.
    """

    def __init__(
        self,
        observe: Callable[[], Observation],
        assess: Callable[[Observation, OptionsT], Assessment],
        options: OptionsT,
        clock: Callable[[], datetime],
    ) -> None:
        """Start empty: nothing is read until `load`."""
        self._observe = observe
        self._assess = assess
        self._clock = clock
        self.options = options
        self._state = AuthState()
        self._events: deque[ev.Event] = deque(maxlen=EVENTS_KEPT)
        self._base = AuthState()
        self._checkpoints = Checkpoints(CHECKPOINT_EVERY)
        self._sequence = 0
        self._numbers = 0
        self._subscribers: list[Subscriber] = []
        self._lock = threading.RLock()
        self._pending: deque[tuple[AuthState, ev.Event]] = deque()
        self._telling = False
        self.subscriber_errors: deque[Exception] = deque(maxlen=100)

    @property
    def state(self) -> AuthState:
        """The state after the newest event."""
        return self._state

    @property
    def events(self) -> tuple[ev.Event, ...]:
        """The events kept, oldest first; older ones than `EVENTS_KEPT` are let go."""
        with self._lock:
            return tuple(self._events)

    def state_at(self, sequence: int) -> AuthState:
        """The state as it was after the event with that sequence number."""
        with self._lock:
            before = self._sequence - len(self._events)
            found = self._checkpoints.before(sequence)
            number, state = found if found is not None else (before, self._base)
            for event in islice(self._events, number - before, max(0, sequence - before)):
                state = fold(state, event)
            return state

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Be told of every event from here on, with the state after it; the result unsubscribes."""
        with self._lock:
            self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            with self._lock:
                if subscriber in self._subscribers:
                    self._subscribers.remove(subscriber)

        return unsubscribe

    def load(self, cause: str = "load") -> ev.Event:
        """Read the machine and judge what is there. Never raises for what it finds.

        Returns the last event published: `Loaded`, or `Restricted` where the client would refuse.
        """
        return self.adopt(self._observe(), cause)

    def adopt(self, observation: Observation, cause: str) -> ev.Event:
        """Judge an observation made elsewhere, such as one that includes the keyring."""
        assessment = self._assess(observation, self.options)
        with self._lock:
            before = self._state
            changes = describe_changes(before.observation, observation)
            event: ev.Event = self._append(
                lambda n, at: ev.Loaded(n, at, cause, observation, assessment, changes)
            )
            verdict = assessment.verdict
            if verdict.outcome == "refused":
                message = verdict.client_message or verdict.sentence
                deletes = verdict.deletes_stored_login
                event = self._append(lambda n, at: ev.Restricted(n, at, cause, message, deletes))
        self._tell()
        return event

    def reassess(self, options: OptionsT, cause: str) -> ev.Event | None:
        """Judge the last observation for other options; reads nothing. None before any load."""
        self.options = options
        observation = self._state.observation
        return None if observation is None else self.adopt(observation, cause)

    def note_change(self, place: str, what: tuple[str, ...]) -> ev.Event:
        """Publish that a watched place changed, before the load that reads it."""
        return self.publish(lambda n, at: ev.SourceChanged(n, at, "watch", place, what))

    def fail(self, transition: str, reason: str, client_text: str | None = None) -> ev.Event:
        """Publish that a transition did not succeed, with a full sentence."""
        return self.publish(
            lambda n, at: ev.Failed(n, at, transition, transition, reason, client_text)
        )

    def next_number(self) -> int:
        """A number for a request's record that no other request of this session has."""
        with self._lock:
            self._numbers += 1
            return self._numbers

    def request_started(self, record: RequestRecord, cause: str = "request") -> None:
        """Publish that a request left: the recorder of a `Wire` calls this."""
        self.publish(lambda n, at: ev.RequestStarted(n, at, cause, record))

    def request_finished(self, record: RequestRecord, cause: str = "request") -> None:
        """Publish that a request was answered or failed."""
        self.publish(lambda n, at: ev.RequestFinished(n, at, cause, record))

    def publish(self, make: Callable[[int, datetime], ev.Event]) -> ev.Event:
        """Append the event that `make(sequence, time)` builds and tell every subscriber."""
        with self._lock:
            event = self._append(make)
        self._tell()
        return event

    def _append(self, make: Callable[[int, datetime], ev.Event]) -> ev.Event:
        self._sequence += 1
        event = make(self._sequence, self._clock())
        if len(self._events) == self._events.maxlen:
            self._base = fold(self._base, self._events[0])
            self._checkpoints.forget_before(self._events[0].sequence)
        self._events.append(event)
        if isinstance(event, ev.RequestStarted):
            self._numbers = max(self._numbers, event.request.number)
        self._forget_an_old_body()
        self._state = fold(self._state, event)
        self._checkpoints.note(event.sequence, self._state)
        self._pending.append((self._state, event))
        return event

    def _forget_an_old_body(self) -> None:
        # Memory is bounded: old bodies are dropped first, and their records say so.
        place = len(self._events) - DETAILED * 2 - 1
        if place < 0:
            return
        old = self._events[place]
        if isinstance(old, ev.RequestStarted | ev.RequestFinished) and old.request.detail:
            self._events[place] = replace(old, request=old.request.without_detail())
        self._checkpoints.lighten_before(old.sequence + 1)

    def _tell(self) -> None:
        # One thread delivers at a time, and an event published by a subscriber waits its turn:
        # that is what keeps the order the same for everybody.
        with self._lock:
            if self._telling:
                return
            self._telling = True
        try:
            self._deliver()
        except BaseException:
            # An interrupt is passed on, but the session must be able to deliver after it.
            with self._lock:
                self._telling = False
            raise

    def _deliver(self) -> None:
        while True:
            with self._lock:
                if not self._pending:
                    self._telling = False
                    return
                state, event = self._pending.popleft()
                subscribers = tuple(self._subscribers)
            for subscriber in subscribers:
                try:
                    subscriber(state, event)
                except Exception as error:  # noqa: BLE001 - a subscriber must harm nobody
                    self.subscriber_errors.append(error)
