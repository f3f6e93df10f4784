"""Throw-away homes for the stories that the screens tell, read and judged by the real pipeline."""

from __future__ import annotations

import base64
import functools
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.credentials.observe import read_observation
from authtui.model.session import AuthSession
from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.answers.findings import Assessment
    from authtui.machine.observation import Observation

NOW = datetime(2026, 11, 13, 12, 1, 7, tzinfo=UTC)
OLD_KEY = Secret("sk-proj-Zq8vK2mWx7RtY4nLpB6cD9fGhJ3sA5eU1oTiXQwE")
AGENT_KEY = "MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH"
SHOWN_HOME = "/home/ada"
_NONE: Mapping[str, str] = MappingProxyType({})


class Home(NamedTuple):
    """What stands on a machine: a stored login, a configuration, variables."""

    auth: object = None
    config: str = ""
    env: Mapping[str, str] = _NONE
    mode: int = 0o600
    contract: str = "current"


def seconds(days: float) -> int:
    """A moment that many days from now, as a token writes it."""
    return int((NOW + timedelta(days=days)).timestamp())


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token(claims: Mapping[str, Any]) -> str:
    """A token with the looks of a signed one."""
    head = {"alg": "RS256", "typ": "JWT", "kid": "made-up-2026-10"}
    signature = base64.urlsafe_b64encode(bytes(range(256))).rstrip(b"=").decode()
    return f"{part(head)}.{part(claims)}.{signature}"


def login(account: str = "org_mine", *, issued: float = -2, expires: float = 8) -> dict[str, Any]:
    """What signing in with ChatGPT stores."""
    claims = {
        "iss": "https://auth.openai.com",
        "aud": ["app_EMoamEEZ73f0CkXaXp7hrann"],
        "iat": seconds(issued),
        "exp": seconds(expires),
        "email": "ada@example.org",
        "https://api.openai.com/auth": {
            "chatgpt_account_id": account,
            "chatgpt_user_id": "user-ada",
            "chatgpt_plan_type": "pro",
        },
    }
    access = {**claims, "aud": ["https://api.openai.com/v1"], "scp": ["openid", "offline_access"]}
    return {
        "auth_mode": "chatgpt",
        "OPENAI_API_KEY": None,
        "tokens": {
            "id_token": token(claims),
            "access_token": token(access),
            "refresh_token": "rt-made-up-refresh-token-0001",
            "account_id": account,
        },
        "last_refresh": (NOW + timedelta(days=issued)).isoformat().replace("+00:00", "Z"),
    }


def agent(**changes: object) -> str:
    """An agent identity token; `...` leaves a claim out."""
    claims: dict[str, object] = {
        "iss": "https://chatgpt.com/codex-backend/agent-identity",
        "aud": "codex-app-server",
        "iat": seconds(-40),
        "exp": seconds(50),
        "agent_runtime_id": "agent_7f3a",
        "agent_private_key": AGENT_KEY,
        "account_id": "org_mine",
        "chatgpt_user_id": "user-ada",
        "email": "ada@example.org",
        "plan_type": "enterprise",
        "chatgpt_account_is_fedramp": False,
        **changes,
    }
    return token({name: value for name, value in claims.items() if value is not ...})


_WRONG = {
    "auth_mode": "oauth",
    "OPENAI_API_KEY": None,
    "tokens": {
        "access_token": token({"sub": "user-ada", "exp": seconds(8)}),
        "refresh_token": "rt-made-up-refresh-token-0001",
        "account_id": "org_mine",
    },
}

HOMES: dict[str, Home] = {
    "healthy": Home(login()),
    "shadowed": Home(login(), env={"CODEX_API_KEY": OLD_KEY.reveal()}),
    "wrong-workspace": Home(login("org_other"), 'forced_chatgpt_workspace_id = "org_mine"\n'),
    "unreadable": Home(_WRONG, mode=0o644),
    "silent-drop": Home(login(), env={"CODEX_ACCESS_TOKEN": agent(agent_private_key=...)}),
    "agent-identity": Home(
        {
            "auth_mode": "agentIdentity",
            "agent_identity": agent(aud="codex-cli", iat=seconds(-90), exp=seconds(-3)),
        }
    ),
    "agent-ready": Home({"auth_mode": "agentIdentity", "agent_identity": agent()}),
    "workspace-token": Home(
        login(),
        'forced_chatgpt_workspace_id = "org_mine"\n',
        {
            "CODEX_AGENT_IDENTITY": token(
                {
                    "workspace_id": "org_other",
                    "chatgpt_user_id": "user-ada",
                    "agent_runtime_id": "agent_7f3a",
                    "agent_private_key": AGENT_KEY,
                    "registered_at": "2026-04-13T12:00:00Z",
                }
            )
        },
        contract="identity-only",
    ),
    "forced-chatgpt": Home(
        login(), 'forced_login_method = "chatgpt"\n', {"CODEX_API_KEY": OLD_KEY.reveal()}
    ),
    "nothing-stored": Home(env={"OPENAI_API_KEY": OLD_KEY.reveal()}),
    "expired": Home(login(issued=-12, expires=-2)),
    "bad-config": Home(login(), 'model = "o9"\nforced_login_method = chatgpt\n'),
}


def read(name: str, now: datetime = NOW) -> Observation:
    """Lay a home out, look at it, and take it away; paths and owners are those of nobody."""
    home = HOMES[name]
    with tempfile.TemporaryDirectory(prefix="home-") as folder:
        codex = Path(folder) / ".codex"
        codex.mkdir(mode=0o700)
        if home.auth is not None:
            path = codex / "auth.json"
            path.write_text(json.dumps(home.auth, indent=2))
            path.chmod(home.mode)
        if home.config:
            (codex / "config.toml").write_text(home.config)
            (codex / "config.toml").chmod(0o600)
        seen = read_observation(
            environ={"HOME": folder, **home.env},
            home_option=None,
            now=now,
            system_dir=Path(folder) / "etc",
            probe_keyring=False,
            installed=False,
            root=Path(folder),
        )
        found: Observation = _anonymous(seen, folder)
        return found


def session(name: str, *, load: bool = True) -> AuthSession[Options]:
    """A session on such a home; every event comes a second after the one before."""
    moment = NOW - timedelta(seconds=1)

    def clock() -> datetime:
        nonlocal moment
        moment += timedelta(seconds=1)
        return moment

    made = AuthSession(lambda: read(name), assess, Options(contract=HOMES[name].contract), clock)
    if load:
        made.load("start")
    return made


@functools.cache
def answer(name: str) -> Assessment:
    """What the pipeline says of a story."""
    return assess(read(name), Options(contract=HOMES[name].contract))


_FIXED = {"owner": "ada", "user": "ada", "uid": 1000, "inode": 7, "modified": NOW - timedelta(2)}


def _anonymous(value: Any, folder: str) -> Any:  # noqa: ANN401 - any value, the same type
    if isinstance(value, str):
        return value.replace(folder, SHOWN_HOME)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = {}
        for name in value._fields:
            given = getattr(value, name)
            fixed = name in _FIXED and given is not None
            fields[name] = _FIXED[name] if fixed else _anonymous(given, folder)
        return value._replace(**fields)  # type: ignore[attr-defined]
    if isinstance(value, tuple):
        return tuple(_anonymous(v, folder) for v in value)
    if hasattr(value, "items"):
        return {k: _anonymous(v, folder) for k, v in value.items()}
    return value
