"""What the client refuses in its configuration, in its own words and in its own order.

The client stops at the first value it cannot take: in the order of the keys, from 0.142 on in the
order of the lines. Source: recordings of released clients, codex-rs/config and
codex-rs/model-provider-info.
"""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, Final

from authtui.client_json.structs import rust_debug
from authtui.configuration.config import BUILT_IN, join_key, split_key
from authtui.machine.observation import ConfigFault, ConfigValue
from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from authtui.contracts import Contract

_KeyPath = tuple[str, ...]

COMMAS: Final = (
    "forced_chatgpt_workspace_id must be a single workspace ID string or a TOML list of strings; "
    "comma-separated strings are not supported. Use `forced_chatgpt_workspace_id = "
    '["123e4567-e89b-42d3-a456-426614174000", "123e4567-e89b-42d3-a456-426614174001"]` instead.'
)
"""The client's text (codex-rs/config) for several workspaces in one string."""
NOT_A_VARIANT: Final = "wanted string or table"
_NOT_A_VARIANT_AT_START: Final = "invalid type: unit variant, expected string only"
WIRE_CHAT: Final = (
    '`wire_api = "chat"` is no longer supported.\n'
    'How to fix: set `wire_api = "responses"` in your provider config.\n'
    "More info: https://github.com/openai/codex/discussions/7782"
)
RESERVED: Final = (
    "model_providers contains reserved built-in provider IDs: {ids}. Built-in providers cannot be "
    "overridden. Rename your custom provider (for example, `openai-custom`)."
)
RESERVED_IDS: Final = ("lmstudio", "ollama", "openai")
_BEDROCK: Final = "amazon-bedrock"
BEDROCK_DEFAULTS: Final = (
    ("wire_api", "responses"),
    ("requires_openai_auth", False),
    ("name", "Amazon Bedrock"),
)

_VARIANTS: Final[dict[str, tuple[str, ...]]] = {
    "cli_auth_credentials_store": ("file", "keyring", "auto", "ephemeral"),
    "forced_login_method": ("chatgpt", "api"),
}
_STRINGS: Final = frozenset(
    {"model", "model_provider", "profile", "chatgpt_base_url", "openai_base_url"}
)
_BOOLEANS: Final = frozenset({"allow_login_shell", "check_for_update_on_startup"})
_PROFILE_STRINGS: Final = frozenset({"model", "model_provider", "chatgpt_base_url"})
_PROVIDER_STRINGS: Final = frozenset(
    {"name", "base_url", "env_key", "env_key_instructions", "experimental_bearer_token"}
)
_PROVIDER_BOOLEANS: Final = frozenset({"requires_openai_auth", "supports_websockets"})
_PROVIDER_MAPS: Final = frozenset({"http_headers", "env_http_headers", "query_params"})
# The tables of the providers are looked at as wholes once every key of theirs has been read.
_BEHIND_THE_PROVIDERS: Final[_KeyPath] = ("model_providers", "\U0010ffff")
_BEHIND_ALL_LINES: Final = 1 << 30


def validate(values: Mapping[str, ConfigValue], contract: Contract) -> ConfigFault | None:
    """The first value the client would refuse to start with, in its own words, or None.

    `forced_chatgpt_workspace_id` is judged by the generation's rules: as a list it is refused by
    older ones, as a text with commas by newer ones. Reasons carry no position; `line` and
    `column` are the value's.
    """
    for path, value in _as_read(values, contract):
        if value is None:
            refused = _of_the_providers(values, contract)
            if refused is not None:
                return refused
            continue
        reason = _complaint(path, value.value, contract)
        if reason is not None:
            at_start = _NOT_A_VARIANT_AT_START if reason == NOT_A_VARIANT else None
            # The flags are collected from what is left over, which loses their names.
            named = path[:1] if path[0] == "features" else path
            return ConfigFault(
                reason, value.file, value.line, value.column, join_key(named), at_start
            )
    return None


