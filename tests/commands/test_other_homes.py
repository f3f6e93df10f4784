"""A login that lies in another home is named where nobody is logged in in this one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.program import chatgpt_login, run

if TYPE_CHECKING:
    from pathlib import Path


def home_at(path: Path, login: object = None) -> Path:
    path.mkdir(parents=True, mode=0o700)
    (path / "config.toml").write_text("", "utf-8")
    if login is not None:
        text = login if isinstance(login, str) else json.dumps(login)
        (path / "auth.json").write_text(text, "utf-8")
        (path / "auth.json").chmod(0o600)
    return path


def test_a_home_that_a_variable_names_hides_the_login_of_the_usual_one(tmp_path: Path) -> None:
    home_at(tmp_path / ".codex", chatgpt_login())
    moved = home_at(tmp_path / "moved")
    answer = run("check", "--json", user_home=tmp_path, env={"CODEX_HOME": str(moved)})
    verdict = answer.json["verdict"]
    assert answer.code == 4
    assert verdict["headline"] == "Nobody is logged in here; ~/.codex holds a login"
    assert verdict["fix"][0] == "unset CODEX_HOME"
    assert verdict["culprit"] == "CODEX_HOME"
    assert "~/.codex/auth.json (account acct-mine) holds a login" in verdict["sentence"]


def test_a_login_of_a_home_beside_the_usual_one_is_named_with_the_way_to_it(tmp_path: Path) -> None:
    home_at(tmp_path / ".codex")
    work = home_at(tmp_path / ".codex-work", {"OPENAI_API_KEY": "sk-made-up"})
    verdict = run("check", "--json", user_home=tmp_path).json["verdict"]
    assert "~/.codex-work holds a login" in verdict["headline"]
    assert verdict["fix"][0] == f"export CODEX_HOME={work}"


@pytest.mark.parametrize("login", [None, "{nope", "[]", {"OPENAI_API_KEY": None}, {"tokens": {}}])
def test_a_file_without_a_login_is_not_named(login: object, tmp_path: Path) -> None:
    home_at(tmp_path / ".codex")
    home_at(tmp_path / ".codex-work", login)
    verdict = run("check", "--json", user_home=tmp_path).json["verdict"]
    assert verdict["headline"] == "Nobody is logged in here"


def test_where_somebody_is_logged_in_other_homes_are_no_matter(tmp_path: Path) -> None:
    home_at(tmp_path / ".codex", {"OPENAI_API_KEY": "sk-made-up"})
    home_at(tmp_path / ".codex-work", chatgpt_login())
    assert ".codex-work" not in run("check", user_home=tmp_path).out
