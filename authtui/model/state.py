"""The state of a session: one immutable value, and the pure fold that makes the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from authtui.model import events as ev
from authtui.model.observed import accepted_lamp, ends_trouble, is_trouble, overlay

if TYPE_CHECKING:
    from authtui.checks.findings import Assessment
    from authtui.credentials.observation import Observation
    from authtui.wire.records import RequestRecord

REQUESTS_KEPT = 10_000
ROTATIONS_KEPT = 100
DETAILED = 500
"""How many of the newest requests keep their headers and bodies."""


__all__ = ["DETAILED", "REQUESTS_KEPT", "AuthState", "accepted_lamp", "fold"]


@dataclass(frozen=True, slots=True)
class AuthState:
    """Everything a view needs. `requests_dropped` counts what the bounded log let go.

    `answer` is the last observed answer of a server to the selected credential; it lights the
    `accepted` lamp of `assessment` and is forgotten when the credential changes. `judged` is what
    the last look alone said; `trouble` is what was seen since and changes the verdict; `rotations`
    are the newest refreshes that were seen, refused ones included; `said` is the client's own text
    to the last failure.
    """

    phase: ev.Phase = "empty"
    observation: Observation | None = None
    assessment: Assessment | None = None
    requests: tuple[RequestRecord, ...] = ()
    requests_dropped: int = 0
    last: ev.Event | None = None
    failure: str | None = None
    answer: ev.Asserted | None = None
    judged: Assessment | None = None
    trouble: ev.Event | None = None
    rotations: tuple[ev.RotationSeen, ...] = ()
    said: str | None = None


def _after_load(state: AuthState, event: ev.Loaded) -> AuthState:
    # An answer speaks for the credential it was given to: it outlives a look that finds the same.
    answer, before = state.answer, state.assessment
    same = before is not None and before.request == event.assessment.request and not event.changes
    if not same:
        answer = None
    return _laid_over(
        replace(
            state,
            phase="loaded",
            observation=event.observation,
            judged=event.assessment,
            failure=None,
            answer=answer,
            trouble=None if event.changes else state.trouble,
            said=None if event.changes else state.said,
        )
    )


def _laid_over(state: AuthState) -> AuthState:
    if state.judged is None:
        return state
    found = overlay(
        state.judged,
        state.answer,
        state.trouble,
        state.rotations,
        state.observation,
        state.said,
    )
    return replace(state, assessment=found)


def _with_trouble(state: AuthState, event: ev.Event) -> AuthState:
    trouble = state.trouble
    if is_trouble(event):
        trouble = event
    elif trouble is not None and ends_trouble(trouble, event):
        trouble = None
    return state if trouble is state.trouble else _laid_over(replace(state, trouble=trouble))


def _with_request(state: AuthState, request: RequestRecord) -> AuthState:
    kept = (*state.requests, request)
    extra = max(0, len(kept) - REQUESTS_KEPT)
    kept = kept[extra:]
    old = len(kept) - DETAILED - 1
    if old >= 0 and kept[old].detail is not None:
        kept = (*kept[:old], kept[old].without_detail(), *kept[old + 1 :])
    return replace(state, requests=kept, requests_dropped=state.requests_dropped + extra)


def _with_finished(state: AuthState, request: RequestRecord) -> AuthState:
    # What finishes began lately: looked for from the end, it is found at once.
    requests = state.requests
    for place in range(len(requests) - 1, -1, -1):
        if requests[place].number == request.number:
            return replace(state, requests=(*requests[:place], request, *requests[place + 1 :]))
    return state


def fold(state: AuthState, event: ev.Event) -> AuthState:
    """The state after `event`. Pure: replay, time travel and tests are this function."""
    state = replace(state, last=event)
    match event:
        case ev.Loaded():
            return _after_load(state, event)
        case ev.Restricted(message=message):
            return replace(state, phase="refused", failure=message)
        case ev.IdentityRegistered() | ev.TaskRegistered():
            return replace(state, phase="registered", failure=None)
        case ev.Asserted():
            state = replace(state, phase="asserted", failure=None, answer=event)
            return _laid_over(_with_trouble(state, event))
        case ev.LoggedOut():
            return replace(state, phase="logged-out", failure=None)
        case ev.Failed(reason=reason, client_text=said):
            return _laid_over(replace(state, phase="failed", failure=reason, said=said))
        case ev.RequestStarted(request=request):
            return _with_request(state, request)
        case ev.RequestFinished(request=request):
            return _with_trouble(_with_finished(state, request), event)
        case ev.RotationSeen():
            seen = (*state.rotations, event)[-ROTATIONS_KEPT:]
            return _with_trouble(replace(state, rotations=seen), event)
        case _:
            return state