def _as_read(
    values: Mapping[str, ConfigValue], contract: Contract
) -> list[tuple[_KeyPath, ConfigValue | None]]:
    """The values in the client's order; None stands where the providers are looked at as wholes."""
    rows: list[tuple[_KeyPath, ConfigValue | None]] = [
        (split_key(key), value) for key, value in values.items()
    ]
    if not contract.config_in_file_order:
        rows.append((_BEHIND_THE_PROVIDERS, None))
        return sorted(rows, key=lambda row: row[0])
    order: dict[str, int] = {}
    for path, value in rows:
        line = value.line if value is not None and value.line else _BEHIND_ALL_LINES
        order[path[0]] = min(order.get(path[0], line), line)
    rows.sort(key=lambda row: order[row[0][0]])
    last = max((n for n, row in enumerate(rows) if row[0][0] == "model_providers"), default=0)
    rows.insert(last + 1, (_BEHIND_THE_PROVIDERS, None))
    return rows


def bedrock_refusal(values: Mapping[str, ConfigValue], contract: Contract) -> str | None:
    """What the client says to keys of the Bedrock provider that it does not let anybody change."""
    allowed = contract.bedrock_changes
    if not allowed or not any(_changes_bedrock(k, v.value, allowed) for k, v in values.items()):
        return None
    named = [f"`{key}`" for key in allowed]
    listed = " and ".join(named) if len(named) < 3 else f"{', '.join(named[:-1])}, and {named[-1]}"
    return (
        f"model_providers.{_BEDROCK} only supports changing {listed}; other non-default provider "
        "fields are not supported"
    )


def _changes_bedrock(key: str, value: object, allowed: tuple[str, ...]) -> bool:
    path = split_key(key)
    if path[:2] != ("model_providers", _BEDROCK) or len(path) < 3 or value == {}:
        return False
    if (path[2], value) in BEDROCK_DEFAULTS:
        return False
    below = path[2:]
    return not any(below[: len(name)] == name for name in (split_key(name) for name in allowed))


def _complaint(path: _KeyPath, value: object, contract: Contract) -> str | None:
    key = path[0]
    if key == "model_providers":
        return _provider_complaint(path, value)
    if key == "features":
        if len(path) == 1 and value != {}:
            return f"invalid type: {_described(value)}, expected struct FeaturesToml"
        return _not_a_boolean(value) if len(path) == 2 else None
    if key == "profiles":
        plain = len(path) == 3 and path[2] in _PROFILE_STRINGS
        return _not_a_string(value) if plain else None
    if len(path) > 1:
        return None
    if key in _VARIANTS:
        return _variant_complaint(value, _VARIANTS[key])
    if key == "forced_chatgpt_workspace_id":
        if isinstance(value, str):
            return COMMAS if contract.commas_refused and "," in value else None
        if contract.workspace_list and _is_list_of_text(value):
            return None
        if isinstance(value, date | time):
            return None
        return contract.workspace_wrong_type.format(found=_described(value))
    if key in _BOOLEANS:
        return _not_a_boolean(value)
    return _not_a_string(value) if key in _STRINGS else None


def _provider_complaint(path: _KeyPath, value: object) -> str | None:
    if len(path) < 3:
        if value == {}:
            return None
        return f"invalid type: {_described(value)}, expected struct ModelProviderInfo"
    if len(path) == 3:
        name = path[2]
        if name == "wire_api":
            return _wire_complaint(value)
        if name in _PROVIDER_BOOLEANS:
            return _not_a_boolean(value)
        return _not_a_string(value) if name in _PROVIDER_STRINGS else None
    return _not_a_string(value) if path[2] in _PROVIDER_MAPS else None


def _wire_complaint(value: object) -> str | None:
    wrong = _not_a_string(value)
    if wrong or value == "responses":
        return wrong
    return WIRE_CHAT if value == "chat" else f"unknown variant `{value}`, expected `responses`"


