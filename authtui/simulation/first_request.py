"""The first model request of a program start: what it carries, and to which address.

Pure. The order is the client's: policies, provider, credential, what comes before the request,
and then the answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from authtui.answers.findings import PlannedRequest, Prediction
from authtui.configuration.config import BEDROCK, GOOGLE, missing_server
from authtui.contracts import (
    API_MODEL_BASE,
    CHATGPT_MODEL_BASE,
    FEDRAMP_API_BASE,
    FEDRAMP_KEYS,
    SIGNED_OUT_SINCE,
)
from authtui.simulation.api_keys import damage_of, owner_of
from authtui.simulation.assumptions import OK
from authtui.simulation.built_in_providers import (
    LOCAL_SERVERS,
    local_base,
    to_bedrock,
    to_google,
)
from authtui.simulation.first_answer import (
    answered,
    expired_text,
    refused_by_server,
    unreachable,
    wrong_key,
)
from authtui.simulation.prerequisites import (
    OPENAI,
    UNAUTHORIZED,
    falls_back,
    has_binding,
    identity_trouble,
    is_routed,
    nobody_listens,
    policies_trouble,
    routed_base,
    routing_trouble,
)
from authtui.simulation.program_start import ProgramStart, failed_start
from authtui.simulation.refreshing import (
    REFRESHED,
    RefreshProblem,
    has_placeholder,
    is_stale,
    is_token_refused,
    needs_refresh,
    refresh_problem,
)
from authtui.simulation.selection import (
    CHATGPT_MODES,
    Credential,
    Resolution,
    legal_header_value,
)
from authtui.simulation.urls import host_and_port, listener_port

if TYPE_CHECKING:
    from authtui.answers.findings import Outcome
    from authtui.configuration.config import ProviderHeader
    from authtui.simulation.program_start import Case, Trouble

_KEY_HEADERS: Final = ("authorization", "cookie")
_KEY_WORDS: Final = ("key", "apikey", "token", "auth", "secret", "password", "credential")
_OPENAI_HOSTS: Final = ("chatgpt.com", "api.openai.com")
_MODEL_SERVERS: Final = ("ollama", "lmstudio", "llamacpp", "llamafile", "vllm", "localai", "mlx")
_MODEL_SERVER_PORTS: Final = (11434, 1234)
"""Where Ollama and LM Studio listen unless they are told otherwise."""


def predict_first_request(case: Case, found: Resolution) -> ProgramStart:
    """What `exec` does from the first request on, with what the ladder found."""
    policies = policies_trouble(case)
    if policies:
        return failed_start(
            "exec",
            f"Error: {policies}",
            "degraded",
            credential=found.credential,
            failure=found.failure,
            trouble="policies",
        )
    missing = missing_server(case.observation.config)
    if missing is not None:
        text = (
            "Error: thread/start: thread/start failed: error creating thread: Fatal error: Failed "
            "to initialize session: required MCP servers failed to initialize: "
            f"{missing}: No such file or directory (os error 2) (code -32603)"
        )
        return failed_start("exec", text, "unreadable", credential=found.credential, trouble="mcp")
    start = _to_other_provider(case, found)
    if start:
        return start
    base = case.provider.base_url or _base_url(case, found.credential)
    if base == API_MODEL_BASE and is_for_fedramp(case, found.credential) and _at_openai(case):
        base = FEDRAMP_API_BASE
    if found.credential is None:
        request = PlannedRequest(base, None)
        return refused_by_server(case, request, found, outcome_without(found), None)
    credential = found.credential
    if credential.mode == "api_key":
        return _with_api_key(case, credential, base)
    if credential.mode in CHATGPT_MODES:
        return _with_chatgpt(case, credential, base)
    if credential.mode == "bedrock":
        text = (
            "ERROR: unsupported operation: Bedrock API key auth is only supported by the Amazon "
            "Bedrock model provider"
        )
        return failed_start("exec", text, "unreadable", credential=credential, trouble="bedrock")
    if credential.mode == "agent_identity":
        return _with_agent_identity(case, credential, base)
    return _not_routed(case, credential, base) or answered(
        case, credential, _for_account(case, base, "Bearer", credential)
    )


def _to_other_provider(case: Case, found: Resolution) -> ProgramStart | None:
    """A request to any provider but the built-in OpenAI; None where it goes out with the login."""
    provider = case.provider.id
    if not case.provider.built_in:
        return _to_own_provider(case, found)
    if provider in BEDROCK:
        return to_bedrock(case, found)
    if provider == GOOGLE:
        return to_google(case)
    if provider in LOCAL_SERVERS:
        return _without_key(case, PlannedRequest(local_base(case), None))
    return None


def _to_own_provider(case: Case, found: Resolution) -> ProgramStart | None:
    """A request to a provider of one's own; None where it goes out with the login."""
    provider = case.provider
    own = _provider_credential(case, found)
    if isinstance(own, ProgramStart):
        return own
    if own is not None:
        base = provider.base_url or API_MODEL_BASE
        fedramp = is_for_fedramp(case, own)
        request = PlannedRequest(base, _scheme(case, own), None, fedramp, own.source)
        if own.secret is not None and not own.secret.reveal().strip():
            return wrong_key(case, own, request, "the key is blank")
        return answered(case, own, request)
    if provider.requires_openai_auth or case.contract.provider_inherits_login:
        return None
    base = provider.base_url or _default_base(found.credential)
    request = PlannedRequest(base, None)
    missing = missing_header(case)
    if missing is None and is_keyless(case, found):
        return _without_key(case, request)
    trouble: Trouble = "provider-header" if missing else "provider"
    return refused_by_server(case, request, found, "degraded", trouble)


