"""The configuration: its layers, each value with its line, and the providers it defines.

What the client refuses of it is in `config_rules`. Source of the keys: codex-rs/config; of the
texts: recordings of released clients.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authtui.client_json.scanner import NOT_UTF8
from authtui.machine.observation import ConfigFacts, ConfigFault, ConfigValue
from authtui.record import NamedTuple
from authtui.redaction import Secret, redact_text, secretive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from authtui.configuration.toml_reader import TomlError

USER_FILE: Final = "config.toml"

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONG_NAME: Final = 16
_LONGEST_NAME: Final = 40
_BLANK: Final = re.compile(r"\s")
_BARE_KEY: Final = re.compile(r"[^.\"'\s]+")
_KEY_PART: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|([^."]+)')
_SECRET_LEAVES: Final = frozenset({"experimental_bearer_token", "bearer_token", "api_key", "args"})
_SECRET_TABLES: Final = frozenset({"http_headers", "env", "query_params", "headers"})

# Keys whose value stays whole although it is a table, so that the mistake can be named.
_NEVER_TABLES: Final = frozenset(
    [
        ("forced_login_method",),
        ("forced_chatgpt_workspace_id",),
        ("cli_auth_credentials_store",),
        ("chatgpt_base_url",),
        ("openai_base_url",),
        ("model_provider",),
    ]
)

BEDROCK: Final = ("amazon-bedrock", "amazon-bedrock-runtime")
GOOGLE: Final = "gcp"
BUILT_IN: Final = (
    "openai",
    *BEDROCK,
    GOOGLE,
    "ollama",
    "lmstudio",
    "ollama-chat",
)
"""The providers that a client defines itself; `Contract.lacks_providers`: not in every release."""


class ProviderHeader(NamedTuple):
    """One header of `http_headers` or `env_http_headers`.

    `value` is what stands in the file, `variable` the name of the variable that it is taken from:
    one of the two is set. `where` is `config.toml:7`.
    """

    name: str
    where: str
    value: Secret | None = None
    variable: str | None = None


class ProviderFacts(NamedTuple):
    """One `[model_providers.<id>]`. `known` is false for a selected id that nothing defines.

    `authorization` is a header of `http_headers`, `authorization_variable` the variable that
    `env_http_headers` takes one from, `headers` all of both. `auth_command` is the program without
    its arguments; authtui never runs it. `lines` holds the `file:line` of each key that is set.
    """

    id: str
    known: bool = True
    built_in: bool = False
    name: str | None = None
    base_url: str | None = None
    env_key: str | None = None
    env_key_instructions: str | None = None
    bearer_token: Secret | None = None
    auth_command: str | None = None
    requires_openai_auth: bool = False
    authorization: Secret | None = None
    authorization_variable: str | None = None
    headers: tuple[ProviderHeader, ...] = ()
    query_parameters: tuple[str, ...] = ()
    lines: Mapping[str, str] = {}

    @property
    def header_variables(self) -> tuple[str, ...]:
        """The variables that headers are taken from."""
        return tuple(header.variable for header in self.headers if header.variable)


def parse(data: bytes, name: str = USER_FILE) -> tuple[dict[str, ConfigValue], ConfigFault | None]:
    """A TOML text as dotted keys with positions, or why it is none. Never raises.

    A byte order mark is skipped, as the client's parser does.
    """
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        return {}, ConfigFault(NOT_UTF8, name, line, column)
    from authtui.configuration.toml_reader import TomlError, read

    try:
        document = read(text)
    except TomlError as error:
        return {}, _syntax_error(error, text, name)
    tree, spans = document.tree, document.spans
    values: dict[str, ConfigValue] = {}
    for path, value in _leaves(tree):
        kept = _guarded(path, value)
        values[join_key(path)] = ConfigValue(kept, name, *document.place(spans[path][0]))
    for path in _provider_tables(tree):
        place = document.place(spans[path][0])
        values.setdefault(join_key(path), ConfigValue({}, name, *place))
    return values, None


def providers(config: ConfigFacts) -> tuple[ProviderFacts, ...]:
    """The providers that the configuration defines, in the order of their first line."""
    tables: dict[str, dict[str, ConfigValue]] = {}
    for key, value in config.values.items():
        if not key.startswith("model_providers."):
            continue
        parts = split_key(key)
        if len(parts) == 2 and value.value == {}:
            tables.setdefault(parts[1], {})
        if len(parts) > 2:
            tables.setdefault(parts[1], {})[join_key(parts[2:])] = value
    return tuple(_provider(name, table) for name, table in tables.items())


def selected_provider(config: ConfigFacts) -> ProviderFacts:
    """The provider that model requests go to: the profile's, else the configured, else openai."""
    chosen = None
    profile = config.get("profile")
    if isinstance(profile, str):
        chosen = config.get(join_key(("profiles", profile, "model_provider")))
    if not isinstance(chosen, str):
        chosen = config.get("model_provider")
    if not isinstance(chosen, str):
        chosen = "openai"
    for provider in providers(config):
        if provider.id == chosen:
            return provider
    if chosen not in BUILT_IN:
        return ProviderFacts(chosen, known=False)
    is_openai = chosen == "openai"
    base = config.get("openai_base_url") if is_openai else None
    return ProviderFacts(
        chosen,
        built_in=True,
        name="OpenAI" if is_openai else chosen,
        base_url=_without_slash(base) if isinstance(base, str) else None,
        requires_openai_auth=is_openai,
        lines={"base_url": config.where("openai_base_url")} if base else {},
    )


