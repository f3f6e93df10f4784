"""#18176: `agent_identity` as an object or a JWT, and what its claims must be."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.made_up import OLD_RECORD, jwt
from tests.seeds.rules import start_of, state

REQUIRED = ("workspace_id", "agent_runtime_id", "agent_private_key")


def _stored(identity: object) -> dict[str, Any]:
    return {"auth_mode": "chatgpt", "agent_identity": identity}


@pytest.mark.parametrize("identity", [OLD_RECORD, jwt(OLD_RECORD)], ids=["object", "JWT"])
def test_both_forms_are_the_same_identity(identity: object) -> None:
    credential = start_of(state(_stored(identity))).credential
    assert credential is not None
    assert credential.record is not None
    assert (credential.mode, credential.account_id) == ("agent_identity", "ws-1")
    assert credential.record.agent_runtime_id == "runtime-1"


@pytest.mark.parametrize("claim", REQUIRED)
def test_a_required_claim_that_is_missing_makes_the_token_unusable(claim: str) -> None:
    claims = {key: value for key, value in OLD_RECORD.items() if key != claim}
    found = start_of(state(_stored(jwt(claims))))
    assert found.credential is None
    assert found.prediction.exit == 1


@pytest.mark.parametrize("claim", ["chatgpt_user_id", "registered_at"])
def test_an_optional_claim_may_be_missing_from_a_token(claim: str) -> None:
    claims = {key: value for key, value in OLD_RECORD.items() if key != claim}
    assert start_of(state(_stored(jwt(claims)))).prediction.outcome == "ready"


def test_a_background_task_is_no_claim_of_the_token() -> None:
    claims = {**OLD_RECORD, "background_task_id": 12}
    credential = start_of(state(_stored(jwt(claims)))).credential
    assert credential is not None
    assert credential.record is not None
    assert credential.record.background_task_id is None


@pytest.mark.parametrize("token", ["abc", "a.b", "..", "a.!!.c", jwt([1])])
def test_a_token_that_is_none_is_an_error_and_not_a_missing_login(token: str) -> None:
    found = start_of(state(_stored(token)))
    assert found.prediction.outcome == "unreadable"
    assert found.failure is not None
    assert found.failure.where.startswith("auth.json")
