"""Whose login it is, in `check`: a person on the owner's terminal, a mask everywhere else."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from authtui.answers.findings import Person
from authtui.assessment.who import person_words, shortened
from authtui.commands.check import hides_addresses
from tests.program import chatgpt_login, run

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 4, 13, 12, tzinfo=UTC)
ADA = Person("ada@example.test", "Analytical Engines", "acct-1", "user-1", "Plus", None, "keyring")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def home_with(path: Path, login: dict[str, Any]) -> Path:
    (path / ".codex").mkdir(mode=0o700)
    file = path / ".codex" / "auth.json"
    file.write_text(json.dumps(login), "utf-8")
    file.chmod(0o600)
    return path


def test_the_person_the_account_and_how_long_it_lasts_stand_under_the_headline(
    tmp_path: Path,
) -> None:
    home_with(tmp_path, chatgpt_login(access={"exp": 4_102_444_800}))
    lines = run("check", user_home=tmp_path).out.splitlines()
    told = " ".join(part.strip() for part in lines[1:3])
    assert told.startswith("who")
    assert "acct-mine" in told
    assert "access token lasts" in told
    assert "(auth.json)" in told


def test_a_pipe_and_the_document_get_a_masked_address(tmp_path: Path) -> None:
    home_with(tmp_path, chatgpt_login(access={"exp": 4_102_444_800}))
    answer = run("check", "--json", user_home=tmp_path)
    who = answer.json["who"]
    assert who["email"].startswith("a***@")
    assert who["account_id"] == "acct-mine"
    assert who["place"] == "auth.json"
    assert who["expires_at"] == "2100-01-01T00:00:00+00:00"
    assert "ada@" not in answer.out
    assert "ada@" not in run("check", user_home=tmp_path).out


def test_an_api_key_names_nobody(tmp_path: Path) -> None:
    home_with(tmp_path, {"OPENAI_API_KEY": "sk-test-0123456789abcdef"})
    answer = run("check", user_home=tmp_path)
    assert not any(line.startswith("  who") for line in answer.out.splitlines())


def test_an_address_is_for_the_terminal_of_its_owner_alone() -> None:
    assert person_words(ADA, NOW, masked=False).startswith("ada@example.test · Analytical")
    assert person_words(ADA, NOW, masked=True).startswith("a***@example.test · Analytical")


def test_what_is_no_address_is_never_shown_as_one() -> None:
    key = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789"
    for email in (key, f"{key}@example.test, {key}"):
        assert key not in person_words(ADA._replace(email=email), NOW, masked=False)


def test_a_shared_screen_hides_addresses(tmp_path: Path) -> None:
    settings = tmp_path / "authtui" / "config.toml"
    settings.parent.mkdir()
    settings.write_text("presenter = true\n", "utf-8")
    environ = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
    assert hides_addresses(environ, _Terminal())
    settings.write_text("presenter = false\n", "utf-8")
    assert not hides_addresses(environ, _Terminal())
    assert hides_addresses(environ, io.StringIO())


def test_long_ids_are_cut_where_they_do_not_differ() -> None:
    assert shortened("acct-short") == "acct-short"
    long = "5f3c1f0e-7a31-4d0e-9a55-0c6f5b1d7e21"
    assert shortened(long) == "5f3c1f0e-7…6f5b1d7e21"
