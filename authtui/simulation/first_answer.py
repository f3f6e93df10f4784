"""What the model endpoint answers the first request, and how `codex exec` ends on that.

Sources: recorded clients 0.122 to 0.169, driven clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Outcome, PlannedRequest, Prediction
from authtui.simulation.assumptions import OK, refusal
from authtui.simulation.program_start import ProgramStart, failed_start
from authtui.simulation.proxies import proxy_for
from authtui.simulation.refreshing import refresh_problem
from authtui.simulation.selection import CHATGPT_MODES, Credential, Resolution
from authtui.simulation.urls import has_http_scheme

if TYPE_CHECKING:
    from authtui.contracts import Contract
    from authtui.simulation.program_start import Case, Trouble

_NOTHING_ATTACHED: Final = '{"detail": "Unauthorized"}'


def answered(
    case: Case, credential: Credential, request: PlannedRequest, assumes: tuple[str, ...] = ()
) -> ProgramStart:
    """What the model endpoint makes of a request with this credential."""
    fault = case.assumptions.responses_at(request.base_url)
    if not has_http_scheme(request.base_url):
        return _no_address(Resolution(credential), "degraded")
    if fault == OK:
        return accepted(case, credential, request, assumes)
    if fault == "unreachable":
        return unreachable(case, Resolution(credential), request, "degraded")
    text = _refusal_text(fault, request, case.contract)
    if fault.startswith("401") and credential.mode in CHATGPT_MODES:
        problem = refresh_problem(case, credential)
        if problem is not None and problem.text:
            text = f"ERROR: {problem.text}"
    return failed_start(
        "exec", text, "degraded", credential=credential, request=request, trouble="responses"
    )


def wrong_key(
    case: Case, credential: Credential, request: PlannedRequest, doubt: str
) -> ProgramStart:
    """A key that the server refuses by its looks (`doubt`), unless it is assumed to say more."""
    if case.assumptions.responses_at(request.base_url) != OK:
        return answered(case, credential, request)
    return failed_start(
        "exec",
        _unauthorized("Incorrect API key provided", request),
        "degraded",
        credential=credential,
        request=request,
        trouble="key-shape",
        assumes=(f"the server refuses the key: {doubt}",),
    )


def accepted(
    case: Case, credential: Credential, request: PlannedRequest, assumes: tuple[str, ...] = ()
) -> ProgramStart:
    """The server takes the request: the program ends well, as far as what is assumed holds."""
    taken = (*credential.assumes, *assumes)
    if case.contract.routing and credential.mode in (*CHATGPT_MODES, "personal_access_token"):
        taken = (*taken, "the workspace look-up (accounts/check) answers")
    proxy = proxy_for(request.base_url, case.observation)
    if proxy is not None:
        taken = (*taken, f"the proxy {proxy.address} that {proxy.variable} names lets it through")
    prediction = Prediction(
        "exec",
        0,
        None,
        deletes_stored_login=False,
        outcome="ready",
        mode=credential.mode,
        assumes=(*taken, "the server accepts the credential"),
    )
    return ProgramStart(prediction, credential, request=request)


def refused_by_server(
    case: Case,
    request: PlannedRequest,
    found: Resolution,
    outcome: Outcome,
    trouble: Trouble | None,
) -> ProgramStart:
    """The server refuses a request that carries no credential, or none of use."""
    fault = case.assumptions.responses_at(request.base_url)
    if not has_http_scheme(request.base_url):
        return _no_address(found, outcome)
    if fault == "unreachable":
        return unreachable(case, found, request, outcome)
    # The words of ChatGPT for a request without a credential, or the API's.
    said = "Missing bearer or basic authentication in header"
    if "/backend-api" in request.base_url:
        said = _NOTHING_ATTACHED
    text = _unauthorized(said, request)
    if fault != OK:
        text = _refusal_text(fault, request, case.contract)
    assumes = ("the server refuses a request without a credential",)
    return _ended(found, text, outcome, trouble, request, assumes)


def expired_text(request: PlannedRequest) -> str:
    """The service's own refusal of an expired token, or of a request without one."""
    said = "Provided authentication token is expired. Please try signing in again."
    if request.authorization is None:
        said = _NOTHING_ATTACHED
    return _unauthorized(said, request)


def _unauthorized(said: str, request: PlannedRequest) -> str:
    return refused_text("401 Unauthorized", said, f"{request.base_url}/responses")


def _refusal_text(fault: str, request: PlannedRequest, contract: Contract) -> str:
    refused = refusal(fault)
    status = refused.status if refused else fault
    body = refused.body if refused else None
    if fault.startswith("429"):
        return f"ERROR: exceeded retry limit, last status: {status}"
    if fault.startswith("500"):
        return f"ERROR: {contract.high_demand}"
    if fault.startswith("400") and body is not None:
        return f"ERROR: {body}"
    return refused_text(status, body, f"{request.base_url}/responses")


def _no_address(found: Resolution, outcome: Outcome) -> ProgramStart:
    text = "ERROR: stream disconnected before completion: builder error"
    return _ended(found, text, outcome, "model-url")


def unreachable(
    case: Case, found: Resolution, request: PlannedRequest, outcome: Outcome
) -> ProgramStart:
    """Nobody answers: the client gives up after five attempts, or waits for the network."""
    if case.contract.waits_for_network:
        start = _ended(found, "ERROR: Reconnecting... waiting for network", outcome, "network")
        return start._replace(prediction=start.prediction._replace(ends=False))
    text = (
        "ERROR: stream disconnected before completion: error sending request for url "
        f"({request.base_url}/responses)"
    )
    return _ended(found, text, outcome, "network")


def _ended(
    found: Resolution,
    text: str,
    outcome: Outcome,
    trouble: Trouble | None,
    request: PlannedRequest | None = None,
    assumes: tuple[str, ...] = (),
) -> ProgramStart:
    """`exec` ends with `text`; `request` is None where none left."""
    return failed_start(
        "exec",
        text,
        outcome,
        credential=found.credential,
        failure=found.failure,
        filtered=found.filtered,
        request=request,
        trouble=trouble,
        assumes=assumes,
    )


def refused_text(status: str, said: str | None, url: str) -> str:
    """What the client prints when the model endpoint says no (recorded); `status` with its words.

    `said` is the message of the answer, None where there was none.
    """
    text = f"ERROR: unexpected status {status}"
    return text if said is None else f"{text}: {said}, url: {url}"
