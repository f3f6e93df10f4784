"""`authtui compare`: two homes, or a home and what was written of another, side by side."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.program import chatgpt_login, run

if TYPE_CHECKING:
    from pathlib import Path

FAR = {"exp": 4_102_444_800}


def home_at(path: Path, login: object = None, config: str = "") -> Path:
    path.mkdir(parents=True, mode=0o700)
    (path / "config.toml").write_text(config, "utf-8")
    if login is not None:
        (path / "auth.json").write_text(json.dumps(login), "utf-8")
        (path / "auth.json").chmod(0o600)
    return path


def test_homes_that_do_not_differ_in_anything_that_matters_are_the_same(tmp_path: Path) -> None:
    one = home_at(tmp_path / "one", {"OPENAI_API_KEY": "sk-made-up"})
    two = home_at(tmp_path / "two", {"OPENAI_API_KEY": "sk-made-up"}, "# a comment\n")
    answer = run("compare", one, two, user_home=tmp_path)
    assert (answer.code, answer.out) == (0, "Nothing that matters to a login differs.\n")


def test_the_verdict_comes_first_then_who_it_is_then_settings(tmp_path: Path) -> None:
    one = home_at(tmp_path / "one", chatgpt_login(access=FAR))
    two = home_at(tmp_path / "two", None, 'model = "gpt-5"\n')
    answer = run("compare", one, two, "--json", user_home=tmp_path)
    labels = [row["label"] for row in answer.json["differences"]]
    assert answer.code == 1
    assert labels[0] == "verdict"
    assert labels.index("account") < labels.index("config model")
    row = next(row for row in answer.json["differences"] if row["label"] == "config model")
    assert (row["a"], row["b"]) == (None, "set at config.toml:1")


def test_a_home_is_compared_with_an_answer_and_with_a_report(tmp_path: Path) -> None:
    home = home_at(tmp_path / ".codex", chatgpt_login(access=FAR))
    said = run("check", "--json", user_home=tmp_path)
    (tmp_path / "answer.json").write_text(said.out, "utf-8")
    assert run("compare", home, tmp_path / "answer.json", user_home=tmp_path).code == 0
    (home / "auth.json").unlink()
    later = run("compare", tmp_path / "answer.json", home, user_home=tmp_path)
    assert later.code == 1
    assert "Nobody is logged in" in later.out
    report = run("report", "--format", "json", user_home=tmp_path)
    (tmp_path / "report.json").write_text(report.out, "utf-8")
    found = run("compare", tmp_path / "report.json", home, "--json", user_home=tmp_path)
    assert "verdict" not in [row["label"] for row in found.json["differences"]]


def test_no_secret_of_either_side_is_told(tmp_path: Path) -> None:
    one = home_at(tmp_path / "one", chatgpt_login(access=FAR, refresh="rt-very-secret"))
    two = home_at(tmp_path / "two", {"OPENAI_API_KEY": "sk-secret-key-of-two"}, 'x = "hush"\n')
    for form in ((), ("--json",)):
        answer = run("compare", one, two, *form, user_home=tmp_path)
        for secret in ("rt-very-secret", "sk-secret-key", "hush"):
            assert secret not in answer.out + answer.err


def test_what_is_neither_home_nor_answer_is_refused(tmp_path: Path) -> None:
    home = home_at(tmp_path / "one")
    (tmp_path / "list.json").write_text("[]", "utf-8")
    answer = run("compare", home, tmp_path / "list.json", user_home=tmp_path)
    assert answer.code == 3
    assert "is no home, no trace" in answer.err
