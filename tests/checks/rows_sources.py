"""States for the checks of sources, surfaces and stores: check, state, status, words in it."""

from __future__ import annotations

from datetime import UTC, datetime

from authtui.machine.observation import (
    ConfigValue,
    EncryptedFacts,
    FileFacts,
    InstalledClient,
    Observation,
    RunningProgram,
)
from tests.checks.build import (
    KEY,
    OTHER_KEY,
    State,
    agent,
    api_key,
    chatgpt,
    home,
    host,
    keyring,
    record,
)

_KEYRING = 'cli_auth_credentials_store = "keyring"\n'
_AUTO = 'cli_auth_credentials_store = "auto"\n'
_FILE_AND = State(chatgpt())


def _running(year: int) -> State:
    started = datetime(year, 1, 1, tzinfo=UTC)
    found = (RunningProgram(7, "interactive", "/opt/codex", "/x/.codex", started),)
    return State(chatgpt(), change=lambda seen: seen._replace(running=found))


def _clients(*versions: str) -> State:
    found = tuple(InstalledClient(f"/opt/{v}/codex", v, "PATH") for v in versions)
    return State(chatgpt(), change=lambda seen: seen._replace(clients=found))


def _encrypted(status: str) -> State:
    def change(seen: Observation) -> Observation:
        facts = EncryptedFacts(FileFacts("x", "file"), status)  # type: ignore[arg-type]
        return seen._replace(encrypted=facts)

    config = f"{_KEYRING}[features]\nsecret_auth_storage = true\n"
    return State(config=config, change=change)


