"""The house keeps its plan: who may import whom, and what every file owes its reader."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "authtui"
SOURCES = sorted(PACKAGE.rglob("*.py"))


def test_every_room_enters_only_the_rooms_it_may() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        env={**os.environ, "COLUMNS": "120"},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def test_every_room_stands_in_the_plan() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    planned = {name for layer in layers for name in re.findall(r"\w+", layer)}
    rooms = {
        path.stem if path.is_file() else path.name
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert rooms - planned == {"__init__"}


def test_only_the_table_of_contracts_knows_versions_of_the_client() -> None:
    # A comparison of a version elsewhere would be a second place where generations differ.
    version = re.compile(r"[=<>]=?\s*[\"']0\.1\d\d(?:\.\d+)?[\"']")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCES
        if PACKAGE / "contracts" not in path.parents
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if version.search(line)
    ]
    assert found == []


ROOMS = sorted(path for path in SOURCES if path.name == "__init__.py")


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.parent.relative_to(ROOT)))
def test_the_map_of_a_room_names_only_what_is_there(room: Path) -> None:
    said = ast.get_docstring(ast.parse(room.read_text(encoding="utf-8"))) or ""
    named = {word for words in re.findall(r"`([a-z_][\w.]*)`", said) for word in words.split(".")}
    there = {"authtui"}
    for path in room.parent.rglob("*.py"):
        there |= {path.stem, path.parent.name}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                there.add(node.name)
    assert named - there == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert path.stem not in ("utils", "util", "helpers", "common", "misc")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_switches_a_whole_file_off_for_a_checker(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(
        r"#\s*(ruff|flake8): noqa\b|#\s*mypy: ignore|# type: ignore\s*$|# noqa\s*$",
        text,
        re.MULTILINE,
    )


PAGES = ["README.md", "authtui/README.md", "tests/README.md", "tests/oracle/README.md"]


@pytest.mark.parametrize("name", [".ci/run", "justfile", *PAGES])
def test_what_stands_beside_the_code_names_only_tests_that_exist(name: str) -> None:
    file = ROOT / name
    if not file.exists():
        pytest.skip("an sdist holds no .ci")
    named = re.findall(r"\btests/[\w/.]*\w", file.read_text(encoding="utf-8"))
    named += [
        dotted.replace(".", "/")
        for dotted in re.findall(r"-m (tests[\w.]*\w)", file.read_text(encoding="utf-8"))
    ]
    missing = [n for n in named if not ((ROOT / n).exists() or (ROOT / f"{n}.py").exists())]
    assert missing == []
