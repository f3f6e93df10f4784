"""#18177: workspace and method restrictions, row by row, and its three review findings."""

from __future__ import annotations

from typing import Any

import pytest

from authtui.checks.matrix import derive_binding
from tests.oracle.made_up import KEY, OLD_RECORD, jwt, login
from tests.seeds.rules import start_of, state

M1 = "API key login is required, but ChatGPT is currently being used. Logging out."
M2 = "ChatGPT login is required, but an API key is currently being used. Logging out."
M3 = (
    "Login is restricted to workspace ws-9, but current agent identity belongs to "
    'Some("ws-1"). Logging out.'
)
M4 = (
    "Failed to load ChatGPT credentials while enforcing workspace restrictions: "
    "Token data is not available.. Logging out."
)
M5 = "Login is restricted to workspace ws-9, but current credentials belong to ws-1. Logging out."
M6 = (
    "Login is restricted to workspace ws-1, but current credentials lack a workspace identifier. "
    "Logging out."
)
IDENTITY_ONLY = {"auth_mode": "chatgpt", "agent_identity": OLD_RECORD}
TOKEN = jwt(OLD_RECORD)
API_KEY = {"auth_mode": "apikey", "OPENAI_API_KEY": KEY}
NONE: dict[str, str] = {}


@pytest.mark.parametrize(
    ("record", "variables", "method", "workspace", "says", "removed"),
    [
        pytest.param(IDENTITY_ONLY, NONE, None, "ws-1", None, False, id="1"),
        pytest.param(IDENTITY_ONLY, NONE, None, "ws-9", M3, True, id="2"),
        pytest.param(IDENTITY_ONLY, NONE, "chatgpt", "ws-1", None, False, id="3"),
        pytest.param(IDENTITY_ONLY, NONE, "api", None, M1, True, id="4"),
        pytest.param(
            login(agent_identity={**OLD_RECORD, "workspace_id": "ws-9"}),
            NONE,
            None,
            "ws-1",
            None,
            False,
            id="5",
        ),
        pytest.param(login(), NONE, None, "ws-9", M5, True, id="6"),
        pytest.param(login("ws-1", None), NONE, None, "ws-1", M6, True, id="7"),
        pytest.param(login(last_refresh=None), NONE, None, "ws-1", M4, True, id="8"),
        pytest.param(API_KEY, NONE, None, "ws-1", None, False, id="9"),
        pytest.param(API_KEY, NONE, "chatgpt", None, M2, True, id="10"),
        pytest.param(login(), {"CODEX_API_KEY": KEY}, "chatgpt", None, M2, True, id="11"),
        pytest.param(
            None, {"CODEX_AGENT_IDENTITY": TOKEN}, "chatgpt", "ws-1", None, False, id="12"
        ),
        pytest.param(
            login("ws-9", "ws-9"),
            {"CODEX_AGENT_IDENTITY": TOKEN},
            "chatgpt",
            "ws-9",
            M3,
            True,
            id="13",
        ),
        pytest.param(
            login(),
            {"CODEX_AGENT_IDENTITY": "abc"},
            "chatgpt",
            "ws-1",
            "invalid ID token format",
            False,
            id="14",
        ),
        pytest.param(None, NONE, "chatgpt", "ws-1", "nobody", False, id="15"),
    ],
)
def test_the_decision_table_of_a_restriction(
    record: dict[str, Any] | None,
    variables: dict[str, str],
    method: str | None,
    workspace: str | None,
    says: str | None,
    removed: bool,
) -> None:
    config = f'forced_login_method = "{method}"\n' if method else ""
    config += f'forced_chatgpt_workspace_id = "{workspace}"\n' if workspace else ""
    case = state(record, config=config, env=variables)
    found = start_of(case)
    assert found.prediction.deletes_stored_login is removed
    if says == "nobody":
        assert found.prediction.outcome == "not-logged-in"
        assert found.violation is None
    elif says is None:
        assert found.prediction.outcome == "ready", found.prediction.says
    else:
        assert found.prediction.says == says


def test_an_identity_without_tokens_is_bound_to_its_workspace() -> None:
    case = state(IDENTITY_ONLY)
    credential = start_of(case).credential
    assert credential is not None
    binding = derive_binding(case, credential)
    assert binding is not None
    assert (binding.account_id, binding.access_token) == ("ws-1", False)


def test_requests_of_an_identity_without_tokens_are_authorised_by_assertion() -> None:
    request = start_of(state(IDENTITY_ONLY)).request
    assert request is not None
    assert (request.authorization, request.account_id_header) == ("AgentAssertion", "ws-1")


def test_login_status_calls_an_identity_without_tokens_a_chatgpt_login() -> None:
    status = start_of(state(IDENTITY_ONLY), "login-status").prediction
    assert (status.exit, status.says) == (0, "Logged in using ChatGPT")


def test_login_status_enforces_no_restriction() -> None:
    case = state(login(), config='forced_chatgpt_workspace_id = "ws-9"\n')
    assert start_of(case, "login-status").prediction.exit == 0
