"""Logins of MCP servers, as `codex mcp list --json` of real clients told them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui import contracts
from authtui.checks.registry import run_checks
from authtui.machine.mcp_logins import MCP_FILE
from authtui.simulation.mcp_servers import list_mcp_servers
from tests.checks.build import NOW, State, observe, subject_of

URL = "https://agents.made-up.test/mcp"
HTTP = f'mcp_oauth_credentials_store = "file"\n[mcp_servers.made]\nurl = "{URL}"\n'
MILLISECONDS = int(NOW.timestamp() * 1000)


def stored(**changed: Any) -> str:  # noqa: ANN401 - any JSON value
    login = {
        "server_name": "made",
        "server_url": URL,
        "client_id": "codex",
        "access_token": "mcp-access-token-made-up",
        "refresh_token": "mcp-refresh-token-made-up",
        "expires_at": MILLISECONDS + 86_400_000,
        "scopes": ["mcp"],
        **changed,
    }
    kept = {name: value for name, value in login.items() if value is not None}
    return json.dumps({"made|0123456789abcdef": kept})


def status(config: str, file: str | None = None, contract: str = "current", **env: str) -> str:
    seen = observe(State(config=config, files={MCP_FILE: file} if file else None, env=env))
    (server,) = list_mcp_servers(seen, contracts.BY_NAME[contract])
    return server.status


OVER = MILLISECONDS - 1000


@pytest.mark.parametrize(
    ("file", "now", "before"),
    [
        (stored(), "logged-in", "logged-in"),
        (stored(expires_at=None), "logged-in", "logged-in"),
        (stored(expires_at=OVER), "expired", "logged-in"),
        (stored(expires_at=OVER, issuer="https://as.test"), "logged-in", "logged-in"),
        (stored(expires_at=OVER, refresh_token=None), "expired", "expired"),
        (stored(server_url="https://other.test"), "other-url", "other-url"),
        (None, "unknown", "unknown"),
        ("{nope", "unknown", "unknown"),
        ("[]", "unknown", "unknown"),
    ],
)
def test_a_login_of_the_file_store(file: str | None, now: str, before: str) -> None:
    assert status(HTTP, file) == now
    assert status(HTTP, file, "managed") == before


def test_servers_that_need_no_stored_login() -> None:
    assert status('[mcp_servers.made]\ncommand = "x"\n') == "no-login"
    assert status(HTTP + "enabled = false\n") == "disabled"
    assert status(HTTP + 'bearer_token_env_var = "MADE"\n', MADE="t") == "logged-in"
    assert status(HTTP + 'bearer_token_env_var = "MADE"\n') == "missing"
    assert status(HTTP + 'http_headers = { Authorization = "Bearer x" }\n') == "logged-in"


def test_a_stdio_server_is_never_told_to_log_in() -> None:
    both = '[mcp_servers.files]\ncommand = "x"\n' + HTTP.partition("\n")[2]
    state = State(config=both, files={MCP_FILE: stored(expires_at=OVER)})
    found = next(one for one in run_checks(subject_of(state)) if one.id == "store.mcp")
    assert found.status == "warn"
    assert "names no issuer" in found.summary
    assert found.fix is not None
    assert found.fix.command == "codex mcp login made"


def test_a_quoted_name_with_a_dot_is_one_server() -> None:
    seen = observe(State(config='[mcp_servers."a.b"]\nurl = "https://a.test"\n'))
    (server,) = list_mcp_servers(seen, contracts.BY_NAME["current"])
    assert (server.name, server.url) == ("a.b", "https://a.test")


def test_no_token_of_the_store_is_kept() -> None:
    seen = observe(State(config=HTTP, files={MCP_FILE: stored()}))
    assert "made-up" not in str(seen.mcp.logins).replace(URL, "")
    assert seen.mcp.file.data is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_any_document_is_read_without_a_failure(value: Any) -> None:  # noqa: ANN401 - any JSON
    odd = {
        "made|1": value,
        "made|2": {"server_name": "made", "server_url": URL, "expires_at": value},
    }
    assert status(HTTP, json.dumps(odd)) in ("logged-in", "expired", "unknown")
