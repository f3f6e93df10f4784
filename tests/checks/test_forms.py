"""Since which client a form is accepted, told from the table and from nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authtui.simulation.forms import FormRow, forms_here
from tests.checks.build import KEY, State, agent, chatgpt, observe

if TYPE_CHECKING:
    from collections.abc import Mapping


def _rows(state: State) -> Mapping[str, FormRow]:
    return {row.form: row for row in forms_here(observe(state))}


@pytest.mark.parametrize(
    ("state", "form", "span"),
    [
        (State(chatgpt()), "auth_mode chatgpt", "0.122.0 and later"),
        (State({"auth_mode": "agentIdentity"}), "auth_mode agentIdentity", "0.124.0 and later"),
        (State({"auth_mode": "ApiKey"}), "auth_mode ApiKey", "no release"),
        (
            State({"auth_mode": "agentIdentity", "agent_identity": agent()}),
            "an agent identity as a JWT",
            "0.128.0 and later",
        ),
        (
            State(chatgpt(agent_identity={"workspace_id": "ws-1"})),
            "an agent identity record with workspace_id",
            "0.122.0 to 0.123.0",
        ),
        (
            State({"personal_access_token": "at-made-up"}),
            "a personal access token in the record",
            "0.142.0 and later",
        ),
        (
            State(env={"CODEX_AGENT_IDENTITY": agent()}),
            "an agent identity in CODEX_AGENT_IDENTITY",
            "0.128.0 to 0.128.0",
        ),
        (
            State(env={"CODEX_ACCESS_TOKEN": "at-made-up"}),
            "a personal access token in CODEX_ACCESS_TOKEN",
            "0.142.0 and later",
        ),
        (
            State(config='forced_chatgpt_workspace_id = ["ws-1"]\n'),
            "forced_chatgpt_workspace_id as a list",
            "0.142.0 and later",
        ),
        (
            State(config='profile = "work"\n[profiles.work]\nmodel = "m"\n'),
            "a profile selected in config.toml",
            "0.122.0 to 0.128.0",
        ),
    ],
)
def test_a_form_is_named_with_the_releases_that_accept_it(
    state: State, form: str, span: str
) -> None:
    assert _rows(state)[form].span == span


def test_a_record_between_two_that_refuse_it_has_its_first_and_its_last_release() -> None:
    row = _rows(State(chatgpt(agent_identity={"account_id": "ws-1"})))[
        "an agent identity record with account_id"
    ]
    assert row.since == "0.124.0"
    assert "explicit" not in row.accepted_by


def test_the_unreleased_contract_is_named_but_is_no_first_version() -> None:
    row = _rows(State(env={"CODEX_AGENT_IDENTITY": agent()}))[
        "an agent identity in CODEX_AGENT_IDENTITY"
    ]
    assert "identity-only" in row.accepted_by
    assert row.since == "0.128.0"


def test_nothing_that_lies_here_means_no_form() -> None:
    assert forms_here(observe(State(env={"OPENAI_API_KEY": KEY}))) == ()
