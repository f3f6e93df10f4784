"""What has to go well before a ChatGPT login makes its first request, and how it fails.

Refreshing a stale token, looking up the workspace, registering an agent identity: each rule says
the client's own text, or None when nothing is in the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.checks.restrictions import filtered
from authtui.contracts import AUTHAPI_BASE, CHATGPT_BASE
from authtui.credentials.agent_place import task_failure
from authtui.credentials.assumptions import OK, refusal
from authtui.credentials.selection import CHATGPT_MODES

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.checks.courses import Case
    from authtui.contracts import Contract
    from authtui.credentials.selection import Credential

CHATGPT_MODEL_PATH: Final = "/backend-api/codex"
MANAGED_PLANS: Final = ("enterprise", "business", "hc", "education", "edu", "ent26")
_REFRESH_TEXTS = {
    "refresh_token_expired": "because your refresh token has expired.",
    "refresh_token_reused": "because your refresh token was already used.",
    "refresh_token_invalidated": "because your refresh token was revoked.",
}


def is_stale(credential: Credential, contract: Contract, now: datetime) -> bool:
    """The proactive rule: access-token `exp` within the margin, else 8 days of last_refresh."""
    from authtui.tokens.jwt import exp_of

    document = credential.document
    if credential.mode != "chatgpt" or document is None or document.tokens is None:
        return False
    expires = exp_of(document.tokens.access_token.reveal())
    if expires is not None:
        return expires <= now.timestamp() + contract.refresh_margin_seconds
    if document.last_refresh is None:
        return False
    return document.last_refresh.timestamp() < now.timestamp() - 8 * 86_400


def refresh_trouble(case: Case) -> str | None:
    """Why a stale token cannot be refreshed; `builder` when its address is no URL; or None."""
    override = case.observation.environment.get("CODEX_REFRESH_TOKEN_URL_OVERRIDE")
    if override is not None and "://" not in override.value.reveal():
        return "builder"
    fault = case.assumptions.refresh
    if fault in (OK, "unreachable"):
        # Without an answer the client goes on with the token it has.
        return None
    start = "Your access token could not be refreshed"
    known = _REFRESH_TEXTS.get(fault)
    middle = f" {known}" if known else "."
    return f"{start}{middle} Please log out and sign in again."


def policies_trouble(case: Case) -> str | None:
    """Why the policies of a managed plan cannot be loaded, or None.

    They belong to the login, whichever credential makes the requests: the API key of the
    environment hides it no more than a provider's own key does. Loading them refreshes a stale
    token (0.128 and 0.169, driven against a backend).
    """
    login = filtered(case.observation, case.contract, case.places, on_exec=False).credential
    if login is None or login.plan not in MANAGED_PLANS:
        return None
    if is_stale(login, case.contract, case.observation.at):
        spent = refresh_trouble(case)
        if spent and spent != "builder" and case.assumptions.accepts_expired != "yes":
            return spent
    return None if case.assumptions.policies == OK else case.contract.policies_failed


def is_routed(case: Case, base: str) -> bool:
    """Whether the workspace look-up decides where model requests at this base go."""
    return (
        case.contract.routing
        and case.provider.built_in
        and base.rstrip("/").endswith(CHATGPT_MODEL_PATH)
    )


def routing_trouble(case: Case, credential: Credential, base: str) -> str | None:
    """Why the workspace look-up before the first request fails (from 0.155/0.156 on), or None.

    With model requests at another address than ChatGPT's own path a failing look-up is ignored.
    """
    if not is_routed(case, base):
        return None
    if credential.account_id is None and credential.mode in CHATGPT_MODES:
        return None
    failed = "workspace routing discovery failed"
    unauthorized = "workspace routing discovery unauthorized (401)"
    base = case.observation.config.get("chatgpt_base_url")
    if isinstance(base, str) and not base.lower().startswith(("http://", "https://")):
        return failed
    certificate = case.observation.ca_file
    if certificate is not None and certificate.kind != "file":
        return failed
    fault = case.assumptions.accounts_check
    if fault == OK:
        stale = is_stale(credential, case.contract, case.observation.at)
        return unauthorized if stale and refresh_trouble(case) == "builder" else None
    if fault.startswith("401"):
        return unauthorized
    return {
        "no-origin": "workspace routing discovery missing backend origin",
        "other-workspace": "selected workspace missing from routing discovery",
    }.get(fault, failed)


def identity_trouble(case: Case, credential: Credential) -> str | None:
    """Why `features.use_agent_identity` cannot register for a login, or None."""
    contract, given = case.contract, case.assumptions
    if contract.managed_identity == "biscuit":
        return _biscuit_trouble(case, credential)
    if given.register != OK:
        override = case.observation.environment.trimmed("CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL")
        url = f"{(override or AUTHAPI_BASE).rstrip('/')}/v1/agent/register"
        return f"ERROR: agent identity registration failed for {url}"
    if given.task != OK:
        return f"ERROR: {task_failure(given.task, contract)}"
    return None


def _biscuit_trouble(case: Case, credential: Credential) -> str | None:
    given = case.assumptions
    runtime = credential.record.agent_runtime_id if credential.record else given.runtime
    start = (
        "ERROR: Agent task registration failed. Please try again; Codex will attempt to register "
        "the task again on the next turn: "
    )
    if given.biscuit == "missing":
        return f"{start}agent identity biscuit response did not include x-openai-authorization"
    steps = (
        (given.biscuit, "agent identity biscuit minting failed", "/authenticate_app_v2"),
        (given.register, "agent identity registration failed", "/v1/agent/register"),
        (
            given.task,
            "agent task registration failed",
            f"/v1/agent/{runtime or '<runtime>'}/task/register",
        ),
    )
    for fault, words, path in steps:
        refused = refusal(fault)
        if refused:
            said = f": {refused.body}" if refused.body is not None else ""
            return f"{start}{words} with status {refused.status} from {CHATGPT_BASE}{path}{said}"
    return None
