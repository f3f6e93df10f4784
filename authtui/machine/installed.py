"""Copies of the client on this machine, and their versions, found without running them."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.directories import user_home
from authtui.machine.files import read_file
from authtui.machine.observation import InstalledClient
from authtui.machine.other_copies import find_other_copies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PACKAGE: Final = "@openai/codex"
_MANIFEST_LIMIT: Final = 64 * 1024
_VERSION_IN_PATH: Final = re.compile(
    r"^(?:rust-)?v?(\d+\.\d+\.\d+(?:-(?:alpha|beta)[.\d]*)?)(?:$|-)"
)
_VERSION: Final = re.compile(r"\d+\.\d+\.\d+[0-9A-Za-z.+-]{0,40}")
_PROGRAMS: Final = ("codex.exe", "codex.cmd", "codex.ps1") if os.name == "nt" else ("codex",)
_CLIMB: Final = 8


def find_clients(environ: Mapping[str, str], root: Path = Path("/")) -> tuple[InstalledClient, ...]:
    """Find every copy on PATH in its order, then packages and programs that PATH does not reach.

    One installation is one copy, however many of its programs there are.

    Args:
        environ: The variables of this process: `PATH`, and those that package managers read.
        root: The directory below which the programs of the machine lie.
    """
    clients: list[InstalledClient] = []
    seen: set[str] = set()
    installations: set[str] = set()
    for program in _on_path(environ):
        real = os.path.realpath(program)
        if real in seen:
            continue
        seen.add(real)
        outermost = [os.path.realpath(folder) for folder, _ in _packages(Path(real))][-1:]
        if installations.intersection(outermost):
            continue
        installations.update(outermost)
        version, how = _version_of(Path(real))
        clients.append(InstalledClient(str(program), version, f"PATH, {how}"))
    reached = {os.path.realpath(at) for real in seen for at, _ in _packages(Path(real))}
    for folder in _package_folders(environ):
        real = os.path.realpath(folder)
        if real in reached:
            continue
        reached.add(real)
        version = _manifest_version(folder / "package.json")
        if version is not None:
            clients.append(InstalledClient(str(folder), version, "npm, not on PATH"))
    for copy in find_other_copies(user_home(environ), root):
        real = os.path.realpath(copy.path)
        packages = {os.path.realpath(at) for at, _ in _packages(Path(real))}
        if real in seen or packages & (reached | installations):
            continue
        seen.add(real)
        how = f"started by {copy.starter}; home {copy.home}"
        clients.append(InstalledClient(str(copy.path), _version_of(Path(real))[0], how))
    return tuple(clients)


def version_of_program(program: str, environ: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The file that a command's first word names, and the client version it is, both or None.

    By its package or its folder's name; it is not run.
    """
    found = shutil.which(program, path=environ.get("PATH", ""))
    if found is None:
        return None, None
    return found, _version_of(Path(os.path.realpath(found)))[0]


def _on_path(environ: Mapping[str, str]) -> Iterator[Path]:
    for folder in environ.get("PATH", "").split(os.pathsep):
        # A relative entry depends on where one stands: it is not a place of this machine.
        if not folder or "\0" in folder or not os.path.isabs(folder):  # noqa: PTH117
            continue
        for name in _PROGRAMS:
            program = Path(folder, name)
            if _is_program(program):
                yield program


def _is_program(path: Path) -> bool:
    try:
        return path.is_file() and os.access(path, os.X_OK)
    except (OSError, ValueError):
        return False


def _packages(program: Path) -> Iterator[tuple[Path, str]]:
    """The folders of client packages that `program` lies in, with versions, the nearest first."""
    for folder in list(program.parents)[:_CLIMB]:
        version = _manifest_version(folder / "package.json")
        if version is not None:
            yield folder, version


def _version_of(program: Path) -> tuple[str | None, str]:
    """The version of the client, and what it was read from, in words."""
    for _, version in _packages(program):
        return version, "package.json"
    for part in reversed(program.parts[:-1]):
        found = _VERSION_IN_PATH.match(part)
        if found:
            return found[1], "folder name"
    return None, "version unknown"


def _manifest_version(path: Path) -> str | None:
    data = read_file(path, _MANIFEST_LIMIT).data
    if data is None:
        return None
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(tree, dict):
        return None
    name, version = tree.get("name"), tree.get("version")
    if not isinstance(name, str) or not isinstance(version, str):
        return None
    if name != PACKAGE and not name.startswith(f"{PACKAGE}-"):
        return None
    return version if _VERSION.fullmatch(version) else None


def _package_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    user = user_home(environ)
    prefixes = [
        environ.get("NPM_CONFIG_PREFIX") or environ.get("npm_config_prefix"),
        environ.get("NVM_BIN") and str(Path(environ["NVM_BIN"]).parent),
        environ.get("VOLTA_HOME") and f"{environ['VOLTA_HOME']}/tools/image/packages/{PACKAGE}",
        environ.get("APPDATA") and f"{environ['APPDATA']}/npm",
        "/opt/homebrew",
        "/usr/local",
        "/usr",
    ]
    if user:
        prefixes += [f"{user}/.npm-global", f"{user}/.local"]
        yield Path(user, ".bun/install/global/node_modules", PACKAGE)
    for prefix in prefixes:
        if prefix and "\0" not in prefix:
            yield Path(prefix, "lib/node_modules", PACKAGE)
            yield Path(prefix, "node_modules", PACKAGE)
