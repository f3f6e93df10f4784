"""What the verdict and the matrix of accounts say of states that no recording covers."""

from __future__ import annotations

from authtui.checks.assess import Options, assess
from tests.checks.build import State, chatgpt, keyring, observe, record


def test_an_agent_identity_that_the_client_cannot_send_is_not_refused_by_a_server() -> None:
    kept = record(email="ada@example.test", registered_at="2026-04-13T12:00:00Z")
    state = State({"auth_mode": "agentIdentity", "agent_identity": kept})
    found = assess(observe(state), Options("0.124"))
    assert found.request is None
    assert "server" not in found.verdict.headline + found.verdict.sentence
    assert "bearer token" in found.verdict.sentence


def test_the_matrix_names_the_keyring_for_a_login_that_is_kept_there() -> None:
    config = 'cli_auth_credentials_store = "keyring"\n'
    state = State(config=config, change=keyring("present", chatgpt()))
    rows = {row.who: row.where for row in assess(observe(state), Options()).matrix}
    assert {rows["id_token"], rows["access_token"], rows["tokens.account_id"]} == {"keyring"}


def test_the_matrix_names_the_line_of_a_login_that_is_kept_in_a_file() -> None:
    rows = {row.who: row.where for row in assess(observe(State(chatgpt())), Options()).matrix}
    assert rows["tokens.account_id"] == "auth.json:8"
