"""The state of a session: one immutable value, and the pure fold that makes the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from authtui.model import events as ev

if TYPE_CHECKING:
    from authtui.checks.findings import Assessment
    from authtui.credentials.observation import Observation
    from authtui.wire.records import RequestRecord

REQUESTS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class AuthState:
    """Everything a view needs. `requests_dropped` counts what the bounded log let go."""

    phase: ev.Phase = "empty"
    observation: Observation | None = None
    assessment: Assessment | None = None
    requests: tuple[RequestRecord, ...] = ()
    requests_dropped: int = 0
    last: ev.Event | None = None
    failure: str | None = None


def fold(state: AuthState, event: ev.Event) -> AuthState:
    """The state after `event`. Pure: replay, time travel and tests are this function."""
    state = replace(state, last=event)
    match event:
        case ev.Loaded(observation=observation, assessment=assessment):
            return replace(
                state, phase="loaded", observation=observation, assessment=assessment, failure=None
            )
        case ev.Restricted(message=message):
            return replace(state, phase="refused", failure=message)
        case ev.IdentityRegistered() | ev.TaskRegistered():
            return replace(state, phase="registered", failure=None)
        case ev.Asserted():
            return replace(state, phase="asserted", failure=None)
        case ev.LoggedOut():
            return replace(state, phase="logged-out", failure=None)
        case ev.Failed(reason=reason):
            return replace(state, phase="failed", failure=reason)
        case ev.RequestStarted(request=request):
            kept = (*state.requests, request)
            extra = max(0, len(kept) - REQUESTS_KEPT)
            return replace(
                state, requests=kept[extra:], requests_dropped=state.requests_dropped + extra
            )
        case ev.RequestFinished(request=request):
            kept = tuple(request if r.number == request.number else r for r in state.requests)
            return replace(state, requests=kept)
        case _:
            return state
