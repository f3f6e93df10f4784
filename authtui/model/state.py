"""The state of a session: one immutable value, and the pure fold that makes the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from authtui.checks.findings import Lamp
from authtui.checks.phrases import NOT_ANSWERED_YET
from authtui.model import events as ev
from authtui.model.requests import Requests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.checks.findings import Assessment
    from authtui.credentials.observation import Observation
    from authtui.wire.records import RequestRecord

REQUESTS_KEPT = 10_000
DETAILED = 500
"""How many of the newest requests keep their headers and bodies."""


@dataclass(frozen=True, slots=True)
class AuthState:
    """Everything a view needs. `requests_dropped` counts what the bounded log let go.

    `answer` is the last observed answer of a server to the selected credential; it lights the
    `accepted` lamp of `assessment` and is forgotten when the credential changes.
    """

    phase: ev.Phase = "empty"
    observation: Observation | None = None
    assessment: Assessment | None = None
    requests: Sequence[RequestRecord] = ()
    requests_dropped: int = 0
    last: ev.Event | None = None
    failure: str | None = None
    answer: ev.Asserted | None = None

    def without_details(self) -> AuthState:
        """The same state with the rows of its requests only: their headers and bodies are gone."""
        last = self.last
        if isinstance(last, ev.RequestStarted | ev.RequestFinished):
            last = replace(last, request=last.request.without_detail())
        return replace(self, last=last, requests=Requests.of(self.requests).without_details())


def accepted_lamp(answer: ev.Asserted) -> Lamp:
    """The lamp an observed answer lights: green and red only on the service's own word."""
    host = answer.host or "the server"
    said = f": {answer.meaning}" if answer.meaning else ""
    if answer.status is None:
        return Lamp("amber", f"{host} gave no answer{said}")
    text = f"{host} answered {answer.status}{said}"
    if not answer.by_auth_server:
        return Lamp("amber", text)
    if 200 <= answer.status < 300:
        return Lamp("green", text)
    return Lamp("red" if answer.status in (401, 403) else "amber", text)


def _with_answer(assessment: Assessment | None, answer: ev.Asserted) -> Assessment | None:
    if assessment is None:
        return None
    lamp = accepted_lamp(answer)
    assessment = assessment._replace(lamps=assessment.lamps._replace(accepted=lamp))
    verdict = assessment.verdict
    if NOT_ANSWERED_YET not in verdict.sentence:
        return assessment
    said = {
        "green": "The server accepted it.",
        "red": f"The server refused it: {answer.status}.",
    }.get(lamp.light, f"It is still open: {lamp.reason}.")
    verdict = verdict._replace(sentence=verdict.sentence.replace(NOT_ANSWERED_YET, said))
    if lamp.light == "red":
        verdict = verdict._replace(
            outcome="degraded",
            kind="record-not-what-it-seems",
            headline="The server refuses this credential",
        )
    return assessment._replace(verdict=verdict)


def _after_load(state: AuthState, event: ev.Loaded) -> AuthState:
    # An answer speaks for the credential it was given to: it outlives a look that finds the same.
    answer, before = state.answer, state.assessment
    same = before is not None and before.request == event.assessment.request and not event.changes
    if answer is None or not same:
        answer, assessment = None, event.assessment
    else:
        assessment = _with_answer(event.assessment, answer) or event.assessment
    return replace(
        state,
        phase="loaded",
        observation=event.observation,
        assessment=assessment,
        failure=None,
        answer=answer,
    )


def _with_request(state: AuthState, request: RequestRecord) -> AuthState:
    kept = Requests.of(state.requests).appended(request)
    extra = max(0, len(kept) - REQUESTS_KEPT)
    kept = kept.newest(REQUESTS_KEPT)
    old = len(kept) - DETAILED - 1
    if old >= 0 and kept[old].detail is not None:
        kept = kept.replaced(old, kept[old].without_detail())
    return replace(state, requests=kept, requests_dropped=state.requests_dropped + extra)


def _with_finished(state: AuthState, request: RequestRecord) -> AuthState:
    # What finishes began lately: looked for from the end, it is found at once.
    requests = Requests.of(state.requests)
    for place in range(len(requests) - 1, -1, -1):
        if requests[place].number == request.number:
            return replace(state, requests=requests.replaced(place, request))
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
            assessment = _with_answer(state.assessment, event)
            return replace(
                state, phase="asserted", failure=None, answer=event, assessment=assessment
            )
        case ev.LoggedOut():
            return replace(state, phase="logged-out", failure=None)
        case ev.Failed(reason=reason):
            return replace(state, phase="failed", failure=reason)
        case ev.RequestStarted(request=request):
            return _with_request(state, request)
        case ev.RequestFinished(request=request):
            return _with_finished(state, request)
        case _:
            return state
