"""From a message back to its causes: known, near or unknown; here now, if a server says so, no."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.assessment.symptom import Symptom, explain_symptom, read_known, shape_of
from authtui.credentials.observe import read_observation
from tests.checks.build import NOW, chatgpt
from tests.oracle import cases
from tests.oracle.known_messages import gather

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.machine.observation import Observation

BARE_401 = (
    "2026-11-23T12:00:00.1Z ERROR codex_core::session: "
    "\x1b[31munexpected status 401 Unauthorized: Missing bearer or basic authentication in header, "
    "url: https://api.openai.com/v1/responses, cf-ray: 8c0ffee, request id: req_1\x1b[0m"
)
USED = "Your access token could not be refreshed because your refresh token was already used."
OPTIONS = Options(contract="0.169.0")


def seen(tmp_path: Path, login: object = None, config: str = "", **variables: str) -> Observation:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    if login is not None:
        (home / "auth.json").write_text(json.dumps(login), "utf-8")
        (home / "auth.json").chmod(0o600)
    if config:
        (home / "config.toml").write_text(config, "utf-8")
    environ = {"HOME": str(tmp_path), **variables}
    return read_observation(environ=environ, home_option=str(home), now=NOW, root=tmp_path)


def explained(text: str, observation: Observation) -> Symptom:
    return explain_symptom(text, observation, OPTIONS, read_known())


def test_what_the_client_says_here_now_comes_first(tmp_path: Path) -> None:
    found = explained(BARE_401, seen(tmp_path))
    assert found.exact
    first = found.causes[0]
    assert (first.headline, first.fit, first.fix) == (
        "Nobody is logged in here",
        "now",
        "codex login",
    )


def test_what_only_a_server_can_bring_about_names_the_answer(tmp_path: Path) -> None:
    found = explained(USED, seen(tmp_path, chatgpt()))
    first = found.causes[0]
    assert (first.fit, first.assume) == ("if", "refresh=refresh_token_reused")
    assert "once the token has expired" in first.because


def test_a_cause_that_is_not_here_says_what_is_here_instead(tmp_path: Path) -> None:
    found = explained(BARE_401, seen(tmp_path, chatgpt()))
    other = {cause.headline: cause for cause in found.causes if cause.fit == "no"}
    cause = other["A login is stored, but Codex cannot read it: auth.json"]
    assert cause.because == "here: auth.json can be read; it holds a ChatGPT login"
    assert "Nobody is logged in here" in other


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("401", "Nobody is logged in here"),
        ("HTTP 401", "Nobody is logged in here"),
        ("403 workspace", "The workspace look-up is forbidden: 403"),
        ("Not logged in", "Nobody is logged in here"),
        ("Missing environment variable: `MY_KEY`", "The provider's key variable … is not set here"),
    ],
)
def test_a_status_or_a_part_of_a_message_is_enough(
    tmp_path: Path, text: str, headline: str
) -> None:
    found = explained(text, seen(tmp_path))
    assert headline in [cause.headline for cause in found.causes]


def test_a_text_that_is_near_a_message_is_said_to_be_only_near(tmp_path: Path) -> None:
    found = explained("the refresh token was already used, please log out again", seen(tmp_path))
    assert not found.exact
    assert any("already used" in said for said in found.said)


@pytest.mark.parametrize("text", ["my hovercraft is full of eels", "…", "\x00", "é" * 5000])
def test_an_unknown_text_has_no_message(tmp_path: Path, text: str) -> None:
    found = explained(text, seen(tmp_path))
    assert not found.exact
    assert not found.said


def test_a_message_that_was_never_recorded_is_known_where_this_machine_says_it(
    tmp_path: Path,
) -> None:
    observation = seen(tmp_path, chatgpt(), 'model_provider = "amazon-bedrock"\n')
    found = explained("AWS SDK config did not resolve a region", observation)
    assert [cause.fit for cause in found.causes] == ["now"]


def test_what_every_kind_of_recorded_client_says_leads_back_to_what_was_wrong(
    tmp_path: Path,
) -> None:
    known = read_known()
    for number, run in enumerate(cases.runs("exec", version="0.169.0")[::40]):
        folder = tmp_path / str(number)
        folder.mkdir()
        case, made, _ = cases.judge(run, folder)
        said = made.verdict.client_message
        if not said or made.verdict.outcome == "ready":
            continue
        options = Options(contract="0.169.0", assumptions=cases.assumed(run))
        found = explain_symptom(said, case.observation, options, known)
        assert found.causes[0].headline == assess(case.observation, options).verdict.headline


def test_the_table_is_made_from_the_recordings() -> None:
    runs = cases.runs("status", "exec", version="0.142.0")[::25]
    table = {row.said: row for row in read_known()}
    for said, causes in gather(runs).items():
        assert set(causes) <= {cause.headline for cause in table[said].causes}, said


@given(st.text(max_size=300))
def test_a_shape_is_the_shape_of_itself(text: str) -> None:
    shape = shape_of(text)
    assert shape_of(shape) == shape_of(shape_of(shape))
    assert "\x1b[" not in shape
