"""The first model request of a program start: what it carries, and how it is answered.

Pure. The order is the client's: provider, credential, what has to be prepared, the answer. Each
rule names its source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.checks.courses import Course, stop
from authtui.checks.findings import Outcome, PlannedRequest, Prediction
from authtui.checks.phrases import refused_text
from authtui.checks.preparations import (
    identity_trouble,
    is_routed,
    is_stale,
    policies_trouble,
    refresh_trouble,
    routing_trouble,
)
from authtui.checks.restrictions import has_token_data
from authtui.contracts import API_MODEL_BASE, CHATGPT_MODEL_BASE, SIGNED_OUT_SINCE
from authtui.credentials.assumptions import OK, refusal
from authtui.credentials.selection import (
    CHATGPT_MODES,
    Credential,
    Resolution,
    legal_header_value,
)

if TYPE_CHECKING:
    from authtui.checks.courses import Case

_MISSING_BEARER = (
    "unexpected status 401 Unauthorized: Missing bearer or basic authentication in header, "
    "url: {url}/responses"
)
_INCORRECT_KEY = (
    "unexpected status 401 Unauthorized: Incorrect API key provided, url: {url}/responses"
)


def request_of(case: Case, found: Resolution) -> Course:
    """What `exec` does from the first request on, with what the ladder found."""
    provider = case.provider
    policies = policies_trouble(case)
    if policies:
        return stop(
            "exec",
            f"Error: {policies}",
            "degraded",
            credential=found.credential,
            failure=found.failure,
            trouble="policies",
        )
    if not provider.built_in:
        own = _provider_credential(case)
        if isinstance(own, Course):
            return own
        if own is not None:
            request = PlannedRequest(
                provider.base_url or API_MODEL_BASE,
                "Bearer",
                None,
                fedramp=False,
                credential=own.source,
            )
            return _answered(case, own, request)
        if not provider.requires_openai_auth and not case.contract.provider_inherits_login:
            request = PlannedRequest(provider.base_url or API_MODEL_BASE, None, None, fedramp=False)
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
        return stop("exec", text, "unreadable", credential=credential, trouble="bedrock")
    if credential.mode == "agent_identity":
        if credential.flaw is not None:
            bare = PlannedRequest(API_MODEL_BASE, None, None, fedramp=False)
            unusable = Resolution(None, credential.flaw)
            return _refused_by_server(case, bare, unusable, "unreadable", None)
        if case.contract.record_without_bearer and credential.document is not None:
            text = "ERROR: agent identity auth does not expose a bearer token"
            return stop("exec", text, "unreadable", credential=credential, trouble="bearer")
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
    routing = routing_trouble(case, credential, base)
    if routing:
        return stop(
            "exec", f"ERROR: {routing}", "degraded", credential=credential, trouble="routing"
        )
    return _answered(case, credential, request)


def _base_url(case: Case, credential: Credential | None) -> str:
    override = case.observation.config.get("openai_base_url")
    if isinstance(override, str) and override.strip():
        return override.rstrip("/")
    chatgpt = credential is not None and credential.mode not in ("api_key", "bedrock")
    return CHATGPT_MODEL_BASE if chatgpt else API_MODEL_BASE


def _provider_credential(case: Case) -> Credential | Course | None:
    provider, environment = case.provider, case.observation.environment
    if provider.env_key:
        if environment.trimmed(provider.env_key) is None:
            text = f"ERROR: Missing environment variable: `{provider.env_key}`."
            if provider.env_key_instructions:
                text += f" {provider.env_key_instructions}"
            return stop("exec", text, "degraded", trouble="provider-variable")
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
    if not legal_header_value(key):
        found = Resolution(credential)
        bare = request._replace(authorization=None)
        return _refused_by_server(case, bare, found, "degraded", "key-header")
    doubt = key_doubt(key)
    if doubt:
        text = "ERROR: " + _INCORRECT_KEY.format(url=base)
        return stop(
            "exec",
            text,
            "degraded",
            credential=credential,
            request=request,
            trouble="key-shape",
            assumes=(f"the server refuses the key: {doubt}",),
        )
    return _answered(case, credential, request)


def _with_chatgpt(case: Case, credential: Credential, base: str) -> Course:
    contract, assumptions = case.contract, case.assumptions
    if not has_token_data(credential):
        return _without_tokens(case, credential, base)
    request = PlannedRequest(
        base, "Bearer", credential.account_id, credential.fedramp, credential.source
    )
    assumes: tuple[str, ...] = ()
    stale = is_stale(credential, contract, case.observation.at)
    if stale:
        bad = refresh_trouble(case)
        if bad == "builder":
            text = "builder error"
            if contract.routing:
                text = "workspace routing discovery unauthorized (401)"
            return stop(
                "exec",
                f"ERROR: {text}",
                "degraded",
                credential=credential,
                request=None if contract.routing else request,
                trouble="refresh-url",
            )
        if bad and assumptions.accepts_expired != "yes":
            return stop(
                "exec",
                f"ERROR: {bad}",
                "degraded",
                credential=credential,
                request=None if contract.routing else request,
                trouble="refresh",
            )
        if not bad:
            assumes = ("the token is refreshed: the authority takes the refresh token",)
    managed = _managed_identity(case, credential, base)
    if managed:
        return managed
    routing = routing_trouble(case, credential, base)
    if routing:
        return stop(
            "exec",
            f"ERROR: {routing}",
            "degraded",
            credential=credential,
            trouble="routing",
            assumes=assumes,
        )
    return _answered(case, credential, request, assumes)


def _without_tokens(case: Case, credential: Credential, base: str) -> Course:
    contract = case.contract
    bare = PlannedRequest(base, None, None, fedramp=False, credential=credential.source)
    text, asks = contract.no_tokens, contract.asks_without_tokens
    if contract.managed_identity == "bearer" and _manages_identity(case, credential):
        text = "ChatGPT auth is unavailable"
    elif contract.routing and not is_routed(case, base):
        # No look-up stands in the way: the request goes out bare, as in older generations.
        text, asks = SIGNED_OUT_SINCE, True
    return stop(
        "exec",
        f"ERROR: {text}",
        "unreadable",
        credential=credential,
        request=bare if asks else None,
        trouble="no-tokens",
    )


def _manages_identity(case: Case, credential: Credential) -> bool:
    """Whether `features.use_agent_identity` does something for this login."""
    if case.observation.config.get("features.use_agent_identity") is not True:
        return False
    kind = case.contract.managed_identity
    if kind == "bearer":
        return credential.mode == "chatgpt"
    return kind == "biscuit" and credential.mode in CHATGPT_MODES


def _managed_identity(case: Case, credential: Credential, base: str) -> Course | None:
    contract = case.contract
    if not _manages_identity(case, credential):
        return None
    text = identity_trouble(case, credential)
    if text:
        # With the biscuit, a first request goes out under the login itself.
        first = PlannedRequest(
            base, "Bearer", credential.account_id, credential.fedramp, credential.source
        )
        return stop(
            "exec",
            text,
            "degraded",
            credential=credential,
            request=first if contract.managed_identity == "biscuit" else None,
            trouble="register",
        )
    routing = routing_trouble(case, credential, base)
    if routing:
        return stop(
            "exec", f"ERROR: {routing}", "degraded", credential=credential, trouble="routing"
        )
    # The biscuit generation attaches no account header to an assertion.
    account = None if contract.managed_identity == "biscuit" else credential.account_id
    request = PlannedRequest(base, "AgentAssertion", account, credential.fedramp, credential.source)
    assumes = ("an agent identity and its task are registered, and written into auth.json",)
    return _answered(case, credential, request, assumes)


def _answered(
    case: Case, credential: Credential, request: PlannedRequest, assumes: tuple[str, ...] = ()
) -> Course:
    fault = case.assumptions.responses
    if fault == OK:
        return _ready(case, credential, request, assumes)
    if fault == "unreachable":
        return _unreachable(case, credential, request)
    text = _refusal_text(fault, request)
    return stop(
        "exec", text, "degraded", credential=credential, request=request, trouble="responses"
    )


def _refusal_text(fault: str, request: PlannedRequest) -> str:
    """What the client prints when the model endpoint says no."""
    refused = refusal(fault)
    status = refused.status if refused else fault
    if fault.startswith("429"):
        return f"ERROR: exceeded retry limit, last status: {status}"
    body = refused.body if refused else None
    return refused_text(status, body, f"{request.base_url}/responses")


def _unreachable(
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
    fault = case.assumptions.responses
    text = "ERROR: " + _MISSING_BEARER.format(url=request.base_url)
    if fault != OK:
        text = _refusal_text(fault, request)
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
