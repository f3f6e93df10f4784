"""The project's pages say what is so: their tables, commands, names, links and length."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from authtui.cli import COMMANDS
from authtui.commands.help import TOPICS
from tests.architecture.readme_tables import PAGES, ROOT, filled

PACKAGE = ROOT / "authtui"
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
LONGEST = 160
HOUSE = (PACKAGE / "README.md").read_text(encoding="utf-8")
EVERY_PAGE = (
    "README.md",
    "authtui/README.md",
    "authtui/CHANGELOG.md",
    "tests/README.md",
    "tests/oracle/README.md",
    ".github/CONTRIBUTING.md",
    ".github/SECURITY.md",
)


def page(name: str) -> str:
    path = ROOT / name
    if not path.exists() and name.startswith(".github/"):
        pytest.skip("an sdist holds no .github")
    return path.read_text(encoding="utf-8")


def project() -> dict[str, Any]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)["project"]
    return found


@pytest.mark.parametrize("name", PAGES)
def test_the_generated_parts_are_those_of_the_program(name: str) -> None:
    assert filled(name, page(name)) == page(name), "run `just readme`"


MARKED = [("README.md", "run"), ("README.md", "test"), ("authtui/README.md", "front-door")]
MARKED += [(name, part) for name, parts in PAGES.items() for part in parts]


@pytest.mark.parametrize(("name", "part"), MARKED)
def test_every_marked_part_is_there_once(name: str, part: str) -> None:
    text = page(name)
    assert text.count(f"<!-- {part} -->") == text.count(f"<!-- /{part} -->") == 1


def test_the_page_for_users_is_short_and_opens_with_a_picture_and_their_symptoms() -> None:
    lines = TEXT.splitlines()
    assert len(lines) <= LONGEST
    assert re.search(r"!\[[^\]]+\]\(screenshots/", "\n".join(lines[:6]))
    first, second = (TEXT.index(f"## {title}") for title in ("You see this message", "Install"))
    assert first < second
    assert "`authtui check`" in TEXT[first:second]


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_every_picture_and_file_that_a_page_names_is_there(name: str) -> None:
    folder = (ROOT / name).parent
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page(name)):
        assert (folder / link).exists(), link


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_a_page_names_only_commands_and_options_that_exist(name: str) -> None:
    from authtui.cli import parser_with_every_command
    from authtui.commands.command_tree import command_tree

    tree = command_tree(parser_with_every_command())
    flags = {
        flag for command in (tree, *tree.commands) for o in command.options for flag in o.flags
    }
    for code in re.findall(r"`(authtui [^`]+)`", page(name)):
        command = re.match(r"authtui ([a-z][a-z-]*)", code)
        assert command is None or command[1] in COMMANDS, code
        own = code.partition(" -- ")[0]
        assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", own)) <= flags, code


def test_the_page_for_users_names_every_command_and_topic() -> None:
    for command in COMMANDS:
        assert f"authtui {command}" in TEXT
    for topic in TOPICS:
        assert topic in TEXT


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
    script = page(".ci/run")
    assert "<!-- test -->" in script
    assert "pytest -q" not in script


def test_the_workflow_runs_what_everybody_can_run() -> None:
    workflow = page(".github/workflows/ci.yml")
    assert re.findall(r"- run: (.*)", workflow) == [".ci/run"]
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
        "requires-python"
    ]
    assert f'python-version: "{asked.removeprefix(">=")}"' in workflow


def test_each_form_asks_for_the_report_that_holds_no_secret() -> None:
    page(".github/SECURITY.md")
    forms = [p for p in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if p.stem != "config"]
    assert len(forms) == 3
    for form in forms:
        assert "`authtui report`" in form.read_text(encoding="utf-8")


def test_the_page_for_contributors_names_only_files_of_the_house() -> None:
    written = HOUSE.partition("<!-- files -->")[0]
    there = {str(path.relative_to(PACKAGE).with_suffix("")) for path in PACKAGE.rglob("*.py")} | {
        str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*") if path.is_dir()
    }
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)+)`", written.partition("<!-- house -->")[2])
    assert len(named) > 60
    assert sorted({name for name in named if name not in there}) == []


def test_the_page_of_the_tests_names_every_folder_of_tests() -> None:
    folders = {p.parent.name for p in (ROOT / "tests").glob("*/__init__.py")}
    rows = re.findall(r"^\| `(\w+)` \|", page("tests/README.md"), re.MULTILINE)
    assert sorted(rows) == sorted(folders)


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_a_page_gives_no_address_of_a_person(name: str) -> None:
    assert re.search(r"[\w.]+@[\w-]+\.[a-z]{2,}", page(name)) is None


def test_the_licence_and_the_author_are_those_of_the_project() -> None:
    assert project()["authors"] == [{"name": "The authtui contributors"}]
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith(f"{project()['license']} License")
    assert "The authtui contributors" in licence


def test_the_project_names_no_machine() -> None:
    machine = re.compile(r"(?<![\w.])/(?:work|farm|root)/")
    pages = [ROOT / name for name in EVERY_PAGE if (ROOT / name).exists()]
    for path in [*pages, ROOT / "justfile", *PACKAGE.rglob("*.py")]:
        assert not machine.search(path.read_text(encoding="utf-8")), path


def test_the_pictures_are_there_for_both_sizes() -> None:
    assert list(Path(ROOT / "screenshots").glob("*.svg"))
