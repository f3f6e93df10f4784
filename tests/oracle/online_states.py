"""The states of the online drive: what is minted, stored, configured and broken in each.

A state is names only, so that two processes generate the same ones; `lay_out` makes it real.
"""

from __future__ import annotations

import itertools
import json
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from authtui.demo.backend.faults import Fault
from authtui.simulation.assumptions import Assumptions
from tests.oracle.made_up import STORE_MODES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from authtui.contracts import Contract
    from authtui.demo.backend.backend import Backend

OURS, OTHER = "workspace-demo-1", "workspace-demo-2"
_SAID = "a fault was set"
# The whole answer to a set status, as the backend spells it.
_BODY = json.dumps(
    {"error": {"message": _SAID, "type": "invalid_request_error", "param": None, "code": None}},
    separators=(",", ":"),
)


class Trouble(NamedTuple):
    """What is set at the backend, and the assumption that says the same to a prediction."""

    faults: tuple[Fault, ...] = ()
    assumed: dict[str, str] = {}  # noqa: RUF012 - never changed


class OnlineState(NamedTuple):
    """One state by the names of its parts."""

    variable: str
    document: str
    store: str
    policy: str
    with_mode: bool
    provider: str
    feature: bool
    fault: str

    @property
    def name(self) -> str:
        """All parts in one line."""
        mode = "mode" if self.with_mode else "no mode"
        feature = "agent feature" if self.feature else "plain"
        return " · ".join((*self[:4], mode, self.provider, feature, self.fault))


VARIABLES = (
    "no variable",
    "api key",
    "blank key",
    "agent identity",
    "agent identity elsewhere",
    "personal token",
    "word",
    "key and agent identity",
)
DOCUMENTS = (
    "nothing",
    "api key",
    "login",
    "stale login",
    "stale login, spent",
    "login elsewhere",
    "key beside login",
    "login without tokens",
    "agent identity",
    "agent identity elsewhere",
    "expired agent identity",
    "agent record",
    "personal token",
    "managed record",
    "managed record, no task",
    "first record",
    "april identity",
    "bedrock",
    "broken",
)
POLICIES = {
    "no policy": "",
    "api only": 'forced_login_method = "api"\n',
    "chatgpt only": 'forced_login_method = "chatgpt"\n',
    "workspace": f'forced_chatgpt_workspace_id = "{OURS}"\n',
    "other workspace": f'forced_chatgpt_workspace_id = "{OTHER}"\n',
    "both": f'forced_login_method = "chatgpt"\nforced_chatgpt_workspace_id = "{OURS}"\n',
}
_OWN = 'name = "own"\nbase_url = "{base}"\nwire_api = "responses"\n'
PROVIDERS = {
    "built in": None,
    "own with login": _OWN + "requires_openai_auth = true\n",
    "own with key": _OWN + 'env_key = "OWN_KEY"\n',
    "own without its key": _OWN + 'env_key = "OWN_KEY_UNSET"\n',
    "own with token": _OWN + 'experimental_bearer_token = "{token}"\n',
    "own alone": _OWN,
}
FAULTS = {
    "no fault": Trouble(),
    "key set 500": Trouble((Fault("jwks", "status", 500),), {"key_set": "500"}),
    "task 403": Trouble((Fault("task-register", "status", 403),), {"task": f"403:{_BODY}"}),
    "whoami 401": Trouble((Fault("whoami", "status", 401),), {"whoami": f"401:{_BODY}"}),
    "register 403": Trouble(
        (Fault("agent-register", "status", 403),), {"register": f"403:{_BODY}"}
    ),
    "look-up 403": Trouble((Fault("accounts-check", "status", 403),), {"accounts_check": "403"}),
    "policies 403": Trouble((Fault("config", "status", 403),), {"policies": "403"}),
    "model 403": Trouble((Fault("responses", "status", 403),), {"responses": f"403:{_SAID}"}),
}
# How often each part is drawn beside the others of its kind; most states are plain elsewhere.
_WEIGHTS: dict[str, int] = {
    "no variable": 10,
    "default store": 6,
    "file": 2,
    "no policy": 9,
    "built in": 14,
    "no fault": 14,
}


def states(count: int, *, seed: int = 1) -> list[OnlineState]:
    """`count` different states, always the same ones; every pair of a variable and a document."""
    draw = random.Random(seed)  # noqa: S311 - a spread, not a secret

    def one_of(names: tuple[str, ...]) -> str:
        return draw.choices(names, [_WEIGHTS.get(name, 1) for name in names])[0]

    pairs = list(itertools.product(VARIABLES, DOCUMENTS))
    draw.shuffle(pairs)
    found: dict[OnlineState, None] = {}
    turns = itertools.cycle(pairs)
    while len(found) < count:
        variable, document = next(turns)
        if draw.random() < 0.5:
            variable = "no variable"
        found[
            OnlineState(
                variable,
                document,
                one_of(tuple(STORE_MODES)),
                one_of(tuple(POLICIES)),
                draw.random() < 0.75,
                one_of(tuple(PROVIDERS)),
                draw.random() < 0.25,
                one_of(tuple(FAULTS)),
            )
        ] = None
    return list(found)


