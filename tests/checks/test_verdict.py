"""What the verdict, the tokens and the matrix say of states that no recording covers."""

from __future__ import annotations

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.machine.observation import FileFacts, Observation
from authtui.simulation.assumptions import Assumptions
from tests.checks.build import (
    KEY,
    State,
    answer,
    april,
    chatgpt,
    id_token,
    keyring,
    observe,
    record,
    subject_of,
)

OWN = (
    'model_provider = "mine"\n[model_providers.mine]\nname = "mine"\n'
    'base_url = "https://mine.example.test/v1"\n'
)
WORKLOAD = {"OPENAI_FEDERATION_RULE_ID": "rule", "OPENAI_IDENTITY_TOKEN_FILE": "/etc/hostname"}


def test_an_agent_identity_that_the_client_cannot_send_is_not_refused_by_a_server() -> None:
    kept = record(email="ada@example.test", registered_at="2026-04-13T12:00:00Z")
    state = State({"auth_mode": "agentIdentity", "agent_identity": kept})
    found = assess(observe(state), Options("0.124"))
    assert found.request is None
    assert "server" not in found.verdict.headline + found.verdict.sentence
    assert "bearer token" in found.verdict.sentence


def test_the_matrix_names_the_keyring_for_a_login_that_is_kept_there() -> None:
    config = 'cli_auth_credentials_store = "keyring"\n'
    state = State(config=config, change=keyring("present", chatgpt()))
    rows = {row.who: row.where for row in assess(observe(state), Options()).matrix}
    assert {rows["id_token"], rows["access_token"], rows["tokens.account_id"]} == {"keyring"}


def test_the_tokens_of_a_keyring_record_that_cannot_be_read_are_shown_as_of_the_keyring() -> None:
    config = 'cli_auth_credentials_store = "keyring"\n'
    state = State(config=config, change=keyring("present", chatgpt(auth_mode="unheard-of")))
    found = assess(observe(state), Options())
    shown = [(view.name, view.origin) for view in found.tokens]
    assert shown == [("id_token", "keyring"), ("access_token", "keyring")]
    assert [(row.account_id, row.where) for row in found.matrix] == [("acct-a", "keyring")]


def test_the_account_of_a_record_that_cannot_be_read_is_in_the_matrix() -> None:
    found = assess(observe(State(chatgpt(auth_mode="unheard-of"))), Options())
    [row] = found.matrix
    assert (row.who, row.account_id) == ("tokens.account_id (unreadable record)", "acct-a")


def test_a_record_with_workspace_id_is_judged_by_the_generation_that_writes_it() -> None:
    choice = assess(observe(State(april())), Options()).contract
    assert (choice.name, choice.chosen_by) == ("first", "state")


def test_the_matrix_names_the_line_of_a_login_that_is_kept_in_a_file() -> None:
    rows = {row.who: row.where for row in assess(observe(State(chatgpt())), Options()).matrix}
    assert rows["tokens.account_id"] == "auth.json:8"


def test_policies_that_cannot_be_loaded_are_those_of_the_login_behind_the_api_key() -> None:
    login = chatgpt(tokens_id_token=id_token(chatgpt_plan_type="enterprise"))
    options = Options(assumptions=Assumptions(policies="500"))
    found = assess(observe(State(login, env={"CODEX_API_KEY": KEY})), options).verdict
    assert found.culprit == "auth.json"
    assert found.sentence.startswith("auth.json holds a login of the plan enterprise")


@pytest.mark.parametrize(
    ("provider", "answer", "where"),
    [
        ('env_key = "MY_KEY"', "401", "MY_KEY"),
        ('experimental_bearer_token = " "', "ok", "config.toml:5"),
    ],
    ids=["refused", "blank"],
)
def test_logging_in_again_does_not_replace_a_providers_own_key(
    provider: str, answer: str, where: str
) -> None:
    state = State(chatgpt(), OWN + provider, {"MY_KEY": "made-up"})
    options = Options(assumptions=Assumptions(responses=answer))
    [fix] = assess(observe(state), options).verdict.fix
    assert (fix.text, fix.command) == (f"replace the key of mine: {where}", None)


def with_workload(state: State) -> State:
    def change(seen: Observation) -> Observation:
        return seen._replace(token_file=FileFacts("/etc/hostname", "file", b"made-up"))

    return state._replace(env=WORKLOAD, change=change)


UNSET = "unset OPENAI_FEDERATION_RULE_ID OPENAI_IDENTITY_TOKEN_FILE"


def test_a_workload_identity_that_hides_a_login_is_removed_by_unsetting_both_variables() -> None:
    found = assess(observe(with_workload(State(chatgpt()))), Options()).verdict
    assert found.kind == "another-source-won"
    assert found.fix[0].command == UNSET


def test_a_workload_identity_where_only_api_keys_are_allowed_stops_codex_and_deletes_nothing() -> (
    None
):
    config = 'forced_login_method = "api"\n'
    found = assess(observe(with_workload(State(chatgpt(), config))), Options()).verdict
    assert (found.outcome, found.deletes_stored_login) == ("refused", False)
    assert "config.toml:1 forbids the workload identity" in found.headline
    assert found.fix[0].command == UNSET


