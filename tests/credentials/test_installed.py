"""Copies of the client, found without running them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from authtui.machine.installed import find_clients

if TYPE_CHECKING:
    from pathlib import Path


def program(path: Path) -> Path:
    """A program that would leave a mark if anybody ran it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\ntouch {path.parent}/it-was-run\n")
    path.chmod(0o755)
    return path


def package(folder: Path, version: str, name: str = "@openai/codex") -> Path:
    program(folder / "bin/codex.js")
    (folder / "package.json").write_text(json.dumps({"name": name, "version": version}))
    return folder / "bin/codex.js"


def environ(tmp_path: Path, *folders: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path / "home"), "PATH": ":".join(map(str, folders))}


def test_an_npm_copy_is_known_by_its_package_and_is_not_run(tmp_path: Path) -> None:
    real = package(tmp_path / "lib/node_modules/@openai/codex", "0.142.0")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/codex").symlink_to(real)
    found = find_clients(environ(tmp_path, tmp_path / "bin"))[0]
    assert found == (str(tmp_path / "bin/codex"), "0.142.0", "PATH, package.json")
    assert not list(tmp_path.rglob("it-was-run"))


def test_a_platform_package_counts_and_a_foreign_one_does_not(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    native = tmp_path / "a/codex-linux-x64"
    package(native, "0.169.0-linux-x64", "@openai/codex-linux-x64")
    (tmp_path / "bin/codex").symlink_to(program(native / "vendor/x/codex/codex"))
    assert find_clients(environ(tmp_path, tmp_path / "bin"))[0].version == "0.169.0-linux-x64"

    other = tmp_path / "other"
    package(other, "9.9.9", "codex")
    (tmp_path / "bin2").mkdir()
    (tmp_path / "bin2/codex").symlink_to(other / "bin/codex.js")
    assert find_clients(environ(tmp_path, tmp_path / "bin2"))[0].version is None


def test_a_version_in_a_folders_name_is_taken(tmp_path: Path) -> None:
    real = program(tmp_path / "Caskroom/codex/0.128.0/codex")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/codex").symlink_to(real)
    assert find_clients(environ(tmp_path, tmp_path / "bin"))[0].version == "0.128.0"


def test_every_copy_is_listed_once_in_the_order_of_path(tmp_path: Path) -> None:
    first, second = program(tmp_path / "1/codex"), program(tmp_path / "2/codex")
    (tmp_path / "3").mkdir()
    (tmp_path / "3/codex").symlink_to(first)
    folders = (tmp_path / "1", tmp_path / "2", tmp_path / "3", tmp_path / "none")
    found = [c.path for c in find_clients(environ(tmp_path, *folders)) if "tmp" in c.path]
    assert [path for path in found if path.startswith(str(tmp_path))] == [str(first), str(second)]


def test_a_global_package_off_the_path_is_found_too(tmp_path: Path) -> None:
    package(tmp_path / "home/.npm-global/lib/node_modules/@openai/codex", "0.123.0")
    found = [c for c in find_clients(environ(tmp_path)) if c.path.startswith(str(tmp_path))]
    assert [(c.version, c.found_by) for c in found] == [("0.123.0", "npm, not on PATH")]


def test_hostile_manifests_and_paths_give_no_version(tmp_path: Path) -> None:
    real = package(tmp_path / "p", "\x1b]0;title\x07")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/codex").symlink_to(real)
    assert find_clients(environ(tmp_path, tmp_path / "bin"))[0].version is None
    (tmp_path / "p/package.json").write_text("[" * 50_000)
    assert find_clients(environ(tmp_path, tmp_path / "bin"))[0].version is None
    assert find_clients({"PATH": "::relative:\0:/dev/null", "HOME": str(tmp_path)}) is not None
