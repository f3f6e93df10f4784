"""Which addresses of a program are overridden to send its requests through the proxy.

No file of the user's is touched: the client gets options in front of its own (`-c KEY=VALUE`) and
variables, as its generation reads them; any other program gets the variables. What cannot be
captured in this way is said, never hidden.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from authtui.capture.routes import MODEL, Route, Routes, Upstream, upstream_of
from authtui.configuration.config import join_key, selected_provider
from authtui.contracts import API_MODEL_BASE, CHATGPT_MODEL_BASE, REFRESH_OVERRIDE, REVOKE_OVERRIDE
from authtui.credentials.environment import effective_environ
from authtui.exchanges.endpoints import (
    JWKS_BASE_VARIABLE,
    WHOAMI_BASE_VARIABLE,
    EndpointProblem,
)
from authtui.record import NamedTuple
from authtui.redaction import printable, safe_text
from authtui.verdict.command_line import (
    is_client,
    place_of_options,
    sets_itself,
    subcommand_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authtui.contracts import Contract
    from authtui.lifecycle.addresses import Addresses
    from authtui.machine.observation import Observation

CHATGPT, AUTH, IDENTITY, OPENAI = "chatgpt", "auth", "identity", "openai"
"""Routes beside that of model calls: ChatGPT's base, OAuth, AuthAPI, other programs' OpenAI."""
CHATGPT_KEY: Final = "chatgpt_base_url"
MODEL_KEY: Final = "openai_base_url"
"""The keys of config.toml that `-c KEY=VALUE` overrides. Of two the later wins; up to 0.142 those
before the subcommand are lost when one stands behind it (0.169 merges them)."""
OPENAI_VARIABLE: Final = "OPENAI_BASE_URL"
"""What programs made with OpenAI's libraries read; the client does not."""
IDENTITY_VARIABLE: Final = "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL"
NOT_CAPTURED: Final = "not captured: "
"""How a line of `Launch.overrides` begins that tells what the proxy will not see."""
LOOPBACK_NAMES: Final = "127.0.0.1,localhost"
_WITHOUT_ACCOUNT: Final = (None, "api_key", "bedrock", "provider")
_MANAGED: Final = "managed_config.toml"
_WHOAMI_PATH: Final = "/v1/user-auth-credential/whoami"


class Launch(NamedTuple):
    """How the program is started. `shown` is its command and `overrides` tell what was changed.

    Both are harmless to show; the environment is not.
    """

    command: tuple[str, ...]
    environment: dict[str, str]
    shown: tuple[str, ...]
    overrides: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Launch {self.shown}>"


class Override(NamedTuple):
    """One address that is overridden: its name, the route it gets, and the path behind that.

    `option`: the name is a key for `-c`, else a variable.
    """

    name: str
    route: str
    path: str
    option: bool


class OverridePlan(NamedTuple):
    """A command, its routes and overrides. `not_captured` tells what will not pass the proxy.

    `no_proxy` is what the user excepts from the proxy in force; None where there is no proxy.
    """

    command: tuple[str, ...]
    environment: dict[str, str]
    routes: Routes
    overrides: tuple[Override, ...]
    not_captured: tuple[str, ...] = ()
    no_proxy: str | None = None

    def __repr__(self) -> str:
        """Without the environment, which holds secrets, and the routes."""
        return f"<OverridePlan, {len(self.overrides)} addresses overridden>"

    def launch_at(self, base_url: str) -> Launch:
        """How to start the program for a proxy at this address."""
        environment, options, overrides = dict(self.environment), list[str](), list[str]()
        for override in self.overrides:
            address = f"{base_url}{self.routes.path(override.route)}{override.path}"
            if override.option:
                options += ["-c", f'{override.name}="{address}"']
            else:
                environment[override.name] = address
            option = "-c " if override.option else ""
            overrides.append(f"{option}{override.name} for {self._target(override)}")
        if self.no_proxy is not None:
            # Both spellings: of two that differ, programs do not agree which one counts.
            excepted = ",".join(filter(None, (self.no_proxy, LOOPBACK_NAMES)))
            environment["NO_PROXY"] = environment["no_proxy"] = excepted
            overrides.append("NO_PROXY with this machine in it")
        place = place_of_options(self.command)
        return Launch(
            (*self.command[:place], *options, *self.command[place:]),
            environment,
            tuple(safe_text(word, 400) for word in self.command),
            (*overrides, *(f"{NOT_CAPTURED}{text}" for text in self.not_captured)),
        )

    def name_of(self, number: int) -> str:
        """The program's name among several: `codex exec (2)`."""
        words = [PurePath(self.command[0]).name]
        sub = subcommand_of(self.command) if is_client(self.command) else None
        return safe_text(" ".join([*words, *([sub] if sub else [])]), 80) + (f" ({number})")

    def _target(self, override: Override) -> str:
        route = next(route for route in self.routes.all if route.name == override.route)
        servers = [route.upstream, *([route.with_account] if route.with_account else [])]
        return " or ".join(printable(f"{server.url}{override.path}", 200) for server in servers)


