"""#18180: an agent identity from the environment."""

from __future__ import annotations

import pytest

from tests.oracle.made_up import AGENT_CLAIMS, KEY, OLD_RECORD, jwt, login
from tests.seeds.rules import start_of, state

TOKEN = jwt(OLD_RECORD)
NAME = "CODEX_AGENT_IDENTITY"


def test_exec_uses_the_identity_of_the_environment_before_what_is_stored() -> None:
    credential = start_of(state(login(), env={NAME: TOKEN})).credential
    assert credential is not None
    assert (credential.source, credential.account_id) == (NAME, "ws-1")


def test_an_api_key_of_the_environment_comes_before_the_identity() -> None:
    credential = start_of(state(None, env={"CODEX_API_KEY": KEY, NAME: TOKEN})).credential
    assert credential is not None
    assert credential.source == "CODEX_API_KEY"


def test_login_status_does_not_read_the_identity_of_the_environment() -> None:
    status = start_of(state(None, env={NAME: TOKEN}), "login-status").prediction
    assert (status.exit, status.says) == (1, "Not logged in")


def test_surrounding_white_space_is_no_part_of_it() -> None:
    assert start_of(state(None, env={NAME: f"  {TOKEN}\n"})).prediction.outcome == "ready"


@pytest.mark.parametrize("value", ["", "   ", "\n"])
def test_a_blank_variable_is_as_good_as_none(value: str) -> None:
    credential = start_of(state(login(), env={NAME: value})).credential
    assert credential is not None
    assert credential.source == "auth.json"


def test_a_malformed_identity_hides_a_good_login() -> None:
    found = start_of(state(login(), env={NAME: "abc"}))
    assert found.prediction.outcome == "unreadable"
    assert found.failure is not None
    assert found.failure.source == NAME
    assert not found.prediction.deletes_stored_login


@pytest.mark.parametrize(
    ("contract", "name", "claims"),
    [
        ("first", None, OLD_RECORD),
        ("identity-only", "CODEX_AGENT_IDENTITY", OLD_RECORD),
        ("explicit", "CODEX_AGENT_IDENTITY", AGENT_CLAIMS),
        ("managed", "CODEX_ACCESS_TOKEN", AGENT_CLAIMS),
        ("current", "CODEX_ACCESS_TOKEN", AGENT_CLAIMS),
    ],
)
def test_each_generation_reads_its_own_variable_and_no_other(
    contract: str, name: str | None, claims: dict[str, object]
) -> None:
    for variable in ("CODEX_AGENT_IDENTITY", "CODEX_ACCESS_TOKEN"):
        case = state(None, contract=contract, env={variable: jwt(claims)})
        credential = start_of(case).credential
        read = credential is not None and credential.source == variable
        assert read == (variable == name)
