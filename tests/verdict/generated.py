"""States drawn from a seed: each is of one of the kinds that people meet, mixed with others."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tests.checks.build import KEY, PAST, State, access_token, api_key, chatgpt, id_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.machine.observation import Observation

CONTRACTS: Final = ("current", "0.169.0", "0.150.0", "managed", "explicit")
FOREIGN: Final = (
    "sk-or-v1-" + "0a" * 32,
    "sk-ant-api03-" + "Ab" * 20,
    "AIza" + "Sy" * 17,
    "gsk_" + "aB" * 26,
    "0123456789abcdef0123456789abcdef.Zk3LmN8pQr5sTuVw",
)
PLACEHOLDERS: Final = ("your-api-key", "PROXY_MANAGED", "<key>", "sk-xxxxxxxx", "changeme")
_PROVIDER: Final = '[model_providers.{id}]\nname = "{id}"\nbase_url = "{url}"\n{more}'


class Drawn(NamedTuple):
    """A drawn state and its kind."""

    kind: str
    state: State


def _listening(*ports: int) -> Callable[[Observation], Observation]:
    return lambda seen: seen._replace(listening=frozenset(ports))


def _login(draw: random.Random) -> State:
    return State(chatgpt(draw.choice(("acct-a", "acct-b"))))


def _own(id_: str, url: str, more: str = "") -> str:
    table = _PROVIDER.format(id=id_, url=url, more=more)
    return f'model_provider = "{id_}"\n{table}'


def _empty_refresh(draw: random.Random) -> State:
    changes: dict[str, Any] = {"tokens_refresh_token": draw.choice(("", "  "))}
    if draw.random() < 0.5:
        changes["last_refresh"] = None
    else:
        changes["tokens_access_token"] = access_token(exp=PAST)
    return State(chatgpt(**changes))


def _organisation(draw: random.Random) -> State:
    account = draw.choice(("org-Ab12", "org-" + "9" * 20))
    named = id_token("acct-a", organizations=[{"id": account}])
    return State(chatgpt(tokens_account_id=account, tokens_id_token=named))


def _dead_proxy(draw: random.Random) -> State:
    name = draw.choice(("HTTPS_PROXY", "https_proxy", "ALL_PROXY"))
    value = f"{draw.choice(('http', 'socks5h'))}://127.0.0.1:{draw.randrange(2000, 60000)}"
    if draw.random() < 0.5:
        return State(chatgpt(), env={name: value}, change=_listening(22))
    return State(chatgpt(), dotenv=f"{name}={value}\n", change=_listening(22))


def _header_key(draw: random.Random) -> State:
    header = draw.choice(("api-key", "x-api-key", "Ocp-Apim-Subscription-Key", "Authorization"))
    url = "https://gateway.example/v1"
    if draw.random() < 0.4:
        more = f'env_http_headers = {{ "{header}" = "GATE_KEY" }}\n'
        return State(config=_own("gate", url, more), env={"GATE_KEY": "0f3c9a7be4d25168"})
    return State(config=_own("gate", url, f'http_headers = {{ "{header}" = "Bearer abc" }}\n'))


def _header_missing(draw: random.Random) -> State:
    header = draw.choice(("api-key", "x-api-key", "x-auth-token"))
    more = f'env_http_headers = {{ "{header}" = "GATE_KEY" }}\n'
    login = chatgpt() if draw.random() < 0.5 else None
    return State(login, config=_own("gate", "https://gateway.example/v1", more))


def _keyless(draw: random.Random) -> State:
    url = draw.choice(("http://localhost:11434/v1", "http://127.0.0.1:1234/v1"))
    login = chatgpt() if draw.random() < 0.5 else None
    return State(login, config=_own(draw.choice(("ollama-launch", "lmstudio-x")), url))


def _foreign_key(draw: random.Random) -> State:
    key = draw.choice((*FOREIGN, *PLACEHOLDERS))
    if draw.random() < 0.5:
        return State(chatgpt() if draw.random() < 0.5 else None, env={"CODEX_API_KEY": key})
    return State(api_key(key))


def _key_beside_tokens(_: random.Random) -> State:
    document = chatgpt()
    del document["auth_mode"]
    return State(document | {"OPENAI_API_KEY": KEY})


def _commented(draw: random.Random) -> State:
    text = json.dumps(draw.choice((api_key(), chatgpt())), indent=2)
    if draw.random() < 0.5:
        return State(text.replace("{\n", "{\n  // mine\n", 1))
    return State(text.rstrip("}\n") + ",\n}\n")


def _forced(draw: random.Random) -> State:
    rule = draw.choice(
        ('forced_login_method = "api"', 'forced_chatgpt_workspace_id = "acct-other"')
    )
    return State(chatgpt(), config=f"{rule}\n")


def _gateway(draw: random.Random) -> State:
    more = draw.choice(("", "requires_openai_auth = true\n", 'env_key = "GATE_KEY"\n'))
    env = {"GATE_KEY": "k-123"} if draw.random() < 0.5 else {}
    url = draw.choice(("http://127.0.0.1:8317/v1", "https://gateway.example/v1"))
    return State(draw.choice((chatgpt(), api_key())), config=_own("gate", url, more), env=env)


def _nobody(draw: random.Random) -> State:
    env = draw.choice(({}, {"OPENAI_API_KEY": KEY}, {"CODEX_API_KEY": "  "}))
    return State(env=env)


def _shadowed(draw: random.Random) -> State:
    return State(draw.choice((chatgpt(), api_key())), env={"CODEX_API_KEY": KEY})


def _key(_: random.Random) -> State:
    return State(api_key())


KINDS: Final[dict[str, Callable[[random.Random], State]]] = {
    "login": _login,
    "key": _key,
    "empty refresh token": _empty_refresh,
    "organisation": _organisation,
    "dead proxy": _dead_proxy,
    "header key": _header_key,
    "header variable missing": _header_missing,
    "keyless server": _keyless,
    "foreign key": _foreign_key,
    "key beside tokens": _key_beside_tokens,
    "commented": _commented,
    "forced": _forced,
    "gateway": _gateway,
    "nobody": _nobody,
    "shadowed": _shadowed,
}


def draw(seed: int, count: int) -> list[Drawn]:
    """As many states as asked for, each kind as often as the others."""
    source = random.Random(seed)  # noqa: S311 - states, not secrets
    names = list(KINDS)
    made = []
    for number in range(count):
        kind = names[number % len(names)]
        state = KINDS[kind](source)._replace(contract=source.choice(CONTRACTS))
        if kind != "dead proxy" and source.random() < 0.1:
            state = state._replace(env={**(state.env or {}), "NO_PROXY": "*"})
        made.append(Drawn(kind, state))
    return made
