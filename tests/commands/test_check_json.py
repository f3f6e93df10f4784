"""`check --json`: the promised document for every kind of state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.check_schema import SCHEMA, faults
from tests.program import NOW, api_key_login, chatgpt_login, codex_home, jwt, run

if TYPE_CHECKING:
    from pathlib import Path

IDENTITY = jwt(
    {
        "workspace_id": "org_other",
        "agent_runtime_id": "agent_123",
        "agent_private_key": "MC4CAQAwBQYDK2VwBCIEIHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4",
        "registered_at": "2026-04-13T12:00:00Z",
    }
)
STATES: dict[str, tuple[object, str | None, dict[str, str]]] = {
    "nothing": (None, None, {}),
    "api key": (api_key_login(), None, {}),
    "chatgpt": (chatgpt_login(), None, {}),
    "shadowed": (chatgpt_login(), None, {"CODEX_API_KEY": "sk-other-0000000000000000"}),
    "refused": (api_key_login(), 'forced_login_method = "chatgpt"\n', {}),
    "wrong workspace": (chatgpt_login(), 'forced_chatgpt_workspace_id = "acct-other"\n', {}),
    "agent variable": (None, None, {"CODEX_AGENT_IDENTITY": IDENTITY}),
    "access token": (None, None, {"CODEX_ACCESS_TOKEN": "at-made-up-0000000000"}),
    "broken record": ('{"OPENAI_API_KEY": 5}', None, {}),
    "broken config": (api_key_login(), "model = \n", {}),
    "provider": (
        None,
        (
            'model_provider = "p"\n[model_providers.p]\nname = "p"\nbase_url = "https://p.example/v1"\n'
            'env_key = "P_KEY"\n'
        ),
        {"P_KEY": "made-up-provider-key-1"},
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_the_document_keeps_the_schema_in_every_state(tmp_path: Path, state: str) -> None:
    auth, config, env = STATES[state]
    home = codex_home(tmp_path, auth, config)
    answer = run("check", "--json", "--home", home, "--now", NOW, user_home=tmp_path, env=env)
    assert answer.err == ""
    assert faults(answer.json) == []


@pytest.mark.parametrize(
    "contract", ["first", "identity-only", "explicit", "managed", "current", "0.150"]
)
@pytest.mark.parametrize("surface", ["exec", "login-status", "tui"])
def test_the_document_keeps_the_schema_for_every_client_and_start(
    tmp_path: Path, contract: str, surface: str
) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    options = ("--contract", contract, "--surface", surface, "--now", NOW)
    document = run("check", "--json", "--home", home, *options, user_home=tmp_path).json
    assert faults(document) == []
    assert document["surface"] == surface
    assert [p["surface"] for p in document["predictions"]] == ["exec", "login-status", "tui"]


def test_the_schema_would_notice_a_wrong_type_and_a_missing_key(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login())
    document: dict[str, Any] = run("check", "--json", "--home", home, user_home=tmp_path).json
    document["verdict"]["client_exit"] = "0"
    del document["lamps"]["sent"]
    document["sources"][0]["status"] = "perhaps"
    assert len(faults(document)) == 3
    assert set(SCHEMA) <= set(document)


def test_the_ladder_is_whole_and_in_order(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    env = {"CODEX_API_KEY": "sk-other-0000000000000000"}
    document = run("check", "--json", "--home", home, user_home=tmp_path, env=env).json
    ranks = [s["rank"] for s in document["sources"] if s["rank"] is not None]
    assert ranks == sorted(ranks)
    status = {s["name"]: (s["status"], s["shadowed_by"]) for s in document["sources"]}
    assert status["CODEX_API_KEY"] == ("selected", None)
    assert status["auth.json"] == ("shadowed", "CODEX_API_KEY")
    assert document["verdict"]["kind"] == "another-source-won"


def test_the_accepted_lamp_stays_grey_without_an_answer(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login())
    lamps = run("check", "--json", "--home", home, user_home=tmp_path).json["lamps"]
    assert lamps == {"stored": "green", "selected": "green", "sent": "green", "accepted": "grey"}


def test_a_key_that_the_client_masks_is_quoted_as_the_client_prints_it(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login("sk-test-0000000000000000000000"))
    options = ("--contract", "managed", "--surface", "login-status")
    document = run("check", "--json", "--home", home, *options, user_home=tmp_path).json
    says = {p["surface"]: p["says"] for p in document["predictions"]}
    assert says["login-status"] == "Logged in using an API key - sk-test-***00000"