def is_for_fedramp(case: Case, credential: Credential | None) -> bool:
    """Whether an API key is one of a FedRAMP workspace, by how it begins."""
    if credential is None or credential.secret is None or not case.contract.fedramp_keys:
        return False
    return credential.secret.reveal().startswith(FEDRAMP_KEYS)


def _at_openai(case: Case) -> bool:
    """Whether the provider's address is the client's own, and none was configured for it."""
    given = case.observation.config.get("openai_base_url")
    chosen = case.provider.built_in and isinstance(given, str) and bool(given.strip())
    return not chosen and (case.provider.built_in or case.provider.name == OPENAI)


def _scheme(case: Case, own: Credential) -> Literal["Bearer", "other"] | None:
    """How a provider's own credential is attached: what stands in a header is sent as it is."""
    if ".query_params." in own.source:
        return None
    authorization = case.provider.authorization_variable
    header = own.mode == "headers" or own.where == own.source == authorization
    header = header or own.source.endswith(".http_headers")
    value = own.secret.reveal() if own.secret is not None else ""
    return "other" if header and value[:7].lower() != "bearer " else "Bearer"


def missing_header(case: Case) -> ProviderHeader | None:
    """The first header that carries a key and whose variable is not set: it is left out."""
    environment = case.observation.environment
    for header in case.provider.headers:
        unset = header.variable is not None and environment.trimmed(header.variable) is None
        if unset and carries_key(header.name):
            return header
    return None


def carries_key(header: str) -> bool:
    """Whether a header is one in which services expect a key, by its name."""
    name = header.lower()
    return name in _KEY_HEADERS or any(part in _KEY_WORDS for part in re.split(r"[-_]", name))


def is_keyless(case: Case, found: Resolution) -> bool:
    """Whether the provider is a server of this machine that needs no key.

    Model servers such as Ollama and LM Studio want none. Any other server here is taken for one
    where nobody is logged in, so that no stored login can be meant.
    """
    provider = case.provider
    port = listener_port(provider.base_url or "")
    if port is None:
        return False
    names = re.split(r"[^a-z0-9]+", f"{provider.id} {provider.name or ''}".lower())
    known = port in _MODEL_SERVER_PORTS or any(name in _MODEL_SERVERS for name in names)
    return known or (found.credential is None and found.failure is None)


def _without_key(case: Case, request: PlannedRequest) -> ProgramStart:
    if case.assumptions.responses_at(request.base_url) != OK:
        return refused_by_server(case, request, Resolution(None), "degraded", "provider")
    where = host_and_port(request.base_url)
    silent = nobody_listens(case, request.base_url)
    if silent and case.provider.built_in:
        start = unreachable(case, Resolution(None), request, "degraded")
        return start._replace(trouble="not-listening", request=request)
    there = f"the server at {where} needs no key"
    if silent:
        # Codex does not look after a server of one's own: people start it when they need it.
        there = f"the server at {where}, where nothing listens now, is started before Codex"
    prediction = Prediction(
        "exec", 0, None, deletes_stored_login=False, outcome="ready", mode="none", assumes=(there,)
    )
    return ProgramStart(prediction, request=request, trouble="not-listening" if silent else None)


def _with_agent_identity(case: Case, credential: Credential, base: str) -> ProgramStart:
    if credential.flaw is not None and case.contract.identity_only:
        text = f"ERROR: {credential.flaw.text}"
        trouble: Trouble = "identity-task" if credential.flaw.network else "identity-key"
        return failed_start("exec", text, "degraded", credential=credential, trouble=trouble)
    if credential.flaw is not None:
        bare = PlannedRequest(API_MODEL_BASE, None)
        unusable = Resolution(None, credential.flaw)
        return refused_by_server(case, bare, unusable, "unreadable", None)
    if case.contract.record_without_bearer and credential.document is not None:
        text = "ERROR: agent identity auth does not expose a bearer token"
        return failed_start("exec", text, "unreadable", credential=credential, trouble="bearer")
    return answered(case, credential, _for_account(case, base, "AgentAssertion", credential))


