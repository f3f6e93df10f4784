"""What has to go well before a login's first model request, and how each of these steps fails.

Loading the workspace's policies, looking up the workspace, registering an agent identity: each
rule gives the client's own text, or None where the step succeeds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.contracts import AUTHAPI_BASE, CHATGPT_BASE, CHATGPT_MODEL_BASE
from authtui.simulation.assumptions import OK, refusal
from authtui.simulation.online_credentials import is_retried, task_failure
from authtui.simulation.refreshing import is_stale, is_token_refused, refresh_problem
from authtui.simulation.restrictions import filtered
from authtui.simulation.selection import CHATGPT_MODES, forced_workspaces
from authtui.simulation.urls import has_http_scheme, listener_port

if TYPE_CHECKING:
    from authtui.simulation.program_start import Case
    from authtui.simulation.selection import Credential

OPENAI: Final = "OpenAI"
"""The name by which a provider of one's own is routed like the built-in one."""
_MODEL_PATH: Final = "/backend-api/codex"
MISSING_WORKSPACE: Final = "selected workspace missing from routing discovery"
UNAUTHORIZED: Final = "workspace routing discovery unauthorized (401)"
POLICIES_UNAUTHORIZED: Final = (
    "Your authentication session could not be refreshed automatically. Please log out and sign in "
    "again."
)


def status_login(case: Case) -> Credential | None:
    """The login as every program but `exec` sees it: without the API key of the environment."""
    return filtered(case.observation, case.contract, case.ladder, on_exec=False).credential


def policies_trouble(case: Case) -> str | None:
    """Why the policies of a managed plan cannot be loaded, or None.

    They belong to the login, whichever credential makes the requests: the API key of the
    environment hides it no more than a provider's own key does. Loading them refreshes a stale
    token (0.128 and 0.169, driven against a backend).
    """
    login = status_login(case)
    if login is None or login.plan not in case.contract.managed_plans:
        return None
    if is_stale(login, case.contract, case.observation.at):
        problem = refresh_problem(case, login)
        if problem is not None and is_token_refused(case, login):
            return problem.text if problem.permanent else case.contract.policies_failed
    if case.assumptions.policies == OK:
        return None
    if case.assumptions.policies.startswith("401"):
        return POLICIES_UNAUTHORIZED
    return case.contract.policies_failed


def is_routed(case: Case, base: str) -> bool:
    """Whether the workspace look-up decides where model requests at this base go."""
    return (
        case.contract.routing
        and (case.provider.built_in or case.provider.name == OPENAI)
        and base.rstrip("/").endswith("/backend-api/codex")
    )


def routed_base(case: Case, base: str, *, looks_up: bool = True) -> str:
    """Where a request goes once the workspace has been looked up.

    An address below the one that is asked gives way to the origin in the answer, which is
    ChatGPT's own unless the workspace lives elsewhere (0.169, led: `name = "OpenAI"`, or
    `openai_base_url`, beside `chatgpt_base_url`). Any https origin may be named, and the token goes
    there (0.169, 0.171). An agent identity is not looked up.
    """
    asked = case.observation.config.get("chatgpt_base_url")
    named = case.assumptions.origin
    if named is not None and looks_up and is_routed(case, base):
        return f"{_plain(named)}{_MODEL_PATH}"
    if not is_routed(case, base) or not isinstance(asked, str) or not _takes_a_path(asked):
        return base
    return CHATGPT_MODEL_BASE if _origin(asked) == _origin(base) else base


def _plain(origin: str) -> str:
    return origin.rstrip("/").removesuffix(":443")


def _origin_fault(origin: str | None) -> str | None:
    """What is wrong with the origin that the look-up names; the client's text."""
    if origin is None:
        return None
    scheme, mark, rest = origin.partition("://")
    host, _, path = rest.partition("/")
    if not mark or not host:
        return "invalid workspace backend URL"
    if scheme.lower() != "https" or "@" in host:
        return "workspace backend must use an HTTPS origin without credentials"
    return "workspace routing discovery must return an origin" if path else None


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}".lower()


