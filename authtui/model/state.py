"""The state of a session: one immutable value, and the pure fold that makes the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from authtui.exchanges.evidence import AnswerEvidence
from authtui.model import events as ev
from authtui.model import programs as watched
from authtui.model.frozen_requests import FrozenRequests
from authtui.verdict.observed_lamps import answer_of, predicted, with_lamps
from authtui.verdict.observed_request import named_hosts
from authtui.verdict.observed_trouble import ends_trouble, is_trouble, with_trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.answers.findings import Assessment
    from authtui.exchanges.evidence import ObservedProgram, TokenRotation
    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation

REQUESTS_KEPT = 10_000
ROTATIONS_KEPT = 100
DETAILED = 500
"""How many of the newest requests keep their headers and bodies."""
PROGRAMS_KEPT = 20


@dataclass(frozen=True, slots=True)
class AuthState:
    """Everything a view needs.

    `judged` is the assessment of what was read; `assessment` is the same with what was seen since:
    `call`, the newest model call on the wire, and `answer`, the last answer of a server to the
    selected credential, light the lamps `sent` and `accepted`; `trouble` is what was seen that
    changes the verdict, and `said` what the client itself prints then. They are forgotten when the
    credential changes, except that `call` and `answer` stay while a watched program runs: what it
    sent stays true of it.

    `rotations` are the newest refreshes that were seen, refused ones included, `programs` the
    newest programs that were watched. `requests_dropped` counts older requests that are not kept.
    """

    phase: ev.Phase = "empty"
    observation: Observation | None = None
    assessment: Assessment | None = None
    requests: Sequence[RequestRecord] = ()
    requests_dropped: int = 0
    last: ev.Event | None = None
    failure: str | None = None
    answer: AnswerEvidence | None = None
    judged: Assessment | None = None
    call: RequestRecord | None = None
    trouble: RequestRecord | TokenRotation | None = None
    rotations: tuple[TokenRotation, ...] = ()
    said: str | None = None
    programs: tuple[ObservedProgram, ...] = ()

    def without_details(self) -> AuthState:
        """The same state, its requests without their headers and bodies."""
        last = self.last
        if isinstance(last, ev.RequestStarted | ev.RequestFinished):
            last = replace(last, request=last.request.without_detail())
        return replace(self, last=last, requests=FrozenRequests.of(self.requests).without_details())


def _with_observed(state: AuthState) -> AuthState:
    if state.judged is None:
        return state
    running = bool(state.programs) and state.programs[-1].running
    base = predicted(state.judged) if running and state.call is None else state.judged
    named = named_hosts(state.observation) if state.observation is not None else frozenset()
    found = with_lamps(base, state.call, state.answer, named)
    found = with_trouble(found, state.trouble, state.rotations, state.observation, state.said)
    return replace(state, assessment=found)


def _after_load(state: AuthState, event: ev.Loaded) -> AuthState:
    # What was seen is true of one credential: it stays when another look finds the same one.
    answer, call, before = state.answer, state.call, state.judged
    same = before is not None and before.request == event.assessment.request and not event.changes
    running = bool(state.programs) and state.programs[-1].running
    if not same and not running:
        answer = call = None
    loaded = replace(
        state,
        phase="loaded",
        observation=event.observation,
        judged=event.assessment,
        assessment=event.assessment,
        failure=None,
        answer=answer,
        call=call,
        trouble=None if event.changes else state.trouble,
        said=None if event.changes else state.said,
    )
    return _with_observed(loaded)


def _with_new_trouble(
    state: AuthState, seen: RequestRecord | TokenRotation | AnswerEvidence
) -> AuthState:
    trouble = state.trouble
    if not isinstance(seen, AnswerEvidence) and is_trouble(seen):
        trouble = seen
    elif trouble is not None and ends_trouble(trouble, seen):
        trouble = None
    return state if trouble is state.trouble else _with_observed(replace(state, trouble=trouble))


def _with_request(state: AuthState, request: RequestRecord) -> AuthState:
    kept = FrozenRequests.of(state.requests).appended(request)
    extra = max(0, len(kept) - REQUESTS_KEPT)
    kept = kept.newest(REQUESTS_KEPT)
    old = len(kept) - DETAILED - 1
    if old >= 0 and kept[old].detail is not None:
        kept = kept.replaced(old, kept[old].without_detail())
    return replace(state, requests=kept, requests_dropped=state.requests_dropped + extra)


def _with_finished(state: AuthState, request: RequestRecord) -> AuthState:
    # A request that finishes is among the newest ones, so the search begins at the end.
    requests = FrozenRequests.of(state.requests)
    for place in range(len(requests) - 1, -1, -1):
        if requests[place].number == request.number:
            return replace(state, requests=requests.replaced(place, request))
    return state


def _with_call(state: AuthState, record: RequestRecord) -> AuthState:
    """Light `sent` and `accepted` by a model call that was seen."""
    if record.purpose != watched.MODEL_CALL or record.meaning == "not sent":
        return state
    if record.status == watched.FALL_BACK:
        return state
    answer = state.answer if record.under_way else answer_of(record)
    return _with_observed(replace(state, call=record, answer=answer))


def fold(state: AuthState, event: ev.Event) -> AuthState:
    """The state after `event`. Pure: replay, time travel and tests are this function."""
    state = replace(state, last=event)
    if state.programs:
        state = replace(state, programs=watched.after_event(state.programs, event))
    match event:
        case ev.Loaded():
            return _after_load(state, event)
        case ev.Restricted(message=message):
            return replace(state, phase="refused", failure=message)
        case ev.IdentityRegistered() | ev.TaskRegistered():
            return replace(state, phase="registered", failure=None)
        case ev.Asserted():
            answer = AnswerEvidence(
                event.status, event.authorization, event.host, event.by_auth_server, event.meaning
            )
            state = replace(state, phase="asserted", failure=None, answer=answer)
            return _with_observed(_with_new_trouble(state, answer))
        case ev.LoggedOut():
            return replace(state, phase="logged-out", failure=None)
        case ev.Failed(reason=reason, client_text=said):
            return _with_observed(replace(state, phase="failed", failure=reason, said=said))
        case ev.RequestStarted(request=request):
            return _with_call(_with_request(state, request), request)
        case ev.RequestFinished(request=request):
            return _with_new_trouble(_with_call(_with_finished(state, request), request), request)
        case ev.RotationSeen():
            seen = watched.rotation_of(event)
            kept = (*state.rotations, seen)[-ROTATIONS_KEPT:]
            return _with_new_trouble(replace(state, rotations=kept), seen)
        case ev.ChildStarted():
            program = watched.started(event, state.judged, state.observation)
            programs = (*state.programs, program)[-PROGRAMS_KEPT:]
            # What an earlier run showed says nothing about this one.
            fresh = replace(
                state, programs=programs, call=None, answer=None, trouble=None, said=None
            )
            return _with_observed(fresh)
        case _:
            return state
