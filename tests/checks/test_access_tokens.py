"""What is said of a personal access token before anybody has asked whose it is."""

from __future__ import annotations

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.simulation.assumptions import Assumptions
from tests.checks.build import State, observe

TOKEN = "at-made-up-0000000000"


@pytest.mark.parametrize("contract", ["managed", "current"])
@pytest.mark.parametrize(
    "state",
    [
        State(env={"CODEX_ACCESS_TOKEN": TOKEN}),
        State({"auth_mode": "personalAccessToken", "personal_access_token": TOKEN}),
    ],
    ids=["variable", "stored"],
)
def test_its_account_is_taken_to_be_named_by_whoami(state: State, contract: str) -> None:
    verdict = assess(observe(state), Options(contract)).verdict
    assert (verdict.outcome, verdict.mode) == ("ready", "personal_access_token")
    assert any("whoami" in text for text in verdict.assumes)


def test_an_account_that_whoami_leaves_empty_cannot_be_routed() -> None:
    options = Options("current", assumptions=Assumptions(whoami_account=""))
    found = assess(observe(State(env={"CODEX_ACCESS_TOKEN": TOKEN})), options)
    assert found.verdict.outcome == "degraded"
    assert "requires a ChatGPT account id" in (found.verdict.client_message or "")
