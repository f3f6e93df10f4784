"""The configuration as one table: for each key who sets it, where, and what that overrides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import ConfigRow
from authtui.configuration.config import is_hidden, split_key
from authtui.configuration.merging import REQUIRED_VALUES, RESTRICTING
from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.contracts import Contract
    from authtui.machine.observation import ConfigFacts, ConfigLayer, ConfigValue

MOST_ROWS: Final = 2_000
"""More values than this are no configuration that anybody reads."""


def config_rows(config: ConfigFacts, contract: Contract) -> tuple[ConfigRow, ...]:
    """Each value of each layer, the highest layer first; a key's value that counts before others.

    Args:
        config: The configuration as a program start reads it.
        contract: The release that reads it.
    """
    found: dict[str, list[tuple[ConfigLayer, ConfigValue]]] = {}
    count = 0
    for layer in reversed(config.layers):
        for key, value in layer.values.items():
            count += 1
            if count <= MOST_ROWS:
                found.setdefault(key, []).append((layer, value))
    return tuple(
        row for key, given in found.items() for row in _of_key(key, given, config, contract)
    )


def _of_key(
    key: str,
    given: list[tuple[ConfigLayer, ConfigValue]],
    config: ConfigFacts,
    contract: Contract,
) -> Iterator[ConfigRow]:
    wins = config.values.get(key)
    lost = {value.where for name, value in config.overridden if name == key}
    for layer, value in given:
        counts = wins is not None and (value.file, value.line) == (wins.file, wins.line)
        restricts = layer.kind in RESTRICTING and split_key(key)[0] not in REQUIRED_VALUES
        decided = counts or (restricts and contract.requirements_decide and not layer.ignored)
        yield ConfigRow(
            key,
            _shown(key, value.value),
            layer.kind,
            value.file,
            value.line,
            tuple(other.where for _, other in given if other.where in lost) if counts else (),
            decided,
            None if decided else _why_not(layer, value.where in lost),
        )


def _why_not(layer: ConfigLayer, lost: bool) -> str | None:
    if layer.ignored:
        return layer.ignored
    if lost:
        return None
    if layer.kind == "project":
        return "a project does not set this key"
    if layer.kind in RESTRICTING:
        return "this release does not read it"
    return None


def _shown(key: str, value: object) -> object:
    """A value as it may be shown: what is secret by its place is one, whatever it is."""
    if not is_hidden(split_key(key)) or isinstance(value, bool | Secret):
        return value
    if isinstance(value, list):
        return [item if isinstance(item, Secret) else Secret(str(item)) for item in value]
    return Secret(str(value))
