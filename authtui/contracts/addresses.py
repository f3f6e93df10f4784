"""The addresses that every generation has built in, and the ChatGPT environments it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from authtui.contracts.shapes import Contract

CHATGPT_BASE: Final = "https://chatgpt.com/backend-api"
CHATGPT_MODEL_BASE: Final = f"{CHATGPT_BASE}/codex"
API_MODEL_BASE: Final = "https://api.openai.com/v1"
FEDRAMP_API_BASE: Final = "https://gov.api.openai.com/v1"
FEDRAMP_KEYS: Final = ("sk-svcacct-fedramp-", "sk-proj-fedramp-")
"""How the API keys of FedRAMP workspaces begin."""
AUTHAPI_BASE: Final = "https://auth.openai.com/api/accounts"
STAGING_AUTHAPI_BASE: Final = "https://auth.api.openai.org/api/accounts"
PRODUCTION_HOSTS: Final = ("chatgpt.com", "chat.openai.com")
STAGING_HOSTS: Final = ("chatgpt-staging.com",)
KNOWN_CHATGPT_HOSTS: Final = (*PRODUCTION_HOSTS, *STAGING_HOSTS)
UNKNOWN_ENVIRONMENT: Final = (
    "Agent Identity only supports production and staging ChatGPT environments"
)
REFRESH_URL: Final = "https://auth.openai.com/oauth/token"
REVOKE_URL: Final = "https://auth.openai.com/oauth/revoke"
REFRESH_OVERRIDE: Final = "CODEX_REFRESH_TOKEN_URL_OVERRIDE"
REVOKE_OVERRIDE: Final = "CODEX_REVOKE_TOKEN_URL_OVERRIDE"
"""Variables that replace the two addresses; one that is empty counts, too."""
CA_VARIABLES: Final = ("CODEX_CA_CERTIFICATE", "SSL_CERT_FILE")
"""Variables that name a file of trusted certificates; the first that is set counts."""
_PATHS: Final = ("", "/backend-api", "/codex", "/backend-api/codex")

Environment = Literal["production", "staging"]


def chatgpt_environment(contract: Contract, base_url: str) -> Environment | None:
    """Which of the known ChatGPT environments a base URL is (#37356); None for any other.

    Compared as a URL, the case of scheme and host and the usual port make no difference.
    """
    base = base_url.rstrip("/")
    if contract.environment_is_parsed:
        base = _normal(base)
    if contract.environment_below_hosts:
        base = _without_subdomain(base)
    for path in _PATHS:
        if any(base == f"https://{host}{path}" for host in STAGING_HOSTS):
            return "staging"
        if any(base == f"https://{host}{path}" for host in PRODUCTION_HOSTS):
            return "production"
    return None


def _normal(base: str) -> str:
    start, mark, rest = base.partition("://")
    host, slash, path = rest.partition("/")
    host = host.lower().removesuffix(":443")
    return f"{start.lower()}{mark}{host}{slash}{path}"


def _without_subdomain(base: str) -> str:
    start, mark, rest = base.partition("://")
    host, slash, path = rest.partition("/")
    for known in (PRODUCTION_HOSTS[0], *STAGING_HOSTS):
        if host.endswith(f".{known}") and "@" not in host:
            host = known
    return f"{start}{mark}{host}{slash}{path}"


def environment_allowed(contract: Contract, base_url: str, override: str | None) -> bool:
    """Whether an agent identity may be used: a known environment, or an override that repeats it.

    `override` is the base of the key set from the environment, where the generation reads one.
    """
    if not contract.known_environments_only or chatgpt_environment(contract, base_url):
        return True
    return override is not None and override.rstrip("/") == base_url.rstrip("/")
