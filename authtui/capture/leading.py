"""How a program's requests are led through the proxy, without touching a file of the user's.

The client gets options in front of its own (`-c KEY=VALUE`) and variables, as its generation
reads them; any other program gets the variables. What cannot be led is said, never hidden.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from authtui.capture.command_line import (
    is_client,
    place_of_options,
    sets_itself,
    subcommand_of,
)
from authtui.capture.upstreams import MODEL, Door, Doors, Upstream, upstream_of
from authtui.contracts import API_MODEL_BASE, CHATGPT_MODEL_BASE
from authtui.credentials.config import join_key, selected_provider
from authtui.credentials.environment import effective_environ
from authtui.record import NamedTuple
from authtui.redaction import printable, redact_text
from authtui.wire.endpoints import (
    JWKS_BASE_VARIABLE,
    REFRESH_OVERRIDE,
    REVOKE_OVERRIDE,
    WHOAMI_BASE_VARIABLE,
    EndpointProblem,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authtui.contracts import Contract
    from authtui.credentials.observation import Observation
    from authtui.lifecycle.addresses import Addresses

CHATGPT, AUTH, IDENTITY, OPENAI = "chatgpt", "auth", "identity", "openai"
"""The doors beside that of model calls: ChatGPT's base, OAuth, AuthAPI, other programs' OpenAI."""
CHATGPT_KEY: Final = "chatgpt_base_url"
MODEL_KEY: Final = "openai_base_url"
"""The keys of config.toml that `-c KEY=VALUE` overrides. Of two the later wins; up to 0.142 those
before the subcommand are lost when one stands behind it (0.169 merges them)."""
OPENAI_VARIABLE: Final = "OPENAI_BASE_URL"
"""What programs made with OpenAI's libraries read; the client does not."""
IDENTITY_VARIABLE: Final = "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL"
LOOPBACK_NAMES: Final = "127.0.0.1,localhost"
_WITHOUT_ACCOUNT: Final = (None, "api_key", "bedrock", "provider")
_MANAGED: Final = "managed_config.toml"
_WHOAMI_PATH: Final = "/v1/user-auth-credential/whoami"


class Led(NamedTuple):
    """The program as it is started. `shown` and `overrides` are harmless to show."""

    command: tuple[str, ...]
    environment: dict[str, str]
    shown: tuple[str, ...]
    overrides: tuple[str, ...]

    def __repr__(self) -> str:
        """Without the environment, which holds secrets."""
        return f"<Led {self.shown}>"


class Turn(NamedTuple):
    """One address that is led: its name, the door, and the path behind it.

    `option`: it is a key for `-c`, else a variable.
    """

    name: str
    door: str
    path: str
    option: bool


class Leading(NamedTuple):
    """What is led where. `unled` are sentences about what is not.

    `no_proxy` is what the user excepts from the proxy in force; None where there is no proxy.
    """

    command: tuple[str, ...]
    environment: dict[str, str]
    doors: Doors
    turns: tuple[Turn, ...]
    unled: tuple[str, ...] = ()
    no_proxy: str | None = None

    def __repr__(self) -> str:
        """Without the environment and the doors, which hold secrets."""
        return f"<Leading, {len(self.turns)} addresses led>"

    def at(self, base_url: str) -> Led:
        """The program for a proxy at this address."""
        environment, options, overrides = dict(self.environment), list[str](), list[str]()
        for turn in self.turns:
            address = f"{base_url}{self.doors.path(turn.door)}{turn.path}"
            if turn.option:
                options += ["-c", f'{turn.name}="{address}"']
            else:
                environment[turn.name] = address
            overrides.append(f"{'-c ' * turn.option}{turn.name} for {self._target(turn)}")
        if self.no_proxy is not None:
            # Both spellings: of two that differ, programs do not agree which one counts.
            excepted = ",".join(filter(None, (self.no_proxy, LOOPBACK_NAMES)))
            environment["NO_PROXY"] = environment["no_proxy"] = excepted
            overrides.append("NO_PROXY with this machine in it")
        place = place_of_options(self.command)
        return Led(
            (*self.command[:place], *options, *self.command[place:]),
            environment,
            tuple(printable(redact_text(word), 400) for word in self.command),
            (*overrides, *(f"not led: {text}" for text in self.unled)),
        )

    def name_of(self, number: int) -> str:
        """The program's name among several: `codex exec (2)`."""
        words = [PurePath(self.command[0]).name]
        sub = subcommand_of(self.command) if is_client(self.command) else None
        return printable(redact_text(" ".join([*words, *([sub] if sub else [])])), 80) + (
            f" ({number})"
        )

    def _target(self, turn: Turn) -> str:
        door = next(door for door in self.doors.all if door.name == turn.door)
        servers = [door.upstream, *([door.with_account] if door.with_account else [])]
        return " or ".join(printable(f"{server.url}{turn.path}", 200) for server in servers)


