"""States that tell the rows of the table of generations apart, one fact each.

A release in which one of them turns out otherwise than in the release before begins a new row. They
are told in the form of the recordings, by a name that says which fact it is.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from tests.oracle import made_up
from tests.oracle.wide_tokens import new_signer
from tests.oracle.wide_values import AGENT_CLAIMS, HEAD, OTHER, OURS, OWN, TAIL

if TYPE_CHECKING:
    from tests.oracle.wide_tokens import Signer

KEY = "sk-test-fake-api-key-000000000000000000000"
_STATUS, _EXEC, _ACCOUNT, _DOCTOR, _LOGOUT = "status", "exec", "account", "doctor", "logout"
_BEDROCK = {"access_key_id": "AKIA", "secret_access_key": "made-up", "region": "us-east-1"}
_RULE, _FILE = {"OPENAI_FEDERATION_RULE_ID": "r"}, {"OPENAI_IDENTITY_TOKEN_FILE": "$RUN/token"}


def signer() -> Signer:
    """The key whose tokens the pretended key set knows."""
    return new_signer(random.Random("telling states"))  # noqa: S311 - a name, not a secret


def _login(plan: str = "pro", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    record = made_up.login(OURS, OURS, **changes)
    if "tokens" in record:
        record["tokens"]["id_token"] = made_up.id_token(OURS, plan)
    return record


class _States:
    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []

    def add(
        self,
        name: str,
        *commands: str,
        auth: object = None,
        env: dict[str, str] | None = None,
        config: str = "",
        **other: Any,  # noqa: ANN401 - what is special, as recordings say it
    ) -> None:
        """One state; `config` stands above the tables that every state has."""
        text = auth if isinstance(auth, str) or auth is None else json.dumps(auth, indent=2)
        top, mark, tables = f"\n{config}".partition("\n[")
        given = {
            "env": env or {},
            "auth_json": text,
            "config_toml": HEAD + top.lstrip("\n") + "\n" + TAIL + mark + tables,
            "other": {"urls": "default URLs, answered by pretended hosts", **other},
        }
        row = {"case": f"telling-{name}", "group": "telling", "title": name}
        self.made.append({**row, "commands": list(commands), "given": given})


def telling_states(signed_by: Signer) -> list[dict[str, Any]]:
    """Every one of them, with the commands that show its fact."""
    states = _States()
    good = signed_by.sign(AGENT_CLAIMS)
    _variables(states, good)
    _records(states)
    _restrictions(states, good)
    _configuration(states)
    _network(states, good)
    _workload(states)
    _requests(states)
    return states.made


def _variables(states: _States, good: str) -> None:
    add, login = states.add, _login()
    add("access-token-word", _STATUS, auth=login, env={"CODEX_ACCESS_TOKEN": "abc"})
    add("agent-identity-word", _STATUS, auth=login, env={"CODEX_AGENT_IDENTITY": "abc"})
    add("access-token-word-exec", _EXEC, auth=login, env={"CODEX_ACCESS_TOKEN": "abc"})
    add("access-token", _STATUS, _EXEC, _ACCOUNT, env={"CODEX_ACCESS_TOKEN": good})
    add("personal-token", _STATUS, _EXEC, _ACCOUNT, env={"CODEX_ACCESS_TOKEN": "at-made-up-token"})
    add("personal-unsendable", _STATUS, env={"CODEX_ACCESS_TOKEN": "at-made\x01up"})
    bad = good.rsplit(".", 1)[0]
    add("two-parts", _STATUS, env={"CODEX_ACCESS_TOKEN": bad})
    payload = made_up.jwt({**AGENT_CLAIMS, "agent_private_key": 7})
    add("mistyped-claim", _STATUS, env={"CODEX_ACCESS_TOKEN": payload})
    store = 'cli_auth_credentials_store = "ephemeral"\n'
    add("ephemeral", _STATUS, env={"CODEX_ACCESS_TOKEN": good}, config=store)
    for name, base in (
        ("gov", "https://gov.chatgpt.com/backend-api"),
        ("port", "https://chatgpt.com:443/backend-api"),
        ("local", "$BACKEND/backend-api"),
    ):
        line = f'chatgpt_base_url = "{base}"\n'
        add(f"host-{name}", _STATUS, env={"CODEX_ACCESS_TOKEN": good}, config=line)
        add(f"host-{name}-word", _STATUS, env={"CODEX_ACCESS_TOKEN": "abc"}, config=line)
    override = {"CODEX_AGENT_IDENTITY_JWKS_BASE_URL": "$BACKEND/backend-api"}
    line = 'chatgpt_base_url = "$BACKEND/backend-api"\n'
    add("jwks-override", _STATUS, env={"CODEX_ACCESS_TOKEN": good, **override}, config=line)
    for name in ("CODEX_ACCESS_TOKEN", "OPENAI_API_KEY"):
        add(f"doctor-empty-{name}", _DOCTOR, env={name: ""})
    add("doctor-two", _DOCTOR, auth=login, env={"CODEX_API_KEY": "x", "OPENAI_API_KEY": "y"})


def _records(states: _States) -> None:
    for name, text in made_up.records().items():
        states.add(f"record-{name}", _STATUS, auth=text)
    add = states.add
    add("record-unknown-mode", _STATUS, auth={"auth_mode": "nonsense"})
    add("record-not-json", _STATUS, auth='{"auth_mode": ')
    add("record-empty-exec", _EXEC, auth={})
    add("record-no-tokens-exec", _EXEC, auth={"auth_mode": "chatgpt"})
    add("record-unreadable-exec", _EXEC, auth='{"auth_mode": 7}')
    add("access-keys", _STATUS, _ACCOUNT, auth={"bedrock_access_keys": _BEDROCK})
    mode = {"auth_mode": "bedrockAccessKeys"}
    add("access-keys-mode", _STATUS, auth={**mode, "bedrock_access_keys": _BEDROCK})
    stored = {"auth_mode": "bedrockApiKey", "bedrock_api_key": {"api_key": "k", "region": "r"}}
    add("bedrock-key", _STATUS, _ACCOUNT, _EXEC, auth=stored)
    add("headers", _STATUS, _DOCTOR, auth={"auth_mode": "headers"})
    add("key", _STATUS, auth={"auth_mode": "apikey", "OPENAI_API_KEY": KEY})
    add("host-tokens", _EXEC, _ACCOUNT, auth=_login(auth_mode="chatgptAuthTokens", tokens=None))
    record = {"auth_mode": "agentIdentity", "agent_identity": made_up.agent_record()}
    add("agent-record", _STATUS, auth=record)
    broken = {**record, "agent_identity": made_up.agent_record(agent_private_key="***")}
    add("agent-record-key", _STATUS, auth=broken)
    add("managed", _EXEC, auth=_login(), config="[features]\nuse_agent_identity = true\n")
    states.made[-1]["given"]["config_toml"] = HEAD + TAIL + "use_agent_identity = true\n"
    add("no-date", _EXEC, auth=_login(last_refresh=None))
    add("dangling-logout", _LOGOUT, auth_kind="dangling")
    add("directory-logout", _LOGOUT, auth_kind="directory")
    keyring = 'cli_auth_credentials_store = "keyring"\n'
    add("keyring", _STATUS, _LOGOUT, auth=_login(), config=keyring)
    for plan in ("sci", "sci_plus", "promax", "prolite", "ent26", "edu_plus", "edu_pro"):
        add(f"plan-{plan}", _ACCOUNT, auth=_login(plan))


def _restrictions(states: _States, good: str) -> None:
    add, login = states.add, _login()
    method, workspace = "forced_login_method", "forced_chatgpt_workspace_id"
    add("method-api", _STATUS, _EXEC, auth=login, config=f'{method} = "api"\n')
    add("workspace-other", _STATUS, _EXEC, auth=login, config=f'{workspace} = "{OTHER}"\n')
    add("workspace-list", _STATUS, auth=login, config=f'{workspace} = ["{OURS}"]\n')
    add("workspace-commas", _STATUS, auth=login, config=f'{workspace} = "{OURS},{OTHER}"\n')
    add("workspace-number", _STATUS, auth=login, config=f"{workspace} = 1\n")
    token = {"CODEX_ACCESS_TOKEN": good}
    add("workspace-agent", _STATUS, _EXEC, env=token, config=f'{workspace} = "{OTHER}"\n')
    beside = _login(agent_identity=made_up.agent_record(account_id=OTHER))
    add("workspace-beside", _STATUS, auth=beside, config=f'{workspace} = "{OURS}"\n')
    add("method-directory", _EXEC, config=f'{method} = "api"\n', auth_kind="directory")
    plans = (
        *("enterprise", "business", "team", "hc", "education", "edu", "ent26", "edu_plus"),
        *("edu_pro", "sci", "sci_plus", "enterprise_cbp_automation", "enterprise_cbp_usage_based"),
    )
    for plan in plans:
        add(f"policies-{plan}", _EXEC, auth=_login(plan), backend={"requirements": "500"})
    add("policies-401", _EXEC, auth=_login("enterprise"), backend={"requirements": "401"})


def _configuration(states: _States) -> None:
    add, login = states.add, _login()
    add("profile", _STATUS, auth=login, config='profile = "w"\n[profiles.w]\nmodel = "m"\n')
    add("two-wrong", _STATUS, auth=login, config="openai_base_url = 1\nchatgpt_base_url = 1\n")
    add("wrong", _ACCOUNT, _EXEC, auth=login, config="forced_login_method = 1\n")
    wrong = "model = 1\ncli_auth_credentials_store = 1\n"
    add("wrong-start", _EXEC, auth=login, config=wrong)
    add("approval", _STATUS, auth=login, config='approval_policy = "on-failure"\n')
    add("approval-untrusted", _STATUS, auth=login, config='approval_policy = "untrusted"\n')
    for name in ("amazon-bedrock", "amazon-bedrock-runtime", "gcp", "ollama-chat"):
        line = f'model_provider = "{name}"\n'
        add(f"provider-{name}", _STATUS, _EXEC, auth=login, config=line)
    table = "[model_providers.amazon-bedrock]\n"
    for name, row in (
        ("name", 'name = "x"\n'),
        ("base", 'base_url = "https://x.example.test"\n'),
        ("region", 'aws = { region = "us-east-1" }\n'),
        ("other", "request_max_retries = 1\n"),
    ):
        line = 'model_provider = "amazon-bedrock"\n'
        add(f"bedrock-{name}", _STATUS, auth=login, config=line + table + row)
    mine = 'model_provider = "mine"\n[model_providers.mine]\n'
    add("provider-bare", _EXEC, auth=login, config=mine + OWN)
    bare = 'name = "mine"\nwire_api = "responses"\n'
    key = {"auth_mode": "apikey", "OPENAI_API_KEY": KEY}
    add("provider-key-no-base", _EXEC, auth=key, config=mine + bare)
    command = OWN + 'auth = { command = "false" }\n'
    add("provider-command", _EXEC, auth=login, config=mine + command)
    add("provider-doctor", _DOCTOR, auth=login, config=mine + OWN + 'env_key = "MY_SECRET"\n')
    instructed = OWN + 'env_key = "MY_KEY"\nenv_key_instructions = "Get a token"\n'
    add("provider-advice", _DOCTOR, auth=login, config=mine + instructed)
    add("provider-no-name", _STATUS, auth=login, config=mine + 'base_url = "$BACKEND/v1"\n')
    gateway = OWN + "[model_providers.mine.gateway_oauth]\n"
    add("gateway", _STATUS, auth=login, config=mine + gateway)
    for name in ("file", "missing"):
        add(f"home-{name}", _STATUS, _ACCOUNT, _EXEC, codex_home=name)


def _network(states: _States, good: str) -> None:
    add, token = states.add, {"CODEX_ACCESS_TOKEN": good}
    for fault in ("400", "503", "omit", "otherkey"):
        add(f"task-{fault}", _STATUS, env=token, backend={"task": fault})
    add("jwks-500", _STATUS, env=token, backend={"jwks": "500"})
    add("whoami-401", _STATUS, env={"CODEX_ACCESS_TOKEN": "at-x"}, backend={"whoami": "401"})
    stale = _login()
    stale["tokens"]["access_token"] = made_up.jwt({"exp": made_up.PAST})
    for fault in ("400:invalid_grant", "400:refresh_token_reused", "401:other", "500"):
        add(f"refresh-{fault}", _EXEC, auth=stale, backend={"refresh": fault})
    add("refresh-ok", _EXEC, _ACCOUNT, auth=stale)
    add("accounts-500", _EXEC, _ACCOUNT, auth=_login(), backend={"accounts_check": "500"})
    odd = {"origin": "https://gateway.example.test"}
    add("origin", _EXEC, auth=_login(), backend=odd)


def _workload(states: _States) -> None:
    add, login, files = states.add, _login(), {"$RUN/token": "made-up-assertion"}
    add("workload-half", _STATUS, _EXEC, auth=login, env=_RULE)
    whole = {**_RULE, **_FILE}
    good = {"exchange": "ok"}
    add("workload", _STATUS, _EXEC, _ACCOUNT, auth=login, env=whole, files=files, backend=good)
    add("workload-refused", _STATUS, auth=login, env=whole, files=files)
    line = 'forced_login_method = "api"\n'
    add("workload-api", _STATUS, auth=login, env=_RULE, config=line)
    key = {**_RULE, "CODEX_API_KEY": KEY}
    add("workload-key", _EXEC, auth=login, env=key)
    add("workload-spiffe", _STATUS, auth=login, env={"OPENAI_SPIFFE_AUDIENCE": "a"})


def _requests(states: _States) -> None:
    add = states.add
    for name in ("svcacct", "proj"):
        add(f"fedramp-{name}", _EXEC, env={"CODEX_API_KEY": f"sk-{name}-fedramp-0123456789012"})
    broken = {"responses": "500"}
    add("responses-500", _EXEC, env={"CODEX_API_KEY": KEY}, backend=broken)
    add("login", _STATUS, _EXEC, _ACCOUNT, _DOCTOR, auth=_login())
    add("nothing", _STATUS, _ACCOUNT, _DOCTOR)
