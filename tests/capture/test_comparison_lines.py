"""The comparison as text and as JSON, for those who have no app before them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from authtui.commands.capture_headless import comparison_json, comparison_text
from authtui.verdict.comparison import compare
from tests.capture.build import Watched
from tests.capture.test_comparison import as_predicted, finished
from tests.program import api_key_login, codex_home, run
from tests.tui.homes import OLD_KEY, answer, read

if TYPE_CHECKING:
    from pathlib import Path


def test_differences_stand_first_with_their_meaning_below() -> None:
    text = comparison_text(finished(as_predicted(account_header="org_other")))
    first, second, third, *_ = text.splitlines()
    assert first == "predicted / observed: 2 differ"
    assert second.split() == ["≠", "account", "org_mine", "org_other"]
    assert "two logins were mixed" in third


def test_no_difference_is_said() -> None:
    text = comparison_text(finished(as_predicted()))
    assert text.startswith("predicted / observed: no difference")
    assert text.count("\n  = ") == 10


def test_json_holds_every_row() -> None:
    found = comparison_json(finished(as_predicted(fedramp_header=True)), 3)
    assert (found["kind"], found["number"], found["surface"], found["differs"]) == (
        "Comparison", 3, "exec", 1,
    )  # fmt: skip
    row = found["rows"][0]
    assert (row["id"], row["status"], row["predicted"], row["observed"], row["request"]) == (
        "fedramp", "differs", "not sent", "sent", 1,
    )  # fmt: skip


def test_a_secret_in_what_the_program_says_stands_in_neither() -> None:
    shown = Watched(read("healthy"), answer("healthy")).start()
    shown.say(f"ERROR: bad key {OLD_KEY.reveal()}\x1b[2J").end(1)
    found = compare(shown.program)
    for text in (comparison_text(found), json.dumps(comparison_json(found, 1))):
        assert OLD_KEY.reveal() not in text
        assert "\x1b" not in text


def test_a_headless_capture_ends_with_it(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login())
    command = (
        "capture",
        "--upstream",
        "demo",
        "--home",
        home,
        "--json",
        "--",
        "sh",
        "-c",
        "exit 4",
    )
    done = run(*command, user_home=tmp_path)
    assert done.code == 1, done.err
    events = [json.loads(line) for line in done.out.splitlines()]
    assert [event["kind"] for event in events[-3:]] == ["ChildEnded", "Loaded", "Comparison"]
    assert events[-1]["surface"] is None, "sh is no client"
    text = run(*(w for w in command if w != "--json"), user_home=tmp_path).out
    assert text.rstrip().endswith("nothing was predicted for this command")
