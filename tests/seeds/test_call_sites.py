"""#18811: the call sites' gates row by row, and what the Apps cache is kept under."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authtui.contracts import BY_NAME
from authtui.simulation.call_sites import (
    GATES,
    NO_ACCOUNT,
    NO_AUTH,
    AppsKey,
    Gate,
    Passage,
    apps_key,
    passage,
    uses_codex_backend,
)
from authtui.simulation.selection import Credential
from tests.oracle.made_up import AGENT_CLAIMS, KEY, jwt, login
from tests.seeds.rules import start_of, state

if TYPE_CHECKING:
    from authtui.contracts import Contract

CURRENT, APRIL = BY_NAME["current"], BY_NAME["identity-only"]
OPEN = Passage(opens=True)
BACKEND = (
    "chatgpt",
    "chatgpt_auth_tokens",
    "personal_access_token",
    "headers",
    "agent_identity",
)
ELSEWHERE = ("api_key", "bedrock")


def of(mode: str, account: str | None = "ws-1") -> Credential:
    return Credential(mode, "a source", "a place", account_id=account)


def gate(feature: str) -> Gate:
    return next(row for row in GATES if row.feature == feature)


@pytest.mark.parametrize("mode", BACKEND)
def test_these_modes_use_the_codex_backend(mode: str) -> None:
    assert uses_codex_backend(mode)


@pytest.mark.parametrize("mode", [*ELSEWHERE, None])
def test_these_do_not(mode: str | None) -> None:
    assert not uses_codex_backend(mode)


@pytest.mark.parametrize("row", GATES, ids=lambda row: row.feature)
def test_every_gate_opens_for_an_agent_identity(row: Gate) -> None:
    assert passage(row, of("agent_identity")) == OPEN


@pytest.mark.parametrize(
    ("feature", "says"),
    [
        ("ChatGPT backend requests", "ChatGPT backend requests require Codex backend auth"),
        ("connectors", "ChatGPT connectors require Codex backend auth"),
        (
            "Apps file upload",
            "ChatGPT auth is required to upload files for Codex Apps tools",
        ),
        (
            "remote control",
            "remote control requires ChatGPT authentication; API key auth is not supported",
        ),
        (
            "cloud tasks",
            (
                "Not signed in. Please run 'codex login' to sign in with ChatGPT, then re-run "
                "'codex cloud'."
            ),
        ),
        ("remote plugin catalogue", "chatgpt authentication required for remote plugin catalog"),
        ("Apps MCP server", None),
        ("model list refresh", None),
    ],
)
@pytest.mark.parametrize("mode", ELSEWHERE)
def test_every_gate_refuses_an_api_key_and_bedrock_in_its_own_words(
    feature: str, says: str | None, mode: str
) -> None:
    assert passage(gate(feature), of(mode)) == Passage(opens=False, says=says)


@pytest.mark.parametrize("feature", ["ChatGPT backend requests", "connectors"])
def test_a_missing_login_and_a_missing_account_are_told_apart(feature: str) -> None:
    assert passage(gate(feature), None) == Passage(opens=False, says=NO_AUTH)
    assert passage(gate(feature), of("chatgpt", None)) == Passage(opens=False, says=NO_ACCOUNT)


def test_apps_need_the_configuration_as_well_as_the_credential() -> None:
    row = gate("Apps MCP server")
    assert passage(row, of("agent_identity"), apps_enabled=False) == Passage(opens=False)


def test_a_command_that_gives_a_credential_refreshes_the_model_list() -> None:
    assert passage(gate("model list refresh"), of("provider")) == OPEN
    assert passage(gate("Apps MCP server"), of("provider")) == Passage(opens=False)


def selected(**claims: str) -> Credential:
    token = jwt({**AGENT_CLAIMS, **claims})
    found = start_of(state(None, contract="current", env={"CODEX_ACCESS_TOKEN": token})).credential
    assert found is not None
    return found


def test_two_agent_identities_of_different_accounts_have_different_keys() -> None:
    one, other = selected(account_id="ws-1"), selected(account_id="ws-2")
    assert apps_key(one, CURRENT) == AppsKey("ws-1", "user-1", is_workspace_account=False)
    assert apps_key(one, CURRENT) != apps_key(other, CURRENT)
    assert apps_key(one, CURRENT) == apps_key(selected(account_id="ws-1"), CURRENT)


def test_the_plan_says_whether_the_account_is_a_workspace() -> None:
    for plan in ("business", "ent26", "edu_plus"):
        assert apps_key(selected(plan_type=plan), CURRENT).is_workspace_account
    assert not apps_key(selected(plan_type="pro"), CURRENT).is_workspace_account


def test_before_the_fix_every_agent_identity_had_the_key_of_the_signed_out() -> None:
    one, other = selected(account_id="ws-1"), selected(account_id="ws-2")
    assert apps_key(one, APRIL) == apps_key(other, APRIL) == apps_key(None, APRIL)


@pytest.mark.parametrize("contract", [CURRENT, APRIL], ids=["current", "identity-only"])
def test_an_api_key_and_no_auth_have_the_empty_key(contract: Contract) -> None:
    key = start_of(state({"OPENAI_API_KEY": KEY}, contract="current")).credential
    assert key is not None
    assert key.mode == "api_key"
    for credential in (key, None):
        assert apps_key(credential, contract) == AppsKey(None, None, is_workspace_account=False)


def test_a_login_has_a_key_of_its_own_before_and_after() -> None:
    found = start_of(state(login(), contract="current")).credential
    assert apps_key(found, APRIL) == apps_key(found, CURRENT) != AppsKey()
