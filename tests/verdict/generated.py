"""States drawn from a seed: each is of one of the kinds that people meet, mixed with others."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from authtui.simulation.assumptions import Assumptions
from tests.checks.build import (
    KEY,
    PAST,
    State,
    access_token,
    agent,
    api_key,
    chatgpt,
    host,
    id_token,
    keyring,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.answers.findings import Surface
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
HOSTILE: Final = "intruder"
"""A word that names from outside try to smuggle into a command."""
_PROVIDER: Final = '[model_providers.{id}]\nname = "{id}"\nbase_url = "{url}"\n{more}'


LOOK_UP_FAULTS: Final = (
    "duplicate", "other-workspace", "401", "403", "403:<html>", "500", "not-json", "no-origin",
    "unreachable",
)  # fmt: skip
SURFACES: Final[tuple[Surface, ...]] = ("exec", "login-status", "tui")


class Drawn(NamedTuple):
    """A drawn state and its kind; `mixed` says whether something was added that has no part."""

    kind: str
    state: State
    mixed: bool = False


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


def _in_no_list(_: random.Random) -> State:
    return State(chatgpt(), assume=Assumptions(accounts_check="other-workspace"))


def _look_up(draw: random.Random) -> State:
    return State(chatgpt(), assume=Assumptions(accounts_check=draw.choice(LOOK_UP_FAULTS)))


def _converted(draw: random.Random) -> State:
    if draw.random() < 0.5:
        return State(chatgpt(tokens_access_token="PROXY_MANAGED"))
    return State(chatgpt(tokens_id_token="", tokens_refresh_token=""))


def _identity_key(draw: random.Random) -> State:
    made = agent(agent_private_key=draw.choice(("", "bm8ga2V5", "not base64!")))
    if draw.random() < 0.5:
        return State({"auth_mode": "agentIdentity", "agent_identity": made})
    return State(env={"CODEX_ACCESS_TOKEN": made})


def _two_lines(draw: random.Random) -> State:
    reserved = draw.choice(("openai", "ollama", "lmstudio"))
    table = _PROVIDER.format(id=reserved, url="https://gateway.example/v1", more="")
    return State(chatgpt(), config=table)


def _mount_point(draw: random.Random) -> State:
    stale = access_token(exp=PAST) if draw.random() < 0.5 else access_token()
    login = chatgpt(tokens_access_token=stale)
    return State(
        login, change=lambda seen: seen._replace(storage=seen.storage._replace(mounted=True))
    )


def _exported_twice(draw: random.Random) -> State:
    login = draw.choice((chatgpt(), None))
    return State(login, env={"CODEX_API_KEY": KEY}, dotenv=f"CODEX_API_KEY={KEY}\n")


def _locked_keyring(draw: random.Random) -> State:
    config = 'cli_auth_credentials_store = "keyring"\n'
    login = draw.choice((chatgpt(), None))
    return State(login, config=config, change=keyring("unavailable"))


def _hostile_names(draw: random.Random) -> State:
    name = draw.choice(("X; {}", "$({})", "`{}`", "X && {} #", "X | {}")).format(HOSTILE)
    key, header = f'env_key = "{name}"\n', f'env_http_headers = {{ "x-api-key" = "{name}" }}\n'
    url = draw.choice(("https://gateway.example/v1", f"https://a.example/$({HOSTILE})/v1"))
    table = f'model_provider = "gate"\n{_PROVIDER.format(id="gate", url=url, more="")}'
    more = draw.choice((key, header, ""))
    login = draw.choice((chatgpt(), api_key(), None))
    return State(login, config=table + more, env={"CODEX_API_KEY": KEY} if login else {})


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
    "account in no list": _in_no_list,
    "look-up failure": _look_up,
    "converted": _converted,
    "identity key": _identity_key,
    "two lines": _two_lines,
    "mount point": _mount_point,
    "exported twice": _exported_twice,
    "locked keyring": _locked_keyring,
    "hostile names": _hostile_names,
}


def _mixed(source: random.Random, state: State) -> State:
    """The state with something beside it that people have on their machines."""
    extra = source.randrange(6)
    if extra == 0:
        return state._replace(env={**(state.env or {}), "OPENAI_API_KEY": KEY})
    if extra == 1:
        return state._replace(mode=0o644)
    if extra == 2:
        return state._replace(config=f'model = "gpt-5.5"\n{state.config or ""}')
    if extra == 3:
        marked, before = host(source.choice(("container", "SSH"))), state.change
        return state._replace(change=lambda seen: marked(before(seen) if before else seen))
    if extra == 4:
        return state._replace(surface=source.choice(SURFACES))
    return state._replace(files={"history.jsonl": "", "log/codex-tui.log": "x\n"})


def draw(seed: int, count: int) -> list[Drawn]:
    """As many states as asked for, each kind as often as the others."""
    source = random.Random(seed)  # noqa: S311 - states, not secrets
    names = list(KINDS)
    made = []
    for number in range(count):
        kind = names[number % len(names)]
        state = KINDS[kind](source)._replace(contract=source.choice(CONTRACTS))
        mixed = source.random() < 0.4
        if kind != "dead proxy" and source.random() < 0.1:
            state = state._replace(env={**(state.env or {}), "NO_PROXY": "*"})
        made.append(Drawn(kind, _mixed(source, state) if mixed else state, mixed))
    return made
