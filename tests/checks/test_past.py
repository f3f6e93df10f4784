"""What the client wrote down lights `accepted` for the same credential alone, and with its age."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.machine.client_past import read_past
from tests.checks.build import observe
from tests.checks.rows_past import LOGIN_LOGS, ROLLOUTS, wrote

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.answers.findings import Assessment
    from tests.checks.build import State


def judged(state: State) -> Assessment:
    return assess(observe(state), Options())


def test_an_answer_of_the_same_account_after_the_last_change_lights_accepted() -> None:
    lamp = judged(wrote("accepted")).lamps.accepted
    assert (lamp.light, lamp.reason) == ("green", "in the client's own turn, 2 hours ago")


def test_an_answer_before_the_last_change_of_the_login_lights_nothing() -> None:
    assert judged(wrote("accepted", changed=1_796_900_000)).lamps.accepted.light == "grey"


def test_an_answer_to_another_account_lights_nothing() -> None:
    other = wrote("accepted", edit=lambda text: text.replace("acct-mine", "acct-other"))
    assert judged(other).lamps.accepted.light == "grey"


def test_a_limit_or_a_challenge_says_nothing_of_the_credential() -> None:
    for case in ("too-many", "challenge", "deactivated"):
        assert judged(wrote(case)).lamps.accepted.light == "grey"


def test_a_login_that_the_client_was_refused_with_is_not_ready() -> None:
    found = judged(wrote("reused")).verdict
    assert found.outcome == "degraded"
    assert "used up the refresh token" in found.headline


def test_the_request_id_and_the_time_stand_in_the_evidence() -> None:
    (row,) = [check for check in judged(wrote("deactivated")).checks if check.id == "past.answer"]
    assert "2026-12-01 12:5" in row.evidence[0]
    assert "request id req-made-up-1" in row.evidence[0]


def test_files_that_are_broken_or_wait_are_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "sessions" / "2026" / "12" / "01"
    folder.mkdir(parents=True)
    os.mkfifo(folder / "rollout-2.jsonl")
    (folder / "rollout-1.jsonl").write_bytes(b'{"payload": "task_complete", \xff\n[1]\n' * 9)
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "codex-login.log").write_bytes(b"\xff\0 not a line\n" * 9)
    assert read_past(tmp_path).events == ()


def test_a_long_first_line_still_names_the_account(tmp_path: Path) -> None:
    import json

    folder = tmp_path / "sessions" / "2026" / "12" / "01"
    folder.mkdir(parents=True)
    lines = [json.dumps(line) for line in ROLLOUTS["accepted"]]
    first = json.loads(lines[0])
    first["payload"]["base_instructions"] = {"text": "x" * 200_000}
    text = "\n".join([json.dumps(first), *lines[1:]])
    (folder / "rollout-1.jsonl").write_text(text, "utf-8")
    assert [event.account for event in read_past(tmp_path).events] == ["acct-mine"]


def test_a_secret_in_a_log_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    key = "sk-proj-0123456789abcdefghijklmnopqrstuvwxyz"
    (tmp_path / "log" / "codex-login.log").write_text(f"{LOGIN_LOGS['exchange']} {key}\n")
    (event,) = read_past(tmp_path).events
    assert key not in event.text