def lead(
    command: Sequence[str],
    environment: Mapping[str, str],
    observation: Observation,
    contract: Contract,
    addresses: Addresses,
    *,
    mode: str | None = None,
    upstream: str | None = None,
) -> Leading | str:
    """The plan for a command, or a sentence about what makes it impossible.

    `addresses` are those of the user's own state, or all on the one server that was named as
    `upstream`. `mode` is that of the credential the client is predicted to use.
    """
    identity_selected = mode == "agent_identity"
    plan = _Plan(command, environment, observation, contract)
    base = _base_of(upstream, addresses)
    identity_kept = (
        identity_selected
        and upstream is None
        and not contract.leading.identity
        and not isinstance(addresses.endpoints.jwks, EndpointProblem)
    )
    if is_client(command):
        if identity_kept:
            plan.unled.append(
                f"{CHATGPT_KEY}, because this client uses an agent identity with the known ChatGPT "
                "addresses only; the key set and ChatGPT's own endpoints are not seen"
            )
        else:
            plan.option(CHATGPT_KEY, CHATGPT, base)
            if identity_selected and not contract.leading.identity:
                plan.unled.append(
                    "this client refuses an agent identity at any but the known ChatGPT addresses"
                )
        _lead_model(plan, addresses, upstream, account=mode not in _WITHOUT_ACCOUNT)
        if subcommand_of(command) == "login":
            plan.unled.append("what a login by browser or device code asks of the auth server")
        hosts = ", ".join(contract.leading.beside)
        plan.unled.append(f"telemetry and copies of plugins, which it asks of {hosts} directly")
    else:
        name = printable(PurePath(command[0]).name, 80)
        plan.unled.append(
            f"{name} is not codex: it gets variables, which codex reads for its auth server only; "
            f"what it sends by {CHATGPT_KEY} and {MODEL_KEY} is not seen"
        )
        given = environment.get(OPENAI_VARIABLE)
        plan.variable(
            OPENAI_VARIABLE,
            OPENAI,
            upstream_model(upstream) if upstream else given or API_MODEL_BASE,
        )
    for name in contract.leading.variables:
        _lead_variable(plan, name, addresses, identity_kept=identity_kept)
    if plan.problem:
        return plan.problem
    if not plan.turns:
        plan.unled.append("nothing of this program can be led")
    return Leading(
        tuple(command),
        dict(environment),
        Doors(plan.doors),
        tuple(plan.turns),
        tuple(plan.unled),
        _no_proxy(effective_environ(observation.environment, environment)),
    )


