"""Every check: a state it objects to, one it is content with, one it has nothing to say about."""

from __future__ import annotations

import pytest

from authtui.checks.all_checks import REGISTER
from authtui.checks.failure_modes import failure_modes
from tests.checks import rows_origins, rows_past, rows_records, rows_requests, rows_sources
from tests.checks.build import State, agent, answer, host, subject_of

ROWS = [
    *rows_sources.ROWS,
    *rows_records.ROWS,
    *rows_requests.ROWS,
    *rows_origins.ROWS,
    *rows_past.ROWS,
]
ALWAYS = {"surfaces.disagree", "home.location"}
"""Checks that apply to every state."""
NEVER_PASS = {
    "sources.dotenv_override",
    "policy.filtered",
    "policy.layers",
    "policy.blank",
    "policy.requirements",
    "record.prints_secret",
    "file.empty",
    "refresh.url",
    "refresh.throwaway",
    "route.variable",
    "config.ignored",
    "provider.inherits",
    "store.ephemeral",
    "host.sandbox",
    "host.sudo",
    "variable.blank",
    "request.task_error",
}
"""Checks that speak only where there is something to say."""
INFORM = {
    "surfaces.status_is_no_read",
    "surfaces.login_kept",
    "host.multiplexer",
    "variable.origin",
    "request.identity_only",
    "request.flag_off",
}
"""Checks that tell something worth knowing, or whose failure the predictions rule out."""


@pytest.mark.parametrize(
    ("check", "state", "status", "words"),
    ROWS,
    ids=[f"{row[0]}-{row[2] or 'silent'}-{number}" for number, row in enumerate(ROWS)],
)
def test_a_check_says_what_the_state_deserves(
    check: str, state: State, status: str | None, words: str
) -> None:
    found = answer(check, state)
    if status is None:
        assert found is None
        return
    assert found is not None
    assert (found.status, words in found.summary) == (status, True), found.summary
    if status in ("warn", "fail"):
        assert found.why


def test_every_check_is_shown_failing_passing_and_silent() -> None:
    shown: dict[str, set[str]] = {}
    for check, _, status, _ in ROWS:
        kind = {None: "silent", "pass": "pass"}.get(status, "bad")
        shown.setdefault(check, set()).add(kind)
    for entry in REGISTER:
        wanted = {"bad", "pass", "silent"}
        wanted -= {"silent"} if entry.id in ALWAYS else set()
        wanted -= {"pass"} if entry.id in NEVER_PASS else set()
        wanted -= {"bad"} if entry.id in INFORM else set()
        assert wanted <= shown.get(entry.id, set()), entry.id


def test_a_fix_for_a_shadowing_variable_can_be_copied() -> None:
    row = next(row for row in ROWS if row[0] == "sources.shadowing")
    found = answer(*row[:2])
    assert found is not None
    assert found.fix is not None
    assert (found.fix.command, found.where) == ("unset CODEX_API_KEY", "environment")


def test_the_message_of_a_forced_logout_names_the_variable_that_caused_it() -> None:
    row = next(row for row in ROWS if row[0] == "policy.deletes")
    found = answer(*row[:2])
    assert found is not None
    assert found.summary.startswith("CODEX_API_KEY breaks config.toml:1")
    assert "the culprit: CODEX_API_KEY, an API key" in found.evidence


def test_with_the_april_code_only_exec_reads_a_credential_variable() -> None:
    env = {"CODEX_API_KEY": "sk-made-up", "CODEX_AGENT_IDENTITY": "a.b.c"}
    found = answer("sources.several", State(env=env, contract="identity-only"))
    assert found is not None
    assert found.evidence == ("`codex login status` and the interactive client read neither",)


@pytest.mark.parametrize(
    ("contract", "variable", "seconds"),
    [("explicit", "CODEX_AGENT_IDENTITY", "30 s"), ("current", "CODEX_ACCESS_TOKEN", "90 s")],
)
def test_how_long_a_status_may_wait_follows_the_attempts_of_the_generation(
    contract: str, variable: str, seconds: str
) -> None:
    state = State(env={variable: agent(email="ada@example.test")}, contract=contract)
    found = answer("surfaces.status_is_no_read", state)
    assert found is not None
    assert seconds in found.evidence[0]


def test_a_state_that_is_ready_without_a_flaw_has_no_failing_and_no_warning_check() -> None:
    from authtui.checks.registry import run_checks
    from tests.checks.build import chatgpt

    bad = [c for c in run_checks(subject_of(State(chatgpt()))) if c.status in ("fail", "warn")]
    assert bad == []


def test_each_recognised_failure_mode_has_a_state_that_fires_and_a_twin_that_does_not() -> None:
    fires = {check for check, _, status, _ in ROWS if status in ("warn", "fail")}
    twins = {check for check, _, status, _ in ROWS if status in (None, "pass")}
    for mode in failure_modes():
        if mode.checks:
            assert fires.intersection(mode.checks), mode
            assert twins.intersection(mode.checks), mode
    shown = {mode for mode, _, _ in rows_past.TURNS}
    assert shown == set(next(entry.modes for entry in REGISTER if entry.id == "past.answer"))


def test_without_a_browser_the_ways_to_log_in_are_named_by_what_is_there() -> None:
    found = answer("host.remote", State(change=host("SSH")))
    assert found is not None
    assert "codex login --device-auth" in found.evidence[1]
    assert "ssh -L 1455:localhost:1455" in found.evidence[2]
    keyed = State(env={"OPENAI_API_KEY": "sk-made-up"}, change=host("container"))
    other = answer("host.remote", keyed)
    assert other is not None
    assert "codex login --with-api-key" in other.evidence[1]
    assert not any("ssh -L" in line for line in other.evidence)
