"""Made-up credentials in every shape the clients know. None of them opens anything."""

from __future__ import annotations

import base64
import json
from typing import Any

KEY = "sk-test-0123456789abcdefghij"
AGENT_KEY = "MC4CAQAwBQYDK2VwBCIEIOc7bsguNzn0aqZmGM/CP7bOjr7qygPdkbsPZWBrFegn"
FAR, PAST = 4102444800, 1600000000
AGENT_CLAIMS: dict[str, Any] = {
    "iss": "https://chatgpt.com/codex-backend/agent-identity",
    "aud": "codex-app-server",
    "iat": 1700000000,
    "exp": FAR,
    "agent_runtime_id": "runtime-1",
    "agent_private_key": AGENT_KEY,
    "account_id": "ws-1",
    "chatgpt_user_id": "user-1",
    "email": "agent@example.test",
    "plan_type": "pro",
    "chatgpt_account_is_fedramp": False,
}


def jwt(claims: Any, header: dict[str, Any] | None = None) -> str:  # noqa: ANN401 - any JSON value
    """A token with an empty-handed signature."""
    head = {"alg": "RS256", "typ": "JWT", "kid": "k1"} if header is None else header
    return f"{_part(head)}.{_part(claims)}.c2lnbmF0dXJl"


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def id_token(account: str | None = "ws-1", plan: str = "pro") -> str:
    """An id token of a ChatGPT login."""
    auth = {"chatgpt_plan_type": plan, "chatgpt_user_id": "user-1"}
    if account is not None:
        auth["chatgpt_account_id"] = account
    return jwt({"email": "u@example.test", "https://api.openai.com/auth": auth})


def login(
    account: str | None = "ws-1", claim: str | None = "ws-1", **changes: object
) -> dict[str, Any]:
    """A whole ChatGPT login; a change to None removes the field."""
    record: dict[str, Any] = {
        "auth_mode": "chatgpt",
        "OPENAI_API_KEY": None,
        "tokens": {
            "id_token": id_token(claim),
            "access_token": jwt({"exp": FAR}),
            "refresh_token": "made-up-refresh-token",
            "account_id": account,
        },
        "last_refresh": "2099-01-01T00:00:00Z",
    }
    record.update(changes)
    return {key: value for key, value in record.items() if value is not None}


def agent_record(**changes: object) -> dict[str, Any]:
    """An agent identity record of the later form."""
    names = ("iss", "aud", "iat", "exp")
    return {**{k: v for k, v in AGENT_CLAIMS.items() if k not in names}, **changes}


OLD_RECORD = {
    "workspace_id": "ws-1",
    "chatgpt_user_id": "user-1",
    "agent_runtime_id": "runtime-1",
    "agent_private_key": AGENT_KEY,
    "registered_at": "2026-04-13T12:00:00Z",
}


def environments(agent: str) -> dict[str, dict[str, str]]:
    """Environments by name; `agent` is the variable that holds an agent identity."""
    missing = {k: v for k, v in AGENT_CLAIMS.items() if k != "account_id"}
    return {
        "no variable": {},
        "key": {"CODEX_API_KEY": KEY},
        "blank key": {"CODEX_API_KEY": " "},
        "openai key": {"OPENAI_API_KEY": KEY},
        "agent word": {agent: "abc"},
        "agent blank": {agent: "  "},
        "agent two parts": {agent: jwt(AGENT_CLAIMS).rsplit(".", 1)[0]},
        "agent api key": {agent: KEY},
        "agent claim missing": {agent: jwt(missing)},
        "agent april": {agent: jwt({**OLD_RECORD})},
        "agent payload list": {agent: jwt([1])},
        "key and agent word": {"CODEX_API_KEY": KEY, agent: "abc"},
        "workload half": {"OPENAI_FEDERATION_RULE_ID": "rule-1"},
    }


