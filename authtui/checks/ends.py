"""How a first model request ends: taken, refused, or never answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.checks.answers import (
    INCORRECT_KEY,
    is_address,
    missing_text,
    refusal_text,
)
from authtui.checks.courses import Course, stop
from authtui.checks.findings import Outcome, PlannedRequest, Prediction
from authtui.checks.refreshing import refresh_problem
from authtui.credentials.assumptions import OK
from authtui.credentials.selection import CHATGPT_MODES, Credential, Resolution

if TYPE_CHECKING:
    from authtui.checks.courses import Case


def wrong_key(case: Case, credential: Credential, request: PlannedRequest, doubt: str) -> Course:
    """A key that the server refuses by its looks (`doubt`), unless it is assumed to say more."""
    if case.assumptions.responses_at(request.base_url) != OK:
        return answered(case, credential, request)
    return stop(
        "exec",
        "ERROR: " + INCORRECT_KEY.format(url=request.base_url),
        "degraded",
        credential=credential,
        request=request,
        trouble="key-shape",
        assumes=(f"the server refuses the key: {doubt}",),
    )


def answered(
    case: Case, credential: Credential, request: PlannedRequest, assumes: tuple[str, ...] = ()
) -> Course:
    """What the model endpoint makes of a request with this credential."""
    fault = case.assumptions.responses_at(request.base_url)
    if not is_address(request.base_url):
        return no_address(credential)
    if fault == OK:
        return ready(case, credential, request, assumes)
    if fault == "unreachable":
        return unreachable(case, credential, request)
    text = refusal_text(fault, request, case.contract)
    if fault.startswith("401") and credential.mode in CHATGPT_MODES:
        problem = refresh_problem(case, credential)
        if problem is not None and problem.text:
            text = f"ERROR: {problem.text}"
    return stop(
        "exec", text, "degraded", credential=credential, request=request, trouble="responses"
    )


def no_address(credential: Credential | None, outcome: Outcome = "degraded") -> Course:
    """Model requests would go to a base that is no address."""
    text = "ERROR: stream disconnected before completion: builder error"
    return stop("exec", text, outcome, credential=credential, trouble="model-url")


def unreachable(
    case: Case,
    credential: Credential | None,
    request: PlannedRequest,
    outcome: Outcome = "degraded",
) -> Course:
    """The model endpoint does not answer: given up after five rounds, or waited for."""
    if case.contract.waits_for_network:
        text = "ERROR: Reconnecting... waiting for network"
        course = stop("exec", text, outcome, credential=credential, trouble="network")
        return course._replace(prediction=course.prediction._replace(ends=False))
    text = (
        "ERROR: stream disconnected before completion: error sending request for url "
        f"({request.base_url}/responses)"
    )
    return stop("exec", text, outcome, credential=credential, trouble="network")


def ready(
    case: Case, credential: Credential, request: PlannedRequest, assumes: tuple[str, ...] = ()
) -> Course:
    """The request is taken: the program ends as it should, by what is assumed."""
    taken = (*credential.assumes, *assumes)
    if case.contract.routing and credential.mode in (*CHATGPT_MODES, "personal_access_token"):
        taken = (*taken, "the workspace look-up (accounts/check) answers")
    taken = (*taken, "the server accepts the credential")
    prediction = Prediction(
        "exec",
        0,
        None,
        deletes_stored_login=False,
        outcome="ready",
        mode=credential.mode,
        assumes=taken,
    )
    return Course(prediction, credential, request=request)


def refused_by_server(
    case: Case, request: PlannedRequest, found: Resolution, outcome: Outcome, trouble: str | None
) -> Course:
    """A request that carries nothing, or nothing of use: the server says no."""
    fault = case.assumptions.responses_at(request.base_url)
    if not is_address(request.base_url):
        course = no_address(found.credential, outcome)
        return course._replace(failure=found.failure, filtered=found.filtered)
    if fault == "unreachable":
        course = unreachable(case, found.credential, request, outcome)
        return course._replace(failure=found.failure, filtered=found.filtered)
    text = f"ERROR: {missing_text(request)}"
    if fault != OK:
        text = refusal_text(fault, request, case.contract)
    prediction = Prediction(
        "exec",
        1,
        text,
        deletes_stored_login=False,
        outcome=outcome,
        mode=found.credential.mode if found.credential else None,
        assumes=("the server refuses a request without a credential",),
    )
    return Course(
        prediction, found.credential, found.failure, None, found.filtered, request, trouble
    )
