"""Secrets of no shape, each in the field, table, variable or file that is made for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from authtui.machine.observation import KeyringFacts
from authtui.redaction import Secret
from tests.canaries.kinds import CANARIES, part
from tests.canaries.places import World

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.machine.observation import Observation


def value(name: str) -> str:
    """The planted text of a kind."""
    return CANARIES[name].value


_USERINFO = f"ada:{value('userinfo of an address')}"
_BEARER = f"Bearer {value('provider header')}"
PROVIDER = f"""
model_provider = "corp"
[model_providers.corp]
name = "corp"
base_url = "https://{_USERINFO}@corp.example/v1?key={CANARIES["API key in a query"].body}"
env_key = "CORP_KEY"
experimental_bearer_token = "{value("provider bearer token")}"
http_headers = {{ "X-Token" = "{value("provider header")}", "Authorization" = "{_BEARER}" }}
env_http_headers = {{ "X-Other" = "OTHER_KEY" }}
query_params = {{ key = "{value("provider query parameter")}" }}
[model_providers.corp.auth]
command = "/usr/bin/secret-tool"
args = ["lookup", "{value("argument of an auth command")}"]
[otel.exporter.otlp-http]
headers = {{ x-key = "{value("otel header")}" }}
[mcp_servers.x]
command = "c"
[mcp_servers.x.env]
KEY = "{value("MCP variable")}"
"""
VARIABLES = {
    "CORP_KEY": value("provider key"),
    "OTHER_KEY": value("key behind env_http_headers"),
    "HTTPS_PROXY": value("proxy password"),
    "ALL_PROXY": f"socks5://ada:{value('password in a body')}@proxy.example",
    "AWS_SECRET_ACCESS_KEY": value("AWS secret access key"),
    "AWS_SESSION_TOKEN": value("AWS session token"),
    "AWS_ACCESS_KEY_ID": value("AWS key id"),
    "AWS_BEARER_TOKEN_BEDROCK": value("Bedrock key without a shape"),
    "OPENAI_FEDERATION_RULE_ID": value("biscuit"),
}


def _identity(key: str) -> str:
    claims = {
        "iss": "https://chatgpt.com/codex-backend/agent-identity",
        "aud": "codex-app-server",
        "iat": 1_790_000_000,
        "exp": 1_900_000_000,
        "workspace_id": "org_1",
        "account_id": "org_1",
        "chatgpt_user_id": "user-1",
        "agent_runtime_id": "agent_1",
        "agent_private_key": value(key),
        "task_id": value("task id"),
        "background_task_id": value("background task id"),
        "encrypted_task_id": value("encrypted task id"),
        "plan_type": "pro",
        "chatgpt_account_is_fedramp": False,
        "email": "ada@example.org",
        "client_secret": value("client secret"),
    }
    signature = CANARIES["agent identity JWT"].body
    return f"{part({'alg': 'RS256', 'kid': 'k-1'})}.{part(claims)}.{signature}"


def _record(key: str) -> str:
    claims = {
        "workspace_id": "org_1",
        "account_id": "org_1",
        "chatgpt_user_id": "user-1",
        "agent_runtime_id": "agent_1",
        "agent_private_key": value(key),
        "registered_at": "2026-04-13T12:00:00Z",
        "plan_type": "pro",
        "email": "ada@example.org",
        "chatgpt_account_is_fedramp": False,
        "task_id": value("task id"),
        "background_task_id": value("background task id"),
    }
    return json.dumps({"auth_mode": "agentIdentity", "agent_identity": claims}, indent=2)


def login(first: str = "ID token", last: str = "opaque refresh token") -> str:
    """A ChatGPT login whose tokens are planted."""
    tokens = {
        "id_token": value(first),
        "access_token": value("opaque access token"),
        "refresh_token": value(last),
        "account_id": "acct-mine",
    }
    return json.dumps({"auth_mode": "chatgpt", "tokens": tokens}, indent=2)


def _token_file(home: Path) -> None:
    (home / "token").write_text(value("federation token"))


KEYS = (
    "agent private key",
    "agent private key, version 2",
    "agent private key in PEM",
    "seed of a key in hexadecimal",
    "seed of a key in base64",
)
WORLDS: dict[str, World] = {
    "a login and a provider": World(
        login(), PROVIDER, f"OPENAI_API_KEY={value('value of .env')}\nCORP_KEY=x\n", VARIABLES
    ),
    **{
        f"every key in the environment, {record}": World(
            auth,
            dotenv=f"OPENAI_API_KEY={value('service account key')}\n",
            env={
                "CODEX_API_KEY": value("project key"),
                "OPENAI_API_KEY": value("API key"),
                "CODEX_ACCESS_TOKEN": value("personal access token"),
                **({} if record == "a login" else {"CODEX_API_KEY": " "}),
            },
        )
        for record, auth in {
            "a login": login(),
            "a stored key": json.dumps(
                {"auth_mode": "apikey", "OPENAI_API_KEY": value("admin key")}
            ),
            "a key in the wrong place": json.dumps(
                {"auth_mode": value("API key"), "tokens": value("refresh token")}
            ),
            "a cut record": '{"OPENAI_API_KEY": "' + value("admin key"),
        }.items()
    },
    "a broken login and a provider": World(login()[:-9], PROVIDER, env=VARIABLES),
    "opaque personal access token": World(
        json.dumps(
            {
                "auth_mode": "personalAccessToken",
                "personal_access_token": value("opaque personal access token"),
            }
        )
    ),
    "Bedrock": World(
        json.dumps(
            {
                "auth_mode": "bedrockAccessKeys",
                "bedrock_api_key": {"api_key": value("Bedrock key"), "region": "eu-west-1"},
                "bedrock_access_keys": {
                    "access_key_id": value("temporary AWS key id"),
                    "secret_access_key": value("AWS secret access key"),
                    "session_token": value("AWS session token"),
                },
            }
        ),
        'model_provider = "amazon-bedrock"\n',
    ),
    "workload identity": World(
        login(),
        env={"OPENAI_IDENTITY_TOKEN_FILE": "token", "OPENAI_FEDERATION_RULE_ID": "rule-1"},
        prepare=_token_file,
    ),
    **{
        f"identity in a variable, {key}": World(
            login(),
            env={"CODEX_ACCESS_TOKEN": _identity(key), "CODEX_AGENT_IDENTITY": _identity(key)},
        )
        for key in KEYS
    },
    **{f"identity in the file, {key}": World(_record(key)) for key in KEYS},
    "a stored identity token": World(
        json.dumps({"auth_mode": "agentIdentity", "agent_identity": _identity(KEYS[0])})
    ),
}
KEYRING = login("ID token of the keyring", "keyring refresh token")
"""The document of a keyring entry."""


def with_keyring(seen: Observation) -> Observation:
    """The same machine, whose keyring holds planted tokens and complains of one."""
    facts = KeyringFacts(
        "present",
        account="cli|0123456789abcdef",
        backend="SecretService",
        detail="the collection is locked",
        document=Secret(KEYRING),
    )
    encrypted = seen.encrypted._replace(status="present", document=Secret(KEYRING))
    return seen._replace(keyring=facts, encrypted=encrypted)
