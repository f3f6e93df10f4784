"""What `codex app-server` answers when asked who is logged in: editors and the desktop app ask it.

It swallows every error, enforces no restriction and deletes nothing, so its answer differs from
`codex exec` on the same state. Source: recorded clients 0.122 to 0.169 (`account/read` and
`getAuthStatus`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.checks.preparations import UNAUTHORIZED, routing_trouble
from authtui.checks.refreshing import (
    has_to_be_renewed,
    is_refused,
    is_stale,
    refresh_problem,
)
from authtui.checks.restrictions import filtered, has_token_data
from authtui.contracts import CHATGPT_MODEL_BASE
from authtui.credentials.assumptions import refusal
from authtui.credentials.config import selected_provider
from authtui.credentials.places import judge_places
from authtui.credentials.selection import CHATGPT_MODES, forced_workspaces
from authtui.record import NamedTuple
from authtui.tokens.claims import plan_of

if TYPE_CHECKING:
    from authtui.checks.courses import Case
    from authtui.credentials.selection import Credential

_ALIASES: Final = {"hc": "enterprise", "education": "edu"}
AUTH_METHODS: Final = {
    "api_key": "apikey",
    "chatgpt": "chatgpt",
    "chatgpt_auth_tokens": "chatgptAuthTokens",
    "agent_identity": "agentIdentity",
    "personal_access_token": "personalAccessToken",
}


class AppServerAnswer(NamedTuple):
    """The answer in short. `account` is its type (`chatgpt`, `apiKey`) or None for nobody.

    `error` is the text of an `account/read` that fails; `stops` the text with which the program
    ends before it answers at all.
    """

    account: str | None = None
    plan: str | None = None
    auth_method: str | None = None
    requires_openai_auth: bool = True
    error: str | None = None
    stops: str | None = None


def answer(case: Case) -> AppServerAnswer:
    """Who the app server says is logged in."""
    home = case.observation.home.error
    if home:
        return AppServerAnswer(stops=f"Error: {case.contract.app_server_home_error}{home}")
    if case.config_error or case.late_refusal:
        return _without_configuration(case)
    failure = case.places.workload.failure
    if failure:
        cause = f"\n\nCaused by:\n    {failure.reason}" if failure.unread else ""
        return AppServerAnswer(stops=f"Error: {failure.text}{cause}")
    provider = case.provider
    if not provider.built_in and not provider.requires_openai_auth:
        return AppServerAnswer(requires_openai_auth=False)
    found = filtered(case.observation, case.contract, case.places, on_exec=False)
    if found.credential is None:
        return AppServerAnswer()
    return _of_credential(case, found.credential)


def _without_configuration(case: Case) -> AppServerAnswer:
    # An invalid configuration is ignored as a whole: the defaults hold, no restriction does.
    error = case.config_error
    config = case.observation.config
    bare = case.observation._replace(config=config._replace(values={}, error=None))
    places = judge_places(bare, case.contract, case.assumptions)
    default = case._replace(
        observation=bare,
        places=places,
        config_error=None,
        late_refusal=None,
        provider=selected_provider(bare.config),
    )
    given = answer(default)
    if case.contract.routing and (given.account == "chatgpt" or given.error) and _asks(default):
        text = _late(case)
        if error is not None:
            position = f":{error.line}:{error.column}" if error.line else ""
            text = f"invalid configuration at {config.file.path}{position}"
        return given._replace(
            account=None, plan=None, error=f"failed to load workspace requirements: {text}"
        )
    return given


def _asks(default: Case) -> bool:
    """Whether the workspace is looked up: for a login, not for an agent identity or a key."""
    found = filtered(default.observation, default.contract, default.places, on_exec=False)
    mode = found.credential.mode if found.credential else None
    return mode in (*CHATGPT_MODES, "personal_access_token")


def _late(case: Case) -> str:
    # The kinds of errors of the client's standard library.
    return "invalid data" if case.provider.known else "entity not found"


def _of_credential(case: Case, credential: Credential) -> AppServerAnswer:
    method = AUTH_METHODS.get(credential.mode)
    if credential.mode == "api_key":
        empty = credential.secret is None or not credential.secret.reveal()
        return AppServerAnswer("apiKey", None, None if empty else method)
    if credential.mode in CHATGPT_MODES:
        return _of_login(case, credential, method)
    if credential.mode == "agent_identity":
        return AppServerAnswer("chatgpt", _plan(credential.plan), method)
    if credential.mode == "personal_access_token":
        wanted = forced_workspaces(case.observation, case.contract)
        if wanted and credential.account_id not in wanted:
            return AppServerAnswer()
        trouble = routing_trouble(case, credential, CHATGPT_MODEL_BASE)
        if trouble:
            return AppServerAnswer(auth_method=method, error=trouble)
        # Only the server knows the plan of such a token.
        return AppServerAnswer("chatgpt", credential.plan, method)
    if credential.mode == "bedrock" and case.contract.bedrock_account:
        return AppServerAnswer(error=case.contract.bedrock_account)
    return AppServerAnswer(None, None, method)


def _of_login(case: Case, credential: Credential, method: str | None) -> AppServerAnswer:
    contract, assumptions = case.contract, case.assumptions
    document = credential.document
    tokens = document.tokens if document else None
    # Older app servers renew what is about to expire; the look-up also renews after its 401.
    wanting = is_stale(credential, contract, case.observation.at)
    if contract.routing:
        wanting = has_to_be_renewed(case, credential)
    problem = refresh_problem(case, credential) if wanting else None
    renewed = wanting and problem is None
    if not has_token_data(credential) and not renewed:
        method = None
    if tokens is None:
        what = "plan type is" if contract.personal_access_tokens else "email and plan type are"
        return AppServerAnswer(error=f"{what} required for chatgpt authentication")
    if not tokens.id_claims.email and not contract.personal_access_tokens:
        text = "email and plan type are required for chatgpt authentication"
        return AppServerAnswer(auth_method=method, error=text)
    if not tokens.access_token.reveal() and not contract.routing:
        method = None
    if contract.routing:
        if problem is not None and credential.account_id is not None:
            undated = document is not None and document.last_refresh is None
            if problem.lasting:
                return AppServerAnswer(auth_method=method)
            if undated or is_refused(case, credential):
                return AppServerAnswer(auth_method=method, error=UNAUTHORIZED)
        refused = refusal(assumptions.policies)
        if refused and credential.plan in contract.managed_plans:
            status = refused.status.split(" ", 1)[0]
            what = "authentication" if status == "401" else "request"
            text = f"cloud config: {what} failed (HTTP {status})"
            return AppServerAnswer(
                auth_method=method, error=f"failed to load workspace requirements: {text}"
            )
        lacks_account = problem is not None and credential.account_id is None
        if lacks_account and credential.plan in contract.managed_plans:
            text = "cloud config: authentication failed (HTTP 401)"
            return AppServerAnswer(
                auth_method=method, error=f"failed to load workspace requirements: {text}"
            )
        trouble = routing_trouble(case, credential, CHATGPT_MODEL_BASE)
        if trouble:
            return AppServerAnswer(auth_method=method, error=trouble)
    # Only the server knows the plan of a login that it renews.
    return AppServerAnswer("chatgpt", None if renewed else _plan(credential.plan), method)


def _plan(raw: str | None) -> str:
    plan = plan_of(raw or "")
    return _ALIASES.get(plan.raw, plan.raw) if plan.known else "unknown"
