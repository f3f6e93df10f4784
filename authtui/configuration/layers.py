"""The layers of the configuration: which files the client reads, and what comes of all of them.

Source of the order: codex-rs/config, and recordings of released clients.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Final

from authtui.configuration.bundle import read_bundle
from authtui.configuration.config import USER_FILE, split_key
from authtui.configuration.layer_file import in_other_words, read_layer
from authtui.configuration.merging import merged, remerged
from authtui.configuration.projects import UNTRUSTED, project_layers
from authtui.directories import user_home
from authtui.machine.files import read_file
from authtui.machine.observation import ConfigFacts, ConfigLayer, FileFacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


NAMED_FILES: Final = (
    "model_instructions_file",
    "experimental_compact_prompt_file",
    "model_catalog_json",
)
"""The keys that name a file which the client reads at every start, in its order."""
MOST_PROFILES: Final = 40
"""Files of profiles that are looked at; nobody keeps as many."""


def read_config(
    home: Path,
    system_dir: Path,
    environ: Mapping[str, str] | None = None,
    *,
    directory: str | None = None,
    profile: str | None = None,
) -> ConfigFacts:
    """All layers, the lowest first, and what comes of them where no workspace delivers any.

    Args:
        home: The client's home.
        system_dir: Where the machine's own files stand, `/etc/codex`.
        environ: Tells what `~` stands for in a path.
        directory: Where the client would be started: the projects it is part of are read.
        profile: The profile that `--profile` would name.
    """
    user = read_layer("user", home / USER_FILE, USER_FILE)
    layers = [read_layer("system", system_dir / USER_FILE)]
    bundle, delivered = read_bundle(home)
    layers += [layer for layer in delivered if layer.kind == "bundle"]
    layers.append(user)
    if profile is not None:
        layers.append(
            read_layer("profile", home / f"{profile}.{USER_FILE}", f"{profile}.{USER_FILE}")
        )
    managed = read_layer("managed", system_dir / "managed_config.toml")
    if directory is not None:
        known, _ = merged(row for row in (*layers, managed) if row.kind not in UNTRUSTED)
        layers += project_layers(directory, known, home)
    layers += [managed, *(layer for layer in delivered if layer.kind != "bundle")]
    layers.append(_requirements(system_dir / "requirements.toml"))
    present = [layer for layer in layers if layer.file.exists or layer.error]
    facts = remerged(ConfigFacts(file=user.file, bundle=bundle, profile=profile), present)
    given = environ or {}
    return facts._replace(
        named_files=_named_files(facts, given),
        missing_programs=_missing_programs(facts, given),
        profiles=tuple(_other_profiles(home, profile)),
    )


def _other_profiles(home: Path, asked_for: str | None) -> Iterator[ConfigLayer]:
    """The files of profiles that lie in the home and that nobody asked for."""
    ending = f".{USER_FILE}"
    try:
        names = sorted(path.name for path in home.iterdir() if path.name.endswith(ending))
    except OSError:
        return
    for name in names[:MOST_PROFILES]:
        if name.removesuffix(ending) not in ("", asked_for):
            yield read_layer("profile", home / name, name)


def _missing_programs(facts: ConfigFacts, environ: Mapping[str, str]) -> frozenset[str]:
    named = set()
    for layer in facts.layers:
        for key, value in layer.values.items():
            parts = split_key(key)
            of_server = parts[:1] == ("mcp_servers",) and parts[2:] == ("command",)
            of_provider = parts[:1] == ("model_providers",) and parts[2:] == ("auth", "command")
            if (of_server or of_provider) and isinstance(value.value, str):
                named.add(value.value)
    path = environ.get("PATH", "")
    return frozenset(name for name in named if name and _is_missing(name, path))


def _is_missing(program: str, path: str) -> bool:
    return shutil.which(program, path=path) is None and not os.path.isfile(program)  # noqa: PTH113


def _requirements(path: Path) -> ConfigLayer:
    layer = read_layer("requirements", path)
    if layer.error is None or layer.error.line is None:
        return layer
    start = f"failed to parse requirements layer {path}: "
    return layer._replace(error=in_other_words(layer.error, start))


def _named_files(facts: ConfigFacts, environ: Mapping[str, str]) -> dict[str, FileFacts]:
    found = {}
    for layer in facts.layers:
        for key in NAMED_FILES if not layer.ignored else ():
            value = layer.values.get(key)
            if value is not None and isinstance(value.value, str):
                path = _absolute(value.value, layer.file.path, environ)
                found[f"{layer.name}:{key}"] = read_file(path)
    return found


def _absolute(path: str, file: str, environ: Mapping[str, str]) -> str:
    """A path as the client reads it: from the folder of the file that names it, or from `~`."""
    home = user_home(environ) if path == "~" or path.startswith("~/") else None
    if path.startswith("/"):
        return os.path.normpath(path)
    beside = file.rpartition("/")[0]
    return os.path.normpath(f"{beside}/{path}" if home is None else f"{home}/{path[2:]}")
