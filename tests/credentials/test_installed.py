"""Copies of the client, found without running them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

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


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("home/.vscode/extensions/openai.chatgpt-0.4.55-linux-x64/bin/linux-x86_64/codex",
         "started by VS Code, extension 0.4.55; home ~/.codex"),
        ("home/.cursor/extensions/openai.chatgpt-0.5.1/bin/linux-x86_64/codex",
         "started by Cursor, extension 0.5.1; home ~/.codex"),
        ("home/.windsurf/extensions/openai.chatgpt-0.5.1/bin/linux-x86_64/codex",
         "started by Windsurf, extension 0.5.1; home ~/.codex"),
        ("home/.codex/packages/standalone/current/codex",
         "started by standalone package; home ~/.codex"),
        ("Applications/Codex.app/Contents/Resources/codex",
         "started by the desktop app; home ~/.codex"),
        ("home/linuxbrew/.linuxbrew/bin/codex", "started by Homebrew; home ~/.codex"),
        ("mnt/c/Users/ada/AppData/Local/OpenAI/Codex/bin/codex.exe",
         "started by the Windows side; home C:\\Users\\ada\\.codex"),
    ],
)  # fmt: skip
def test_a_copy_that_no_shell_starts_is_found_with_who_starts_it(
    path: str, words: str, tmp_path: Path
) -> None:
    program(tmp_path / path)
    found = find_clients(environ(tmp_path), tmp_path)
    (mine,) = [copy for copy in found if copy.path.startswith(str(tmp_path))]
    assert (mine.path, mine.found_by) == (str(tmp_path / path), words)
    assert not list(tmp_path.rglob("it-was-run"))


def test_a_standalone_package_tells_its_version_by_the_release_that_it_links_to(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "home/.codex/packages/standalone"
    program(folder / "releases/0.171.0-x86_64-unknown-linux-musl/codex")
    (folder / "current").symlink_to("releases/0.171.0-x86_64-unknown-linux-musl")
    found = find_clients(environ(tmp_path), tmp_path)
    assert "0.171.0" in [copy.version for copy in found]


def test_one_installation_of_npm_is_one_copy(tmp_path: Path) -> None:
    folder = tmp_path / "lib/node_modules/@openai/codex"
    package(folder, "0.171.0")
    inner = folder / "node_modules/@openai/codex-linux-x64"
    package(inner, "0.171.0-linux-x64", "@openai/codex-linux-x64")
    native = program(inner / "vendor/x86_64-unknown-linux-musl/codex/codex")
    for name, real in (("1", folder / "bin/codex.js"), ("2", native)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "codex").symlink_to(real)
    found = find_clients(environ(tmp_path, tmp_path / "1", tmp_path / "2"), tmp_path)
    mine = [copy for copy in found if copy.path.startswith(str(tmp_path))]
    assert [(copy.path, copy.version) for copy in mine] == [(str(tmp_path / "1/codex"), "0.171.0")]