def assumptions_of(state: OnlineState) -> Assumptions:
    """What a prediction is told of the backend: its fault, and the account behind a token."""
    given: dict[str, str] = {
        "whoami_account": OURS,
        "whoami_plan": "business",
        **FAULTS[state.fault].assumed,
    }
    if state.document.startswith("stale login, spent"):
        given["refresh"] = "refresh_token_reused"
    return Assumptions(**given)


def lay_out(backend: Backend, contract: Contract, state: OnlineState, home: Path) -> dict[str, str]:
    """Write auth.json and config.toml into a new home; the variables to set beside them."""
    home.mkdir(parents=True)
    text = _document(backend, state)
    if text is not None:
        (home / "auth.json").write_text(text, "utf-8")
    (home / "config.toml").write_text(_config(backend, state), "utf-8")
    variable = contract.agent_variable or "CODEX_ACCESS_TOKEN"
    return {**_variables(backend, state, variable), "OWN_KEY": _key(backend)}


def _key(backend: Backend) -> str:
    return backend.mint.api_key().key.reveal()


def _variables(backend: Backend, state: OnlineState, agent: str) -> dict[str, str]:
    mint = backend.mint
    identity = mint.agent_identity().token
    elsewhere = mint.agent_identity(backend.state.account(OTHER)).token
    if identity is None or elsewhere is None:
        raise TypeError("an agent identity of this form is a token")
    return {
        "no variable": {},
        "api key": {"CODEX_API_KEY": _key(backend)},
        "blank key": {"CODEX_API_KEY": "  "},
        "agent identity": {agent: identity.reveal()},
        "agent identity elsewhere": {agent: elsewhere.reveal()},
        "personal token": {agent: mint.personal_token().token.reveal()},
        "word": {agent: "abc"},
        "key and agent identity": {"CODEX_API_KEY": _key(backend), agent: identity.reveal()},
    }[state.variable]


def _document(backend: Backend, state: OnlineState) -> str | None:
    mint = backend.mint
    other = backend.state.account(OTHER)
    hour = timedelta(hours=1)
    name = state.document
    if name == "nothing":
        return None
    if name == "broken":
        return "{x"
    makers: dict[str, Callable[[], Any]] = {
        "api key": mint.api_key,
        "login": mint.chatgpt_login,
        "stale login": lambda: mint.chatgpt_login(expires_in=-hour),
        "stale login, spent": lambda: mint.chatgpt_login(expires_in=-hour, refresh="used"),
        "login elsewhere": lambda: mint.chatgpt_login(other),
        "key beside login": mint.chatgpt_login,
        "login without tokens": mint.chatgpt_login,
        "agent identity": mint.agent_identity,
        "agent identity elsewhere": lambda: mint.agent_identity(other),
        "expired agent identity": lambda: mint.agent_identity(expires_in=-hour),
        "agent record": mint.managed_record,
        "personal token": mint.personal_token,
        "managed record": mint.managed_record,
        "managed record, no task": lambda: mint.managed_record(with_task=False),
        "first record": lambda: mint.first_record(with_login=True),
        "april identity": mint.april_identity,
        "bedrock": mint.api_key,
    }
    document = json.loads(makers[name]().auth_json.reveal())
    if name == "key beside login":
        document["OPENAI_API_KEY"] = _key(backend)
    elif name == "login without tokens":
        del document["tokens"]
    elif name == "agent record":
        kept = document["agent_identity"]
        document = {"auth_mode": "agentIdentity", "agent_identity": kept}
    elif name == "bedrock":
        bedrock = {"api_key": "made-up", "region": "us-east-1"}
        document = {"auth_mode": "bedrockApiKey", "bedrock_api_key": bedrock}
    if not state.with_mode:
        document.pop("auth_mode", None)
    return json.dumps(document, indent=2)


def _config(backend: Backend, state: OnlineState) -> str:
    provider = PROVIDERS[state.provider]
    base = backend.codex_base_url
    text = (
        f'chatgpt_base_url = "{backend.chatgpt_base_url}"\n'
        f'openai_base_url = "{base}"\n'
        "check_for_update_on_startup = false\n"
    )
    text += STORE_MODES[state.store] + POLICIES[state.policy]
    if provider is not None:
        text += 'model_provider = "own"\n\n[model_providers.own]\n'
        text += provider.format(base=base, token=_key(backend))
    text += "\n[analytics]\nenabled = false\n\n[features]\napps = false\nplugins = false\n"
    text += "remote_plugin = false\n"
    return text + ("use_agent_identity = true\n" if state.feature else "")
