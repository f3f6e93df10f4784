"""What each program start does with what was observed: exit code, text, deletion, first request.

Pure. The rules follow the order in which the client itself works: home, configuration, workload
identity, provider, restrictions, credential, request. Each rule names its source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.checks.findings import SURFACES, Outcome, PlannedRequest, Prediction, Surface
from authtui.checks.restrictions import Enforcement, Violation, enforce, filtered, has_token_data
from authtui.credentials.assumptions import OK, Assumptions, refusal
from authtui.credentials.config import ProviderFacts, selected_provider, validate
from authtui.credentials.selection import (
    CHATGPT_MODES,
    Credential,
    Failure,
    Places,
    Resolution,
    forced_workspaces,
    judge_places,
    task_failure,
)
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.contracts import Contract
    from authtui.credentials.observation import ConfigError, Observation

CHATGPT_BASE = "https://chatgpt.com/backend-api/codex"
API_BASE = "https://api.openai.com/v1"
MISSING_BEARER = (
    "unexpected status 401 Unauthorized: Missing bearer or basic authentication in header, "
    "url: {url}/responses"
)
INCORRECT_KEY = (
    "unexpected status 401 Unauthorized: Incorrect API key provided, url: {url}/responses"
)
REFRESH_TEXTS = {
    "refresh_token_expired": "because your refresh token has expired.",
    "refresh_token_reused": "because your refresh token was already used.",
    "refresh_token_invalidated": "because your refresh token was revoked.",
}
MISSING_STATUS = {
    "chatgpt": "Logged in using ChatGPT",
    "chatgpt_auth_tokens": "Logged in using ChatGPT",
    "personal_access_token": "Logged in using personal access token",
    "workload_identity": "Logged in using workload identity",
}


class Case(NamedTuple):
    """One observation under one generation: everything the rules below look at."""

    observation: Observation
    contract: Contract
    assumptions: Assumptions
    places: Places
    config_error: ConfigError | None
    provider: ProviderFacts
    enforcement: Enforcement


class Course(NamedTuple):
    """A prediction with the evidence behind it, for the verdict and the checks."""

    prediction: Prediction
    credential: Credential | None = None
    failure: Failure | None = None
    violation: Violation | None = None
    filtered: str | None = None
    request: PlannedRequest | None = None
    trouble: str | None = None


def make_case(
    observation: Observation, contract: Contract, assumptions: Assumptions | None = None
) -> Case:
    """Judge the places once, so that every surface is predicted from the same facts."""
    given = (assumptions or Assumptions()).settled()
    places = judge_places(observation, contract, given)
    error = observation.config.error or validate(observation.config.values, contract)
    return Case(
        observation,
        contract,
        given,
        places,
        error,
        selected_provider(observation.config),
        enforce(observation, contract, places),
    )


def predict(case: Case) -> dict[Surface, Course]:
    """The course of every surface."""
    ways = {"exec": _exec, "login-status": _status, "tui": _interactive}
    return {surface: ways[surface](case) for surface in SURFACES}


def status_start_up(case: Case) -> tuple[str, str] | None:
    """What stops `login status` and `logout` before they look at anything, and which trouble."""
    home = case.observation.home.error
    if home:
        warning = f"WARNING: proceeding, even though we {case.contract.path_warning}: {home}"
        return f"{warning}\nError loading configuration: {home}", "home"
    if case.config_error:
        error = case.config_error
        position = f":{error.line}:{error.column}" if error.line else ""
        path = case.observation.config.file.path
        return f"Error loading configuration: {path}{position}: {error.reason}", "config"
    if not case.provider.known:
        unknown = f"Model provider `{case.provider.id}` not found"
        return f"Error loading configuration: {unknown}", "provider"
    return None


def _status(case: Case) -> Course:
    contract = case.contract
    stopped = status_start_up(case)
    if stopped:
        text, trouble = stopped
        return _stop("login-status", text, "unreadable", trouble=trouble)
    found = filtered(case.observation, contract, case.places, on_exec=False)
    if found.failure:
        outcome: Outcome = "refused" if found.filtered else "unreadable"
        text = f"Error checking login status: {found.failure.text}"
        return _stop("login-status", text, outcome, failure=found.failure, filtered=found.filtered)
    if found.credential is None:
        outcome = "refused" if found.filtered else "not-logged-in"
        return _stop("login-status", "Not logged in", outcome, filtered=found.filtered)
    credential = found.credential
    prediction = Prediction(
        "login-status",
        0,
        _status_text(credential, contract),
        deletes_stored_login=False,
        outcome="ready",
        mode=credential.mode,
        assumes=credential.assumes,
    )
    return Course(prediction, credential)


def _status_text(credential: Credential, contract: Contract) -> str:
    if credential.mode == "api_key":
        key = credential.secret.reveal() if credential.secret else ""
        return contract.status_key.format(key=masked_key(key))
    if credential.mode == "agent_identity":
        # An identity-only document is a ChatGPT login to the April code (#18177).
        return "Logged in using ChatGPT" if contract.identity_only else contract.status_agent
    if credential.mode == "bedrock":
        keys = credential.document is not None and credential.document.mode == "bedrockAccessKeys"
        kind = "AWS access keys" if keys else "API key"
        return f"Logged in using Amazon Bedrock {kind}"
    return MISSING_STATUS.get(credential.mode, "Logged in using ChatGPT")


def masked_key(key: str) -> str:
    """A key as `login status` shows it: 13 bytes or fewer `***`, else first 8 and last 5."""
    if len(key.encode()) <= 13:
        return "***"
    return f"{key[:8]}***{key[-5:]}"


def _exec(case: Case) -> Course:
    early = _before_restrictions(case, "exec")
    if early:
        return early
    failure, violation = case.enforcement.failure, case.enforcement.violation
    if failure:
        return _stop("exec", failure.text, "unreadable", failure=failure)
    if violation:
        prediction = Prediction(
            "exec",
            1,
            violation.text,
            deletes_stored_login=violation.deletes,
            outcome="refused",
            mode=violation.credential.mode,
            assumes=violation.credential.assumes,
        )
        return Course(prediction, violation.credential, violation=violation)
    found = filtered(case.observation, case.contract, case.places, on_exec=True)
    return _request(case, found)


def _interactive(case: Case) -> Course:
    # The interactive client enforces restrictions with the environment's key enabled, as `exec`
    # does (seen with 0.123, 0.142 and 0.169 on a terminal), but signs in without that key.
    early = _before_restrictions(case, "tui")
    if early:
        return early
    violation = case.enforcement.violation
    if violation:
        prediction = Prediction(
            "tui",
            1,
            violation.text,
            deletes_stored_login=violation.deletes,
            outcome="refused",
            mode=violation.credential.mode,
            assumes=violation.credential.assumes,
        )
        return Course(prediction, violation.credential, violation=violation)
    if case.enforcement.failure:
        failure = case.enforcement.failure
        return _stop("tui", failure.text, "unreadable", failure=failure)
    found = filtered(case.observation, case.contract, case.places, on_exec=False)
    if found.credential is None:
        outcome: Outcome = "not-logged-in"
        if found.filtered:
            outcome = "refused"
        elif found.failure:
            outcome = "unreadable"
        prediction = Prediction(
            "tui", 0, None, deletes_stored_login=False, outcome=outcome, mode=None
        )
        return Course(prediction, failure=found.failure, filtered=found.filtered)
    course = _request(case, found)
    return course._replace(prediction=course.prediction._replace(surface="tui", exit=0))


def _before_restrictions(case: Case, surface: Surface) -> Course | None:
    home = case.observation.home.error
    if home:
        return _stop(surface, f"Error finding codex home: {home}", "unreadable", trouble="home")
    if case.config_error:
        error = case.config_error
        text = f"Error loading config.toml: {error.at_start or error.reason}"
        if error.key:
            text += f"\nin `{error.key}`"
        if error.key is None and error.line:
            path = case.observation.config.file.path
            text = f"Error loading config.toml:\n{path}:{error.line}:{error.column}: {error.reason}"
        return _stop(surface, text, "unreadable", trouble="config")
    failure = case.places.workload.failure
    if failure:
        text = f"Error: {failure.text}"
        if failure.unread:
            text += f"\n\nCaused by:\n    {failure.reason}"
        return _stop(surface, text, "unreadable", failure=failure)
    if not case.provider.known:
        text = f"Error: Model provider `{case.provider.id}` not found"
        return _stop(surface, text, "unreadable", trouble="provider")
    return None


def _request(case: Case, found: Resolution) -> Course:
    provider = case.provider
    if not provider.built_in:
        own = _provider_credential(case)
        if isinstance(own, Course):
            return own
        if own is not None:
            request = PlannedRequest(
                provider.base_url or API_BASE, "Bearer", None, fedramp=False, credential=own.source
            )
            return _ready(case, own, request)
        if not provider.requires_openai_auth and not case.contract.provider_inherits_login:
            request = PlannedRequest(provider.base_url or API_BASE, None, None, fedramp=False)
            return _refused_by_server(case, request, found, "degraded", "provider")
    base = provider.base_url or _base_url(case, found.credential)
    if found.credential is None:
        request = PlannedRequest(base, None, None, fedramp=False)
        outcome: Outcome = "not-logged-in"
        if found.filtered:
            outcome = "refused"
        elif found.failure:
            outcome = "unreadable"
        return _refused_by_server(case, request, found, outcome, None)
    credential = found.credential
    if credential.mode == "api_key":
        return _with_api_key(case, credential, base)
    if credential.mode in CHATGPT_MODES:
        return _with_chatgpt(case, credential, base)
    if credential.mode == "bedrock":
        if provider.id == "amazon-bedrock":
            return _ready(case, credential, PlannedRequest(base, "AWS", None, fedramp=False))
        text = (
            "ERROR: unsupported operation: Bedrock API key auth is only supported by the Amazon "
            "Bedrock model provider"
        )
        return _stop("exec", text, "unreadable", credential=credential, trouble="bedrock")
    if credential.mode == "agent_identity":
        if credential.flaw is not None:
            bare = PlannedRequest(API_BASE, None, None, fedramp=False)
            unusable = Resolution(None, credential.flaw)
            return _refused_by_server(case, bare, unusable, "unreadable", None)
        if case.contract.record_without_bearer and credential.document is not None:
            text = "ERROR: agent identity auth does not expose a bearer token"
            return _stop("exec", text, "unreadable", credential=credential, trouble="bearer")
        request = PlannedRequest(
            base,
            "AgentAssertion",
            credential.account_id,
            fedramp=credential.fedramp,
            credential=credential.source,
        )
        return _answered(case, credential, request)
    request = PlannedRequest(
        base, "Bearer", credential.account_id, credential.fedramp, credential.source
    )
    routing = routing_trouble(case, credential)
    if routing:
        return _stop(
            "exec", f"ERROR: {routing}", "degraded", credential=credential, trouble="routing"
        )
    return _answered(case, credential, request)


def _base_url(case: Case, credential: Credential | None) -> str:
    override = case.observation.config.get("openai_base_url")
    if isinstance(override, str) and override.strip():
        return override.rstrip("/")
    chatgpt = credential is not None and credential.mode not in ("api_key", "bedrock")
    return CHATGPT_BASE if chatgpt else API_BASE


def _provider_credential(case: Case) -> Credential | Course | None:
    provider, environment = case.provider, case.observation.environment
    if provider.env_key:
        if environment.trimmed(provider.env_key) is None:
            text = f"ERROR: Missing environment variable: `{provider.env_key}`."
            if provider.env_key_instructions:
                text += f" {provider.env_key_instructions}"
            return _stop("exec", text, "degraded", trouble="provider-variable")
        given = environment.get(provider.env_key)
        return Credential(
            "provider", provider.env_key, provider.env_key, given.value if given else None
        )
    where = f"model_providers.{provider.id}"
    if provider.bearer_token is not None:
        return Credential("provider", f"{where}.experimental_bearer_token", where)
    if provider.auth_command:
        return Credential(
            "provider",
            f"{where}.auth",
            where,
            assumes=("the provider's auth command prints a token",),
        )
    return None


def header_safe(value: str) -> bool:
    """Whether a value may stand in a header: the client attaches nothing when it may not."""
    return all(char == "\t" or " " <= char <= "~" for char in value)


def key_doubt(key: str) -> str | None:
    """Why the server will refuse this API key by its looks, or None."""
    if not key.strip():
        return "the key is blank"
    if key[0] in "\"'" or key[-1] in "\"'":
        return "quote characters are part of the key"
    if key.lower().startswith("bearer "):
        return "the word Bearer is part of the key"
    if key != key.strip() or any(char.isspace() for char in key):
        return "white space is part of the key"
    if "://" in key:
        return "the key is an address"
    if key.startswith("at-"):
        return "this is a personal access token, not an API key"
    if key.count(".") >= 2 and key.startswith("ey"):
        return "this is a JWT, not an API key"
    return None


def _with_api_key(case: Case, credential: Credential, base: str) -> Course:
    key = credential.secret.reveal() if credential.secret else ""
    request = PlannedRequest(base, "Bearer", None, fedramp=False, credential=credential.source)
    if not header_safe(key):
        found = Resolution(credential)
        bare = request._replace(authorization=None)
        return _refused_by_server(case, bare, found, "degraded", "key-header")
    doubt = key_doubt(key)
    if doubt:
        text = "ERROR: " + INCORRECT_KEY.format(url=base)
        return _stop(
            "exec",
            text,
            "degraded",
            credential=credential,
            request=request,
            trouble="key-shape",
            assumes=(f"the server refuses the key: {doubt}",),
        )
    return _answered(case, credential, request)


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


def _with_chatgpt(case: Case, credential: Credential, base: str) -> Course:
    contract, assumptions = case.contract, case.assumptions
    if not has_token_data(credential):
        # Some generations ask the model endpoint all the same, with nothing attached.
        bare = PlannedRequest(base, None, None, fedramp=False, credential=credential.source)
        return _stop(
            "exec",
            f"ERROR: {contract.no_tokens}",
            "unreadable",
            credential=credential,
            request=bare if contract.asks_without_tokens else None,
            trouble="no-tokens",
        )
    request = PlannedRequest(
        base, "Bearer", credential.account_id, credential.fedramp, credential.source
    )
    assumes: tuple[str, ...] = ()
    stale = is_stale(credential, contract, case.observation.at)
    if stale:
        bad = _refresh_trouble(case)
        if bad == "builder":
            text = "builder error"
            if contract.routing:
                text = "workspace routing discovery unauthorized (401)"
            return _stop(
                "exec",
                f"ERROR: {text}",
                "degraded",
                credential=credential,
                request=None if contract.routing else request,
                trouble="refresh-url",
            )
        if bad and assumptions.accepts_expired != "yes":
            return _stop(
                "exec",
                f"ERROR: {bad}",
                "degraded",
                credential=credential,
                request=None if contract.routing else request,
                trouble="refresh",
            )
        if not bad:
            assumes = ("the token is refreshed: the authority takes the refresh token",)
    if assumptions.policies != OK and credential.plan in MANAGED_PLANS:
        return _stop(
            "exec",
            f"Error: {contract.policies_failed}",
            "degraded",
            credential=credential,
            trouble="policies",
        )
    managed = _managed_identity(case, credential, base)
    if managed:
        return managed
    routing = routing_trouble(case, credential)
    if routing:
        return _stop(
            "exec",
            f"ERROR: {routing}",
            "degraded",
            credential=credential,
            trouble="routing",
            assumes=assumes,
        )
    return _answered(case, credential, request, assumes)


MANAGED_PLANS: Final = ("enterprise", "business", "hc", "education", "edu", "ent26")


def _refresh_trouble(case: Case) -> str | None:
    override = case.observation.environment.get("CODEX_REFRESH_TOKEN_URL_OVERRIDE")
    if override is not None and "://" not in override.value.reveal():
        return "builder"
    fault = case.assumptions.refresh
    if fault in (OK, "unreachable"):
        # Without an answer the client goes on with the token it has.
        return None
    start = "Your access token could not be refreshed"
    known = REFRESH_TEXTS.get(fault)
    middle = f" {known}" if known else "."
    return f"{start}{middle} Please log out and sign in again."


def routing_trouble(case: Case, credential: Credential) -> str | None:
    """Why the workspace look-up before the first request fails (from 0.155/0.156 on), or None."""
    if not case.contract.routing or not case.provider.built_in:
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
        return unauthorized if stale and _refresh_trouble(case) == "builder" else None
    if fault.startswith("401"):
        return unauthorized
    return {
        "no-origin": "workspace routing discovery missing backend origin",
        "other-workspace": "selected workspace missing from routing discovery",
    }.get(fault, failed)


def _managed_identity(case: Case, credential: Credential, base: str) -> Course | None:
    contract, given = case.contract, case.assumptions
    if case.observation.config.get("features.use_agent_identity") is not True:
        return None
    if contract.managed_identity == "none" or credential.mode not in CHATGPT_MODES:
        return None
    text = None
    if contract.managed_identity == "biscuit":
        text = _biscuit_trouble(case, credential)
    elif credential.mode != "chatgpt":
        return None
    elif given.register != OK:
        url = "https://auth.openai.com/api/accounts/v1/agent/register"
        text = f"ERROR: agent identity registration failed for {url}"
    elif given.task != OK:
        text = f"ERROR: {task_failure(given.task, contract)}"
    if text:
        # With the biscuit, a first request goes out under the login itself.
        first = PlannedRequest(
            base, "Bearer", credential.account_id, credential.fedramp, credential.source
        )
        return _stop(
            "exec",
            text,
            "degraded",
            credential=credential,
            request=first if contract.managed_identity == "biscuit" else None,
            trouble="register",
        )
    routing = routing_trouble(case, credential)
    if routing:
        return _stop(
            "exec", f"ERROR: {routing}", "degraded", credential=credential, trouble="routing"
        )
    # The biscuit generation attaches no account header to an assertion.
    account = None if contract.managed_identity == "biscuit" else credential.account_id
    request = PlannedRequest(base, "AgentAssertion", account, credential.fedramp, credential.source)
    assumes = ("an agent identity and its task are registered, and written into auth.json",)
    return _answered(case, credential, request, assumes)


def _biscuit_trouble(case: Case, credential: Credential) -> str | None:
    given = case.assumptions
    runtime = credential.record.agent_runtime_id if credential.record else given.runtime
    start = (
        "ERROR: Agent task registration failed. Please try again; Codex will attempt to register "
        "the task again on the next turn: "
    )
    root = "https://chatgpt.com/backend-api"
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
            return f"{start}{words} with status {refused.status} from {root}{path}{said}"
    return None


def _answered(
    case: Case, credential: Credential, request: PlannedRequest, assumes: tuple[str, ...] = ()
) -> Course:
    fault = case.assumptions.responses
    if fault == OK:
        return _ready(case, credential, request, assumes)
    if fault == "unreachable":
        return _unreachable(case, credential, request)
    refused = refusal(fault)
    status = refused.status if refused else fault
    text = f"ERROR: unexpected status {status}"
    if fault.startswith("429"):
        text = f"ERROR: exceeded retry limit, last status: {status}"
    elif refused and refused.body is not None:
        text = f"{text}: {refused.body}, url: {request.base_url}/responses"
    return _stop(
        "exec", text, "degraded", credential=credential, request=request, trouble="responses"
    )


def _unreachable(
    case: Case,
    credential: Credential | None,
    request: PlannedRequest,
    outcome: Outcome = "degraded",
) -> Course:
    """The model endpoint does not answer: given up after five rounds, or waited for."""
    if case.contract.waits_for_network:
        text = "ERROR: Reconnecting... waiting for network"
        course = _stop("exec", text, outcome, credential=credential, trouble="network")
        return course._replace(prediction=course.prediction._replace(ends=False))
    text = (
        "ERROR: stream disconnected before completion: error sending request for url "
        f"({request.base_url}/responses)"
    )
    return _stop("exec", text, outcome, credential=credential, trouble="network")


def _ready(
    case: Case, credential: Credential, request: PlannedRequest, assumes: tuple[str, ...] = ()
) -> Course:
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


def _refused_by_server(
    case: Case, request: PlannedRequest, found: Resolution, outcome: Outcome, trouble: str | None
) -> Course:
    if case.assumptions.responses == "unreachable":
        course = _unreachable(case, found.credential, request, outcome)
        return course._replace(failure=found.failure, filtered=found.filtered)
    text = "ERROR: " + MISSING_BEARER.format(url=request.base_url)
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


def _stop(
    surface: Surface,
    text: str,
    outcome: Outcome,
    *,
    credential: Credential | None = None,
    failure: Failure | None = None,
    filtered: str | None = None,
    request: PlannedRequest | None = None,
    trouble: str | None = None,
    assumes: tuple[str, ...] = (),
) -> Course:
    prediction = Prediction(
        surface,
        1,
        text,
        deletes_stored_login=False,
        outcome=outcome,
        mode=credential.mode if credential else None,
        assumes=assumes or (credential.assumes if credential else ()),
    )
    return Course(prediction, credential, failure, None, filtered, request, trouble)


def wanted_workspaces(case: Case) -> tuple[str, ...]:
    """The workspaces the configuration requires."""
    return forced_workspaces(case.observation, case.contract)
