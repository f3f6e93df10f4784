"""Every rung that can be listed has a rule in words and says where it was read."""

from __future__ import annotations

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.checks.ladder_rules import rule_of
from authtui.contracts import TABLE
from tests.checks.build import KEY, State, agent, chatgpt, observe

_PROVIDER = (
    'model_provider = "p"\n[model_providers.p]\nname = "p"\nbase_url = "https://p.example"\n'
)
_EVERYTHING = State(
    chatgpt(),
    env={
        "CODEX_API_KEY": KEY,
        "OPENAI_API_KEY": KEY,
        "CODEX_ACCESS_TOKEN": agent(),
        "CODEX_AGENT_IDENTITY": agent(),
        "OPENAI_FEDERATION_RULE_ID": "rule",
    },
    config=_PROVIDER + "[features]\nsecret_auth_storage = true\n",
)


@pytest.mark.parametrize("contract", [row.name for row in TABLE])
def test_each_rung_has_its_own_rule_and_an_upstream_source(contract: str) -> None:
    sources = assess(observe(_EVERYTHING), Options(contract=contract)).sources
    assert len(sources) >= 6
    for source in sources:
        rule = rule_of(source.name)
        assert len(rule.words) > 40, source.name
        assert "codex-rs/" in rule.source, source.name
