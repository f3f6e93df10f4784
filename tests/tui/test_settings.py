from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from authtui.settings import (
    Settings,
    parse_settings,
    read_settings,
    settings_path,
    write_settings,
)

if TYPE_CHECKING:
    import pytest

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


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "config.toml"
    given_ = Settings("authtui-light", "osc52", {"verdict": "w"}, presenter=True, path=str(path))
    assert write_settings(given_, path) is None
    assert read_settings(path) == given_
    assert [p.name for p in path.parent.iterdir()] == ["config.toml"]


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
    assert write_settings(Settings(), blocker / "config.toml") is not None


def test_a_presenter_line_with_a_mistake_keeps_the_lock() -> None:
    assert parse_settings({"presenter": "yes"}).presenter is True


@given(st.dictionaries(st.sampled_from(["theme", "clipboard", "keymap", "presenter", "x"]), values))
def test_any_document_gives_settings(document: dict[str, Any]) -> None:
    settings = parse_settings(document)
    assert settings.clipboard in ("auto", "native", "osc52", "off")
    assert all(isinstance(v, str) for v in settings.keymap.values())