def plan_overrides(
    command: Sequence[str],
    environment: Mapping[str, str],
    observation: Observation,
    contract: Contract,
    addresses: Addresses,
    *,
    mode: str | None = None,
    upstream: str | None = None,
) -> OverridePlan | str:
    """The plan for a command, or a sentence about what makes it impossible.

    `addresses` are those of the user's own state, or all on the one server that was named as
    `upstream`. `mode` is that of the credential the client is predicted to use.
    """
    plan = _Plan(command, environment, observation, contract)
    identity_kept = (
        mode == "agent_identity"
        and upstream is None
        and not contract.overrides.identity
        and not isinstance(addresses.endpoints.jwks, EndpointProblem)
    )
    if is_client(command):
        _override_chatgpt(plan, _base_of(upstream, addresses), mode, identity_kept=identity_kept)
        _override_model(plan, addresses, upstream, account=mode not in _WITHOUT_ACCOUNT)
        if subcommand_of(command) == "login":
            plan.miss("what a login by browser or device code asks of the auth server")
        hosts = ", ".join(contract.overrides.beside)
        plan.miss(f"telemetry and downloads of plugins, which go to {hosts} directly")
    else:
        name = printable(PurePath(command[0]).name, 80)
        plan.miss(
            f"{name} is not codex: it gets variables, which codex reads for its auth server only; "
            f"what it sends by {CHATGPT_KEY} and {MODEL_KEY} is not captured"
        )
        given = environment.get(OPENAI_VARIABLE) or API_MODEL_BASE
        plan.variable(OPENAI_VARIABLE, OPENAI, _model_base_of(upstream) if upstream else given)
    for name in contract.overrides.variables:
        _override_variable(plan, name, addresses, identity_kept=identity_kept)
    if plan.problem:
        return plan.problem
    if not plan.overrides:
        plan.miss("nothing of this program can be captured")
    return OverridePlan(
        tuple(command),
        dict(environment),
        Routes(plan.routes),
        tuple(plan.overrides),
        tuple(plan.not_captured),
        _no_proxy(effective_environ(observation.environment, environment)),
    )


