"""The default `check` is short: what is absent is one line, what agrees is none."""

from __future__ import annotations

import io

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.commands.check_text import write_text
from tests.checks.build import PAST, State, access_token, api_key, chatgpt, observe

GATE = 'model_provider = "gate"\n[model_providers.gate]\nname = "gate"\nbase_url = "{url}"\n'
STATES = {
    "healthy": (State(chatgpt()), 30),
    "a key": (State(api_key()), 26),
    "nobody": (State(), 30),
    "a key of another vendor": (State(api_key("sk-or-v1-" + "0a" * 32)), 33),
    "no refresh token": (
        State(chatgpt(tokens_refresh_token="", tokens_access_token=access_token(exp=PAST))),
        38,
    ),
    "a gateway": (State(chatgpt(), config=GATE.format(url="https://gateway.example/v1")), 40),
    "a local server": (State(config=GATE.format(url="http://localhost:11434/v1")), 30),
}


def text_of(state: State) -> str:
    seen = observe(state)
    out = io.StringIO()
    write_text(assess(seen, Options("0.169.0")), seen, out)
    return out.getvalue()


@pytest.mark.parametrize("name", STATES)
def test_an_answer_has_no_more_lines_than_that(name: str) -> None:
    state, most = STATES[name]
    lines = text_of(state).splitlines()
    assert len(lines) <= most, "\n".join(lines)


def test_that_nothing_is_stored_is_known() -> None:
    assert "○ stored: nothing   ○ selected: nothing" in text_of(State())


def test_a_message_of_two_lines_is_two_lines_for_each_surface() -> None:
    table = '[model_providers.openai]\nname = "x"\nbase_url = "https://gateway.example/v1"\n'
    rows = text_of(State(chatgpt(), config=table)).partition("What each surface does")[2]
    assert "Error loading configuration" in rows or "reserved" in rows
    assert "in `model_providers`" in rows
