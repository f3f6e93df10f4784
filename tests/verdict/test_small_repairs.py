"""The smallest repair comes first, and every part of an answer gives the same advice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.changed import with_edit
from authtui.assessment.options import Options
from authtui.commands.check import exit_code
from tests.checks.build import (
    KEY,
    PAST,
    State,
    agent,
    api_key,
    chatgpt,
    host,
    keyring,
    observe,
)

if TYPE_CHECKING:
    from authtui.answers.findings import Assessment

LOCAL = 'model_provider = "mine"\n[model_providers.mine]\nname = "Ollama"\nbase_url = "{url}"\n'


def answer(state: State) -> Assessment:
    return assess(observe(state), Options(contract=state.contract))


def indented(**changes: object) -> str:
    return json.dumps({**chatgpt(), **changes}, indent=2)


@pytest.mark.parametrize(
    ("text", "done"),
    [
        (indented(auth_mode="ChatGPT"), 'write auth_mode as "chatgpt" in auth.json:2'),
        (indented(auth_mode="chat_gpt"), 'write auth_mode as "chatgpt" in auth.json:2'),
        (
            indented(tokens={**chatgpt()["tokens"], "account_id": 7}),
            'write tokens.account_id as "7" in auth.json:8',
        ),
        (indented(last_refresh="yesterday"), "write last_refresh as null in auth.json:10"),
        (
            json.dumps(api_key(), indent=2).replace('"\n}', '",\n}'),
            "delete the trailing comma in line 3 of auth.json: JSON knows none",
        ),
        (
            "\ufeff" + indented(),
            "delete the byte order mark in line 1 of auth.json: JSON knows none",
        ),
    ],
)
def test_one_value_is_mended_before_a_login_is_thrown_away(text: str, done: str) -> None:
    seen = observe(State(text))
    found = assess(seen, Options(contract="current"))
    fix = found.verdict.fix[0]
    assert (fix.text, fix.leads_to) == (done, "ready")
    assert fix.edit is not None
    after = with_edit(seen, fix.edit)
    assert after is not None
    assert assess(after, Options(contract="current")).verdict.outcome == "ready"
    advised = {c.fix.text for c in found.checks if c.where == found.verdict.culprit and c.fix}
    assert advised == {done}


def test_the_field_that_says_that_the_tokens_count_comes_before_a_new_login() -> None:
    document = {**chatgpt(), "OPENAI_API_KEY": KEY}
    del document["auth_mode"]
    seen = observe(State(document))
    fix = assess(seen, Options(contract="current")).verdict.fix[0]
    assert fix.edit is not None
    after = with_edit(seen, fix.edit)
    assert after is not None
    verdict = assess(after, Options(contract="current")).verdict
    assert (verdict.kind, verdict.mode) == ("ready", "chatgpt")


@pytest.mark.parametrize(
    "state",
    [
        State({"auth_mode": "agentIdentity", "agent_identity": agent(exp=PAST)}),
        State(env={"CODEX_ACCESS_TOKEN": agent(exp=PAST)}),
    ],
)
def test_an_expired_identity_is_no_broken_file_and_is_known_to_be_refused(state: State) -> None:
    found = answer(state)
    assert found.verdict.headline.endswith("has expired")
    assert exit_code(found) == 1
    fixes = [*found.verdict.fix, *(check.fix for check in found.checks if check.fix)]
    assert not [fix for fix in fixes if fix.command and fix.command.endswith("codex login")]


def test_what_could_not_be_read_leaves_the_answer_open() -> None:
    assert exit_code(answer(State("{"))) == 3
    locked = answer(
        State(config='cli_auth_credentials_store = "keyring"\n', change=keyring("unavailable"))
    )
    assert exit_code(locked) == 3
    assert locked.lamps.stored.light == "grey"
    assert "not known" in next(c.summary for c in locked.checks if c.id == "record.readable")


def test_a_key_that_is_exported_is_not_to_be_exported() -> None:
    found = answer(State(chatgpt(), env={"CODEX_API_KEY": KEY}, dotenv=f"CODEX_API_KEY={KEY}\n"))
    told = {check.id: check.fix for check in found.checks}
    assert told["sources.dotenv"] is None
    assert told["sources.shadowing"] is not None


def test_where_a_browser_cannot_call_back_the_login_is_by_a_code() -> None:
    here, there = answer(State()), answer(State(change=host("container")))
    assert [fix.command for fix in here.verdict.fix] == ["codex login"]
    assert [fix.command for fix in there.verdict.fix] == ["codex login --device-auth"]


def test_a_server_of_ones_own_may_be_started_later() -> None:
    config = LOCAL.format(url="http://localhost:11434/v1")
    silent = answer(State(config=config, change=lambda s: s._replace(listening=frozenset())))
    assert exit_code(silent) == 0
    assert silent.verdict.kind != "ready"
    assert silent.verdict.headline == "Nothing listens at localhost:11434"
    running = answer(
        State(config=config, change=lambda s: s._replace(listening=frozenset({11434})))
    )
    assert running.verdict.kind == "ready"


def test_the_first_fix_is_no_alternative_to_another() -> None:
    store = 'cli_auth_credentials_store = "keyring"\n'
    found = answer(State(chatgpt(), config=store, change=keyring("unavailable")))
    assert found.verdict.fix[0].text.startswith("keep logins in the file")
    assert found.verdict.fix[0].leads_to == "ready"