class _Plan:
    """What has been planned so far."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        observation: Observation,
        contract: Contract,
    ) -> None:
        self.command = command
        self.environment = environment
        self.observation = observation
        self.contract = contract
        self.doors: list[Door] = []
        self.turns: list[Turn] = []
        self.unled: list[str] = []
        self.problem: str | None = None

    def option(self, key: str, door: str, url: str) -> None:
        """Lead the address of a key; the path stays, because the client reads meaning into it."""
        if not self._free(key):
            return
        server = self._server(url)
        if server is not None:
            self._door(Door(door, server._replace(path="")))
            self.turns.append(Turn(key, door, server.path, option=True))

    def model(
        self, key: str, url: str, with_account: str | None = None, *, account: bool = False
    ) -> None:
        """Lead model calls; behind their door there is no path, for there may be two bases."""
        if not self._free(key):
            return
        server = self._server(url)
        other = self._server(with_account) if with_account else None
        if server is not None:
            self._door(Door(MODEL, server, other, account))
            self.turns.append(Turn(key, MODEL, "", option=True))

    def variable(self, name: str, door: str, url: str) -> None:
        """Lead the address of a variable."""
        server = self._server(url)
        if server is not None:
            self._door(Door(door, server._replace(path="")))
            self.turns.append(Turn(name, door, server.path, option=False))

    def _door(self, door: Door) -> None:
        known = next((other for other in self.doors if other.name == door.name), None)
        if known is None:
            self.doors.append(door)
        elif known != door:
            self.problem = self.problem or f"two servers were found behind the door {door.name}"

    def _server(self, url: str) -> Upstream | None:
        found = upstream_of(url)
        if isinstance(found, str):
            self.unled.append(found)
            return None
        return found

    def _free(self, key: str) -> bool:
        if sets_itself(self.command, key):
            self.unled.append(f"{key}, which the command line sets itself")
            return False
        value = self.observation.config.values.get(key)
        if value is not None and value.file.endswith(_MANAGED):
            self.unled.append(f"{key}, which the managed configuration sets over every option")
            return False
        return True


def _lead_model(plan: _Plan, addresses: Addresses, upstream: str | None, *, account: bool) -> None:
    provider = selected_provider(plan.observation.config)
    if provider.id != "openai":
        own = join_key(("model_providers", provider.id, "base_url"))
        if upstream is None and provider.base_url is None:
            plan.unled.append(f"model calls of the provider {printable(provider.id, 80)}")
        else:
            plan.model(own, upstream_model(upstream) if upstream else provider.base_url or "")
        return
    if upstream is not None:
        base = f"{_base_of(upstream, addresses)}/codex"
        plan.model(MODEL_KEY, upstream_model(upstream), base, account=account)
        return
    configured = plan.observation.config.get(MODEL_KEY)
    if isinstance(configured, str) and configured.strip():
        plan.model(MODEL_KEY, configured)
    else:
        plan.model(MODEL_KEY, API_MODEL_BASE, CHATGPT_MODEL_BASE, account=account)
        if plan.contract.routing:
            plan.unled.append(
                "the client's choice of a server by workspace: model calls of a ChatGPT login go "
                f"to {CHATGPT_MODEL_BASE}"
            )


def _lead_variable(plan: _Plan, name: str, addresses: Addresses, *, identity_kept: bool) -> None:
    endpoints = addresses.endpoints
    if name == REFRESH_OVERRIDE:
        plan.variable(name, f"{AUTH}-refresh", endpoints.refresh)
    elif name == REVOKE_OVERRIDE:
        plan.variable(name, f"{AUTH}-revoke", endpoints.revoke)
    elif name == WHOAMI_BASE_VARIABLE:
        plan.variable(name, "whoami", endpoints.whoami.removesuffix(_WHOAMI_PATH))
    elif isinstance(endpoints.agent_base, EndpointProblem) or isinstance(
        endpoints.jwks, EndpointProblem
    ):
        return  # The client will refuse the environment: led or not, so it should.
    elif name == IDENTITY_VARIABLE:
        plan.variable(name, IDENTITY, endpoints.agent_base)
    elif name == JWKS_BASE_VARIABLE and not identity_kept:
        _lead_key_set(plan, name)


def _lead_key_set(plan: _Plan, name: str) -> None:
    """The base of the key set has to be the led ChatGPT base to the letter."""
    own = plan.environment.get(name, "").strip()
    chatgpt = next((turn for turn in plan.turns if turn.door == CHATGPT), None)
    if chatgpt is None:
        return
    door = next(door for door in plan.doors if door.name == CHATGPT)
    if own and own.rstrip("/") != f"{door.upstream.url}{chatgpt.path}":
        plan.unled.append(f"{name}, which names another server than the ChatGPT base")
        return
    plan.turns.append(Turn(name, CHATGPT, chatgpt.path, option=False))


def upstream_model(upstream: str) -> str:
    """The base of model calls with an API key on the one server for everything."""
    return f"{upstream.rstrip('/')}/v1"


def _base_of(upstream: str | None, addresses: Addresses) -> str:
    # As configured, not as registration normalises it: that is for the client to do.
    if upstream is not None:
        return f"{upstream.rstrip('/')}/backend-api"
    return addresses.endpoints.accounts_check.removesuffix("/wham/accounts/check")


def _no_proxy(environment: Mapping[str, str]) -> str | None:
    names = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
    if not any(environment.get(name) for name in names):
        return None
    return environment.get("NO_PROXY") or environment.get("no_proxy") or ""
