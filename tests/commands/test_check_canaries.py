"""No secret, planted wherever secrets can be, gets into any output."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from tests.program import chatgpt_login, codex_home, jwt, run, run_code

if TYPE_CHECKING:
    from pathlib import Path

# Each with a body of its own, so that a leak names where it came from.
CANARIES = {
    name: prefix + hashlib.sha256(name.encode()).hexdigest()[:28]
    for name, prefix in {
        "env_api_key": "sk-",
        "env_openai": "sk-proj-",
        "env_access": "at-",
        "env_provider": "",
        "file_key": "sk-",
        "file_refresh": "rt-",
        "file_pat": "at-",
        "config_bearer": "",
        "config_header": "",
        "config_query": "",
        "config_userinfo": "",
        "dotenv_key": "sk-",
        "signature": "",
        "private_key": "MC4CAQAwBQYDK2VwBCIEI",
    }.items()
}
_QUERY, _HEADER = CANARIES["config_query"], CANARIES["config_header"]
CONFIG = f"""
model_provider = "corp"
[model_providers.corp]
name = "corp"
base_url = "https://user:{CANARIES["config_userinfo"]}@corp.example/v1?key={_QUERY}"
env_key = "CORP_KEY"
experimental_bearer_token = "{CANARIES["config_bearer"]}"
http_headers = {{ "X-Token" = "{_HEADER}", "Authorization" = "Bearer {_HEADER}" }}
query_params = {{ key = "{_QUERY}" }}
"""
IDENTITY = jwt(
    {
        "workspace_id": "org_1",
        "agent_runtime_id": "agent_1",
        "agent_private_key": CANARIES["private_key"],
        "registered_at": "2026-04-13T12:00:00Z",
        "note": CANARIES["file_key"],
    },
    CANARIES["signature"],
)
ENVIRONMENTS = {
    "no variables": {},
    "api key": {"CODEX_API_KEY": CANARIES["env_api_key"], "OPENAI_API_KEY": CANARIES["env_openai"]},
    "access token": {"CODEX_ACCESS_TOKEN": CANARIES["env_access"]},
    "identity": {"CODEX_AGENT_IDENTITY": IDENTITY, "CODEX_ACCESS_TOKEN": IDENTITY},
    "provider": {"CORP_KEY": CANARIES["env_provider"]},
}
RECORDS = {
    "chatgpt": chatgpt_login(refresh=CANARIES["file_refresh"]),
    "api key": {"auth_mode": "apikey", "OPENAI_API_KEY": CANARIES["file_key"]},
    "token": {"auth_mode": "personalAccessToken", "personal_access_token": CANARIES["file_pat"]},
    "identity": {"auth_mode": "agentIdentity", "agent_identity": IDENTITY},
    "wrong types": {"auth_mode": CANARIES["file_key"], "tokens": CANARIES["file_refresh"]},
    "wrong place": {
        "tokens": {
            "id_token": CANARIES["file_key"],
            "access_token": 5,
            "refresh_token": [CANARIES["file_refresh"]],
        }
    },
    "cut off": '{"OPENAI_API_KEY": "' + CANARIES["file_key"],
    "not JSON": CANARIES["file_key"],
}
WINDOW = 12
EVERYTHING = """
import sys
from authtui.cli import main
for line in (
    "check", "check --explain auth.json", "check --explain CODEX_API_KEY", "paths", "paths --json",
    "check --json --contract first", "check --json --contract identity-only",
    "check --json --contract explicit --surface login-status", "check --json --contract managed",
    "check --json --contract current", "check --json --without auth.json --strict",
):
    assert main([*line.split(), *sys.argv[1:]]) in (0, 1, 3, 4), line
"""


def leaks(text: str) -> set[str]:
    """The canaries of which a tell-tale piece stands in the text."""
    found = set()
    for name, value in CANARIES.items():
        # The client shows eight characters of a key and its last few, and we quote the client.
        secret = value[len(value) - 24 :] if len(value) > 40 else value[3:]
        if any(secret[at : at + WINDOW] in text for at in range(len(secret) - WINDOW + 1)):
            found.add(name)
    return found


def test_the_search_for_leaks_finds_a_piece_of_each() -> None:
    for name, value in CANARIES.items():
        assert leaks(f"… {value[-14:]} …") == {name}


@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("variables", ENVIRONMENTS)
def test_no_secret_gets_into_text_json_or_explanations(
    tmp_path: Path, record: str, variables: str
) -> None:
    home = codex_home(tmp_path, RECORDS[record], CONFIG if variables == "provider" else None)
    (home / ".env").write_text(f"OPENAI_API_KEY={CANARIES['dotenv_key']}\n")
    env = ENVIRONMENTS[variables]
    answer = run_code(EVERYTHING, "--home", home, user_home=tmp_path, **env)
    text = answer.out + answer.err
    assert answer.code == 0
    assert text.count('"schema": 1') >= 6
    assert leaks(text) == set()
    assert "ada@example.org" not in text


def test_no_secret_gets_out_of_wrong_usage(tmp_path: Path) -> None:
    home = codex_home(tmp_path)
    key = CANARIES["env_api_key"]
    for options in (
        ("--with", key),
        ("--feature", key),
        ("--contract", key),
        (key,),
        ("--now", key),
    ):
        answer = run("check", "--home", home, *options, user_home=tmp_path)
        assert answer.code == 2
        assert leaks(answer.out + answer.err) == set()


def test_decoding_a_token_shows_claims_but_neither_signature_nor_private_key(
    tmp_path: Path,
) -> None:
    for options in ((), ("--json",)):
        answer = run("decode", *options, "-", user_home=tmp_path, stdin=IDENTITY)
        assert "agent_1" in answer.out
        assert leaks(answer.out + answer.err) == set()
    json.loads(answer.out)
