"""The command line itself: help, version, and words for what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authtui import __version__
from authtui.cli import COMMANDS
from tests.program import run

if TYPE_CHECKING:
    from pathlib import Path


def test_the_version_is_the_package_s(tmp_path: Path) -> None:
    answer = run("--version", user_home=tmp_path)
    assert (answer.code, answer.out) == (0, f"authtui {__version__}\n")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help_in_plain_text(tmp_path: Path, command: str) -> None:
    answer = run(*filter(None, [command]), "--help", user_home=tmp_path)
    assert answer.code == 0
    assert answer.err == ""
    assert answer.out.startswith("usage: authtui")
    assert "\x1b" not in answer.out


def test_help_lists_the_commands_and_the_exit_codes(tmp_path: Path) -> None:
    text = run("--help", user_home=tmp_path).out
    assert all(name in text for name in COMMANDS)
    assert all(f"{code} " in text for code in (0, 1, 2, 3, 4, 70, 130))


def test_a_home_may_have_the_name_of_a_command(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    assert run("--home", "demo", "check", user_home=tmp_path).code == 4
    assert run("check", "--home", "demo", user_home=tmp_path).code == 4


def test_the_help_of_check_lists_what_it_recognises_and_nothing_else(tmp_path: Path) -> None:
    text = run("check", "--help", user_home=tmp_path).out
    modes = text.partition("recognised from local state alone:\n")[2].splitlines()
    assert "keyring.size" in text
    assert [line for line in modes if "." not in line] == []