def _for_account(
    case: Case, base: str, scheme: Literal["Bearer", "AgentAssertion"], credential: Credential
) -> PlannedRequest:
    """A request with the headers of the credential's account."""
    goes_to = routed_base(case, base, looks_up=scheme == "Bearer")
    return PlannedRequest(
        goes_to, scheme, _account_header(credential), credential.fedramp, credential.source
    )


def _not_routed(
    case: Case, credential: Credential, base: str, assumes: tuple[str, ...] = ()
) -> ProgramStart | None:
    """How the start ends where the workspace look-up fails, else None."""
    text = routing_trouble(case, credential, base)
    if text is None:
        return None
    return failed_start(
        "exec",
        f"ERROR: {text}",
        "degraded",
        credential=credential,
        trouble="routing",
        assumes=assumes,
    )


def outcome_without(found: Resolution) -> Outcome:
    """The outcome of a start that found no credential: dropped, damaged, or none there."""
    if found.filtered:
        return "refused"
    return "unreadable" if found.failure else "not-logged-in"


def _account_header(credential: Credential) -> str | None:
    """The account as a header; what no header may carry is left out without a word."""
    account = credential.account_id
    return account if account is not None and legal_header_value(account) else None


def _base_url(case: Case, credential: Credential | None) -> str:
    override = case.observation.config.get("openai_base_url")
    if isinstance(override, str) and override.strip():
        return override.rstrip("/")
    return _default_base(credential)


def _default_base(credential: Credential | None) -> str:
    chatgpt = credential is not None and credential.mode not in ("api_key", "bedrock")
    return CHATGPT_MODEL_BASE if chatgpt else API_MODEL_BASE


def _provider_credential(case: Case, found: Resolution) -> Credential | ProgramStart | None:
    provider, environment = case.provider, case.observation.environment
    if provider.env_key is not None:
        if environment.trimmed(provider.env_key) is None:
            text = f"ERROR: Missing environment variable: `{provider.env_key}`."
            if provider.env_key_instructions:
                text += f" {provider.env_key_instructions}"
            return failed_start("exec", text, "degraded", trouble="provider-variable")
        given = environment.get(provider.env_key)
        return Credential(
            "provider", provider.env_key, provider.env_key, given.value if given else None
        )
    where = f"model_providers.{provider.id}"
    if provider.bearer_token is not None:
        name = f"{where}.experimental_bearer_token"
        return Credential("provider", name, where, provider.bearer_token)
    if provider.auth_command:
        failed = _command_failure(case)
        if failed is not None:
            return failed
        return Credential(
            "provider",
            f"{where}.auth",
            where,
            assumes=("the provider's auth command prints a token",),
        )
    if provider.requires_openai_auth and found.credential is not None:
        return None
    fixed = provider.authorization
    if fixed is not None and legal_header_value(fixed.reveal()):
        return Credential("provider", f"{where}.http_headers", where, fixed)
    variable = provider.authorization_variable
    held = environment.get(variable) if variable else None
    if variable and held is not None and held.value.reveal().strip():
        return Credential("provider", variable, variable, held.value)
    if missing_header(case) is not None:
        return None
    for header in provider.headers:
        if not carries_key(header.name):
            continue
        held = environment.get(header.variable) if header.variable else None
        value = held.value if held is not None else header.value
        place = header.variable or f"{where}.http_headers.{header.name}"
        return Credential("headers", place, header.variable or header.where, value)
    for name in filter(carries_key, provider.query_parameters):
        place = f"{where}.query_params.{name}"
        return Credential("headers", place, provider.lines.get(f"query_params.{name}", where))
    return None


def _command_failure(case: Case) -> ProgramStart | None:
    """What is said, or left out, where the provider's auth command gives no token."""
    fault, provider = case.assumptions.auth_command, case.provider
    if fault == OK:
        return None
    request = PlannedRequest(provider.base_url or API_MODEL_BASE, None)
    if not case.contract.provider_command_stops:
        return refused_by_server(case, request, Resolution(None), "degraded", "provider-command")
    said = {
        "empty": "produced an empty token",
        "missing": "failed to start: No such file or directory (os error 2)",
    }.get(fault, f"exited with status exit status: {fault}")
    text = f"ERROR: provider auth command `{provider.auth_command}` {said}"
    return failed_start("exec", text, "degraded", request=request, trouble="provider-command")


