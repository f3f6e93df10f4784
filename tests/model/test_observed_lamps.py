"""The lamps `sent` and `accepted` follow what was seen; what is only predicted says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authtui.model import events as ev
from authtui.model.programs import LINES_KEPT
from tests.capture.build import AT, Watched
from tests.tui.homes import answer, read

if TYPE_CHECKING:
    from authtui.answers.findings import Lamps

CHATGPT = {"authorization": "Bearer JWT", "host": "chatgpt.com"}


def watched() -> Watched:
    return Watched(read("healthy"), answer("healthy"))


def lamps(shown: Watched) -> Lamps:
    assert shown.state.assessment is not None
    return shown.state.assessment.lamps


def test_until_something_is_seen_the_lamp_says_that_it_is_predicted() -> None:
    shown = watched()
    assert not lamps(shown).sent.reason.startswith("predicted")
    shown.start()
    assert lamps(shown).sent.reason == "predicted: Bearer to chatgpt.com"
    assert lamps(shown).accepted.light == "grey"


def test_a_model_call_lights_both() -> None:
    shown = watched().start().call(**CHATGPT)
    assert lamps(shown).sent == ("green", "seen: ChatGPT token to chatgpt.com")
    assert lamps(shown).accepted.light == "green"


def test_a_call_under_way_lights_only_what_was_sent() -> None:
    shown = watched().start()
    made = shown.call(**CHATGPT).program.evidence.first
    assert made is not None
    shown = watched().start()
    shown.add(ev.RequestStarted, made._replace(status=None, milliseconds=None))
    assert lamps(shown).sent.light == "green"
    assert lamps(shown).accepted.light == "grey"


@pytest.mark.parametrize(
    ("fields", "sent", "accepted"),
    [
        ({"authorization": None}, "red", "grey"),
        ({"authorization": "Bearer sk-"}, "red", "green"),
        ({"host": "elsewhere.example"}, "red", "green"),
        ({"status": 401, "colour": "fail"}, "green", "red"),
        ({"status": 403, "content_type": "text/html"}, "green", "amber"),
        ({"status": 101}, "green", "green"),
        ({"status": 429}, "green", "amber"),
        ({"status": 302}, "green", "amber"),
        ({"status": None, "error": "the connection was dropped"}, "green", "grey"),
    ],
)
def test_each_lamp_has_its_own_evidence(fields: dict[str, Any], sent: str, accepted: str) -> None:
    shown = watched().start().call(**fields)
    assert (lamps(shown).sent.light, lamps(shown).accepted.light) == (sent, accepted)


@pytest.mark.parametrize("purpose", ["model-list", "refresh", "telemetry", "jwks"])
def test_only_a_model_call_lights_them(purpose: str) -> None:
    shown = watched().start().call(purpose=purpose)
    assert lamps(shown).sent.reason.startswith("predicted")
    assert lamps(shown).accepted.light == "grey"


def test_a_web_socket_that_falls_back_judges_nothing() -> None:
    shown = watched().start().call(status=426, colour="noise")
    assert lamps(shown).accepted.light == "grey"


def test_the_newest_answer_counts() -> None:
    shown = watched().start().call(status=401, colour="fail").call(status=200)
    assert lamps(shown).accepted.light == "green"
    assert shown.state.observed is not None
    assert shown.state.observed.verdict.outcome == "ready"


def test_a_renewed_login_takes_nothing_back_while_the_program_runs() -> None:
    shown = watched().start().call()
    renewed = ("auth.json was replaced",)
    shown.add(ev.Loaded, read("healthy"), answer("healthy"), renewed, cause="watch")
    assert lamps(shown).accepted.light == "green"
    shown.end()
    shown.add(ev.Loaded, read("healthy"), answer("healthy"), renewed, cause="watch")
    assert lamps(shown).accepted.light == "grey"
    assert lamps(shown).sent.reason == answer("healthy").lamps.sent.reason


def test_another_start_begins_in_the_dark() -> None:
    shown = watched().start().call().end().start()
    assert lamps(shown).accepted.light == "grey"


def test_what_a_program_said_is_kept_to_a_limit_and_the_rest_is_counted() -> None:
    shown = watched().start().say(*(f"line {n}" for n in range(LINES_KEPT + 7)))
    assert shown.program.said_dropped == 7
    assert shown.program.said[0].text == "line 7"


def test_what_was_expected_is_what_was_known_at_the_start() -> None:
    shown = watched().start()
    shown.look(read("expired"), answer("expired"))
    assert shown.program.expected == answer("healthy")
    before, after = shown.program.before, shown.program.after
    assert before is not None
    assert after is not None
    assert before.auth_file.data == read("healthy").auth_file.data
    assert after.auth_file.data == read("expired").auth_file.data
    assert shown.program.started_at > AT


def test_two_programs_are_kept_apart() -> None:
    shown = watched().start()
    shown.add(ev.ChildStarted, 2, ("codex",), (), cause="capture 2")
    shown.call().say("one").add(ev.ChildSaid, 2, "stdout", ("two",), cause="capture 2")
    first, second = shown.state.programs
    assert (first.evidence.calls, second.evidence.calls) == (1, 0)
    assert [line.text for line in (*first.said, *second.said)] == ["one", "two"]
    shown.add(ev.RotationSeen, "codex", "#1", "#2")
    assert [len(p.rotations) for p in shown.state.programs] == [1, 1]
