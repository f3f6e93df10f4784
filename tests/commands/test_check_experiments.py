"""`check --without` and `--with` answer with a difference, in text and in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.commands.check_schema import faults
from tests.program import KEY, NOW, chatgpt_login, codex_home, run, snapshot

if TYPE_CHECKING:
    from pathlib import Path

ENV = {"CODEX_API_KEY": KEY}


def test_the_text_ends_with_what_is_and_what_would_be(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    before = snapshot(home)
    options = ("--home", home, "--now", NOW, "--without", "CODEX_API_KEY")
    answer = run("check", *options, user_home=tmp_path, env=ENV)
    _, mark, tail = answer.out.partition("What if: without CODEX_API_KEY\n")
    assert mark
    assert "- selected\n" in tail
    assert "+ absent\n" in tail
    assert "+ Bearer to chatgpt.com/backend-api/codex for acct-mine" in tail
    assert snapshot(home) == before


def test_the_json_gains_a_key_and_keeps_its_schema(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    options = ("--json", "--home", home, "--now", NOW)
    plain = run("check", *options, user_home=tmp_path, env=ENV).json
    assert "experiment" not in plain
    forced = "config:forced_chatgpt_workspace_id=acct-else"
    more = ("--without", "CODEX_API_KEY", "--with", forced, "--with", f"OPENAI_API_KEY={KEY}")
    answer = run("check", *options, *more, user_home=tmp_path, env=ENV)
    document = answer.json
    assert faults(document) == []
    experiment = document["experiment"]
    assert experiment["without"] == ["CODEX_API_KEY"]
    assert experiment["with"][0] == forced
    assert KEY[8:20] not in answer.out
    assert experiment["before"]["mode"] == plain["verdict"]["mode"] == "api_key"
    rows = {row["what"]: (row["before"], row["after"]) for row in experiment["differences"]}
    assert rows["codex exec"][1] == "would refuse, and delete the stored login"
    assert answer.code == 1


def test_no_difference_is_an_answer_too(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    options = ("--home", home, "--now", NOW, "--with", "OPENAI_ORGANIZATION=o")
    answer = run("check", *options, user_home=tmp_path)
    assert "Nothing is different" in answer.out
