"""The diff's own tests with its own fixtures, word for word: keys that are none, `alg: none`."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.checks.matrix import derive_binding
from authtui.checks.token_views import view_tokens
from authtui.simulation.app_server import predict_app_server
from tests.oracle.made_up import OLD_RECORD, login
from tests.seeds.rules import start_of, state

NAME = "CODEX_AGENT_IDENTITY"
UNAVAILABLE = "ChatGPT access token is unavailable"
RECORD = {
    "workspace_id": "account-123",
    "chatgpt_user_id": "user-123",
    "agent_runtime_id": "agent_123",
    "agent_private_key": "pkcs8-base64",
    "registered_at": "2026-04-13T12:00:00Z",
}


def token(claims: dict[str, Any]) -> str:
    """`fake_agent_identity_jwt`."""
    parts = (json.dumps({"alg": "none", "typ": "JWT"}).encode(), json.dumps(claims).encode())
    pieces = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, b"sig")]
    return ".".join(pieces)


def of(workspace: str) -> str:
    return token({**RECORD, "workspace_id": workspace})


def only(workspace: str, mode: str = "chatgpt") -> dict[str, Any]:
    """`write_agent_identity_only_auth_file`."""
    identity = {**RECORD, "workspace_id": workspace, "agent_private_key": "private-key"}
    return {"auth_mode": mode, "agent_identity": identity}


CHATGPT = 'forced_login_method = "chatgpt"\n'
MINE = 'forced_chatgpt_workspace_id = "org_mine"\n'


def test_load_auth_reads_agent_identity_from_env() -> None:
    credential = start_of(state(None, env={NAME: of("account-123")})).credential
    assert credential is not None
    assert credential.record is not None
    assert (credential.mode, credential.source) == ("agent_identity", NAME)
    assert credential.record.account_id == "account-123"
    assert credential.record.user_id == "user-123"
    assert credential.record.agent_private_key.reveal() == "pkcs8-base64"
    assert credential.record.registered_at == "2026-04-13T12:00:00Z"


def test_load_auth_keeps_codex_api_key_env_precedence() -> None:
    env = {NAME: of("account-123"), "CODEX_API_KEY": "sk-env"}
    credential = start_of(state(None, env=env)).credential
    assert credential is not None
    assert credential.mode == "api_key"


@pytest.mark.parametrize("mode", ["chatgpt", "chatgptAuthTokens"])
def test_chatgpt_auth_detects_agent_identity_only(mode: str) -> None:
    credential = start_of(state(only("account-123", mode))).credential
    assert credential is not None
    assert credential.mode == "agent_identity"


def test_chatgpt_auth_with_tokens_is_not_agent_identity_only() -> None:
    credential = start_of(state(login(agent_identity=RECORD))).credential
    assert credential is not None
    assert credential.mode == "chatgpt"


def test_enforce_login_restrictions_allows_matching_agent_identity_only_workspace() -> None:
    start = start_of(state(only("org_mine"), config=MINE))
    assert start.violation is None
    assert not start.prediction.deletes_stored_login


def test_enforce_login_restrictions_logs_out_for_agent_identity_only_workspace_mismatch() -> None:
    found = start_of(state(only("org_another_org"), config=MINE)).prediction
    assert found.says == (
        "Login is restricted to workspace org_mine, but current agent identity belongs to "
        'Some("org_another_org"). Logging out.'
    )
    assert found.deletes_stored_login
    assert found.outcome == "refused"


def test_enforce_login_restrictions_allows_matching_agent_identity_workspace_from_env() -> None:
    start = start_of(state(None, config=CHATGPT + MINE, env={NAME: of("org_mine")}))
    assert start.violation is None
    assert start.failure is None


@pytest.mark.parametrize("stored", [False, True])
def test_enforce_login_restrictions_blocks_agent_identity_workspace_mismatch_from_env(
    stored: bool,
) -> None:
    record = login() if stored else None
    start = start_of(state(record, config=CHATGPT + MINE, env={NAME: of("org_another_org")}))
    assert "workspace org_mine" in (start.prediction.says or "")
    assert start.prediction.deletes_stored_login == stored, "the login beside it is deleted"


@pytest.mark.parametrize("carrier", ["object", "JWT", "variable"])
def test_a_key_that_cannot_sign_is_met_by_the_first_turn_whichever_carrier_it_came_in(
    carrier: str,
) -> None:
    identity = RECORD if carrier == "object" else token(RECORD)
    stored = {"auth_mode": "chatgpt", "agent_identity": identity}
    case = state(None, env={NAME: token(RECORD)}) if carrier == "variable" else state(stored)
    found = start_of(case).prediction
    assert (found.mode, found.outcome, found.exit) == ("agent_identity", "degraded", 1)
    assert found.says == f"ERROR: {UNAVAILABLE}"
    status = start_of(case, "login-status").prediction
    assert status.exit == (1 if carrier == "variable" else 0)


def test_the_three_carriers_make_one_record() -> None:
    record = {**OLD_RECORD, "registered_at": ""}
    stored = start_of(state({"agent_identity": record})).credential
    jwt = start_of(state({"agent_identity": token(record)})).credential
    variable = start_of(state(None, env={NAME: token(record)})).credential
    found = [each.record for each in (stored, jwt, variable) if each and each.record]
    assert len(found) == 3
    plain = [each._replace(from_jwt=False, agent_private_key=None) for each in found]  # type: ignore[arg-type]
    assert plain[0] == plain[1] == plain[2]
    assert plain[0].registered_at == "", "a time that is there is kept as it is"


@pytest.mark.parametrize("carrier", ["file", "variable"])
def test_a_token_without_a_time_of_registration_gets_the_time_of_loading(carrier: str) -> None:
    claims = {name: value for name, value in OLD_RECORD.items() if name != "registered_at"}
    file = state({"agent_identity": token(claims)})
    case = file if carrier == "file" else state(None, env={NAME: token(claims)})
    credential = start_of(case).credential
    assert credential is not None
    assert credential.record is not None
    assert credential.record.registered_at == "2026-04-20T12:00:00Z"


def test_the_store_mode_ephemeral_does_not_hide_the_variable() -> None:
    config = 'cli_auth_credentials_store = "ephemeral"\n'
    case = state(login(), config=config, env={NAME: token(OLD_RECORD)})
    credential = start_of(case).credential
    assert credential is not None
    assert credential.source == NAME


@pytest.mark.parametrize(
    "value", [1, True, {"agent_runtime_id": "a"}, {**RECORD, "registered_at": 1}]
)
def test_what_fits_neither_form_names_the_enum_of_the_diff(value: object) -> None:
    found = start_of(state({"agent_identity": value}))
    text = "data did not match any variant of untagged enum AgentIdentityAuthInput at line "
    assert found.failure is not None
    assert found.failure.text.startswith(text)


@pytest.mark.parametrize(
    ("workspace", "shown"),
    [('a"b', r"a\"b"), ("a\\b", r"a\\b"), ("a\tb", r"a\tb"), ("a\nb", r"a\nb"), ("é", "é")],
)
def test_the_workspace_of_an_identity_is_shown_as_rust_debugs_it(
    workspace: str, shown: str
) -> None:
    found = start_of(state(only(workspace), config=MINE)).prediction.says
    assert found is not None
    assert f'belongs to Some("{shown}"). Logging out.' in found


def test_an_empty_workspace_has_a_binding_and_an_empty_user_stays() -> None:
    case = state({"agent_identity": {**RECORD, "workspace_id": "", "chatgpt_user_id": ""}})
    binding = derive_binding(case, start_of(case).credential)
    assert binding is not None
    assert (binding.binding_id, binding.account_id, binding.user_id) == ("chatgpt-account-", "", "")


@pytest.mark.parametrize(
    ("mode", "method"),
    [(None, "chatgpt"), ("chatgpt", "chatgpt"), ("chatgptAuthTokens", "chatgptAuthTokens")],
)
def test_the_app_server_names_the_stored_mode(mode: str | None, method: str) -> None:
    record = {"agent_identity": OLD_RECORD} | ({"auth_mode": mode} if mode else {})
    assert predict_app_server(state(record)).auth_method == method


def test_a_stored_jwt_is_shown_as_what_it_is() -> None:
    claims = {**OLD_RECORD, "exp": 1, "background_task_id": "task-1"}
    (view,) = view_tokens(state({"agent_identity": token(claims)}))
    assert view.header["alg"] == "none"
    assert {"workspace_id", "exp", "background_task_id"} <= set(view.claims)
    assert "account_id" not in view.claims


def test_a_stored_jwt_says_that_the_next_save_writes_the_record() -> None:
    case = state({"auth_mode": "chatgpt", "agent_identity": token(OLD_RECORD)})
    found = assess(case.observation, Options("identity-only"))
    told = next(check for check in found.checks if check.id == "identity.record")
    assert "the client's next save writes the record in its place" in " ".join(told.evidence)


def test_a_key_that_cannot_sign_is_not_ready_and_its_removal_is_told() -> None:
    case = state({"auth_mode": "chatgpt", "agent_identity": RECORD})
    found = assess(case.observation, Options("identity-only"))
    assert found.verdict.outcome == "degraded"
    assert "removes the identity from auth.json" in found.verdict.sentence
    assert found.verdict.client_message == f"ERROR: {UNAVAILABLE}"
    assert found.lamps.sent.light == "red"


REFUSED = "agent task registration failed with status 401 Unauthorized from "
TASK_URL = "https://chatgpt.com/backend-api/v1/agent/runtime-1/task/register"


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("401", REFUSED + TASK_URL),
        ("401:no", f"{REFUSED}{TASK_URL}: no"),
        ("timeout", f"failed to send agent task registration request to {TASK_URL}"),
        ("not-json", f"failed to parse agent task response from {TASK_URL}"),
        ("omitted", f"failed to parse agent task response from {TASK_URL}"),
        ("not-base64", "encrypted task id is not valid base64"),
        ("sealed-to-another-key", "failed to decrypt encrypted task id"),
    ],
)
def test_a_task_that_cannot_be_registered_is_an_error_of_the_first_turn(
    fault: str, text: str
) -> None:
    case = state({"auth_mode": "chatgpt", "agent_identity": OLD_RECORD})
    options = Options("identity-only", assumptions=case.assumptions._replace(task=fault))
    found = assess(case.observation, options)
    assert found.verdict.outcome == "degraded"
    assert found.verdict.client_message == f"ERROR: {text}"
    assert found.lamps.sent.light == "red"


def test_a_stored_background_task_needs_no_registration() -> None:
    case = state({"agent_identity": {**OLD_RECORD, "background_task_id": "task_123"}})
    options = Options("identity-only", assumptions=case.assumptions._replace(task="401"))
    assert assess(case.observation, options).verdict.outcome == "ready"
