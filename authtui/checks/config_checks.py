"""Settings that are written down and not read (ROUTE)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Fix
from authtui.checks.phrases import name_words
from authtui.checks.registry import Finding, check
from authtui.configuration.config import split_key
from authtui.configuration.key_table import key_table
from authtui.simulation.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.checks.registry import Subject
    from authtui.machine.observation import ConfigLayer, ConfigValue

_OF_A_PROVIDER: Final = frozenset(
    {
        "base_url", "env_key", "wire_api", "requires_openai_auth", "http_headers",
        "env_http_headers", "query_params", "experimental_bearer_token",
    }
)  # fmt: skip
"""Settings of one provider, below `[model_providers.NAME]`."""
_OF_THE_LOGIN: Final = frozenset(
    {
        "model_provider", "openai_base_url", "chatgpt_base_url", "forced_login_method",
        "forced_chatgpt_workspace_id", "cli_auth_credentials_store",
    }
)  # fmt: skip
"""Settings of the login, which count at the top of the file alone."""
_FOREIGN: Final = {
    "preferred_auth_method": "no released client here reads it; `forced_login_method` is the "
    "setting that decides between an API key and a login",
    "api_key": "a key is read from auth.json or from CODEX_API_KEY",
    "openai_api_key": "a key is read from auth.json or from CODEX_API_KEY",
}
_TABLES: Final = {"model_providers": 2, "profiles": 0}
"""How many names lead to the settings of a table with tables; 0 knows them itself."""


@check(
    "config.ignored",
    "ROUTE",
    "Settings of the login are read where they stand",
    source="the client's configuration schema; recorded clients",
    modes=(18, 30),
)
def _ignored(subject: Subject) -> Finding | None:
    every = subject.observation.config.layers
    layers = [layer for layer in every if layer.kind == "user" and layer.values]
    if not layers:
        return None
    version = subject.contract.version
    table = key_table(version) if version else None
    known = frozenset(table.shape(table.root).fields) if table is not None else frozenset()
    found = [pair for layer in layers for pair in _unread(layer, known)]
    if not found:
        return None
    first, reason = found[0]
    return Finding(
        "warn",
        f"{first.where} is ignored: {reason}",
        tuple(f"{value.where}: {why}" for value, why in found),
        "The client passes over settings that it does not know, and says nothing.",
        Fix(f"move or remove the line at {first.where}"),
        first.where,
    )


def _unread(layer: ConfigLayer, known: frozenset[str]) -> Iterator[tuple[ConfigValue, str]]:
    for key, value in layer.values.items():
        parts = split_key(key)
        reason = _reason(parts, known)
        if reason is not None:
            yield value, reason


def _reason(parts: tuple[str, ...], known: frozenset[str]) -> str | None:
    top, last = parts[0], parts[-1]
    if top in _OF_A_PROVIDER and top not in known:
        built_in = "; the built-in provider has `openai_base_url`" if top == "base_url" else ""
        return (
            f"there is no setting `{top}` at the top of the file; it belongs below "
            f"`[model_providers.NAME]`{built_in}"
        )
    if len(parts) == 1:
        return _FOREIGN.get(top) if top not in known else None
    depth = _TABLES.get(top, 1 if top in known else None)
    if last in _OF_THE_LOGIN and depth and len(parts) == depth + 1:
        below = ".".join(name_words(part) for part in parts[:-1])
        return f"below `[{below}]` there is no setting `{last}`; it counts above the first table"
    return None


@check(
    "config.profile",
    "ROUTE",
    "Files of profiles count where they are asked for",
    source="recorded clients, from 0.134.0 on",
    modes=(18,),
)
def _profile(subject: Subject) -> Finding | None:
    config = subject.observation.config
    if subject.contract.profiles_in_config or config.profile is not None:
        return None
    told = [words for layer in config.profiles if (words := _told(layer)) is not None]
    if not told:
        return None
    ready = subject.start.prediction.outcome == "ready"
    return Finding(
        "pass" if ready else "warn",
        f"{told[0]}; not used here",
        told,
        "A profile counts for one start, with `--profile NAME`. `codex login status` and `codex "
        "doctor` know none. `authtui check --profile NAME` answers for a start with it.",
    )


def _told(layer: ConfigLayer) -> str | None:
    """What a profile would change of the login or of where requests go; None if nothing."""
    provider = layer.values.get("model_provider")
    changed = [key for key in layer.values if split_key(key)[0] in _OF_THE_LOGIN]
    if not changed and layer.error is None:
        return None
    name = name_words(layer.name.removesuffix(".config.toml"))
    if layer.error is not None:
        return f"{name_words(layer.name)} cannot be read: `--profile {name}` stops the client"
    if provider is None or not isinstance(provider.value, str):
        return f"{layer.values[changed[0]].where} sets {changed[0]} with `--profile {name}` alone"
    address = layer.values.get(f"model_providers.{provider.value}.base_url")
    host = host_of(address.value) if address and isinstance(address.value, str) else ""
    to = f", so that requests go to {host}" if host else ""
    return f"`--profile {name}` selects the provider {name_words(provider.value)}{to}"
