"""One file of the configuration, read as a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.configuration.config import parse
from authtui.machine.files import read_file, unread_reason
from authtui.machine.observation import ConfigFault, ConfigLayer

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.machine.observation import LayerKind

TOO_LARGE: Final = "the file is too large to be a configuration"
FILE_LIMIT: Final = 1024 * 1024
"""Bytes of a configuration read."""


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


def in_other_words(fault: ConfigFault, start: str) -> ConfigFault:
    """A fault of the syntax as the client tells it of the files that it reads by another way."""
    place = f"TOML parse error at line {fault.line}, column {fault.column}"
    picture = (fault.at_start or "").removeprefix(fault.reason)
    return fault._replace(whole=f"{start}{place}{picture}\n{fault.reason}")