def missing_server(config: ConfigFacts) -> str | None:
    """A required MCP server whose program is not on PATH, without which `exec` does not start."""
    for key, value in config.values.items():
        parts = split_key(key)
        if parts[:1] != ("mcp_servers",) or parts[2:] != ("command",):
            continue
        server = parts[:2]
        required = config.get(join_key((*server, "required"))) is True
        enabled = config.get(join_key((*server, "enabled"))) is not False
        if required and enabled and value.value in config.missing_programs:
            return parts[1]
    return None


def feature(config: ConfigFacts, name: str) -> bool:
    """Whether a flag of `[features]` is set; anything but true counts as not set."""
    return config.get(join_key(("features", name))) is True


def join_key(parts: tuple[str, ...]) -> str:
    """Keys as one dotted key; a part that is not bare is quoted: `a."b.c".d`."""
    return ".".join(_part(part) for part in parts)


def split_key(dotted: str) -> tuple[str, ...]:
    """The keys of a dotted key: the inverse of `join_key`."""
    return tuple(
        re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL) if found[1] is not None else found[2]
        for found in _KEY_PART.finditer(dotted)
    )


def _part(part: str) -> str:
    if _BARE_KEY.fullmatch(part):
        return part
    escaped = part.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _leaves(tree: dict[str, object]) -> Iterator[tuple[tuple[str, ...], object]]:
    # A stack, not recursion: dotted keys nest as deep as a hostile file likes.
    stack: list[tuple[tuple[str, ...], object]] = [((), tree)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict) and value and path not in _NEVER_TABLES:
            stack.extend(((*path, key), below) for key, below in reversed(value.items()))
        else:
            if path:
                yield path, value


def _provider_tables(tree: dict[str, object]) -> Iterator[tuple[str, ...]]:
    """The tables whose places the client names: `model_providers`, each of them, and its `auth`."""
    tables = tree.get("model_providers")
    if not isinstance(tables, dict):
        return
    yield ("model_providers",)
    for name, table in tables.items():
        if isinstance(table, dict):
            yield ("model_providers", name)
            if isinstance(table.get("auth"), dict):
                yield ("model_providers", name, "auth")


