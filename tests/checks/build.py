"""Real observations of throw-away homes, and what a check says of them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from authtui import contracts
from authtui.checks.all_checks import REGISTER
from authtui.checks.registry import Finding, Subject
from authtui.credentials.observe import read_observation
from authtui.machine.observation import KeyringFacts, Observation
from authtui.redaction import Secret
from authtui.simulation.assumptions import Assumptions
from authtui.simulation.predictions import predict
from authtui.simulation.program_start import make_case
from tests.tokens.token_samples import PRIVATE_KEY, agent_claims, part

if TYPE_CHECKING:
    from authtui.answers.findings import Surface

NOW = datetime(2026, 11, 13, 12, 0, tzinfo=UTC)
DAY = 86_400
SOON = int(NOW.timestamp()) + DAY
PAST = int(NOW.timestamp()) - 3 * DAY
KEY = "sk-made-up-0123456789abcdef"
OTHER_KEY = "sk-made-up-fedcba9876543210"
CHECKS = {entry.id: entry.function for entry in REGISTER}
AUTH = "https://api.openai.com/auth"

Change = Callable[[Observation], Observation]


class State(NamedTuple):
    """What a machine looks like. `auth` is a document or raw text; `change` edits what was seen."""

    auth: dict[str, Any] | str | None = None
    config: str | None = None
    env: dict[str, str] | None = None
    contract: str = "current"
    surface: Surface = "exec"
    dotenv: str | None = None
    mode: int = 0o600
    change: Change | None = None
    assume: Assumptions = Assumptions()
    files: dict[str, str] | None = None
    prepare: Callable[[Path], None] | None = None


def observe(state: State) -> Observation:
    """The observation of a real home with that state; `HOME` in a value stands for its parent."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, ".codex")
        home.mkdir(mode=0o700)
        if state.auth is not None:
            text = state.auth if isinstance(state.auth, str) else json.dumps(state.auth, indent=2)
            (home / "auth.json").write_text(text)
            (home / "auth.json").chmod(state.mode)
        if state.config is not None:
            (home / "config.toml").write_text(state.config)
        if state.dotenv is not None:
            (home / ".env").write_text(state.dotenv)
        for name, text in (state.files or {}).items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        if state.prepare is not None:
            state.prepare(home)
        env = {key: value.replace("@HOME@", folder) for key, value in (state.env or {}).items()}
        seen = read_observation(
            environ={"HOME": folder, **env},
            home_option=None,
            now=NOW,
            system_dir=Path(folder, "etc"),
            probe_keyring=False,
            installed=False,
            root=Path(folder),
        )
    return state.change(seen) if state.change else seen


def subject_of(state: State) -> Subject:
    """The subject that checks look at."""
    found = contracts.find(state.contract)
    assert found is not None
    case = make_case(observe(state), found[0], state.assume)
    return Subject(case, predict(case), state.surface)


def answer(check: str, state: State) -> Finding | None:
    """What one check says of a state."""
    return CHECKS[check](subject_of(state))


def token(claims: dict[str, Any], **header: Any) -> str:  # noqa: ANN401 - any JSON value
    """A JWT whose signature nobody has checked."""
    return f"{part({'alg': 'RS256', 'kid': 'k1', **header})}.{part(claims)}.c2lnbmF0dXJl"


def id_token(account: str | None = "acct-a", **auth: Any) -> str:  # noqa: ANN401 - any JSON value
    """An id token of an account; `auth` adds to the claims under the auth name."""
    named = {"chatgpt_account_id": account, "chatgpt_user_id": "user-1", "chatgpt_plan_type": "pro"}
    inner = {key: value for key, value in {**named, **auth}.items() if value is not None}
    issued = inner.pop("iat", int(NOW.timestamp()) - 3600)
    return token({"email": "ada@example.test", "iat": issued, AUTH: inner})


def access_token(account: str | None = "acct-a", exp: int = SOON, **auth: Any) -> str:  # noqa: ANN401 - any JSON value
    """An access token."""
    inner = {"chatgpt_account_id": account, "chatgpt_user_id": "user-1", **auth}
    return token({"exp": exp, "iat": PAST, AUTH: {k: v for k, v in inner.items() if v is not None}})


def chatgpt(account: str = "acct-a", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """A ChatGPT login; a change to `...` removes a field, `tokens.x` reaches into the tokens."""
    document: dict[str, Any] = {
        "auth_mode": "chatgpt",
        "OPENAI_API_KEY": None,
        "tokens": {
            "id_token": id_token(account),
            "access_token": access_token(account),
            "refresh_token": "rt-made-up-refresh",
            "account_id": account,
        },
        "last_refresh": (NOW - timedelta(hours=1)).isoformat(),
    }
    for name, value in changes.items():
        inner = name.startswith("tokens_")
        target = document["tokens"] if inner else document
        field = name.removeprefix("tokens_") if inner else name
        if value is ...:
            target.pop(field)
        else:
            target[field] = value
    return document


def api_key(key: str = KEY) -> dict[str, Any]:
    """A stored API key."""
    return {"auth_mode": "apikey", "OPENAI_API_KEY": key}


def april_token(workspace: str = "ws-a", **changes: Any) -> str:  # noqa: ANN401 - any JSON value
    """An agent identity JWT as #18176 has it: workspace_id, no signature that counts."""
    claims = {
        "workspace_id": workspace,
        "agent_runtime_id": "agent-1",
        "agent_private_key": PRIVATE_KEY,
        "chatgpt_user_id": "user-1",
        **changes,
    }
    return token(claims, alg="none")


def april_record(workspace: str = "ws-a", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """An agent identity record of the first form."""
    return {
        "workspace_id": workspace,
        "chatgpt_user_id": "user-1",
        "agent_runtime_id": "agent-1",
        "agent_private_key": PRIVATE_KEY,
        "registered_at": "2026-04-13T12:00:00Z",
        **changes,
    }


def april(workspace: str = "ws-a", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """A document with nothing but an agent identity, as #18177 treats it."""
    return {"agent_identity": april_record(workspace, **changes)}


def record(account: str = "acct-a", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """An agent identity record of the newer form."""
    return {
        "agent_runtime_id": "agent-1",
        "agent_private_key": PRIVATE_KEY,
        "account_id": account,
        "chatgpt_user_id": "user-1",
        "plan_type": "pro",
        "chatgpt_account_is_fedramp": False,
        **changes,
    }


def agent(**changes: Any) -> str:  # noqa: ANN401 - any JSON value
    """An agent identity JWT of the released form; a change to `...` removes a claim."""
    return token(agent_claims(**changes))


def keyring(status: str, document: object = None) -> Change:
    """The keyring as if it had been asked."""
    held = Secret(json.dumps(document)) if document is not None else None

    def change(seen: Observation) -> Observation:
        facts = KeyringFacts(status, account=seen.keyring.account, document=held)  # type: ignore[arg-type]
        return seen._replace(keyring=facts)

    return change


def host(*marks: str, platform: str = "linux") -> Change:
    """The place as if it bore these marks."""
    return lambda seen: seen._replace(
        host=seen.host._replace(marks=marks, platform=platform, user="root")
    )


def auth_file(**facts: Any) -> Change:  # noqa: ANN401 - any fact
    """The file as if these were its facts."""
    return lambda seen: seen._replace(auth_file=seen.auth_file._replace(**facts))


def home(**facts: Any) -> Change:  # noqa: ANN401 - any fact
    """The home as if these were its facts."""
    return lambda seen: seen._replace(home=seen.home._replace(**facts))