def _with_api_key(case: Case, credential: Credential, base: str) -> ProgramStart:
    key = credential.secret.reveal() if credential.secret else ""
    fedramp = is_for_fedramp(case, credential)
    request = PlannedRequest(base, "Bearer", None, fedramp, credential.source)
    if not legal_header_value(key):
        found = Resolution(credential)
        bare = request._replace(authorization=None)
        return refused_by_server(case, bare, found, "degraded", "key-header")
    doubt = damage_of(key)
    if doubt is None and base == API_MODEL_BASE:
        doubt = owner_of(key)
    if doubt:
        return wrong_key(case, credential, request, doubt)
    return answered(case, credential, request)


def _with_chatgpt(case: Case, credential: Credential, base: str) -> ProgramStart:
    document = credential.document
    if document is None or document.tokens is None:
        return _without_tokens(case, credential, base)
    request = _for_account(case, base, "Bearer", credential)
    assumes: tuple[str, ...] = ()
    if needs_refresh(case, credential):
        problem = refresh_problem(case, credential)
        undated = document.last_refresh is None
        stale = is_stale(credential, case.contract, case.observation.at)
        # A refresh before the request fills in the date, and so does one after its 401.
        dated = (stale and problem is None) or case.contract.asks_without_tokens
        if undated and not dated and not case.contract.routing:
            return _without_tokens(case, credential, base)
        if problem is None:
            assumes = (REFRESHED,)
        elif undated or is_token_refused(case, credential):
            request = request._replace(authorization=None) if undated else request
            return _not_refreshed(case, credential, request, problem)
    if has_placeholder(case, credential) and host_and_port(base) in _OPENAI_HOSTS:
        return _with_placeholder(case, credential, request)
    return (
        _with_managed_identity(case, credential, base)
        or _not_routed(case, credential, base, assumes)
        or answered(case, credential, request, assumes)
    )


def _with_placeholder(case: Case, credential: Credential, request: PlannedRequest) -> ProgramStart:
    """What stands for a token is sent all the same: OpenAI's servers refuse it."""
    given = case.assumptions._replace(accounts_check="401", responses="401")
    refused = case._replace(assumptions=given)
    base = request.base_url
    start = _not_routed(refused, credential, base) or answered(refused, credential, request)
    assumes = ("the server refuses the token: it is a placeholder",)
    prediction = start.prediction._replace(assumes=assumes)
    return start._replace(prediction=prediction, trouble="token-shape")


def _not_refreshed(
    case: Case, credential: Credential, request: PlannedRequest, problem: RefreshProblem
) -> ProgramStart:
    """The login needs a refresh that fails: so does the look-up, or the server refuses."""
    text = f"ERROR: {problem.text}" if problem.text else expired_text(request)
    routed = is_routed(case, request.base_url) and credential.account_id is not None
    if routed and not problem.permanent:
        text = f"ERROR: {UNAUTHORIZED}"
    return failed_start(
        "exec",
        text,
        "degraded",
        credential=credential,
        request=None if routed else request,
        trouble="refresh-url" if problem.url else "refresh",
    )


def _without_tokens(case: Case, credential: Credential, base: str) -> ProgramStart:
    contract = case.contract
    bare = PlannedRequest(base, None, credential=credential.source)
    text, asks = contract.no_tokens, contract.asks_without_tokens
    if contract.managed_identity == "bearer" and _manages_identity(case, credential):
        text, asks = "ChatGPT auth is unavailable", False
    elif contract.routing and not is_routed(case, base):
        # No look-up stands in the way: the request goes out bare, as in older generations.
        text, asks = SIGNED_OUT_SINCE, True
    if asks and credential.mode == "chatgpt_auth_tokens" and contract.host_refresh:
        text = contract.host_refresh
    return failed_start(
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


def _with_managed_identity(case: Case, credential: Credential, base: str) -> ProgramStart | None:
    contract = case.contract
    if not _manages_identity(case, credential):
        return None
    if contract.managed_identity == "biscuit" and not has_binding(case, credential):
        return None
    text = identity_trouble(case, credential)
    if text and contract.managed_identity == "bearer" and falls_back(case):
        return None
    if text:
        # With the biscuit, a first request goes out under the login itself.
        first = _for_account(case, base, "Bearer", credential)
        return failed_start(
            "exec",
            text,
            "degraded",
            credential=credential,
            request=first if contract.managed_identity == "biscuit" else None,
            trouble="register",
        )
    request = _for_account(case, base, "AgentAssertion", credential)
    if contract.managed_identity == "biscuit":
        # This generation attaches no account header to an assertion.
        request = request._replace(account_id_header=None)
    assumes = ("an agent identity and its task are registered, and written into auth.json",)
    return _not_routed(case, credential, base) or answered(case, credential, request, assumes)