def _of_the_providers(values: Mapping[str, ConfigValue], contract: Contract) -> ConfigFault | None:
    """What is wrong with the tables of the providers as wholes."""
    tables: dict[str, dict[_KeyPath, ConfigValue]] = {}
    for key, value in values.items():
        path = split_key(key)
        if path[0] == "model_providers" and len(path) > 1:
            tables.setdefault(path[1], {})[path[2:]] = value
    for name in sorted(tables):
        table = tables[name]
        auth = {path[1:] for path in table if path[0:1] == ("auth",)}
        missing: _KeyPath | None = None
        if auth and ("command",) not in auth:
            missing, field = ("model_providers", name, "auth"), "command"
        elif contract.provider_name_is_a_field and ("name",) not in table:
            missing, field = ("model_providers", name), "name"
        if missing is not None:
            return _at(values, missing, f"missing field `{field}`")
    reason = next(_refusals(tables, contract), None)
    if reason is None and contract.bedrock_refused_early:
        reason = bedrock_refusal(values, contract)
    return None if reason is None else _at(values, ("model_providers",), reason)


def _refusals(
    tables: Mapping[str, Mapping[_KeyPath, ConfigValue]], contract: Contract
) -> Iterator[str]:
    reserved = [name for name in sorted(tables) if name in RESERVED_IDS]
    if reserved:
        yield RESERVED.format(ids=", ".join(f"`{name}`" for name in reserved))
    for name in sorted(tables):
        table = tables[name]
        own = name not in BUILT_IN or name in contract.lacks_providers
        if not own and (name != _BEDROCK or contract.bedrock_changes):
            continue
        given = table.get(("name",))
        blank = given is None or (isinstance(given.value, str) and not given.value.strip())
        if blank and not contract.provider_name_is_a_field:
            yield f"model_providers.{name}: provider name must not be empty"
        command = table.get(("auth", "command"))
        if command is None:
            continue
        if isinstance(command.value, str) and not command.value.strip():
            yield f"model_providers.{name}: provider auth.command must not be empty"
        requires = table.get(("requires_openai_auth",))
        beside = [key for key in ("env_key", "experimental_bearer_token") if (key,) in table]
        if requires is not None and requires.value is True:
            beside.append("requires_openai_auth")
        if beside:
            listed = ", ".join(beside)
            yield f"model_providers.{name}: provider auth cannot be combined with {listed}"


def _at(values: Mapping[str, ConfigValue], path: _KeyPath, reason: str) -> ConfigFault:
    key = join_key(path)
    found = values.get(key)
    if found is None:
        return ConfigFault(reason, "config.toml", None, None, key)
    return ConfigFault(reason, found.file, found.line, found.column, key)


def _is_list_of_text(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _not_a_string(value: object) -> str | None:
    if isinstance(value, str | Secret | date | time):
        return None
    return f"invalid type: {_described(value)}, expected a string"


def _not_a_boolean(value: object) -> str | None:
    if isinstance(value, bool):
        return None
    return f"invalid type: {_described(value)}, expected a boolean"


def _variant_complaint(value: object, accepted: tuple[str, ...]) -> str | None:
    below = None
    if isinstance(value, dict):
        # A table of one key is another spelling of that variant.
        if not value:
            return "wanted exactly 1 element, found 0 elements"
        if len(value) > 1:
            return "wanted exactly 1 element, more than 1 element"
        value, below = next(iter(value.items()))
    if not isinstance(value, str):
        return NOT_A_VARIANT
    if value in accepted:
        if below is None or below == {}:
            return None
        return f"expected table, found {_kind(below)}"
    quoted = [f"`{name}`" for name in accepted]
    expected = " or ".join(quoted) if len(quoted) == 2 else f"one of {', '.join(quoted)}"
    return f"unknown variant `{value}`, expected {expected}"


def _kind(value: object) -> str:
    # The names that the TOML library has for its values.
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, date | time):
        return "datetime"
    names = {int: "integer", float: "float", str: "string", list: "array"}
    return names.get(type(value), "table")


def _described(value: object) -> str:
    # The names serde gives to values in `invalid type` errors.
    if isinstance(value, bool):
        return f"boolean `{str(value).lower()}`"
    if isinstance(value, int):
        return f"integer `{value}`"
    if isinstance(value, float):
        return f"floating point `{value}`"
    if isinstance(value, list):
        return "sequence"
    if isinstance(value, str | Secret):
        return "string" if isinstance(value, Secret) else f"string {rust_debug(value)}"
    return "map"