def test_half_a_workload_identity_is_removed_by_unsetting_what_is_set() -> None:
    env = {"OPENAI_IDENTITY_TOKEN_FILE": "/etc/hostname"}
    found = assess(observe(State(chatgpt(), env=env)), Options()).verdict
    assert found.fix[0].command == "unset OPENAI_IDENTITY_TOKEN_FILE"


@pytest.mark.parametrize("check", ["sources.shadowing", "sources.workload"])
def test_every_check_on_a_workload_identity_unsets_both_variables(check: str) -> None:
    # Half of it stops the client, and no log-in replaces it.
    config = 'forced_login_method = "api"\n' if check == "sources.workload" else ""
    found = answer(check, with_workload(State(chatgpt(), config)))
    assert found is not None
    assert found.fix is not None
    assert found.fix.command == UNSET


def test_a_workload_identity_whose_token_file_is_gone_is_not_called_half_configured() -> None:
    env = WORKLOAD | {"OPENAI_IDENTITY_TOKEN_FILE": "/nowhere"}
    found = answer("sources.workload", State(chatgpt(), env=env))
    assert found is not None
    assert (found.status, found.fix and found.fix.command) == ("fail", UNSET)
    assert "half" not in found.summary


def test_of_a_workload_identity_the_lines_of_dotenv_are_named() -> None:
    state = State(
        chatgpt(),
        files={".env": "OPENAI_FEDERATION_RULE_ID=r\n"},
        env={"OPENAI_IDENTITY_TOKEN_FILE": "/nowhere"},
    )
    found = answer("sources.workload", state)
    assert found is not None
    assert found.fix is not None
    assert found.fix.command is None
    assert ".env:1" in found.fix.text


@pytest.mark.parametrize(
    "config",
    [
        'profile = "work"\n',
        '[model_providers.openai]\nname = "x"\n',
        '[model_providers.mine]\nname = "x"\nwire_api = "chat"\n',
    ],
)
def test_what_the_client_says_of_its_configuration_is_quoted_in_one_sentence(config: str) -> None:
    found = assess(observe(State(chatgpt(), config)), Options()).verdict
    assert found.outcome == "unreadable"
    assert ".." not in found.sentence
    assert "\n" not in found.sentence


def test_the_whole_text_of_a_configuration_fault_is_kept_as_evidence() -> None:
    found = answer(
        "config.readable", State(config='[model_providers.m]\nname = "x"\nwire_api = "chat"\n')
    )
    assert found is not None
    assert "\n" not in found.summary
    assert any("How to fix" in line for line in found.evidence)


@pytest.mark.parametrize(("name", "shown"), [("", "''"), (" openai ", "' openai '")])
def test_a_provider_whose_name_cannot_be_seen_is_put_in_quotes(name: str, shown: str) -> None:
    config = f'model_provider = "{name}"\n'
    found = assess(observe(State(chatgpt(), config)), Options()).verdict
    assert found.headline == f"The model provider {shown} is not defined"


def test_an_account_of_white_space_is_said_to_be_blank() -> None:
    kept = record(account_id="\n")
    state = State({"auth_mode": "agentIdentity", "agent_identity": kept})
    assert "of a blank account" in assess(observe(state), Options()).verdict.sentence


def test_a_status_and_its_text_are_set_apart() -> None:
    options = Options(assumptions=Assumptions(responses="401:made up"))
    found = assess(observe(State(chatgpt())), options).verdict
    assert "answers 401: made up." in found.sentence


def test_programs_that_differ_are_told_apart_by_what_they_find() -> None:
    config = f"{OWN}env_key = 'NO_SUCH_KEY'\n"
    found = answer("surfaces.disagree", State({"auth_mode": "oauth"}, config))
    assert found is not None
    assert found.status == "warn"
    for outcome in ("degraded", "unreadable", "refused", "not-logged-in"):
        assert outcome not in found.summary


@pytest.mark.parametrize(
    ("config", "contract", "named"),
    [
        ("model = 1\ncli_auth_credentials_store = 1\n", "0.147.0", "model"),
        ("model = 1\ncli_auth_credentials_store = 1\n", "0.169.0", "cli_auth_credentials_store"),
        ("forced_login_method = 1\nchatgpt_base_url = 1\n", "0.147.0", "forced_login_method"),
        ("forced_login_method = 1\nchatgpt_base_url = 1\n", "0.169.0", "chatgpt_base_url"),
        (
            "chatgpt_base_url = 1\ncli_auth_credentials_store = 1\n",
            "0.169.0",
            "cli_auth_credentials_store",
        ),
        ("model = 1\n[features]\na = 1\n", "0.128.0", "features"),
        ("model = 1\n[features]\na = 1\n", "0.169.0", "model"),
        ("forced_chatgpt_workspace_id = ['a', 1]\n[features]\na = 1\n", "0.142.0", "forced_chatg"),
        ("forced_chatgpt_workspace_id = ['a', 1]\n[features]\na = 1\n", "0.169.0", "forced_chatg"),
    ],
)
def test_of_several_wrong_values_the_one_is_named_that_the_released_client_named(
    config: str, contract: str, named: str
) -> None:
    found = subject_of(State(config=config, contract=contract)).starts["exec"].prediction
    assert f"in `{named}" in (found.says or "")
