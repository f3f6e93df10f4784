"""One version, one source for the man page, and a change log that knows the version."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import authtui
from authtui.cli import parser_with_every_command
from authtui.commands.command_tree import command_tree
from tests.distribution.man_page import PLACE, man_page
from tests.program import run, run_code

ROOT = Path(__file__).parents[2]


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in project["project"]
    assert project["tool"]["hatch"]["version"]["path"] == "authtui/version.py"
    stated = re.compile(r"(?:version|VERSION)\w*\s*[:=]\s*[\"']" + re.escape(authtui.__version__))
    found = [
        path.name
        for path in (ROOT / "authtui").rglob("*.py")
        if stated.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["version.py"]


def test_the_version_is_said_without_any_other_module_of_ours(tmp_path: Path) -> None:
    code = (
        "import io, json, sys; real, sys.stdout = sys.stdout, io.StringIO()\n"
        "from authtui.cli import main; main(['--version'])\n"
        "names = [m for m in sys.modules if m.split('.')[0] == 'authtui']\n"
        "json.dump([sys.stdout.getvalue(), names, 'argparse' in sys.modules], real)"
    )
    said, ours, parsed = json.loads(run_code(code, user_home=tmp_path).out)
    assert said == f"authtui {authtui.__version__}\n"
    assert set(ours) == {
        "authtui",
        "authtui.version",
        "authtui.cli",
        "authtui.commands",
        "authtui.record",
    }
    assert not parsed
    assert run("--version", user_home=tmp_path).out == said


def test_the_change_log_begins_with_this_version() -> None:
    text = (ROOT / "authtui" / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", text, re.MULTILINE)
    assert versions[0] == authtui.__version__
    assert versions == sorted(versions, key=lambda v: tuple(map(int, v.split("."))), reverse=True)


def test_the_man_page_is_that_of_the_parsers() -> None:
    assert PLACE.read_text(encoding="utf-8") == man_page(), "run `just man`"


def test_the_man_page_names_every_command_and_option() -> None:
    text = man_page().replace("\\-", "-")
    tree = command_tree(parser_with_every_command())
    for command in (tree, *tree.commands):
        assert f".B authtui {command.name}".strip() in text
        for option in command.options:
            assert option.flags[-1] in text


def test_the_man_page_has_no_fault_that_the_formatter_knows() -> None:
    program = shutil.which("groff")
    if program is None:
        pytest.skip("no groff on this machine")
    done = subprocess.run(
        [program, "-man", "-Tutf8", "-ww", "-z", str(PLACE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