def records() -> dict[str, str | None]:
    """Texts of auth.json by name."""
    agent = {"auth_mode": "agentIdentity"}
    bedrock = {"api_key": "made-up", "region": "us-east-1"}
    named: dict[str, Any] = {
        "api key": {"auth_mode": "apikey", "OPENAI_API_KEY": KEY},
        "key without mode": {"OPENAI_API_KEY": KEY},
        "short key": {"OPENAI_API_KEY": "sk-short"},
        "empty key": {"OPENAI_API_KEY": ""},
        "mode without key": {"auth_mode": "apikey"},
        "login": login(),
        "login without mode": login(auth_mode=None),
        "login elsewhere": login("ws-2", "ws-2"),
        "claim elsewhere": login("ws-1", "ws-2"),
        "copy elsewhere": login("ws-2", "ws-1"),
        "no claim": login("ws-1", None),
        "no account": login(None, None),
        "no refresh date": login(last_refresh=None),
        "no tokens": login(tokens=None),
        "tokens of a host": login(auth_mode="chatgptAuthTokens"),
        "key beside login": login(OPENAI_API_KEY=KEY, auth_mode=None),
        "key beside login, chatgpt": login(OPENAI_API_KEY=KEY),
        "agent without identity": agent,
        "agent word": {**agent, "agent_identity": "abc"},
        "agent old record": {**agent, "agent_identity": OLD_RECORD},
        "agent number": {**agent, "agent_identity": 1},
        "agent bad key": {**agent, "agent_identity": agent_record(agent_private_key="***")},
        "agent record short": {**agent, "agent_identity": {"account_id": "ws-1"}},
        "login with old record": login(agent_identity=OLD_RECORD),
        "login with record": login(agent_identity=agent_record()),
        "login with word": login(agent_identity="abc"),
        "unknown mode": {"auth_mode": "oauth"},
        "pat mode without": {"auth_mode": "personalAccessToken"},
        "bedrock": {"auth_mode": "bedrockApiKey", "bedrock_api_key": bedrock},
        "bedrock without mode": {"bedrock_api_key": bedrock},
        "bedrock short": {"auth_mode": "bedrockApiKey", "bedrock_api_key": {"api_key": "x"}},
        "headers": {"auth_mode": "headers"},
        "empty object": {},
        "list": [],
        "key number": {"OPENAI_API_KEY": 1.5},
        "bad date": login(last_refresh="yesterday"),
        "bad id token": login(tokens={"id_token": "abc", "access_token": "a"}),
        "unknown field": login(extra={"a": 1}),
    }
    texts: dict[str, str | None] = {"nothing stored": None, "empty file": "", "not JSON": "{x"}
    for name, value in named.items():
        texts[name] = json.dumps(value, indent=2)
    texts["trailing comma"] = '{"OPENAI_API_KEY": "sk-x",}'
    texts["twice"] = '{"OPENAI_API_KEY": "a", "OPENAI_API_KEY": "b"}'
    return texts


POLICIES = {
    "no policy": "",
    "api only": 'forced_login_method = "api"\n',
    "chatgpt only": 'forced_login_method = "chatgpt"\n',
    "workspace": 'forced_chatgpt_workspace_id = "ws-1"\n',
    "padded workspace": 'forced_chatgpt_workspace_id = " ws-1 "\n',
    "other workspace": 'forced_chatgpt_workspace_id = "ws-9"\n',
    "blank workspace": 'forced_chatgpt_workspace_id = "  "\n',
    "list": 'forced_chatgpt_workspace_id = ["ws-9", "ws-1"]\n',
    "other list": 'forced_chatgpt_workspace_id = ["ws-8", " ws-9 "]\n',
    "empty list": "forced_chatgpt_workspace_id = []\n",
    "comma": 'forced_chatgpt_workspace_id = "ws-1,ws-2"\n',
    "both": 'forced_login_method = "chatgpt"\nforced_chatgpt_workspace_id = "ws-9"\n',
    "method unknown": 'forced_login_method = "oauth"\n',
    "method list": 'forced_login_method = ["api"]\n',
    "workspace table": "forced_chatgpt_workspace_id = { a = 1 }\n",
    "unknown provider": 'model_provider = "nowhere"\n',
    "elsewhere": 'chatgpt_base_url = "http://127.0.0.1:9/x"\n',
}
STORE_MODES = {
    "default store": "",
    "file": 'cli_auth_credentials_store = "file"\n',
    "ephemeral": 'cli_auth_credentials_store = "ephemeral"\n',
    "auto": 'cli_auth_credentials_store = "auto"\n',
    "keyring": 'cli_auth_credentials_store = "keyring"\n',
}
