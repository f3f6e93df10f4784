"""The variables that matter, after `.env`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from authtui.credentials.environment import effective_environ, read_environment
from authtui.machine.host import read_host

if TYPE_CHECKING:
    from pathlib import Path


def test_only_what_matters_is_kept_and_values_do_not_print(tmp_path: Path) -> None:
    environ = {"CODEX_API_KEY": "sk-planted", "EDITOR": "vi", "MINE": "provider-planted"}
    facts = read_environment(environ, tmp_path / ".env", ["MINE"])
    assert set(facts.variables) == {"CODEX_API_KEY", "MINE"}
    assert "planted" not in repr(facts)
    assert facts.trimmed("CODEX_API_KEY") == "sk-planted"


def test_the_file_sets_variables_over_the_process_but_none_of_the_reserved(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "HTTPS_PROXY=http://file\nOPENAI_API_KEY=same\nCODEX_ACCESS_TOKEN=no\nEDITOR=vi\n"
    )
    environ = {"HTTPS_PROXY": "http://env", "OPENAI_API_KEY": "same"}
    facts = read_environment(environ, tmp_path / ".env")
    assert facts.dotenv_overrides == ("HTTPS_PROXY",)
    assert [(i.name, i.line) for i in facts.dotenv_ignored] == [("CODEX_ACCESS_TOKEN", 3)]
    assert facts.get("CODEX_ACCESS_TOKEN") is None
    proxy = facts.get("HTTPS_PROXY")
    assert proxy is not None
    assert (proxy.origin, proxy.line, proxy.value.reveal()) == ("dotenv", 1, "http://file")
    assert effective_environ(facts, environ)["HTTPS_PROXY"] == "http://file"


def test_a_value_that_is_not_unicode_is_flagged_and_counts_as_unset(tmp_path: Path) -> None:
    facts = read_environment({"CODEX_API_KEY": os.fsdecode(b"sk-\xff")}, tmp_path / ".env")
    found = facts.get("CODEX_API_KEY")
    assert found is not None
    assert not found.valid_unicode
    assert found.trimmed is None


def test_blank_is_unset_but_seen(tmp_path: Path) -> None:
    facts = read_environment({"CODEX_API_KEY": " \t"}, tmp_path / ".env")
    assert facts.get("CODEX_API_KEY") is not None
    assert facts.trimmed("CODEX_API_KEY") is None


def test_a_pipe_in_place_of_the_file_holds_up_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".env")
    facts = read_environment({}, tmp_path / ".env")
    assert facts.dotenv.kind == "fifo"


def test_the_marks_of_a_place_come_from_variables_and_files(tmp_path: Path) -> None:
    environ = {"SSH_TTY": "/dev/pts/1", "CI": "true", "SUDO_USER": "ada", "CODEX_SANDBOX": "x"}
    assert read_host(environ, tmp_path).marks == ("SSH", "sandbox", "sudo", "CI")
    (tmp_path / ".dockerenv").touch()
    (tmp_path / "proc/sys/kernel").mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/osrelease").write_text("5.15-microsoft-standard-WSL2")
    assert read_host({"CI": "false"}, tmp_path).marks == ("WSL", "container")


def test_an_ordinary_place_has_no_marks_and_a_user(tmp_path: Path) -> None:
    facts = read_host({}, tmp_path)
    assert facts.marks == ()
    assert facts.user
