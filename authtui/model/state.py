"""The state of a session: one immutable value, and the pure fold that makes the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from authtui.credentials.marks import marks_of
from authtui.exchanges.evidence import AnswerEvidence, TokenRotation
from authtui.exchanges.meaning import refusal_of
from authtui.model import events as ev
from authtui.model import programs as watched
from authtui.model.frozen_requests import FrozenRequests
from authtui.verdict.captured_program import with_program
from authtui.verdict.observed_lamps import answer_of, predicted, with_lamps
from authtui.verdict.observed_request import named_hosts
from authtui.verdict.observed_trouble import ends_trouble, is_trouble, with_trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.answers.findings import Assessment
    from authtui.exchanges.evidence import ObservedProgram
    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation

REQUESTS_KEPT = 10_000
ROTATIONS_KEPT = 100
DETAILED = 500
"""How many of the newest requests keep their headers and bodies."""
PROGRAMS_KEPT = 20
_NEAR = 20
"""How far back the request of a refusal is looked for."""


@dataclass(frozen=True, slots=True)
class AuthState:
    """Everything a view needs.

    `judged` is the assessment of what was read; `observed` is the same with what was seen since:
    `call`, the newest model call on the wire, and `answer`, the last answer of a server to the
    selected credential, light the lamps `sent` and `accepted`; `trouble` is what was seen that
    changes the verdict, and `said` what the client itself prints then. They are forgotten when the
    credential changes, except that `call` and `answer` stay while a watched program runs: what it
    sent stays true of it. `assessment`, which is shown everywhere, adds what came of the newest
    watched program.

    `reached` are the phases that this login has been through. `rotations` are the newest refreshes
    that were seen, refused ones included, `programs` the newest programs that were watched.
    `requests_dropped` counts older requests that are not kept.
    """

    phase: ev.Phase = "empty"
    observation: Observation | None = None
    observed: Assessment | None = None
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
    reached: tuple[ev.Phase, ...] = ()

    @property
    def assessment(self) -> Assessment | None:
        """The one judgement, live as in a replay: the machine, the wire, and the program."""
        if self.observed is None or not self.programs:
            return self.observed
        return with_program(self.observed, self.programs[-1], self.observation)

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
    named = named_hosts(state.observation, state.judged)
    now = state.last.at if state.last is not None else None
    found = with_lamps(base, state.call, _answer_now(state), named, now)
    found = with_trouble(found, state.trouble, state.rotations, state.observation, state.said)
    return replace(state, observed=found)


def _answer_now(state: AuthState) -> AnswerEvidence | None:
    """The answer as it stands now: a refresh that was refused since overtakes it."""
    answer, refused = state.answer, state.trouble
    if answer is None or answer.at is None or not isinstance(refused, TokenRotation):
        return answer
    return answer._replace(overtaken=refused.at > answer.at)


def _of_the_selected(answer: AnswerEvidence, state: AuthState) -> AnswerEvidence:
    """The answer, with the source it belongs to where that is not the selected one."""
    request = state.judged.request if state.judged is not None else None
    selected = request.credential if request is not None else None
    if answer.mark is None or selected is None or state.observation is None:
        return answer
    places = marks_of(state.observation).get(answer.mark, ())
    if not places or any(place.source in selected for place in places):
        return answer
    return answer._replace(other=places[0].source)


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
        observed=event.assessment,
        reached=("loaded",) if event.changes else _reached(state, "loaded"),
        failure=None,
        answer=answer,
        call=call,
        trouble=None if event.changes else state.trouble,
        said=None if event.changes else state.said,
    )
    return _with_observed(loaded)


def _reached(state: AuthState, phase: ev.Phase) -> tuple[ev.Phase, ...]:
    return state.reached if phase in state.reached else (*state.reached, phase)


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
    answer = state.answer
    if not record.under_way:
        answer = _of_the_selected(answer_of(record), state)
    return _with_observed(replace(state, call=record, answer=answer))


def _with_code(state: AuthState, event: ev.RotationSeen) -> ev.RotationSeen:
    """Why a refresh was refused, where an older trace has it in the request's meaning only."""
    if event.accepted or event.code is not None:
        return event
    newest = (r for r in reversed(state.requests[-_NEAR:]) if r.purpose == watched.REFRESH)
    return replace(event, code=refusal_of(next((r.meaning for r in newest), "")))


def fold(state: AuthState, event: ev.Event) -> AuthState:
    """The state after `event`. Pure: replay, time travel and tests are this function."""
    state = replace(state, last=event)
    if isinstance(event, ev.RotationSeen):
        event = _with_code(state, event)
    if state.programs:
        state = replace(state, programs=watched.after_event(state.programs, event))
    match event:
        case ev.Loaded():
            return _after_load(state, event)
        case ev.Restricted(message=message):
            return replace(state, phase="refused", failure=message)
        case ev.IdentityRegistered() | ev.TaskRegistered():
            reached = _reached(state, "registered")
            return replace(state, phase="registered", failure=None, reached=reached)
        case ev.Asserted():
            answer = AnswerEvidence(
                event.status,
                event.authorization,
                event.host,
                event.by_auth_server,
                event.meaning,
                event.at,
            )
            reached = _reached(state, "asserted")
            state = replace(state, phase="asserted", failure=None, answer=answer, reached=reached)
            return _with_observed(_with_new_trouble(state, answer))
        case ev.LoggedOut():
            reached = _reached(state, "logged-out")
            return replace(state, phase="logged-out", failure=None, reached=reached)
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
