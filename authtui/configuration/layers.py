"""The layers of the configuration: which files the client reads, and what comes of all of them.

Source of the order: codex-rs/config, and recordings of released clients.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from authtui.configuration.config import USER_FILE, join_key, parse, split_key
from authtui.directories import user_home
from authtui.machine.files import read_file, unread_reason
from authtui.machine.observation import ConfigFacts, ConfigFault, ConfigLayer, FileFacts
from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import Any

    from authtui.machine.observation import ConfigValue, LayerKind

TOO_LARGE: Final = "the file is too large to be a configuration"
FILE_LIMIT: Final = 1024 * 1024
"""Bytes of a configuration read."""

NAMED_FILES: Final = (
    "model_instructions_file",
    "experimental_compact_prompt_file",
    "model_catalog_json",
)
"""The keys that name a file which the client reads at every start, in its order."""


def read_config(
    home: Path, system_dir: Path, environ: Mapping[str, str] | None = None
) -> ConfigFacts:
    """The user's config.toml over the system's, under the system's managed one, if any.

    `requirements.toml` of the system directory is kept apart: it restricts and sets nothing.
    `environ` tells what `~` stands for in a path.
    """
    layers = (
        read_layer("system", system_dir / USER_FILE),
        read_layer("user", home / USER_FILE, USER_FILE),
        read_layer("managed", system_dir / "managed_config.toml"),
    )
    system, user, managed = layers
    requirements = read_layer("managed", system_dir / "requirements.toml")
    values, overridden = merged(layers)
    # The order in which the client reads them.
    errors = [layer.error for layer in (requirements, managed, system, user) if layer.error]
    facts = ConfigFacts(
        file=user.file,
        values=values,
        error=errors[0] if errors else None,
        overridden=overridden,
        requirements=requirements.values,
        layers=tuple(layer for layer in layers if layer.file.exists),
    )
    return facts._replace(named_files=_named_files(facts, environ or {}))


def read_layer(kind: LayerKind, path: Path, shown: str | None = None) -> ConfigLayer:
    """One TOML file as dotted keys with positions. `shown` is its name in messages."""
    name = shown or str(path)
    facts = read_file(path, FILE_LIMIT)
    if facts.data is not None:
        values, error = parse(facts.data, name)
        return ConfigLayer(kind, name, facts, values, error)
    if facts.kind in ("absent", "dangling-link"):
        return ConfigLayer(kind, name, facts)
    reason = TOO_LARGE if facts.kind == "too-large" else unread_reason(facts)
    return ConfigLayer(kind, name, facts, error=ConfigFault(reason, name))


def merged(
    layers: Iterable[ConfigLayer],
) -> tuple[dict[str, ConfigValue], tuple[tuple[str, ConfigValue], ...]]:
    """What comes of the layers, the lowest first: the values that count, and those that do not.

    A table of a higher layer is laid over that of a lower one, key by key; any other value takes
    the place of whatever a lower layer has there.
    """
    values: dict[str, ConfigValue] = {}
    overridden: list[tuple[str, ConfigValue]] = []
    tables: set[tuple[str, ...]] = set()
    for layer in layers:
        paths = {key: split_key(key) for key in layer.values}
        for key, path in paths.items() if values else ():
            for other in _replaced(path, layer.values[key], values, tables):
                overridden.append((other, values[other]))
                if other != key:
                    del values[other]
        values.update(layer.values)
        tables.update(path[:size] for path in paths.values() for size in range(1, len(path)))
    return values, tuple(overridden)


def _replaced(
    path: tuple[str, ...],
    value: ConfigValue,
    values: Mapping[str, ConfigValue],
    tables: set[tuple[str, ...]],
) -> list[str]:
    """The keys of lower layers that a value takes the place of."""
    is_table = value.value == {}
    found = [join_key(path[:size]) for size in range(1, len(path) + 1)]
    found = [key for key in found if key in values and values[key].value != {}]
    if is_table and found and isinstance(values[found[0]].value, dict):
        return []
    if path in tables and not is_table:
        tables.discard(path)
        found += [key for key in values if split_key(key)[: len(path)] == path and key not in found]
    return found


def as_tree(values: Mapping[str, ConfigValue]) -> dict[str, Any]:
    """Values as tables again, in the order of their first keys; secrets are revealed."""
    tree: dict[str, Any] = {}
    for key, given in values.items():
        *above, last = split_key(key)
        table = tree
        for part in above:
            below = table.get(part)
            if not isinstance(below, dict):
                below = table[part] = {}
            table = below
        if given.value == {}:
            table.setdefault(last, {})
        else:
            table[last] = _revealed(given.value)
    return tree


def _revealed(value: Any) -> Any:  # noqa: ANN401 - any TOML value
    if isinstance(value, list):
        return [_revealed(item) for item in value]
    return value.reveal() if isinstance(value, Secret) else value


def _named_files(facts: ConfigFacts, environ: Mapping[str, str]) -> dict[str, FileFacts]:
    found = {}
    for key in NAMED_FILES:
        value = facts.values.get(key)
        if value is not None and isinstance(value.value, str):
            path = _absolute(value.value, facts.path_of(value.file), environ)
            found[key] = read_file(path)
    return found


def _absolute(path: str, file: str, environ: Mapping[str, str]) -> str:
    """A path as the client reads it: from the folder of the file that names it, or from `~`."""
    home = user_home(environ) if path == "~" or path.startswith("~/") else None
    if path.startswith("/"):
        return os.path.normpath(path)
    beside = file.rpartition("/")[0]
    return os.path.normpath(f"{beside}/{path}" if home is None else f"{home}/{path[2:]}")