class _Plan:
    """A plan in the making; `problem` is why there can be none."""

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
        self.routes: list[Route] = []
        self.overrides: list[Override] = []
        self.not_captured: list[str] = []
        self.problem: str | None = None

    def miss(self, text: str) -> None:
        """Tell what will not be captured."""
        self.not_captured.append(text)

    def option(self, key: str, route: str, url: str) -> None:
        """Override a key; its path stays, because the client reads meaning into it."""
        if not self._free(key):
            return
        server = self._server(url)
        if server is not None:
            self._route(Route(route, server._replace(path="")))
            self.overrides.append(Override(key, route, server.path, option=True))

    def model(
        self, key: str, url: str, with_account: str | None = None, *, account: bool = False
    ) -> None:
        """Override the base of model calls, without a path: there may be two bases behind it."""
        if not self._free(key):
            return
        server = self._server(url)
        other = self._server(with_account) if with_account else None
        if server is not None:
            self._route(Route(MODEL, server, other, account))
            self.overrides.append(Override(key, MODEL, "", option=True))

    def variable(self, name: str, route: str, url: str) -> None:
        """Override a variable, so that its server is reached through a route."""
        server = self._server(url)
        if server is not None:
            self._route(Route(route, server._replace(path="")))
            self.overrides.append(Override(name, route, server.path, option=False))

    def _route(self, route: Route) -> None:
        known = next((other for other in self.routes if other.name == route.name), None)
        if known is None:
            self.routes.append(route)
        elif known != route:
            self.problem = self.problem or f"two servers were found behind the route {route.name}"

    def _server(self, url: str) -> Upstream | None:
        found = upstream_of(url)
        if isinstance(found, str):
            self.miss(found)
            return None
        return found

    def _free(self, key: str) -> bool:
        if sets_itself(self.command, key):
            self.miss(f"{key}, which the command line sets itself")
            return False
        value = self.observation.config.values.get(key)
        if value is not None and value.file.endswith(_MANAGED):
            self.miss(f"{key}, which the managed configuration sets over every option")
            return False
        return True


def _override_chatgpt(plan: _Plan, base: str, mode: str | None, *, identity_kept: bool) -> None:
    if identity_kept:
        plan.miss(
            f"{CHATGPT_KEY}, because this client uses an agent identity with the known ChatGPT "
            "addresses only; the key set and ChatGPT's own endpoints are not captured"
        )
        return
    plan.option(CHATGPT_KEY, CHATGPT, base)
    if mode == "agent_identity" and not plan.contract.overrides.identity:
        plan.miss("this client refuses an agent identity at any but the known ChatGPT addresses")


def _override_model(
    plan: _Plan, addresses: Addresses, upstream: str | None, *, account: bool
) -> None:
    provider = selected_provider(plan.observation.config)
    if provider.id != "openai":
        own = join_key(("model_providers", provider.id, "base_url"))
        if upstream is None and provider.base_url is None:
            plan.miss(f"model calls of the provider {printable(provider.id, 80)}")
        else:
            plan.model(own, _model_base_of(upstream) if upstream else provider.base_url or "")
        return
    if upstream is not None:
        base = f"{_base_of(upstream, addresses)}/codex"
        plan.model(MODEL_KEY, _model_base_of(upstream), base, account=account)
        return
    configured = plan.observation.config.get(MODEL_KEY)
    if isinstance(configured, str) and configured.strip():
        plan.model(MODEL_KEY, configured)
    else:
        plan.model(MODEL_KEY, API_MODEL_BASE, CHATGPT_MODEL_BASE, account=account)
        if plan.contract.routing:
            plan.miss(
                "the client's choice of a server by workspace: model calls of a ChatGPT login go "
                f"to {CHATGPT_MODEL_BASE}"
            )


def _override_variable(
    plan: _Plan, name: str, addresses: Addresses, *, identity_kept: bool
) -> None:
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
        return  # The client will refuse the environment, and should.
    elif name == IDENTITY_VARIABLE:
        plan.variable(name, IDENTITY, endpoints.agent_base)
    elif name == JWKS_BASE_VARIABLE and not identity_kept:
        _override_key_set(plan, name)


def _override_key_set(plan: _Plan, name: str) -> None:
    """The base of the key set has to be the overridden ChatGPT base to the letter."""
    own = plan.environment.get(name, "").strip()
    chatgpt = next((override for override in plan.overrides if override.route == CHATGPT), None)
    if chatgpt is None:
        return
    route = next(route for route in plan.routes if route.name == CHATGPT)
    if own and own.rstrip("/") != f"{route.upstream.url}{chatgpt.path}":
        plan.miss(f"{name}, which names another server than the ChatGPT base")
        return
    plan.overrides.append(Override(name, CHATGPT, chatgpt.path, option=False))


def _model_base_of(upstream: str) -> str:
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
