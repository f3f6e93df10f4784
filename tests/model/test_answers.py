"""An observed answer, and nothing else, lights the fourth lamp and ends the verdict's doubt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.checks.phrases import NOT_ANSWERED_YET
from authtui.credentials.observe import read_observation
from authtui.model.events import Asserted, Loaded
from authtui.model.state import AuthState, fold

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 4, 1, tzinfo=UTC)


def _loaded(folder: Path) -> AuthState:
    (folder / "auth.json").write_text('{"OPENAI_API_KEY": "sk-made-up-000000000000000000"}')
    observation = read_observation(
        environ={"CODEX_HOME": str(folder)},
        home_option=None,
        now=AT,
        system_dir=folder / "etc",
        installed=False,
    )
    assessment = assess(observation, Options(contract="current"))
    return fold(AuthState(), Loaded(1, AT, "start", observation, assessment))


@pytest.mark.parametrize(
    ("status", "light", "outcome", "said"),
    [
        (200, "green", "ready", "accepted it"),
        (401, "red", "degraded", "refused it: 401"),
        (500, "amber", "ready", "Not decided yet"),
        (None, "grey", "ready", "Not decided yet"),
    ],
)
def test_the_verdict_follows_the_answer(
    tmp_path: Path, status: int | None, light: str, outcome: str, said: str
) -> None:
    before = _loaded(tmp_path)
    assert before.assessment is not None
    assert NOT_ANSWERED_YET in before.assessment.verdict.sentence
    answered = Asserted(2, AT, "assert", status, "Bearer", "api.openai.com", by_auth_server=True)
    after = fold(before, answered).assessment
    assert after is not None
    assert after.lamps.accepted.light == light
    assert after.verdict.outcome == outcome
    assert said in after.verdict.sentence
    assert NOT_ANSWERED_YET not in after.verdict.sentence


def test_a_new_look_that_finds_the_same_keeps_the_answer_and_one_that_differs_forgets_it(
    tmp_path: Path,
) -> None:
    before = _loaded(tmp_path)
    answered = fold(
        before, Asserted(2, AT, "assert", 200, "Bearer", "api.openai.com", by_auth_server=True)
    )
    assert before.observation is not None
    assert before.assessment is not None
    same = fold(answered, Loaded(3, AT, "watch", before.observation, before.assessment))
    assert same.assessment is not None
    assert same.assessment.lamps.accepted.light == "green"
    changed = fold(
        same, Loaded(4, AT, "watch", before.observation, before.assessment, ("auth.json changed",))
    )
    assert changed.assessment is not None
    assert changed.assessment.lamps.accepted.light == "grey"


def test_an_answer_to_a_request_without_a_credential_lights_nothing(tmp_path: Path) -> None:
    bare = Asserted(2, AT, "assert", 200, host="api.openai.com", by_auth_server=True)
    after = fold(_loaded(tmp_path), bare).assessment
    assert after is not None
    assert after.lamps.accepted.light == "grey"
    assert "without a credential" in after.lamps.accepted.reason


def test_an_old_answer_is_told_with_its_time(tmp_path: Path) -> None:
    answered = fold(_loaded(tmp_path), Asserted(2, AT, "assert", 200, "Bearer", "api.openai.com"))
    assert answered.observation is not None
    assert answered.judged is not None
    later = AT + timedelta(minutes=10)
    old = fold(answered, Loaded(3, later, "watch", answered.observation, answered.judged))
    assert old.assessment is not None
    assert "(at 00:00:00 UTC)" in old.assessment.lamps.accepted.reason
