"""`authtui why`: the text, the pipe, the JSON, and what it says of a text that is nobody's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.program import run

if TYPE_CHECKING:
    from pathlib import Path

BARE = "unexpected status 401 Unauthorized: Missing bearer or basic authentication in header"


def test_the_cause_that_fits_here_is_told_first_with_its_fix(tmp_path: Path) -> None:
    answer = run("why", "--contract", "0.169", BARE, user_home=tmp_path)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].startswith("The client says: ")
    assert "This is what it says here now" in lines
    assert "Nobody is logged in here" in answer.out.split("This is what it says here now")[1]
    assert "to fix: codex login" in answer.out


def test_a_pipe_is_read_and_the_json_holds_to_its_form(tmp_path: Path) -> None:
    answer = run("why", "--json", "--contract", "0.169", user_home=tmp_path, stdin=f"ERROR: {BARE}")
    assert answer.code == 0
    told = json.loads(answer.out)
    assert set(told) == {"schema", "text", "exact", "matches"}
    match = told["matches"][0]
    assert match["since"] == "0.122.0"
    assert match["surfaces"] == ["exec", "tui"] or "exec" in match["surfaces"]
    first = match["causes"][0]
    assert (first["summary"], first["fits"]) == ("Nobody is logged in here", True)
    assert first["fixes"][0].startswith("codex login")
    assert False in [cause["fits"] for cause in match["causes"]]


def test_a_text_of_nobodys_is_said_to_be_unknown(tmp_path: Path) -> None:
    answer = run("why", "my hovercraft is full of eels", user_home=tmp_path)
    assert answer.code == 1
    assert "No message of the client is known" in answer.out


def test_a_secret_in_a_pasted_text_is_not_repeated(tmp_path: Path) -> None:
    secret = "sk-proj-0123456789abcdefghijklmnopqrstuvwxyz"
    for form in ((), ("--json",)):
        answer = run("why", *form, f"eels with Bearer {secret}", user_home=tmp_path)
        assert secret not in answer.out + answer.err


def test_without_a_text_it_says_what_it_wants(tmp_path: Path) -> None:
    answer = run("why", user_home=tmp_path, stdin="  ")
    assert answer.code == 2
    assert "no text to explain" in answer.err