ROWS: list[tuple[str, State, str | None, str]] = [
    ("sources.shadowing", State(chatgpt(), env={"CODEX_API_KEY": KEY}), "warn", "CODEX_API_KEY"),
    ("sources.shadowing", State(chatgpt(), env={"CODEX_ACCESS_TOKEN": "x.y.z"}), "fail", "hides"),
    ("sources.shadowing", _FILE_AND, "pass", "auth.json"),
    ("sources.shadowing", State(), None, ""),
    (
        "sources.several",
        State(env={"CODEX_API_KEY": KEY, "CODEX_ACCESS_TOKEN": agent()}),
        "warn",
        "CODEX_API_KEY and CODEX_ACCESS_TOKEN",
    ),
    ("sources.several", State(env={"CODEX_API_KEY": KEY}), "pass", "only"),
    ("sources.several", State(), None, ""),
    ("sources.openai_api_key", State(env={"OPENAI_API_KEY": KEY}), "fail", "does not read it"),
    (
        "sources.openai_api_key",
        State(chatgpt(), env={"OPENAI_API_KEY": KEY}),
        "pass",
        "another source",
    ),
    ("sources.openai_api_key", State(chatgpt()), None, ""),
    (
        "sources.ignored_variable",
        State(env={"CODEX_AGENT_IDENTITY": agent()}),
        "fail",
        "CODEX_ACCESS_TOKEN",
    ),
    (
        "sources.ignored_variable",
        State(env={"CODEX_ACCESS_TOKEN": agent()}, contract="explicit"),
        "fail",
        "CODEX_AGENT_IDENTITY",
    ),
    ("sources.ignored_variable", State(env={"CODEX_ACCESS_TOKEN": agent()}), "pass", "reads"),
    ("sources.ignored_variable", State(), None, ""),
    ("sources.dotenv", State(dotenv=f"A=1\nCODEX_API_KEY={KEY}\n"), "fail", ".env:2"),
    ("sources.dotenv", State(dotenv="HTTPS_PROXY=http://p:1\n"), "pass", "applied"),
    ("sources.dotenv", State(), None, ""),
    (
        "sources.dotenv_override",
        State(env={"OPENAI_BASE_URL": "https://a.test"}, dotenv="OPENAI_BASE_URL=https://b.test\n"),
        "warn",
        ".env:1",
    ),
    ("sources.dotenv_override", State(dotenv="OPENAI_BASE_URL=https://b.test\n"), None, ""),
    ("sources.dropped", State({"auth_mode": "oauth"}), "fail", "silently drops"),
    ("sources.dropped", State(chatgpt()), "pass", "keeps"),
    ("sources.dropped", State({"auth_mode": "oauth"}, contract="managed"), None, ""),
    ("sources.old_key", State(api_key(), env={"OPENAI_API_KEY": OTHER_KEY}), "warn", "#"),
    ("sources.old_key", State(api_key(), env={"OPENAI_API_KEY": KEY}), "pass", "OPENAI_API_KEY"),
    ("sources.old_key", State(api_key()), None, ""),
    (
        "sources.two_kinds",
        State(chatgpt(auth_mode=..., OPENAI_API_KEY=KEY)),
        "warn",
        "without auth_mode",
    ),
    (
        "sources.two_kinds",
        State(chatgpt(auth_mode=..., OPENAI_API_KEY="")),
        "fail",
        "an empty one",
    ),
    (
        "sources.two_kinds",
        State({"OPENAI_API_KEY": KEY, "bedrock_api_key": {"api_key": "b", "region": "r"}}),
        "warn",
        "bedrock_api_key and OPENAI_API_KEY are stored without auth_mode",
    ),
    ("sources.two_kinds", State({"agent_identity": record()}), "fail", "lone agent_identity"),
    ("sources.two_kinds", State(chatgpt(auth_mode=...)), "pass", "alone"),
    ("sources.two_kinds", State(), None, ""),
    (
        "sources.workload",
        State(env={"OPENAI_FEDERATION_RULE_ID": "r"}),
        "fail",
        "OPENAI_IDENTITY_TOKEN_FILE",
    ),
    (
        "sources.workload",
        State(
            env={
                "OPENAI_FEDERATION_RULE_ID": "r",
                "OPENAI_IDENTITY_TOKEN_FILE": "@HOME@/.codex/token",
            },
            files={"token": "x"},
        ),
        "pass",
        "its token is there",
    ),
    ("sources.workload", State(), None, ""),
    ("surfaces.disagree", State(env={"CODEX_API_KEY": KEY}), "warn", "login status"),
    ("surfaces.disagree", State({"auth_mode": "chatgpt"}), "warn", "codex exec` fails"),
    ("surfaces.disagree", State(chatgpt()), "pass", "agree"),
    (
        "surfaces.disagree",
        State(chatgpt(), 'forced_chatgpt_workspace_id = "other"'),
        "warn",
        "`codex exec` finds auth.json, `codex login status` finds nothing",
    ),
    (
        "surfaces.exec_only_key",
        State(chatgpt(), env={"CODEX_API_KEY": KEY}, surface="tui"),
        "warn",
        "auth.json (a ChatGPT login)",
    ),
    ("surfaces.exec_only_key", State(env={"CODEX_API_KEY": KEY}), "pass", "sign in"),
    ("surfaces.exec_only_key", State(chatgpt()), None, ""),
    ("surfaces.doctor", State(env={"OPENAI_API_KEY": KEY}), "warn", "provided by environment"),
    ("surfaces.doctor", State(chatgpt()), "pass", "auth is configured"),
    ("surfaces.doctor", State(chatgpt(), contract="first"), None, ""),
    (
        "surfaces.status_is_no_read",
        State(env={"CODEX_ACCESS_TOKEN": agent()}),
        "pass",
        "registers a task",
    ),
    ("surfaces.status_is_no_read", State(chatgpt()), "pass", "reads only"),
    ("surfaces.status_is_no_read", State(), None, ""),
    ("surfaces.versions", _clients("0.169.0", "0.128.0"), "warn", "0.128.0"),
    ("surfaces.versions", _clients("0.169.0"), "pass", "0.169.0"),
    ("surfaces.versions", State(), None, ""),
    (
        "surfaces.login_kept",
        State(chatgpt(), env={"CODEX_API_KEY": KEY}),
        "pass",
        "stays in force",
    ),
    ("surfaces.login_kept", State(chatgpt()), "pass", "nobody"),
    ("surfaces.login_kept", State(), None, ""),
    ("keyring.state", State(config=_KEYRING, change=keyring("locked")), "fail", "locked"),
    ("keyring.state", State(config=_KEYRING, change=keyring("hanging")), "fail", "in time"),
    ("keyring.state", State(chatgpt(), _AUTO, change=keyring("no-backend")), "warn", "auth.json"),
    ("keyring.state", State(config=_KEYRING), "unknown", "asked"),
    ("keyring.state", State(config=_KEYRING, change=keyring("present", api_key())), "pass", "ans"),
    ("keyring.state", State(), None, ""),
    (
        "keyring.size",
        State(
            chatgpt(tokens_refresh_token="rt-" + "x" * 900), _AUTO, change=host(platform="windows")
        ),
        "warn",
        "2560",
    ),
    ("keyring.size", State(api_key(), _AUTO, change=host(platform="windows")), "pass", "2560"),
    ("keyring.size", State(chatgpt(), _AUTO), None, ""),
    (
        "keyring.and_file",
        State(chatgpt(), _AUTO, change=keyring("present", chatgpt("acct-b"))),
        "warn",
        "acct-a against acct-b",
    ),
    ("keyring.and_file", State(change=keyring("present", api_key())), "fail", "auth.json only"),
    (
        "keyring.and_file",
        State(config=_AUTO, change=keyring("present", api_key())),
        "pass",
        "alone",
    ),
    ("keyring.and_file", State(chatgpt()), None, ""),
    ("keyring.orphaned", State(config=_KEYRING, change=keyring("absent")), "unknown", "cli|"),
    (
        "keyring.orphaned",
        State(config=_KEYRING, change=keyring("present", api_key())),
        "pass",
        "cli|",
    ),
    ("keyring.orphaned", State(), None, ""),
    ("store.file_unread", State(chatgpt(), _KEYRING), "fail", "config.toml:1"),
    ("store.file_unread", State(chatgpt()), "pass", "reads"),
    ("store.file_unread", State(), None, ""),
    ("store.encrypted", _encrypted("undecryptable"), "fail", "undecryptable"),
    ("store.encrypted", _encrypted("no-extra"), "unknown", "extra"),
    ("store.encrypted", _encrypted("present"), "pass", "opens"),
    ("store.encrypted", State(), None, ""),
    ("home.location", State(env={"CODEX_HOME": "/nowhere/at/all"}), "fail", "does not exist"),
    ("home.location", State(env={"CODEX_HOME": "@HOME@/.codex"}), "warn", "CODEX_HOME"),
    ("home.location", State(chatgpt()), "pass", "read from"),
    (
        "store.mcp",
        State(config='[mcp_servers.a]\nurl = "https://a.test"\nbearer_token_env_var = "A_T"\n'),
        "warn",
        "A_T is not set",
    ),
    ("store.mcp", State(config='[mcp_servers.files]\ncommand = "x"\n'), "pass", "files"),
    ("store.mcp", State(), None, ""),
    (
        "store.ephemeral",
        State(config='cli_auth_credentials_store = "ephemeral"\n'),
        "fail",
        "memory",
    ),
    ("store.ephemeral", State(), None, ""),
    ("home.mode", State(change=home(mode=0o777)), "warn", "everybody"),
    ("home.mode", State(), "pass", "0700"),
    ("home.mode", State(change=home(mode=None)), None, ""),
    ("home.writable", State(change=home(writable=False)), "warn", "cannot be written"),
    ("home.writable", State(), "pass", "can be written"),
    ("home.writable", State(change=home(exists=False)), None, ""),
    ("host.running", _running(2020), "warn", "auth.json was changed"),
    ("host.running", _running(2030), "pass", "a program of Codex runs"),
    ("host.running", State(), None, ""),
    ("host.wsl", State(change=host("WSL")), "warn", "Windows"),
    ("host.wsl", State(chatgpt(), change=host("WSL")), "pass", "Windows"),
    ("host.wsl", State(), None, ""),
    ("host.remote", State(change=host("SSH")), "warn", "SSH"),
    ("host.remote", State(chatgpt(), change=host("container")), "pass", "container"),
    ("host.remote", State(), None, ""),
    ("host.sandbox", State(chatgpt(), change=host("sandbox")), "warn", "keyring"),
    ("host.sandbox", State(), None, ""),
    ("host.ci", State(change=host("CI"), env={"CODEX_API_KEY": ""}), "fail", "no usable login"),
    ("host.ci", State(change=host("CI"), env={"CODEX_API_KEY": KEY}), "pass", "api_key"),
    ("host.ci", State(), None, ""),
    ("host.sudo", State(chatgpt(), change=host("sudo")), "warn", "root"),
    ("host.sudo", State(), None, ""),
    (
        "host.multiplexer",
        State(chatgpt(), change=host("multiplexer"), env={"CODEX_API_KEY": KEY}),
        "pass",
        "older than your profile",
    ),
    ("host.multiplexer", State(env={"CODEX_API_KEY": KEY}), None, ""),
    (
        "policy.requirements",
        State(
            chatgpt(),
            change=lambda seen: seen._replace(
                config=seen.config._replace(
                    requirements={
                        "allowed_login_methods": ConfigValue(["api"], "requirements.toml", 2)
                    }
                )
            ),
        ),
        "warn",
        "requirements.toml:2",
    ),
    ("policy.requirements", State(chatgpt()), None, ""),
]
