"""#18811 and #19049: what a request carries in each mode, and when a managed identity is used."""

from __future__ import annotations

from typing import Any

import pytest

from authtui.simulation.assumptions import Assumptions
from tests.oracle.made_up import AGENT_CLAIMS, KEY, agent_record, jwt, login
from tests.seeds.rules import start_of, state

CHATGPT = "https://chatgpt.com/backend-api/codex"
API = "https://api.openai.com/v1"
TOKEN = {"CODEX_ACCESS_TOKEN": jwt(AGENT_CLAIMS)}
MANAGED = "[features]\nuse_agent_identity = true\n"


@pytest.mark.parametrize(
    ("record", "variables", "expected"),
    [
        ({"OPENAI_API_KEY": KEY}, {}, (API, "Bearer", None)),
        (login(), {}, (CHATGPT, "Bearer", "ws-1")),
        (login(None, "ws-1"), {}, (CHATGPT, "Bearer", None)),
        (None, TOKEN, (CHATGPT, "AgentAssertion", "ws-1")),
        (
            {"auth_mode": "agentIdentity", "agent_identity": agent_record()},
            {},
            (CHATGPT, "AgentAssertion", "ws-1"),
        ),
        (None, {"CODEX_ACCESS_TOKEN": "at-made-up"}, (CHATGPT, "Bearer", "ws-1")),
        (None, {}, (API, None, None)),
    ],
    ids=["key", "login", "no copy of the account", "token", "record", "personal", "nothing"],
)
def test_the_headers_of_each_mode(
    record: dict[str, Any] | None,
    variables: dict[str, str],
    expected: tuple[str, str | None, str | None],
) -> None:
    given = Assumptions(whoami_account="ws-1")
    request = start_of(state(record, contract="current", assumptions=given, env=variables)).request
    assert request is not None
    assert (request.base_url, request.authorization, request.account_id_header) == expected


def test_a_base_url_of_the_configuration_moves_every_mode() -> None:
    for record in ({"OPENAI_API_KEY": KEY}, login()):
        case = state(
            record, contract="current", config='openai_base_url = "https://a.example/v1"\n'
        )
        request = start_of(case).request
        assert request is not None
        assert request.base_url == "https://a.example/v1"


def test_fedramp_is_marked_on_requests_of_such_an_identity() -> None:
    token = jwt({**AGENT_CLAIMS, "chatgpt_account_is_fedramp": True})
    request = start_of(state(None, contract="current", env={"CODEX_ACCESS_TOKEN": token})).request
    assert request is not None
    assert request.fedramp


@pytest.mark.parametrize("contract", ["explicit", "managed"])
def test_a_managed_identity_is_off_in_the_generations_between(contract: str) -> None:
    request = start_of(state(login(), contract=contract, config=MANAGED)).request
    assert request is not None
    assert request.authorization == "Bearer"


def test_a_managed_identity_takes_the_place_of_the_token_where_it_is_on() -> None:
    request = start_of(state(login(), contract="current", config=MANAGED)).request
    assert request is not None
    assert (request.authorization, request.account_id_header) == ("AgentAssertion", "ws-1")


def test_a_managed_identity_that_cannot_be_registered_does_not_fall_back_to_the_token() -> None:
    given = Assumptions(register="403")
    found = start_of(state(login(), contract="current", config=MANAGED, assumptions=given))
    assert found.prediction.exit == 1
    assert found.request is None


@pytest.mark.parametrize(
    "record",
    [{"OPENAI_API_KEY": KEY}, login(auth_mode="chatgptAuthTokens")],
    ids=["key", "tokens of a host"],
)
def test_only_a_login_of_the_clients_own_gets_a_managed_identity(record: dict[str, Any]) -> None:
    request = start_of(state(record, contract="current", config=MANAGED)).request
    assert request is not None
    assert request.authorization == "Bearer"


def test_a_record_beside_a_login_is_not_used_while_the_feature_is_off() -> None:
    record = login(agent_identity=agent_record())
    request = start_of(state(record, contract="current")).request
    assert request is not None
    assert request.authorization == "Bearer"
