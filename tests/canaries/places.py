"""Where a secret can stand by mistake: every field of a file, variable, path and command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from authtui.credentials.environment import NAMES
from tests.canaries.kinds import part
from tests.program import chatgpt_login

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


class World(NamedTuple):
    """What stands on a machine. `prepare` lays out more below the home."""

    auth: str | bytes | None = None
    config: str = ""
    dotenv: str = ""
    env: Mapping[str, str] = {}
    folder: str = ".codex"
    prepare: Callable[[Path], None] | None = None


def _login(**changes: object) -> str:
    return json.dumps({**chatgpt_login(), **changes}, indent=2)


def _tokens(**changes: object) -> str:
    document = chatgpt_login()
    document["tokens"] |= changes
    return json.dumps(document, indent=2)


def _claims(changes: Mapping[str, Any], header: Mapping[str, Any] | None = None) -> str:
    head = part({"alg": "RS256", "kid": "k-1", **(header or {})})
    auth = {"chatgpt_account_id": "acct-mine", "chatgpt_user_id": "user-1"}
    claims = {"iss": "https://auth.openai.com", "https://api.openai.com/auth": auth, **changes}
    return f"{head}.{part(claims)}.c2lnbmF0dXJl"


def _identity(**changes: object) -> str:
    record: dict[str, object] = {
        "workspace_id": "org_1",
        "account_id": "org_1",
        "chatgpt_user_id": "user-1",
        "agent_runtime_id": "agent_1",
        "agent_private_key": "not a key",
        "registered_at": "2026-04-13T12:00:00Z",
        "email": "ada@example.org",
        "plan_type": "pro",
        "chatgpt_account_is_fedramp": False,
        **changes,
    }
    return json.dumps({"auth_mode": "agentIdentity", "agent_identity": record}, indent=2)


def _provider(line: str) -> str:
    return (
        'model_provider = "corp"\n[model_providers.corp]\nname = "corp"\n'
        f'base_url = "https://corp.example/v1"\n{line}\n'
    )


AUTH: dict[str, Callable[[str], str]] = {
    "auth_mode": lambda s: _login(auth_mode=s),
    "OPENAI_API_KEY": lambda s: _login(OPENAI_API_KEY=s, auth_mode="apikey"),
    "OPENAI_API_KEY beside tokens": lambda s: _login(OPENAI_API_KEY=s),
    "id_token": lambda s: _tokens(id_token=s),
    "access_token": lambda s: _tokens(access_token=s),
    "refresh_token": lambda s: _tokens(refresh_token=s),
    "refresh_token as a list": lambda s: _tokens(refresh_token=[s]),
    "account_id": lambda s: _tokens(account_id=s),
    "tokens as text": lambda s: _login(tokens=s),
    "last_refresh": lambda s: _login(last_refresh=s),
    "agent_identity as text": lambda s: json.dumps(
        {"auth_mode": "agentIdentity", "agent_identity": s}
    ),
    "agent_identity beside tokens": lambda s: _login(agent_identity=s),
    **{
        f"agent_identity.{name}": (lambda s, name=name: _identity(**{name: s}))  # type: ignore[misc]
        for name in (
            *("workspace_id", "account_id", "chatgpt_user_id", "agent_runtime_id"),
            *("agent_private_key", "registered_at", "email", "plan_type", "task_id"),
            *("background_task_id", "chatgpt_account_is_fedramp", "unknown"),
        )
    },
    "personal_access_token": lambda s: json.dumps(
        {"auth_mode": "personalAccessToken", "personal_access_token": s}
    ),
    "bedrock key": lambda s: json.dumps(
        {"auth_mode": "bedrockApiKey", "bedrock_api_key": {"api_key": s, "region": "eu-west-1"}}
    ),
    "bedrock region": lambda s: json.dumps(
        {"auth_mode": "bedrockApiKey", "bedrock_api_key": {"api_key": "k", "region": s}}
    ),
    "bedrock access keys": lambda s: json.dumps(
        {
            "auth_mode": "bedrockAccessKeys",
            "bedrock_access_keys": {
                "access_key_id": s,
                "secret_access_key": s,
                "session_token": s,
            },
        }
    ),
    "unknown field": lambda s: _login(note=s),
    "unknown field's name": lambda s: _login(**{s: "x"}),
    "deep inside": lambda s: _login(extra={"a": [{"b": s}]}),
    "a name deep inside": lambda s: _tokens(**{s: s}),
    "twice": lambda s: _login()[:-1] + f', "auth_mode": {json.dumps(s)}}}',
    "the whole document": json.dumps,
    "a list": lambda s: json.dumps([s]),
    "no JSON": lambda s: s,
    "cut off": lambda s: _login(OPENAI_API_KEY=s)[:-30] + json.dumps(s),
    "behind the end": lambda s: f"{_login()} {s}",
    "a comment": lambda s: f"// {s}\n{_login()}",
    "single quotes": lambda s: f"{{'auth_mode': '{s}'}}",
    "a claim": lambda s: _tokens(id_token=_claims({"note": s})),
    "a claim's name": lambda s: _tokens(id_token=_claims({s: 1})),
    "email claim": lambda s: _tokens(id_token=_claims({"email": s})),
    "sub, iss, aud and exp claims": lambda s: _tokens(
        access_token=_claims({"sub": s, "iss": s, "aud": [s], "exp": s, "iat": s})
    ),
    "plan and account claims": lambda s: _tokens(
        id_token=_claims(
            {
                "https://api.openai.com/auth": {
                    "chatgpt_account_id": s,
                    "chatgpt_user_id": s,
                    "chatgpt_plan_type": s,
                    "organizations": [{"id": s, "title": s}],
                }
            }
        )
    ),
    "header of a token": lambda s: _tokens(access_token=_claims({}, {"kid": s, "alg": s})),
}

CONFIG: dict[str, Callable[[str], str]] = {
    **{
        name: (lambda s, name=name: f"{name} = {json.dumps(s)}\n")  # type: ignore[misc]
        for name in (
            *("model", "model_provider", "profile", "chatgpt_base_url", "openai_base_url"),
            *("forced_login_method", "forced_chatgpt_workspace_id"),
            *("cli_auth_credentials_store", "preferred_auth_method", "notes"),
        )
    },
    "a list of workspaces": lambda s: f"forced_chatgpt_workspace_id = [{json.dumps(s)}, 'b']\n",
    "a table for a word": lambda s: f"forced_login_method = {{ {json.dumps(s)} = 1 }}\n",
    "a key's name": lambda s: f"{json.dumps(s)} = 1\n",
    "a table's name": lambda s: f"[{json.dumps(s)}]\nx = 1\n",
    "a feature": lambda s: f"[features]\nuse_agent_identity = {json.dumps(s)}\n",
    "a feature's name": lambda s: f"[features]\n{json.dumps(s)} = true\n",
    "a project": lambda s: f"[projects.{json.dumps('/home/' + s)}]\ntrust_level = 'trusted'\n",
    "a provider's id": lambda s: (
        f"model_provider = {json.dumps(s)}\n[model_providers.{json.dumps(s)}]\nname = 'x'\n"
    ),
    "an unknown provider": lambda s: f"model_provider = {json.dumps(s)}\n",
    **{
        f"provider {name}": (lambda s, name=name: _provider(f"{name} = {json.dumps(s)}"))  # type: ignore[misc]
        for name in (
            *("env_key", "env_key_instructions", "wire_api", "experimental_bearer_token"),
            *("requires_openai_auth", "unknown_key"),
        )
    },
    "provider name": lambda s: _provider("").replace('name = "corp"', f"name = {json.dumps(s)}"),
    "provider address": lambda s: _provider("").replace(
        '"https://corp.example/v1"', json.dumps(f"https://corp.example/{s}")
    ),
    "provider tables": lambda s: _provider(
        f"http_headers = {{ Authorization = {json.dumps(s)} }}\n"
        f"env_http_headers = {{ X-Key = {json.dumps(s)} }}\n"
        f"query_params = {{ key = {json.dumps(s)} }}"
    ),
    "provider command": lambda s: _provider(
        f"[model_providers.corp.auth]\ncommand = {json.dumps(s)}\nargs = [{json.dumps(s)}]"
    ),
    "MCP server": lambda s: (
        f"[mcp_servers.x]\ncommand = 'c'\nargs = [{json.dumps(s)}]\nurl = {json.dumps(s)}\n"
        f"bearer_token_env_var = {json.dumps(s)}\n[mcp_servers.x.env]\nKEY = {json.dumps(s)}\n"
    ),
    "otel": lambda s: f"[otel.exporter.otlp-http]\nheaders = {{ x = {json.dumps(s)} }}\n",
    "no TOML": lambda s: f"model = {s}\n",
    "cut off": lambda s: f'model = "{s}\n',
    "a wrong type": lambda s: f"forced_login_method = [{json.dumps(s)}]\n",
}

DOTENV: dict[str, Callable[[str], str]] = {
    "value": lambda s: f"CODEX_API_KEY={s}\n",
    "value in quotes": lambda s: f'OPENAI_API_KEY="{s}"\n',
    "unknown variable": lambda s: f"SOMETHING={s}\n",
    "name": lambda s: f"{s}=x\n",
    "no assignment": lambda s: f"export {s}\n{s}\n",
    "open quote": lambda s: f'CODEX_API_KEY="{s}\n',
    "over the environment": lambda s: f"CODEX_HOME={s}\nHTTPS_PROXY={s}\nSSL_CERT_FILE={s}\n",
}


def _clean(text: str) -> str:
    # A variable or a file's name holds no zero byte, and a name no slash.
    return text.replace("\0", "")


def _name(text: str) -> str:
    return _clean(text).replace("/", "_").replace("\n", "_")[:120]


def _link(name: str) -> Callable[[Path], None]:
    def prepare(home: Path) -> None:
        (home / "auth.json").unlink(missing_ok=True)
        (home / "auth.json").symlink_to(home / name)

    return prepare


def worlds(secret: str) -> dict[str, World]:
    """Every place, with the same secret in it."""
    good = _login()
    found = {f"auth.json: {name}": World(make(secret)) for name, make in AUTH.items()}
    found |= {f"config.toml: {n}": World(good, make(secret)) for n, make in CONFIG.items()}
    found |= {f".env: {n}": World(good, dotenv=make(secret)) for n, make in DOTENV.items()}
    text = _clean(secret)
    found |= {f"variable: {n}": World(good, env={n: text}) for n in NAMES if n != "CODEX_HOME"}
    found |= {
        "variable of the provider": World(
            good, _provider('env_key = "CORP_KEY"'), env={"CORP_KEY": text}
        ),
        "variable in the wrong shape": World(
            good, env={"CODEX_ACCESS_TOKEN": f" '{text}' ", "CODEX_API_KEY": f"{text}\n"}
        ),
        "path: the home": World(good, folder=_name(secret)),
        "path: a link": World(None, prepare=_link(_name(secret))),
        "path: a token file": World(
            good,
            env={
                "OPENAI_IDENTITY_TOKEN_FILE": f"/nowhere/{_name(secret)}",
                "OPENAI_FEDERATION_RULE_ID": text,
            },
        ),
    }
    return found


PLACES = tuple(worlds("x"))
