"""The configuration of projects: `.codex/config.toml` from the project's root to where one stands.

The client reads it in directories that it trusts. Source: codex-rs/config, and the clients 0.128,
0.144 and 0.169 in such directories.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.configuration.config import USER_FILE, join_key
from authtui.configuration.layer_file import in_other_words, read_layer
from authtui.machine.files import read_file
from authtui.machine.observation import ConfigFault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.machine.observation import ConfigLayer, ConfigValue, LayerKind

UNTRUSTED: Final[tuple[LayerKind, ...]] = ("bundle", "project")
"""The layers that have no say in which projects are trusted."""

_FOLDER: Final = ".codex"
_GIT: Final = ".git"
_LINK: Final = "gitdir: "
_WORKTREES: Final = "/.git/worktrees/"


def project_layers(
    directory: str, values: Mapping[str, ConfigValue], home: Path
) -> list[ConfigLayer]:
    """The layers of the projects that a directory is part of, the outermost first.

    Args:
        directory: Where the client would be started.
        values: What the layers below say, with the trust in projects.
        home: The client's home, which is no project of its own.
    """
    start = Path(os.path.realpath(directory))
    root = _root(start, _markers(values))
    repository = _repository(start)
    found = []
    inside = [start, *start.parents]
    for place in reversed(inside[: inside.index(root) + 1]):
        file = place / _FOLDER / USER_FILE
        if not os.path.lexists(file) or os.path.realpath(file.parent) == os.path.realpath(home):
            continue
        layer = read_layer("project", file)
        level = _trust(values, (place, root, repository))
        if level == "trusted":
            found.append(_in_the_words_of_projects(layer))
        else:
            why = "the directory is not trusted" if level is None else "it is set as untrusted"
            found.append(layer._replace(ignored=why))
    return found


def _in_the_words_of_projects(layer: ConfigLayer) -> ConfigLayer:
    fault = layer.error
    if fault is None:
        return layer
    if fault.line is not None:
        start = f"Error parsing project config file {layer.name}: "
        return layer._replace(error=in_other_words(fault, start))
    reason = fault.reason
    if layer.file.kind == "directory":
        reason = f"path `{layer.name}` is not a file"
    said = f"Failed to read project config file {layer.name}: {reason}"
    return layer._replace(error=ConfigFault(fault.reason, layer.name, whole=said))


def _trust(values: Mapping[str, ConfigValue], places: tuple[Path | None, ...]) -> str | None:
    for place in places:
        given = values.get(join_key(("projects", str(place), "trust_level")))
        if given is not None and isinstance(given.value, str):
            return given.value
    return None


def _markers(values: Mapping[str, ConfigValue]) -> tuple[str, ...]:
    given = values.get("project_root_markers")
    if given is None or not isinstance(given.value, list):
        return (_GIT,)
    return tuple(name for name in given.value if isinstance(name, str))


def _root(start: Path, markers: tuple[str, ...]) -> Path:
    for place in (start, *start.parents):
        if any("\0" not in name and os.path.lexists(place / name) for name in markers):
            return place
    return start


def _repository(start: Path) -> Path | None:
    """The root of the repository; that of its main tree where this is another one of it."""
    for place in (start, *start.parents):
        link = place / _GIT
        if os.path.isdir(link):  # noqa: PTH112 - says no where it may not look
            return place
        if not os.path.lexists(link):
            continue
        text = (read_file(link, 4096).data or b"").decode("utf-8", "replace").strip()
        named = text.removeprefix(_LINK)
        return Path(named.rpartition(_WORKTREES)[0]) if _WORKTREES in named else place
    return None
