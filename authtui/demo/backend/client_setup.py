"""How a real client is pointed at the backend: auth.json, config.toml lines, variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from authtui.demo.backend.backend import Backend
    from authtui.demo.backend.logins import Login
    from authtui.redaction import Secret

_WITH_FEATURE: Final = ("managed-record", "first-record")


class Setup(NamedTuple):
    """What to put where. `auth_json` is the one text with secrets in it; they open nothing else."""

    login: Login
    auth_json: Secret
    config: str
    environment: dict[str, str]


def setup_for(backend: Backend, login: Login, *, agent_feature: bool = False) -> Setup:
    """Mint a login and say how a client is to be started with it.

    `agent_feature` turns `use_agent_identity` on, which the two logins with a record do anyway:
    with a plain ChatGPT login the client then registers an agent of its own.
    """
    api_key = login == "api-key"
    return Setup(
        login,
        backend.mint.auth_json(login),
        _config(
            backend,
            backend.api_base_url if api_key else backend.codex_base_url,
            agent_feature=agent_feature or login in _WITH_FEATURE,
        ),
        auth_server_variables(backend),
    )


def auth_server_variables(backend: Backend) -> dict[str, str]:
    """The variables that lead a client's requests to the auth server here instead."""
    return {
        "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL": backend.authapi_base_url,
        "CODEX_AGENT_IDENTITY_JWKS_BASE_URL": backend.chatgpt_base_url,
        "CODEX_AUTHAPI_BASE_URL": backend.authapi_base_url,
        "CODEX_REFRESH_TOKEN_URL_OVERRIDE": backend.refresh_url,
        "CODEX_REVOKE_TOKEN_URL_OVERRIDE": f"{backend.base_url}/oauth/revoke",
    }


def _config(backend: Backend, openai_base_url: str, *, agent_feature: bool) -> str:
    # The rest keeps the client from asking other places than this backend.
    lines = [
        f'chatgpt_base_url = "{backend.chatgpt_base_url}"',
        f'openai_base_url = "{openai_base_url}"',
        "check_for_update_on_startup = false",
        "",
        "[analytics]",
        "enabled = false",
        "",
        "[features]",
        "apps = false",
        "plugins = false",
        "remote_plugin = false",
    ]
    if agent_feature:
        lines.append("use_agent_identity = true")
    return "\n".join(lines) + "\n"
