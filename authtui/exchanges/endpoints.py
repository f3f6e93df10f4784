"""The addresses a generation of the client sends to, by configuration and environment; pure.

Sources: codex-rs/agent-identity/src/lib.rs, codex-rs/login/src/auth/revoke.rs and manager.rs, and
the recordings of the released clients, which win where they differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote, urlsplit

from authtui.contracts import (
    AUTHAPI_BASE,
    CHATGPT_BASE,
    PRODUCTION_HOSTS,
    REFRESH_OVERRIDE,
    REFRESH_URL,
    REVOKE_OVERRIDE,
    REVOKE_URL,
    STAGING_AUTHAPI_BASE,
    UNKNOWN_ENVIRONMENT,
    chatgpt_environment,
    environment_allowed,
)
from authtui.exchanges.hosts import host_name, origin_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from authtui.contracts import Contract

CLIENT_ID: Final = "app_EMoamEEZ73f0CkXaXp7hrann"
"""The client's OAuth id (codex-rs/login/src/auth/manager.rs)."""
WHOAMI_BASE_VARIABLE: Final = "CODEX_AUTHAPI_BASE_URL"
JWKS_BASE_VARIABLE: Final = "CODEX_AGENT_IDENTITY_JWKS_BASE_URL"
VARIABLES: Final = (
    REFRESH_OVERRIDE,
    REVOKE_OVERRIDE,
    WHOAMI_BASE_VARIABLE,
    JWKS_BASE_VARIABLE,
    "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL",
)
_PRODUCTION: Final = tuple(f"https://{host}" for host in PRODUCTION_HOSTS)
_REMOTE_CONTROL: Final = (
    "/wham/remote/control/server/enroll",
    "/wham/remote/control/server",
)


class EndpointProblem(NamedTuple):
    """Why there is no address. `client_error` is the client's own text, or None."""

    statement: str
    client_error: str | None = None


_NO_KNOWN_ENVIRONMENT: Final = EndpointProblem(
    "the ChatGPT base URL is not a known one", UNKNOWN_ENVIRONMENT
)


class Endpoints(NamedTuple):
    """Every address of one generation, one configuration and one environment.

    `agent_base` and `jwks` may be a problem (an environment the client does not know). As in the
    client, `refresh` and `revoke` are what the override says, even where that is not a URL.
    """

    jwks: str | EndpointProblem
    agent_base: str | EndpointProblem
    biscuit: str
    refresh: str
    revoke: str
    whoami: str
    accounts_check: str
    policies: str

    @property
    def agent_register(self) -> str | EndpointProblem:
        """Where a new agent identity is registered."""
        base = self.agent_base
        return base if isinstance(base, EndpointProblem) else f"{base}/v1/agent/register"

    def task_register(self, agent_runtime_id: str) -> str | EndpointProblem:
        """Where a task of a runtime is registered; the id cannot leave its place in the path."""
        base = self.agent_base
        if isinstance(base, EndpointProblem):
            return base
        runtime = quote(agent_runtime_id, safe="-._~:@!$&'()*+,;=", errors="replace")
        return f"{base}/v1/agent/{runtime}/task/register"


def endpoints_of(
    contract: Contract, chatgpt_base_url: str | None, environment: Mapping[str, str]
) -> Endpoints:
    """The addresses. `environment` needs the names in `VARIABLES` only, untrimmed."""
    base = normalised_base(contract, chatgpt_base_url)
    plain = _trimmed(chatgpt_base_url) or CHATGPT_BASE
    whoami_base = _override(environment, WHOAMI_BASE_VARIABLE) or AUTHAPI_BASE
    return Endpoints(
        jwks_url(contract, chatgpt_base_url, environment),
        agent_base(contract, chatgpt_base_url, environment),
        f"{base}/authenticate_app_v2",
        refresh_url(environment),
        revoke_url(environment),
        f"{whoami_base}/v1/user-auth-credential/whoami",
        f"{plain}/wham/accounts/check",
        f"{plain}{contract.policies_path}",
    )


