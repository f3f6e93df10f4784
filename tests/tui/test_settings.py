from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.settings import (
    Settings,
    change_setting,
    parse_settings,
    read_settings,
    settings_path,
)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
)


def test_a_missing_file_means_the_defaults(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "none.toml")._replace(path=None) == Settings()


def test_a_relative_directory_in_the_environment_is_no_place_for_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("XDG_CONFIG_HOME", "here")
    if sys.platform == "linux":
        assert settings_path() == Path("/home/ada/.config/authtui/config.toml")


def test_a_first_choice_makes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "config.toml"
    assert change_setting(path, "theme", "authtui-light") is None
    assert read_settings(path) == Settings("authtui-light", path=str(path))
    assert [p.name for p in path.parent.iterdir()] == ["config.toml"]


MINE = """# mine, with care
presenter = true   # for the talk
unknown = [1, 2]

[keymap]
"verdict" = 'w' # what
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("first", ["", "theme = 'authtui-dark' # dark\n"])
def test_a_choice_changes_its_one_key_and_nothing_else(
    tmp_path: Path, first: str, end: str
) -> None:
    file, path = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    text = (first + MINE).replace("\n", end)
    file.write_bytes(text.encode())
    file.chmod(0o640)
    path.symlink_to(file)
    before = read_settings(path)
    assert change_setting(path, "theme", "authtui-light") is None
    assert read_settings(path) == before._replace(theme="authtui-light")
    assert path.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    kept = [line for line in text.split(end) if "theme" not in line]
    assert [line for line in file.read_bytes().decode().split(end) if "theme" not in line] == kept
    assert sorted(p.name for p in tmp_path.iterdir()) == ["config.toml", "dotfiles.toml"]


def test_both_names_of_a_file_have_the_choice(tmp_path: Path) -> None:
    path, other = tmp_path / "config.toml", tmp_path / "other"
    path.write_text(MINE)
    other.hardlink_to(path)
    assert change_setting(path, "theme", "authtui-light") is None
    assert other.read_text() == path.read_text()


@pytest.mark.parametrize("broken", ["presenter = true\nkeymap = {", "\xff", "a = 1\na = 2\n"])
def test_the_lock_stays_where_settings_cannot_be_read_and_they_are_not_replaced(
    tmp_path: Path, broken: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(broken.encode("latin-1"))
    assert read_settings(path).presenter
    assert change_setting(path, "theme", "authtui-light") is not None
    assert path.read_bytes() == broken.encode("latin-1")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_place_of_the_settings_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.toml")
    assert read_settings(tmp_path / "config.toml").presenter


def test_a_broken_file_is_named_and_stops_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    for data in (b"theme = ", b"\xff\xfe", b"x" * 300_000):
        path.write_bytes(data)
        settings = read_settings(path)
        assert settings.clipboard == "auto"
        assert settings.problems


def test_a_directory_that_cannot_be_written_gives_a_reason(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    assert change_setting(blocker / "config.toml", "theme", "x") is not None


def test_a_presenter_line_with_a_mistake_keeps_the_lock() -> None:
    assert parse_settings({"presenter": "yes"}).presenter is True


@given(st.dictionaries(st.sampled_from(["theme", "clipboard", "keymap", "presenter", "x"]), values))
def test_any_document_gives_settings(document: dict[str, Any]) -> None:
    settings = parse_settings(document)
    assert settings.clipboard in ("auto", "native", "osc52", "off")
    assert all(isinstance(v, str) for v in settings.keymap.values())
