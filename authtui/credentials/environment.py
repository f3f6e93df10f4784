"""The environment variables that matter to a login, as the client sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.configuration.dotenv import Dotenv, parse_dotenv
from authtui.contracts import CA_VARIABLES
from authtui.machine.files import read_file
from authtui.machine.home import is_unicode
from authtui.machine.observation import EnvironmentFacts, FileFacts, Variable
from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

DOTENV_LIMIT: Final = 1024 * 1024
"""Bytes of `.env` looked at; a longer file is reported, not parsed."""

CREDENTIALS: Final = (
    "CODEX_API_KEY",
    "CODEX_AGENT_IDENTITY",
    "CODEX_ACCESS_TOKEN",
    "OPENAI_API_KEY",
)
AGENT_VARIABLES: Final = ("CODEX_AGENT_IDENTITY", "CODEX_ACCESS_TOKEN")
CREDENTIAL_VARIABLES: Final = ("CODEX_API_KEY", *AGENT_VARIABLES)
FEDERATION_RULE: Final = "OPENAI_FEDERATION_RULE_ID"
TOKEN_FILE: Final = "OPENAI_IDENTITY_TOKEN_FILE"  # noqa: S105 - the name of a variable
TOKEN_SOURCE: Final = "OPENAI_IDENTITY_TOKEN_SOURCE"  # noqa: S105 - the name of a variable
SPIFFE_AUDIENCE: Final = "OPENAI_SPIFFE_AUDIENCE"
SPIFFE_ID: Final = "OPENAI_SPIFFE_ID"
SPIFFE_SOCKET: Final = "SPIFFE_ENDPOINT_SOCKET"
_OF_FILES: Final = (FEDERATION_RULE, TOKEN_FILE)
WORKLOAD_VARIABLES: Final = (*_OF_FILES, TOKEN_SOURCE, SPIFFE_AUDIENCE, SPIFFE_ID)
"""What selects workload identity, in the order in which the client misses them.

`SPIFFE_ENDPOINT_SOCKET`, set in many pods, and `OPENAI_WORKLOAD_IDENTITY_CONTEXT` select nothing.
"""
WORKLOAD_BESIDE: Final = (SPIFFE_SOCKET, "OPENAI_WORKLOAD_IDENTITY_CONTEXT")
ENDPOINTS: Final = (
    "CODEX_REFRESH_TOKEN_URL_OVERRIDE",
    "CODEX_REVOKE_TOKEN_URL_OVERRIDE",
    "CODEX_APP_SERVER_LOGIN_CLIENT_ID",
    "CODEX_AUTHAPI_BASE_URL",
    "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL",
    "CODEX_AGENT_IDENTITY_JWKS_BASE_URL",
    "CODEX_INTERNAL_ORIGINATOR_OVERRIDE",
    "OPENAI_BASE_URL",
    "OPENAI_ORGANIZATION",
    "OPENAI_PROJECT",
)
NETWORK: Final = (
    *CA_VARIABLES,
    "SSL_CERT_DIR",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
)
AWS: Final = (
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "SECRET_ACCESS_KEY",
)
OTHER_PROVIDERS: Final = (
    "GOOGLE_CLOUD_PROJECT",
    "GOOGLE_CLOUD_LOCATION",
    "CODEX_OSS_BASE_URL",
    "CODEX_OSS_PORT",
)
PLACES: Final = ("CODEX_HOME", "CODEX_SANDBOX", "CODEX_SANDBOX_NETWORK_DISABLED")
NAMES: Final = (
    *CREDENTIALS,
    *WORKLOAD_VARIABLES,
    *WORKLOAD_BESIDE,
    *ENDPOINTS,
    *NETWORK,
    *AWS,
    *OTHER_PROVIDERS,
    *PLACES,
)
"""Every variable authtui looks at, apart from a provider's `env_key`."""


OPEN_VARIABLES: Final = frozenset(
    [
        *(name for name in NETWORK if "proxy" not in name.lower()),
        *PLACES,
        "NO_PROXY",
        "no_proxy",
        TOKEN_FILE,
        TOKEN_SOURCE,
        SPIFFE_ID,
        SPIFFE_SOCKET,
        "CODEX_REFRESH_TOKEN_URL_OVERRIDE",
        "CODEX_REVOKE_TOKEN_URL_OVERRIDE",
        "CODEX_AUTHAPI_BASE_URL",
        "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL",
        "CODEX_AGENT_IDENTITY_JWKS_BASE_URL",
        "CODEX_INTERNAL_ORIGINATOR_OVERRIDE",
        "OPENAI_BASE_URL",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONFIG_FILE",
        *OTHER_PROVIDERS,
    ]
)
"""Variables whose value is shown, because it is an address or a path; all others are hidden."""


def workload_variables(*, spiffe: bool) -> tuple[str, ...]:
    """What selects workload identity in a client that knows the SPIFFE source, or does not."""
    return WORKLOAD_VARIABLES if spiffe else _OF_FILES


def read_environment(
    environ: Mapping[str, str], dotenv_path: Path | None, extra: Iterable[str] = ()
) -> EnvironmentFacts:
    """The variables that matter after the client has applied `$CODEX_HOME/.env`.

    `dotenv_path` is None where the client would not get as far as reading that file. `extra` adds
    names, such as the `env_key` of the configured providers.
    """
    facts = read_file(dotenv_path, DOTENV_LIMIT) if dotenv_path else FileFacts(".env")
    applied = parse_dotenv(facts.data, environ) if facts.data is not None else Dotenv()
    names = tuple(dict.fromkeys((*NAMES, *extra)))
    variables: dict[str, Variable] = {}
    for name in names:
        if name in environ:
            value = environ[name]
            variables[name] = Variable(name, Secret(value), valid_unicode=is_unicode(value))
    overrides: dict[str, None] = {}
    others: list[tuple[str, Secret]] = []
    for given in applied.assignments:
        if given.name not in names:
            others.append((given.name, Secret(given.value)))
            continue
        if given.name in environ and environ[given.name] != given.value:
            overrides[given.name] = None
        before = variables.get(given.name)
        if before is not None and before.origin == "dotenv":
            before = before.replaces
        made = Variable(given.name, Secret(given.value), "dotenv", given.line, replaces=before)
        variables[given.name] = made
    return EnvironmentFacts(
        variables=variables,
        dotenv=facts,
        dotenv_ignored=applied.ignored,
        dotenv_overrides=tuple(overrides),
        dotenv_others=tuple(others),
    )


def effective_environ(facts: EnvironmentFacts, environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with what the `.env` file sets of the variables that matter."""
    from_file = {
        name: found.value.reveal()
        for name, found in facts.variables.items()
        if found.origin == "dotenv"
    }
    return {**environ, **from_file}
