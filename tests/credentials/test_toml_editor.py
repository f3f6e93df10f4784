"""One key of a TOML file is changed, and every other byte stays."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.configuration.toml_editor import remove_key, set_key

FILE = """\
# mine
model = "gpt" # why

[model_providers.cm]
name = "cm"   # gateway

[features]
x = true
"""


@pytest.mark.parametrize(
    ("keys", "value", "line"),
    [
        (("model",), '"other"', 'model = "other" # why'),
        (("features", "x"), "false", "x = false"),
        (
            ("model_providers", "cm", "requires_openai_auth"),
            "true",
            "[model_providers.cm]\nrequires_openai_auth = true\n",
        ),
        (("cli_auth_credentials_store",), '"file"', 'cli_auth_credentials_store = "file"\n# mine'),
        (("tui", "theme"), '"x"', "[tui]\ntheme = "),
    ],
)
def test_a_key_is_set_in_its_place(keys: tuple[str, ...], value: str, line: str) -> None:
    changed = set_key(FILE, keys, value)
    assert changed is not None
    assert line in changed
    kept = [row for row in FILE.splitlines() if row.split(" ")[0] != keys[-1]]
    assert all(row in changed.splitlines() for row in kept)


def test_a_key_is_taken_out_with_its_line() -> None:
    changed = remove_key(FILE, ("model",))
    assert changed == FILE.replace('model = "gpt" # why\n', "")


@pytest.mark.parametrize("keys", [("model_providers", "cm", "name"), ("features", "x")])
def test_what_was_set_can_be_taken_out_again(keys: tuple[str, ...]) -> None:
    changed = remove_key(FILE, keys)
    assert changed is not None
    assert keys[-1] not in str(tomllib.loads(changed)[keys[0]])


def test_no_half_change_is_given_back() -> None:
    assert set_key("a = [1", ("b",), "1") is None
    assert set_key(FILE, ("model", "x"), "1") is None
    assert set_key(FILE, ("b",), "1\nmodel = 2") is None
    assert remove_key("a = {b = 1, c = 2}", ("a", "b")) is None


@given(st.text(max_size=200), st.text(min_size=1, max_size=8))
def test_any_text_is_answered_and_the_answer_holds(text: str, key: str) -> None:
    changed = set_key(text, (key,), "true")
    if changed is not None:
        assert tomllib.loads(changed)[key] is True
