"""CODEX_HOME as the client finds it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.machine.home import resolve_home, shorten

if TYPE_CHECKING:
    from pathlib import Path


def test_unset_means_dot_codex_below_home_and_need_not_exist(tmp_path: Path) -> None:
    facts = resolve_home({"HOME": str(tmp_path)})
    assert (facts.path, facts.chosen_by) == (str(tmp_path / ".codex"), "default")
    assert (facts.exists, facts.error, facts.shown) == (False, None, "~/.codex")


def test_the_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    assert resolve_home({"HOME": str(tmp_path), "CODEX_HOME": ""}).chosen_by == "default"


def test_blanks_are_not_trimmed(tmp_path: Path) -> None:
    facts = resolve_home({"HOME": str(tmp_path), "CODEX_HOME": f"{tmp_path} "})
    assert facts.error == f'CODEX_HOME points to "{tmp_path} ", but that path does not exist'


def test_a_variable_that_is_not_unicode_is_not_seen(tmp_path: Path) -> None:
    value = os.fsdecode(b"/tmp/\xff")
    assert resolve_home({"HOME": str(tmp_path), "CODEX_HOME": value}).chosen_by == "default"


def test_a_missing_directory_stops_the_client(tmp_path: Path) -> None:
    facts = resolve_home({"CODEX_HOME": f"{tmp_path}/none"})
    assert facts.error == f'CODEX_HOME points to "{tmp_path}/none", but that path does not exist'
    assert not facts.exists


def test_a_file_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    facts = resolve_home({"CODEX_HOME": f"{tmp_path}/f"})
    assert facts.error == f'CODEX_HOME points to "{tmp_path}/f", but that path is not a directory'


def test_another_failure_to_look_is_told_apart() -> None:
    long = "x" * 300
    facts = resolve_home({"CODEX_HOME": f"/{long}"})
    assert facts.error is not None
    assert facts.error.startswith('failed to read CODEX_HOME "/xxx')
    assert facts.error.endswith("File name too long (os error 36)")


def test_a_link_is_resolved_because_the_keyring_entry_hangs_on_it(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("real")
    facts = resolve_home({"CODEX_HOME": f"{tmp_path}/link"})
    assert facts.path == facts.canonical == f"{tmp_path}/real"
    assert (facts.mode, facts.exists, facts.writable) == (0o700, True, True)


def test_the_default_home_keeps_its_name_and_has_a_canonical_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / ".codex").symlink_to("real")
    facts = resolve_home({"HOME": str(tmp_path)})
    assert (facts.path, facts.canonical) == (f"{tmp_path}/.codex", f"{tmp_path}/real")


def test_an_option_wins_over_the_variable(tmp_path: Path) -> None:
    facts = resolve_home({"CODEX_HOME": "/nonexistent"}, str(tmp_path))
    assert (facts.chosen_by, facts.error) == ("option", None)


@pytest.mark.parametrize(
    ("path", "user", "shown"),
    [
        ("/home/ada/.codex", "/home/ada", "~/.codex"),
        ("/home/ada", "/home/ada/", "~"),
        ("/home/adam/.codex", "/home/ada", "/home/adam/.codex"),
        ("/root/x", "/", "/root/x"),
        ("/srv/a\x1b[2J", None, "/srv/a␛[2J"),
    ],
)
def test_a_path_is_shown_short_and_harmless(path: str, user: str | None, shown: str) -> None:
    assert shorten(path, user) == shown


@given(st.text())
def test_no_value_of_the_variable_raises(value: str) -> None:
    facts = resolve_home({"HOME": "/nonexistent", "CODEX_HOME": value})
    assert facts.path
