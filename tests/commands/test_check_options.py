"""What the options of `check` change, and that they change nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.program import KEY, NOW, api_key_login, chatgpt_login, codex_home, run, snapshot

if TYPE_CHECKING:
    from pathlib import Path

ESCAPE = "\x1b"


def test_the_text_is_plain_even_where_colour_is_forced(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    env = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "COLORTERM": "truecolor"}
    for options in ((), ("--explain", "auth.json"), ("--json",)):
        answer = run("check", "--home", home, *options, user_home=tmp_path, env=env)
        assert ESCAPE not in answer.out + answer.err
        assert not any(ord(c) < 32 and c != "\n" for c in answer.out)


def test_the_verdict_is_the_first_line_and_the_fix_is_near_it(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login(), 'forced_login_method = "chatgpt"\n')
    lines = run("check", "--home", home, user_home=tmp_path).out.splitlines()
    assert lines[0].startswith("✗ ")
    assert any("to fix" in line for line in lines[:8])
    assert any("client says" in line for line in lines[:8])
    assert "config.toml:1" in "\n".join(lines[:4])


def test_without_a_variable_the_stored_login_wins_and_nothing_was_changed(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    before = snapshot(home)
    env = {"CODEX_API_KEY": KEY}

    def mode(*options: str) -> str:
        answer = run(
            "check", "--json", "--home", home, "--now", NOW, *options, user_home=tmp_path, env=env
        )
        return str(answer.json["verdict"]["mode"])

    assert mode() == "api_key"
    assert mode("--without", "CODEX_API_KEY") == "chatgpt"
    assert mode("--without", "CODEX_API_KEY", "--without", "auth.json") == "None"
    assert snapshot(home) == before


def test_with_a_variable_or_a_config_key_the_answer_is_that_of_the_experiment(
    tmp_path: Path,
) -> None:
    home = codex_home(tmp_path, api_key_login())
    options = ("--with", "config:forced_login_method=chatgpt")
    answer = run("check", "--json", "--home", home, *options, user_home=tmp_path)
    assert answer.code == 1
    assert answer.json["verdict"]["outcome"] == "refused"
    empty = tmp_path / "empty"
    empty.mkdir()
    with_key = run(
        "check", "--json", "--home", empty, "--with", f"CODEX_API_KEY={KEY}", user_home=tmp_path
    )
    assert with_key.json["verdict"]["mode"] == "api_key"
    assert KEY[8:20] not in with_key.out


def test_a_fixed_clock_decides_what_is_expired(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())

    def answer(now: str) -> str:
        return run("check", "--home", home, "--now", now, user_home=tmp_path).out

    assert answer("2026-04-15T12:00:00Z") != answer("2036-04-15T12:00:00Z")
    assert answer("2026-04-15T12:00:00Z") == answer("2026-04-15T14:00:00+02:00")


def test_a_version_between_two_recorded_ones_takes_the_older_and_says_so(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login())
    contract = run(
        "check", "--json", "--home", home, "--contract", "0.150", user_home=tmp_path
    ).json["contract"]
    assert contract["name"] == "0.147"
    assert "0.150 was not recorded" in contract["note"]


def test_a_feature_flag_on_the_command_line_wins_over_config(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login(), "[features]\nuse_agent_identity = false\n")
    for value in ("on", "off"):
        answer = run(
            "check", "--home", home, "--feature", f"use_agent_identity={value}", user_home=tmp_path
        )
        assert answer.code in (0, 1)


def test_options_may_stand_on_either_side_of_the_command(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login())
    behind = run("check", "--home", home, "--contract", "first", "--now", NOW, user_home=tmp_path)
    before = run("--home", home, "--contract", "first", "--now", NOW, "check", user_home=tmp_path)
    assert behind == before


@pytest.mark.parametrize("name", ["auth.json", "CODEX_API_KEY", "1"])
def test_explain_tells_the_rule_behind_a_rung(tmp_path: Path, name: str) -> None:
    home = codex_home(tmp_path, api_key_login())
    answer = run("check", "--home", home, "--explain", name, user_home=tmp_path)
    assert answer.code == 0
    assert "source:" in answer.out


def test_every_check_that_speaks_can_be_explained(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login(), 'forced_chatgpt_workspace_id = "acct-other"\n')
    document = run("check", "--json", "--home", home, user_home=tmp_path).json
    for result in document["checks"][:6]:
        answer = run("check", "--home", home, "--explain", result["id"], user_home=tmp_path)
        assert answer.code == 0
        assert result["id"] in answer.out


def test_codex_home_of_the_environment_is_used_and_the_option_wins_over_it(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login())
    env = {"CODEX_HOME": str(home)}
    assert run("check", user_home=tmp_path, env=env).code == 0
    other = tmp_path / "other"
    other.mkdir()
    assert run("check", "--home", other, user_home=tmp_path, env=env).code == 4