def is_hidden(path: tuple[str, ...]) -> bool:
    """Whether what stands under this key is a secret by its place."""
    return path[-1] in _SECRET_LEAVES or any(part in _SECRET_TABLES for part in path[:-1])


def is_variable_name(name: str) -> bool:
    """Whether a shell can set a variable of that name."""
    return _VARIABLE.fullmatch(name) is not None


def holds_a_key(name: str) -> bool:
    """Whether a key stands where the name of its variable belongs."""
    long = len(name) >= _LONG_NAME and any(map(str.isdigit, name)) and not _BLANK.search(name)
    return (
        (long and not is_variable_name(name))
        or secretive(name)
        or redact_text(name) != name
        or (len(name) >= _LONGEST_NAME and any(map(str.isdigit, name)))
    )


def _guarded(path: tuple[str, ...], value: object) -> object:
    hidden = is_hidden(path)
    if hidden and isinstance(value, list):
        return [Secret(item) if isinstance(item, str) else item for item in value]
    return Secret(value) if hidden and isinstance(value, str) else value


def _syntax_error(error: TomlError, text: str, name: str) -> ConfigFault:
    before = text[: min(error.start, max(len(text) - 1, 0))]
    line = before.count("\n") + 1
    column = error.start - (before.rfind("\n") + 1) + 1
    shown = picture(text, line, column, error.end - error.start)
    return ConfigFault(error.reason, name, line, column, at_start=f"{error.reason}\n{shown}")


def picture(text: str, line: int, column: int, width: int) -> str:
    """The line of a text with the faulty piece underlined, as the client draws it."""
    shown = text.split("\n")[line - 1].rstrip("\r")
    from authtui.configuration.shown_line import shown_line

    gutter = " " * len(str(line))
    return f"{gutter} |\n{line} | {shown_line(shown)}\n{gutter} | {' ' * (column - 1)}{'^' * width}"


def _authorization(table: Mapping[str, ConfigValue], headers: str) -> object:
    """The Authorization header in a provider's table of `headers`, whatever its case."""
    wanted = f"{headers}.authorization"
    return next((value.value for key, value in table.items() if key.lower() == wanted), None)


def _headers(table: Mapping[str, ConfigValue]) -> tuple[ProviderHeader, ...]:
    found = []
    for key, given in table.items():
        kind, *name = split_key(key)
        if len(name) != 1:
            continue
        if kind == "http_headers" and isinstance(given.value, Secret):
            found.append(ProviderHeader(name[0], given.where, value=given.value))
        elif kind == "env_http_headers" and isinstance(given.value, str):
            found.append(ProviderHeader(name[0], given.where, variable=given.value))
    return tuple(found)


def _without_slash(base: str | None) -> str | None:
    return (base or "").rstrip("/") or None


def _provider(name: str, table: Mapping[str, ConfigValue]) -> ProviderFacts:
    def text(key: str) -> str | None:
        found = table.get(key)
        return found.value if found is not None and isinstance(found.value, str) else None

    token = table.get("experimental_bearer_token")
    header = _authorization(table, "http_headers")
    variable = _authorization(table, "env_http_headers")
    requires = table.get("requires_openai_auth")
    return ProviderFacts(
        id=name,
        built_in=name in BUILT_IN,
        name=text("name"),
        base_url=_without_slash(text("base_url")),
        env_key=text("env_key"),
        env_key_instructions=text("env_key_instructions"),
        bearer_token=token.value if token and isinstance(token.value, Secret) else None,
        auth_command=text("auth.command"),
        requires_openai_auth=requires is not None and requires.value is True,
        authorization=header if isinstance(header, Secret | None) else Secret(str(header)),
        authorization_variable=None if variable is None else str(variable),
        headers=_headers(table),
        query_parameters=tuple(
            name for kind, *rest in map(split_key, table) if kind == "query_params" for name in rest
        ),
        lines={key: value.where for key, value in table.items()},
    )
