"""The README says what is so: its tables, commands, links and exit codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from authtui.cli import COMMANDS
from tests.architecture.readme_tables import README, TABLES, filled

ROOT = README.parent
TEXT = README.read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_program() -> None:
    assert filled(TEXT) == TEXT, "run `just readme`"


@pytest.mark.parametrize("name", [*TABLES, "run", "test"])
def test_every_marked_part_is_there_once(name: str) -> None:
    assert TEXT.count(f"<!-- {name} -->") == TEXT.count(f"<!-- /{name} -->") == 1


def test_it_opens_with_a_picture_and_every_picture_and_file_it_names_is_there() -> None:
    head = "\n".join(TEXT.splitlines()[:6])
    assert re.search(r"!\[[^\]]+\]\(screenshots/", head)
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", TEXT):
        assert (ROOT / link).exists(), link


def test_it_names_every_command_and_every_exit_code() -> None:
    for name in COMMANDS:
        assert f"authtui {name}" in TEXT
    for code in (0, 1, 2, 3, 4, 70, 130):
        assert re.search(rf"^\| {code} \|", TEXT, re.MULTILINE), code


def test_both_commands_set_themselves_up_on_a_fresh_machine() -> None:
    for name, ending in (("run", "/authtui"), ("test", "-n auto")):
        part = TEXT.partition(f"<!-- {name} -->")[2].partition(f"<!-- /{name} -->")[0]
        command = "\n".join(
            line for line in part.strip().splitlines() if not line.startswith("```")
        )
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")
        assert command.endswith(ending)
        assert "\n" not in command


def test_ci_takes_the_test_command_from_here() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "<!-- test -->" in script
    assert "pytest -q" not in script


def test_the_project_names_no_machine() -> None:
    machine = re.compile(r"(?<![\w.])/(?:work|farm|root)/")
    for path in [README, ROOT / "justfile", *(ROOT / "authtui").rglob("*.py")]:
        assert not machine.search(path.read_text(encoding="utf-8")), path


def test_the_pictures_are_there_for_both_sizes() -> None:
    assert list(Path(ROOT / "screenshots").glob("*.svg"))
