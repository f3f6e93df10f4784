"""States for the checks of routes, variables, agent identities and request authorization."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from authtui.simulation.assumptions import Assumptions
from tests.checks.build import (
    KEY,
    State,
    access_token,
    agent,
    api_key,
    april,
    april_record,
    april_token,
    chatgpt,
    record,
    token,
)
from tests.tokens.token_samples import agent_claims, key_set, signed

if TYPE_CHECKING:
    from pathlib import Path

_PROVIDER = 'model_provider = "mine"\n[model_providers.mine]\nname = "Mine"\nbase_url = "{}"\n'
_MINE = _PROVIDER.format("https://models.example/v1")
_SELECTED = 'model_provider = "o"\n'
_API = 'openai_base_url = "https://api.openai.com/v1"\n'
_FORCED = 'forced_chatgpt_workspace_id = "ws-a"\n'
_STORED = {"auth_mode": "agentIdentity", "agent_identity": record()}
_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"
_G1S = "identity-only"
_STAGING = 'chatgpt_base_url = "https://chatgpt-staging.com/backend-api"\n'


def _agent(text: str, **rest: str) -> State:
    return State(env={"CODEX_ACCESS_TOKEN": text, **rest})


def _with_keys(text: str) -> State:
    keys = key_set()
    return _agent(text)._replace(change=lambda seen: seen._replace(key_set=keys))


def _old(folder: Path) -> None:
    bundle = folder / "ca.pem"
    bundle.write_text(_CERTIFICATE)
    os.utime(bundle, (1_600_000_000, 1_600_000_000))


def _fresh(folder: Path) -> None:
    (folder / "ca.pem").write_text(_CERTIFICATE)


_CA = {"SSL_CERT_FILE": "@HOME@/.codex/ca.pem"}


def _etc(home: Path) -> None:
    (home.parent / "etc" / "ssl" / "certs").mkdir(parents=True)


def _bundle(home: Path) -> None:
    _etc(home)
    (home.parent / "etc/ssl/certs/ca-certificates.crt").write_text("-----BEGIN CERTIFICATE-----")


_THREAD = '{"type": "session_meta", "payload": {"model_provider": "made"}}\n'


def _thread(line: str) -> State:
    config = f'[model_providers.made]\nname = "made"\n{line}'
    return State(chatgpt(), config, files={"sessions/2026/04/01/rollout-1.jsonl": _THREAD})


ROWS: list[tuple[str, State, str | None, str]] = [
    ("route.host", State(chatgpt(), _API), "fail", "wrong door"),
    (
        "route.host",
        State(chatgpt(), _PROVIDER.format("https://api.openai.com/v1"), contract="managed"),
        "fail",
        "config.toml:4",
    ),
    (
        "route.host",
        State(chatgpt(), 'openai_base_url = "https://p.example/v1"\n'),
        "warn",
        "p.example",
    ),
    ("route.host", State(chatgpt()), "pass", "chatgpt.com"),
    ("route.host", State(), None, ""),
    (
        "route.variable",
        State(chatgpt(), env={"OPENAI_BASE_URL": "https://user:pw@p.example/v1?key=x"}),
        "warn",
        "https://p.example/v1,",
    ),
    ("route.variable", State(chatgpt()), None, ""),
    (
        "route.openai_base_url",
        State(chatgpt(), 'openai_base_url = "https://p.example/v1"\n'),
        "warn",
        "config.toml:1",
    ),
    ("route.openai_base_url", State(api_key(), _API), "pass", "stock"),
    ("route.openai_base_url", State(chatgpt()), None, ""),
    (
        "config.ignored",
        State(chatgpt(), 'base_url = "https://p.example/v1"\n'),
        "warn",
        "config.toml:1 is ignored",
    ),
    ("config.ignored", State(chatgpt(), 'model = "x"\n'), None, ""),
    ("config.profile", State(files={"o.config.toml": _SELECTED}), "warn", "`--profile o` selects"),
    (
        "config.profile",
        State(chatgpt(), files={"o.config.toml": _SELECTED}),
        "pass",
        "not used here",
    ),
    ("config.profile", State(chatgpt()), None, ""),
    (
        "route.chatgpt_base_url",
        State(chatgpt(), 'chatgpt_base_url = "not a url"\n'),
        "fail",
        "not an http URL",
    ),
    (
        "route.chatgpt_base_url",
        _agent(agent())._replace(config='chatgpt_base_url = "https://c.example"\n'),
        "fail",
        "known ChatGPT hosts only",
    ),
    (
        "route.chatgpt_base_url",
        State(chatgpt(), 'chatgpt_base_url = "https://chatgpt.com/backend-api"\n'),
        "pass",
        "known host",
    ),
    ("route.chatgpt_base_url", State(chatgpt()), None, ""),
    ("provider.threads", _thread(""), "warn", "a saved thread names the provider made"),
    ("provider.threads", _thread("requires_openai_auth = true\n"), "pass", "given a credential"),
    ("provider.threads", State(chatgpt()), None, ""),
    ("provider.credential", State(chatgpt(), _MINE), "fail", "models.example"),
    ("provider.credential", State(chatgpt(), _MINE + 'env_key = "K"\n'), "pass", "env_key K"),
    ("provider.credential", State(chatgpt()), None, ""),
    ("provider.inherits", State(chatgpt(), _MINE, contract="managed"), "warn", "models.example"),
    ("provider.inherits", State(chatgpt(), _MINE), None, ""),
    ("provider.variable", State(config=_MINE + 'env_key = "MINE_KEY"\n'), "fail", "config.toml:5"),
    (
        "provider.variable",
        State(config=_MINE + 'env_key = "MINE_KEY"\n', env={"MINE_KEY": "k"}),
        "pass",
        "MINE_KEY",
    ),
    ("provider.variable", State(), None, ""),
    ("provider.known", State(config='model_provider = "gone"\n'), "fail", "gone"),
    ("provider.known", State(config=_MINE), "pass", "mine"),
    ("provider.known", State(), None, ""),
    (
        "route.plain_http",
        State(api_key(), 'openai_base_url = "http://p.example/v1"\n'),
        "warn",
        "without encryption",
    ),
    ("route.plain_http", State(chatgpt()), "pass", "https"),
    ("route.plain_http", State(), None, ""),
    ("variable.dirty", State(env={"CODEX_API_KEY": f'"{KEY}"'}), "fail", "quote"),
    ("variable.dirty", State(env={"CODEX_API_KEY": f"Bearer {KEY}"}), "fail", "Bearer"),
    (
        "variable.dirty",
        State(chatgpt(), env={"OPENAI_API_KEY": "https://x.test"}),
        "warn",
        "address",
    ),
    ("variable.dirty", State(env={"CODEX_API_KEY": "sk-your-key"}), "fail", "placeholder"),
    ("variable.dirty", State(env={"CODEX_API_KEY": KEY}), "pass", "CODEX_API_KEY"),
    ("variable.dirty", State(), None, ""),
    ("variable.blank", State(env={"CODEX_API_KEY": "  "}), "warn", "blank"),
    ("variable.blank", State(env={"CODEX_API_KEY": KEY}), None, ""),
    ("variable.kind", _agent(KEY), "fail", "an API key"),
    ("variable.kind", _agent(access_token()), "fail", "a ChatGPT token"),
    ("variable.kind", State(env={"CODEX_API_KEY": "at-made-up"}), "fail", "personal access token"),
    ("variable.kind", _agent(agent()), "pass", "CODEX_ACCESS_TOKEN"),
    ("variable.kind", State(), None, ""),
    ("network.proxy", State(env={"HTTPS_PROXY": "socks://p:1080"}), "warn", "socks://"),
    (
        "network.proxy",
        State(env={"HTTPS_PROXY": "http://a:1", "https_proxy": "http://b:1"}),
        "warn",
        "differ",
    ),
    ("network.proxy", State(env={"HTTPS_PROXY": "http://u:pw@p:1"}), "pass", "HTTPS_PROXY"),
    ("network.proxy", State(), None, ""),
    ("network.ca", State(env={"SSL_CERT_FILE": "/nowhere/ca.pem"}), "fail", "cannot be read"),
    ("network.ca", State(chatgpt(), env=_CA, files={"ca.pem": "no"}), "warn", "no certificate"),
    ("network.ca", State(chatgpt(), env=_CA, prepare=_old), "warn", "6 years"),
    (
        "network.ca",
        State(chatgpt(), env=_CA, prepare=_fresh),
        "pass",
        "1 certificates",
    ),
    ("network.ca", State(), None, ""),
    ("network.certificates", State(chatgpt(), prepare=_etc), "fail", "no certificates"),
    ("network.certificates", State(chatgpt(), prepare=_bundle), "pass", "has certificates"),
    ("network.certificates", State(chatgpt(), env=_CA, prepare=_etc), None, ""),
    ("network.certificates", State(chatgpt()), None, ""),
    ("identity.shape", _agent("two.parts"), "fail", "shape"),
    ("identity.shape", _agent(agent()), "pass", "three parts"),
    ("identity.shape", State(), None, ""),
    ("identity.algorithm", _agent(token(agent_claims(), alg="HS256")), "fail", "RS256 only"),
    ("identity.algorithm", _agent(agent()), "pass", "signed"),
    ("identity.algorithm", State(), None, ""),
    ("identity.kid", _with_keys(signed(agent_claims(), kid="other")), "fail", "test-key-1"),
    ("identity.kid", _agent(agent()), "unknown", "no key set"),
    ("identity.kid", _with_keys(signed(agent_claims())), "pass", "lists its key"),
    ("identity.kid", State(), None, ""),
    (
        "identity.signature",
        _with_keys(signed(agent_claims())[:-6] + "AAAAAA"),
        "fail",
        "signature",
    ),
    ("identity.signature", _with_keys(signed(agent_claims())), "pass", "right"),
    ("identity.signature", State(), None, ""),
    ("identity.issuer", _agent(agent(iss="https://x.test")), "fail", "x.test"),
    ("identity.issuer", _agent(agent()), "pass", "issuer"),
    ("identity.issuer", State(), None, ""),
    ("identity.audience", _agent(agent(aud=["codex-app-server"])), "fail", "list"),
    ("identity.audience", _agent(agent()), "pass", "audience"),
    ("identity.audience", State(), None, ""),
    ("identity.expiry", _agent(agent(exp=1_700_000_100)), "fail", "expired"),
    ("identity.expiry", _agent(agent()), "pass", "not expired"),
    ("identity.expiry", State(), None, ""),
    ("identity.claims", _agent(agent(account_id=...)), "fail", "account_id"),
    ("identity.claims", _agent(agent()), "pass", "every required claim"),
    ("identity.claims", State(), None, ""),
    ("identity.form", _agent(april_token()), "fail", "workspace_id"),
    ("identity.form", _agent(agent()), "pass", "account_id"),
    ("identity.form", State(), None, ""),
    (
        "identity.hosts",
        _agent(agent(), CODEX_AGENT_IDENTITY_JWKS_BASE_URL="https://chatgpt-staging.com"),
        "warn",
        "tasks are registered at auth.openai.com (the default)",
    ),
    (
        "identity.hosts",
        _agent(agent())._replace(config='chatgpt_base_url = "https://chatgpt-staging.com"\n'),
        "pass",
        "staging",
    ),
    (
        "identity.hosts",
        _agent(agent(), CODEX_AUTHAPI_BASE_URL="https://auth.api.openai.org/api/accounts"),
        "pass",
        "production",
    ),
    (
        "identity.hosts",
        _agent(agent(), CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL="https://auth.api.openai.org/api"),
        "warn",
        "auth.api.openai.org",
    ),
    ("identity.hosts", _agent(agent()), "pass", "production"),
    ("identity.hosts", State(chatgpt()), None, ""),
    ("identity.key", _agent(agent(agent_private_key="MC4CAQ")), "fail", "private key"),
    ("identity.key", _agent(agent(agent_private_key=...)), "fail", "is missing"),
    ("identity.key", State(_STORED), "pass", "SHA256:"),
    ("identity.key", State(chatgpt()), None, ""),
    (
        "identity.task",
        State({**_STORED, "agent_identity": record(task_id=" ")}),
        "warn",
        "blank",
    ),
    ("identity.task", State({**_STORED, "agent_identity": record(task_id="t")}), "pass", "stored"),
    ("identity.task", State(_STORED), "pass", "absent"),
    ("identity.task", State(chatgpt()), None, ""),
    (
        "identity.record",
        State({**_STORED, "agent_identity": record(agent_runtime_id="")}),
        "warn",
        "agent_runtime_id",
    ),
    ("identity.record", State(_STORED), "pass", "there"),
    ("identity.record", State(chatgpt()), None, ""),
    ("request.identity_only", State(april(), contract=_G1S), "pass", "AgentAssertion"),
    ("request.identity_only", State(chatgpt(), contract=_G1S), None, ""),
    (
        "request.flag_off",
        State(april(), "[features]\nuse_agent_identity = true\n", contract=_G1S),
        "pass",
        "is on",
    ),
    ("request.flag_off", State(april(), contract=_G1S), "pass", "is off"),
    ("request.flag_off", State(chatgpt(), contract=_G1S), None, ""),
    ("request.task", State(april(), contract=_G1S), "pass", "/v1/agent/agent-1/task/register"),
    (
        "request.task",
        State(april(agent_private_key="xx"), contract=_G1S),
        "fail",
        "cannot be signed",
    ),
    ("request.task", State(april()), None, ""),
    (
        "request.cached_task",
        State(april(background_task_id="t"), contract=_G1S),
        "pass",
        "reused",
    ),
    (
        "request.cached_task",
        State(
            april(background_task_id="t"),
            env={"CODEX_AGENT_IDENTITY": april_token(agent_runtime_id="agent-2")},
            contract=_G1S,
        ),
        "warn",
        "dropped",
    ),
    ("request.cached_task", State(april(), contract=_G1S), None, ""),
    (
        "request.task_error",
        State(april(), contract=_G1S, assume=Assumptions(task="403")),
        "fail",
        "403 Forbidden",
    ),
    ("request.task_error", State(april(), contract=_G1S), None, ""),
    ("request.forced", State(april(), _FORCED, contract=_G1S), "pass", "stays"),
    ("request.forced", State(april("ws-b"), _FORCED, contract=_G1S), "fail", "ws-a"),
    (
        "request.forced",
        State(
            chatgpt("ws-a"),
            _FORCED,
            {"CODEX_AGENT_IDENTITY": april_token("ws-b")},
            _G1S,
        ),
        "fail",
        "auth.json would be removed",
    ),
    ("request.forced", State(april(), contract=_G1S), None, ""),
    (
        "request.forced_tokens",
        State(chatgpt("ws-a", agent_identity=april_record("ws-b")), _FORCED, contract=_G1S),
        "pass",
        "id token belongs to ws-a",
    ),
    (
        "request.forced_tokens",
        State(chatgpt("ws-b", agent_identity=april_record("ws-a")), _FORCED, contract=_G1S),
        "fail",
        "does not count",
    ),
    ("request.forced_tokens", State(april(), _FORCED, contract=_G1S), None, ""),
    ("apps.cache_key", _agent(agent()), "pass", "account "),
    ("apps.cache_key", State(april(), contract=_G1S), "warn", "none, none, false"),
    ("apps.cache_key", State(chatgpt()), None, ""),
    ("apps.cache_key", State(april(), "[features]\napps = false\n", contract=_G1S), None, ""),
    ("apps.base_url", _agent(agent())._replace(config=_STAGING), "pass", "chatgpt-staging.com"),
    ("apps.base_url", State(april(), _STAGING, contract=_G1S), "warn", "not with config.toml:1"),
    ("apps.base_url", State(april(), contract=_G1S), None, ""),
]