def routing_trouble(case: Case, credential: Credential, base: str) -> str | None:
    """Why the workspace look-up before the first request fails (from 0.155/0.156 on), or None.

    With model requests at another address than ChatGPT's own path a failing look-up is ignored.
    """
    if not is_routed(case, base):
        return None
    if credential.account_id is None and credential.mode in CHATGPT_MODES:
        return None
    # None is not empty: the account of a personal access token is unknown until whoami names it.
    if credential.account_id == "":
        return "workspace routing requires a ChatGPT account id"
    if names_organization(credential):
        return MISSING_WORKSPACE
    failed = "workspace routing discovery failed"
    base = case.observation.config.get("chatgpt_base_url")
    if isinstance(base, str) and (not _takes_a_path(base) or nobody_listens(case, base)):
        return failed
    certificate = case.observation.ca_file
    if certificate is not None and certificate.kind != "file":
        return failed
    fault = case.assumptions.accounts_check
    if fault == OK:
        return _origin_fault(case.assumptions.origin) or _required_origin_fault(case)
    if fault.startswith("401"):
        return UNAUTHORIZED
    return {
        "no-origin": "workspace routing discovery missing backend origin",
        "other-workspace": MISSING_WORKSPACE,
        "duplicate": "duplicate workspace in routing discovery",
    }.get(fault, failed)


def nobody_listens(case: Case, url: str) -> bool:
    """Whether an address is one of this machine, and nobody listens at its port."""
    port, listening = listener_port(url), case.observation.listening
    return listening is not None and port is not None and port not in listening


def _required_origin_fault(case: Case) -> str | None:
    """Why the backend that requirements name does not fit the one that the look-up names."""
    required = case.observation.config.requirements.get("chatgpt_base_url")
    if required is None or not case.contract.requirements_decide:
        return None
    if not isinstance(required.value, str):
        return None
    fault = _origin_fault(_origin(required.value) if "://" in required.value else required.value)
    found = _plain(case.assumptions.origin or _origin(CHATGPT_MODEL_BASE))
    if fault is None and _plain(_origin(required.value)) != found:
        return "required ChatGPT backend conflicts with workspace routing"
    return fault


def names_organization(credential: Credential) -> bool:
    """Whether the stored account is an API organisation, which no list of workspaces holds.

    Its id stands among the id token's own `organizations`, or has their shape, `org-`.
    """
    from authtui.tokens.claims import AUTH
    from authtui.tokens.jwt import decode

    account = credential.account_id
    document = credential.document
    if not account or document is None or document.tokens is None:
        return False
    if account.startswith("org-"):
        return True
    claims = (decode(document.tokens.id_token.reveal()).claims or {}).get(AUTH)
    listed = claims.get("organizations") if isinstance(claims, dict) else None
    listed = listed if isinstance(listed, list) else []
    return any(isinstance(row, dict) and row.get("id") == account for row in listed)


def _takes_a_path(base: str) -> bool:
    return has_http_scheme(base) and not set("?#") & set(base)


def identity_trouble(case: Case, credential: Credential) -> str | None:
    """Why `features.use_agent_identity` cannot register for a login, or None."""
    contract, given = case.contract, case.assumptions
    if contract.managed_identity == "biscuit":
        return _biscuit_trouble(case, credential)
    if not has_binding(case, credential):
        return "ERROR: ChatGPT auth is unavailable"
    if given.register != OK:
        override = case.observation.environment.trimmed("CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL")
        url = f"{(override or AUTHAPI_BASE).rstrip('/')}/v1/agent/register"
        if given.register == "not-json":
            return f"ERROR: failed to parse agent identity response from {url}"
        return f"ERROR: agent identity registration failed for {url}"
    if given.task != OK:
        return f"ERROR: {task_failure(given.task, case.observation, contract)}"
    return None


def falls_back(case: Case) -> bool:
    """Whether the client gives up registering after three attempts and sends the login itself.

    It then uses the login's own token for an hour (codex-rs/login/src/auth/agent_identity.rs).
    """
    given = case.assumptions
    first = given.register if given.register != OK else given.task
    return is_retried(first)


def has_binding(case: Case, credential: Credential) -> bool:
    """Whether a login names the account and the user that an agent identity is registered for."""
    document = credential.document
    claims = document.tokens.id_claims if document and document.tokens else None
    forced = forced_workspaces(case.observation, case.contract)
    account = (forced[0] if len(forced) == 1 else None) or credential.account_id
    if case.contract.managed_identity == "biscuit":
        return bool(account)
    return bool(claims and claims.user_id and (account or claims.account_id))


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
    )
    for fault, words, path in steps:
        refused = refusal(fault)
        if refused:
            said = f": {refused.body}" if refused.body is not None else ""
            return f"{start}{words} with status {refused.status} from {CHATGPT_BASE}{path}{said}"
        if fault == "not-json":
            return f"{start}failed to parse agent identity response from {CHATGPT_BASE}{path}"
    text = task_failure(given.task, case.observation, case.contract, runtime)
    return None if text is None else f"{start}{text}"
