"""What comes of the layers of a configuration, and of a change to one of them. Pure.

Source: codex-rs/config (merge), and recordings of released clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.configuration.config import join_key, split_key
from authtui.contracts import PROJECT_LEAVES_OUT
from authtui.machine.observation import ConfigLayer, FileFacts
from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from authtui.machine.observation import ConfigFacts, ConfigValue

RESTRICTING: Final = ("requirements", "bundle-requirements")
"""The kinds of layers that are laid over all others, with those of their keys that set a value."""

REQUIRED_VALUES: Final = (
    "cli_auth_credentials_store",
    "chatgpt_base_url",
    "model_provider",
    "model_providers",
)
"""Requirements that set the key of that name; those of a bundle decide on the provider only."""

_READ_FIRST: Final = {"managed": 0, "requirements": 1}


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


def _revealed(value: object) -> object:
    if isinstance(value, list):
        return [_revealed(item) for item in value]
    return value.reveal() if isinstance(value, Secret) else value


def remerged(
    config: ConfigFacts,
    layers: Iterable[ConfigLayer],
    *,
    left_out: tuple[str, ...] = PROJECT_LEAVES_OUT,
    required: bool = True,
) -> ConfigFacts:
    """The configuration that these layers are.

    `left_out` are the keys that a project may not set. Without `required` nothing of the
    requirements is a value.
    """
    kept = tuple(layers)
    values, overridden = merged(_that_counts(layer, left_out, required=required) for layer in kept)
    in_order = sorted(kept, key=lambda layer: _READ_FIRST.get(layer.kind, 2))
    errors = [layer.error for layer in in_order if layer.error and not layer.ignored]
    requirements: dict[str, ConfigValue] = {}
    for layer in kept:
        if layer.kind == "requirements":
            requirements.update(layer.values)
    return config._replace(
        values=values,
        overridden=overridden,
        error=errors[0] if errors else None,
        requirements=requirements,
        layers=kept,
    )


def changed_layers(
    config: ConfigFacts, change: Callable[[ConfigLayer], ConfigLayer | None]
) -> ConfigFacts:
    """The configuration with each layer changed, or left out where the change is None."""
    found = (change(layer) for layer in config.layers)
    return remerged(config, [layer for layer in found if layer is not None])


def every_view(config: ConfigFacts) -> Iterator[ConfigFacts]:
    """The configuration, and each layer by itself, also of those that may not count."""
    yield config
    for layer in config.layers:
        yield config._replace(values=layer.values)


def with_options(config: ConfigFacts, name: str, values: Mapping[str, ConfigValue]) -> ConfigFacts:
    """The configuration as if these values were given on the command line."""
    if not config.layers:
        return config._replace(values={**config.values, **values})
    layer = ConfigLayer("options", name, FileFacts(name), values)
    above = ("managed", *RESTRICTING)
    below = [row for row in config.layers if row.kind not in above]
    return remerged(config, [*below, layer, *(r for r in config.layers if r.kind in above)])


def _that_counts(layer: ConfigLayer, left_out: tuple[str, ...], *, required: bool) -> ConfigLayer:
    """A layer with what counts of it."""
    keys = {key: split_key(key)[0] for key in layer.values}
    counting = list(keys)
    if layer.ignored:
        counting = []
    elif layer.kind == "project":
        counting = [key for key, first in keys.items() if first not in left_out]
    elif layer.kind in RESTRICTING:
        whole = layer.kind == "requirements"
        wanted = (REQUIRED_VALUES if whole else REQUIRED_VALUES[2:]) if required else ()
        counting = [key for key, first in keys.items() if first in wanted]
    return layer._replace(values={key: layer.values[key] for key in counting})
