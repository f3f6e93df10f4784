"""What the client makes of a model endpoint that says no: the last line of `codex exec`.

Sources: recorded clients 0.122 to 0.169, driven clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.checks.phrases import refused_text
from authtui.credentials.assumptions import refusal

if TYPE_CHECKING:
    from authtui.checks.findings import PlannedRequest
    from authtui.contracts import Contract

_NOTHING_ATTACHED: Final = '{"detail": "Unauthorized"}'
INCORRECT_KEY: Final = (
    "unexpected status 401 Unauthorized: Incorrect API key provided, url: {url}/responses"
)


def refusal_text(fault: str, request: PlannedRequest, contract: Contract) -> str:
    """What the client prints when the model endpoint says no."""
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


def missing_text(request: PlannedRequest) -> str:
    """The refusal of a request without a credential: ChatGPT's words, or the API's."""
    said = "Missing bearer or basic authentication in header"
    if "/backend-api" in request.base_url:
        said = _NOTHING_ATTACHED
    return f"unexpected status 401 Unauthorized: {said}, url: {request.base_url}/responses"


def expired_text(request: PlannedRequest) -> str:
    """The service's own refusal of a token whose time is over, or of a request without one."""
    said = "Provided authentication token is expired. Please try signing in again."
    if request.authorization is None:
        said = _NOTHING_ATTACHED
    return f"unexpected status 401 Unauthorized: {said}, url: {request.base_url}/responses"


def is_address(base: str) -> bool:
    """Whether requests can be sent to this base at all."""
    return base.lower().startswith(("http://", "https://"))