def normalised_base(contract: Contract, chatgpt_base_url: str | None) -> str:
    """`chatgpt_base_url` as registration uses it; generations differ in the order of the steps."""
    base = _trimmed(chatgpt_base_url) or CHATGPT_BASE
    for suffix in _REMOTE_CONTROL:
        if base.endswith(suffix):
            base = base.removesuffix(suffix)
            break
    rule = contract.registration.strip
    if rule == "first":
        return _with_backend_api(base).removesuffix("/codex")
    if rule == "suffix-first":
        return _with_backend_api(base.removesuffix("/codex"))
    if not base.endswith("/api/codex"):
        base = base.removesuffix("/codex")
    return base if "/api/codex" in base else _with_backend_api(base)


def _with_backend_api(base: str) -> str:
    if base.startswith(_PRODUCTION) and "/backend-api" not in base:
        return f"{base}/backend-api"
    return base


def jwks_url(
    contract: Contract, chatgpt_base_url: str | None, environment: Mapping[str, str]
) -> str | EndpointProblem:
    """Where the key set is. The recordings of 0.128 and later agree on one rule."""
    override = _jwks_override(contract, environment)
    if not _allowed(contract, chatgpt_base_url, override):
        return _NO_KNOWN_ENVIRONMENT
    base = override or _trimmed(chatgpt_base_url) or CHATGPT_BASE
    if "/backend-api" in base:
        return f"{base}/wham/agent-identities/jwks"
    return f"{base}/agent-identities/jwks"


def agent_base(
    contract: Contract, chatgpt_base_url: str | None, environment: Mapping[str, str]
) -> str | EndpointProblem:
    """The base URL of agent and task registration."""
    rules = contract.registration
    if rules.base == "chatgpt":
        return normalised_base(contract, chatgpt_base_url)
    if not _allowed(contract, chatgpt_base_url, _jwks_override(contract, environment)):
        return _NO_KNOWN_ENVIRONMENT
    if rules.base_variable is not None:
        override = _override(environment, rules.base_variable)
        if override is not None:
            return override
    if rules.base == "authapi":
        return AUTHAPI_BASE
    found = chatgpt_environment(contract, _trimmed(chatgpt_base_url) or CHATGPT_BASE)
    if found is None:
        return _NO_KNOWN_ENVIRONMENT
    return STAGING_AUTHAPI_BASE if found == "staging" else AUTHAPI_BASE


def refresh_url(environment: Mapping[str, str]) -> str:
    """Where tokens are refreshed. An override counts as it is, empty included."""
    return environment.get(REFRESH_OVERRIDE, REFRESH_URL)


def revoke_url(environment: Mapping[str, str]) -> str:
    """Where a token is revoked: its own override, else beside an overridden refresh address."""
    if REVOKE_OVERRIDE in environment:
        return environment[REVOKE_OVERRIDE]
    override = environment.get(REFRESH_OVERRIDE)
    if override:
        try:
            parts = urlsplit(override)
        except ValueError:
            return REVOKE_URL
        if parts.scheme and parts.netloc:
            return parts._replace(path="/oauth/revoke", query="", fragment="").geturl()
    return REVOKE_URL


def hosts_of(addresses: Iterable[str | EndpointProblem]) -> frozenset[str]:
    """`host:port` of each address, for `Wire(allowed_hosts=…)`; what is not a URL is left out."""
    found: set[str] = set()
    for address in addresses:
        if isinstance(address, EndpointProblem):
            continue
        try:
            scheme, host, port = origin_of(address)
        except ValueError:
            continue
        if scheme in ("http", "https") and host:
            name = host_name(host)
            found.add(f"[{name}]:{port}" if ":" in name else f"{name}:{port}")
    return frozenset(found)


def _jwks_override(contract: Contract, environment: Mapping[str, str]) -> str | None:
    return _override(environment, JWKS_BASE_VARIABLE) if contract.identity_overrides else None


def _allowed(contract: Contract, chatgpt_base_url: str | None, override: str | None) -> bool:
    """Whether the environment check passes: a known one, or an override that repeats the base."""
    return environment_allowed(contract, _trimmed(chatgpt_base_url) or CHATGPT_BASE, override)


def _trimmed(url: str | None) -> str:
    return (url or "").rstrip("/")


def _override(environment: Mapping[str, str], name: str) -> str | None:
    return environment.get(name, "").strip().rstrip("/") or None
