"""What `codex app-server` answers when asked who is logged in: editors and the desktop app ask it.

It swallows every error, enforces no restriction and deletes nothing, so its answer differs from
`codex exec` on the same state. Source: recorded clients 0.122 to 0.169 (`account/read` and
`getAuthStatus`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import AppServerAnswer
from authtui.configuration.config import BEDROCK, GOOGLE, selected_provider
from authtui.contracts import CHATGPT_MODEL_BASE
from authtui.simulation.assumptions import refusal
from authtui.simulation.ladder import judge_ladder
from authtui.simulation.prerequisites import UNAUTHORIZED, routing_trouble, status_login
from authtui.simulation.refreshing import (
    is_stale,
    is_token_refused,
    needs_refresh,
    refresh_problem,
)
from authtui.simulation.restrictions import has_token_data
from authtui.simulation.selection import CHATGPT_MODES, forced_workspaces
from authtui.tokens.claims import plan_of

if TYPE_CHECKING:
    from authtui.simulation.program_start import Case
    from authtui.simulation.refreshing import RefreshProblem
    from authtui.simulation.selection import Credential

_ALIASES: Final = {"hc": "enterprise", "education": "edu"}
_NO_REQUIREMENTS: Final = "failed to load workspace requirements"
_ACCOUNTS: Final = {**dict.fromkeys(BEDROCK, "amazonBedrock"), GOOGLE: "gcp"}
_AUTH_METHODS: Final = {
    "api_key": "apikey",
    "chatgpt": "chatgpt",
    "chatgpt_auth_tokens": "chatgptAuthTokens",
    "agent_identity": "agentIdentity",
    "personal_access_token": "personalAccessToken",
    "workload_identity": "chatgptAuthTokens",
}


def predict_app_server(case: Case) -> AppServerAnswer:
    """Who the app server says is logged in."""
    home = case.observation.home.error
    if home:
        return AppServerAnswer(stops=f"Error: {case.contract.app_server_home_error}{home}")
    late = case.late_refusal
    if case.config_error or (late and not late.on_exec):
        return _without_configuration(case)
    failure = case.ladder.workload.failure
    if failure:
        cause = f"\n\nCaused by:\n    {failure.cause}" if failure.cause else ""
        return AppServerAnswer(stops=f"Error: {failure.text}{cause}")
    provider = case.provider
    if not provider.requires_openai_auth:
        account = _ACCOUNTS.get(provider.id) if provider.built_in else None
        return AppServerAnswer(account, requires_openai_auth=False)
    login = status_login(case)
    return _of_credential(case, login) if login else AppServerAnswer()


def _without_configuration(case: Case) -> AppServerAnswer:
    # An invalid configuration is ignored as a whole: the defaults hold, no restriction does.
    error = case.config_error
    config = case.observation.config
    bare = case.observation._replace(config=config._replace(values={}, error=None))
    default = case._replace(
        observation=bare,
        ladder=judge_ladder(bare, case.contract, case.assumptions),
        config_error=None,
        late_refusal=None,
        provider=selected_provider(bare.config),
    )
    given = predict_app_server(default)
    login = status_login(default)
    looked_up = login is not None and login.mode in (*CHATGPT_MODES, "personal_access_token")
    if not case.contract.routing or not looked_up:
        return given
    if given.account != "chatgpt" and not given.error:
        return given
    # For a refusal after reading: the kinds of errors of the client's standard library.
    text = "invalid data" if case.provider.known else "entity not found"
    if error is not None:
        position = f":{error.line}:{error.column}" if error.line else ""
        text = f"invalid configuration at {config.path_of(error.file)}{position}"
    return given._replace(account=None, plan=None, error=f"{_NO_REQUIREMENTS}: {text}")


def _of_credential(case: Case, credential: Credential) -> AppServerAnswer:
    method = _AUTH_METHODS.get(credential.mode)
    if credential.mode == "agent_identity" and case.contract.identity_only:
        # The April code has no mode of its own for it: the one that is stored, or, for the
        # variable, the one that `from_agent_identity_jwt` sets (#18180).
        document = credential.document
        method = document.mode if document is not None else "chatgptAuthTokens"
    if credential.mode == "api_key":
        empty = credential.secret is None or not credential.secret.reveal()
        return AppServerAnswer("apiKey", None, None if empty else method)
    if credential.mode in CHATGPT_MODES:
        return _of_login(case, credential, method)
    if credential.mode == "workload_identity":
        return AppServerAnswer("chatgpt", None, method)
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
    contract = case.contract
    document = credential.document
    tokens = document.tokens if document else None
    # Older app servers refresh what is about to expire; the look-up also refreshes after its 401.
    wanting = is_stale(credential, contract, case.observation.at)
    if contract.routing:
        wanting = needs_refresh(case, credential)
    problem = refresh_problem(case, credential) if wanting else None
    refreshed = wanting and problem is None
    if not has_token_data(credential) and not refreshed:
        method = None
    if tokens is None:
        what = "plan type is" if contract.personal_access_tokens else "email and plan type are"
        return AppServerAnswer(error=f"{what} required for chatgpt authentication")
    if not tokens.id_claims.email and not contract.personal_access_tokens:
        text = "email and plan type are required for chatgpt authentication"
        return AppServerAnswer(auth_method=method, error=text)
    if not contract.routing:
        if not tokens.access_token.reveal():
            method = None
    elif problem is not None and problem.permanent and credential.account_id is not None:
        return AppServerAnswer(auth_method=method)
    else:
        error = _look_up_error(case, credential, problem)
        if error is not None:
            return AppServerAnswer(auth_method=method, error=error)
    # Only the server knows the plan of a login that it refreshes.
    return AppServerAnswer("chatgpt", None if refreshed else _plan(credential.plan), method)


def _look_up_error(
    case: Case, credential: Credential, problem: RefreshProblem | None
) -> str | None:
    """Why the policies or the workspace of a login cannot be looked up, or None."""
    document = credential.document
    if problem is not None and credential.account_id is not None:
        undated = document is not None and document.last_refresh is None
        if undated or is_token_refused(case, credential):
            return UNAUTHORIZED
    if credential.plan in case.contract.managed_plans:
        refused = refusal(case.assumptions.policies)
        lacks_account = problem is not None and credential.account_id is None
        status = refused.status[:3] if refused else "401" if lacks_account else None
        if status is not None:
            what = "authentication" if status == "401" else "request"
            return f"{_NO_REQUIREMENTS}: cloud config: {what} failed (HTTP {status})"
    return routing_trouble(case, credential, CHATGPT_MODEL_BASE)


def _plan(raw: str | None) -> str:
    plan = plan_of(raw or "")
    return _ALIASES.get(plan.raw, plan.raw) if plan.known else "unknown"
