"""config.toml: values, lines, layers, and what the client refuses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authtui.configuration.config import (
    feature,
    join_key,
    parse,
    providers,
    selected_provider,
    split_key,
)
from authtui.configuration.config_rules import COMMAS, validate
from authtui.configuration.layers import read_config
from authtui.contracts import BY_NAME
from authtui.machine.observation import ConfigFacts, FileFacts
from authtui.redaction import Secret

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "check_for_update_on_startup = false\n"
FIRST, MANAGED, CURRENT = BY_NAME["first"], BY_NAME["managed"], BY_NAME["current"]


def config_of(text: str) -> ConfigFacts:
    values, error = parse(text.encode())
    return ConfigFacts(FileFacts("config.toml", "file"), values, error)


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (
            'cli_auth_credentials_store = "vault"',
            30,
            "unknown variant `vault`, expected one of `file`, `keyring`, `auto`, `ephemeral`",
        ),
        (
            'forced_login_method = "oauth"',
            23,
            "unknown variant `oauth`, expected `chatgpt` or `api`",
        ),
        (
            "forced_chatgpt_workspace_id = 12",
            31,
            "invalid type: integer `12`, expected a string",
        ),
        (
            'forced_chatgpt_workspace_id = ["a"]',
            31,
            "invalid type: sequence, expected a string",
        ),
        ("chatgpt_base_url = false", 20, "invalid type: boolean `false`, expected a string"),
        (
            'allow_login_shell = "say \\"no\\""',
            21,
            'invalid type: string "say \\"no\\"", expected a boolean',
        ),
    ],
)
def test_a_refused_value_is_named_with_the_position_the_client_gives(
    line: str, column: int, reason: str
) -> None:
    values, error = parse(f"{HEAD}{line}\n".encode())
    assert error is None
    found = validate(values, FIRST)
    assert found is not None
    assert (found.reason, found.line, found.column) == (reason, 2, column)


def test_newer_clients_word_a_wrong_workspace_differently() -> None:
    values, _ = parse(b"forced_chatgpt_workspace_id = 12")
    found = validate(values, MANAGED)
    assert found is not None
    assert found.reason == MANAGED.workspace_wrong_type.format(found="integer `12`")


def test_newer_clients_take_a_list_of_workspaces_and_refuse_commas() -> None:
    listed, _ = parse(b'forced_chatgpt_workspace_id = ["a", "b"]')
    commas, _ = parse(b'forced_chatgpt_workspace_id = "a,b"')
    assert validate(listed, CURRENT) is None
    refused = validate(commas, CURRENT)
    assert (refused.reason if refused else None) == (COMMAS if CURRENT.commas_refused else None)
    assert validate(commas, FIRST) is None


def test_the_first_wrong_value_in_the_file_is_the_one_reported() -> None:
    values, _ = parse(b'forced_login_method = "x"\ncli_auth_credentials_store = "y"\n')
    found = validate(values, CURRENT)
    assert found is not None
    assert found.key == "forced_login_method"


def test_good_values_are_not_refused() -> None:
    text = (
        b'forced_login_method = "api"\ncli_auth_credentials_store = "ephemeral"\n'
        b'forced_chatgpt_workspace_id = ""\n[features]\nuse_agent_identity = true\n'
    )
    assert validate(parse(text)[0], FIRST) is None


@pytest.mark.parametrize(
    ("text", "line"), [(b"a = \n", 1), (b"a = 1\nb\n", 2), (b"[x\n", 1), (b"a = 1\na = 2\n", 2)]
)
def test_a_syntax_error_has_a_line_and_a_reason(text: bytes, line: int) -> None:
    values, error = parse(text)
    assert not values
    assert error is not None
    assert error.line == line
    assert "(at" not in error.reason
    assert error.reason


def test_a_file_that_breaks_off_is_located_at_its_end() -> None:
    _, error = parse(b'a = 1\nb = "open')
    assert error is not None
    assert error.line == 2


def test_bytes_that_are_not_utf8_are_located() -> None:
    _, error = parse(b"a = 1\nb = '\xff'\n")
    assert error is not None
    assert (error.reason, error.line, error.column) == (
        "stream did not contain valid UTF-8",
        2,
        6,
    )


def test_a_byte_order_mark_moves_nothing() -> None:
    values, error = parse(b"\xef\xbb\xbfa = 1\n")
    assert error is None
    assert (values["a"].line, values["a"].column) == (1, 5)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"[" * 100_000, id="brackets"),
        pytest.param(b"a = " + b"[" * 100_000, id="arrays"),
        pytest.param(b"a." * 100_000 + b"a = 1", id="dotted key"),
        pytest.param(b'"a" . ' * 100_000 + b"a = 1", id="quoted dotted key"),
        pytest.param(b"[" + b"a." * 100_000 + b"a]", id="dotted table"),
        pytest.param(b"a = " + b"{a = " * 100_000, id="inline tables"),
        pytest.param(b"a = 9" + b"9" * 9999, id="digits"),
    ],
)
def test_hostile_nesting_is_refused_at_once(text: bytes) -> None:
    started = time.monotonic()
    values, error = parse(text)
    assert error is not None
    assert not values
    assert time.monotonic() - started < 2


def test_every_way_to_write_a_key_has_its_line() -> None:
    values, error = parse(
        b"""model = "m" # = not this
'quoted key' = 1
a.b . "c.d" = [ 1, # ]
  2 ]
text = \"\"\"
x = 1
\\\"\"\"
\"\"\"
raw = '''
[model_providers.no]
'''

[ model_providers . mine ]
env_key = "K"
http_headers = { X = "secret", "Y-Z" = "s" }
[model_providers."dot.ted"]
base_url = "u"
[[list]]
k = 1
[[list]]
k = 2
""".replace(b"\n", b"\r\n")
    )
    assert error is None
    leaves = {key: value.line for key, value in values.items() if value.value != {}}
    assert leaves == {
        "model": 1,
        '"quoted key"': 2,
        'a.b."c.d"': 3,
        "text": 5,
        "raw": 9,
        "model_providers.mine.env_key": 14,
        "model_providers.mine.http_headers.X": 15,
        "model_providers.mine.http_headers.Y-Z": 15,
        'model_providers."dot.ted".base_url': 17,
        "list": 18,
    }
    assert isinstance(values["model_providers.mine.http_headers.X"].value, Secret)


KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("a=.[]{}\"'#,\n\r\\ \t1u"), max_size=60) | st.text(max_size=40))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    values, error = parse(text.encode("utf-8", "surrogatepass"))
    validate(values, FIRST)
    facts = ConfigFacts(FileFacts("config.toml"), values, error)
    providers(facts)
    selected_provider(facts)


@given(st.lists(KEYS, min_size=1, max_size=4))
def test_joined_keys_split_into_the_same_keys(parts: list[str]) -> None:
    assert split_key(join_key(tuple(parts))) == tuple(parts)


def test_the_users_file_wins_over_the_system_and_the_managed_one_over_both(tmp_path: Path) -> None:
    home, system = tmp_path / "home", tmp_path / "etc"
    home.mkdir()
    system.mkdir()
    (home / "config.toml").write_text('model = "user"\nforced_login_method = "chatgpt"\n')
    (system / "config.toml").write_text('model = "system"\nchatgpt_base_url = "https://e"\n')
    (system / "managed_config.toml").write_text('\nforced_login_method = "api"\n')
    (system / "requirements.toml").write_text('allowed_login_methods = ["chatgpt"]\n')
    facts = read_config(home, system)
    assert facts.get("model") == "user"
    assert facts.where("model") == "config.toml:1"
    assert facts.get("forced_login_method") == "api"
    assert facts.where("forced_login_method") == f"{system}/managed_config.toml:2"
    assert facts.get("chatgpt_base_url") == "https://e"
    assert sorted((key, value.where) for key, value in facts.overridden) == [
        ("forced_login_method", "config.toml:2"),
        ("model", f"{system}/config.toml:1"),
    ]
    assert facts.requirements["allowed_login_methods"].value == ["chatgpt"]


def test_a_configuration_that_is_a_directory_is_an_error_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    facts = read_config(tmp_path, tmp_path / "none")
    assert facts.error is not None
    assert facts.error.reason == "Is a directory (os error 21)"


def test_no_configuration_is_no_error(tmp_path: Path) -> None:
    facts = read_config(tmp_path, tmp_path / "none")
    assert (facts.error, dict(facts.values), facts.file.kind) == (None, {}, "absent")


def test_a_provider_is_described_without_its_secrets_and_without_running_its_command() -> None:
    config = config_of(
        """
model_provider = "mine"
[model_providers.mine]
name = "Mine"
base_url = "https://p.example/v1"
wire_api = "responses"
env_key = "MY_KEY"
env_key_instructions = "ask Ada"
experimental_bearer_token = "sk-planted-secret"
[model_providers.mine.auth]
command = "/opt/bin/get-token"
[model_providers.other]
requires_openai_auth = true
"""
    )
    mine, other = providers(config)
    assert selected_provider(config) == mine
    assert (mine.env_key, mine.env_key_instructions) == ("MY_KEY", "ask Ada")
    assert mine.auth_command == "/opt/bin/get-token"
    assert mine.bearer_token == Secret("sk-planted-secret")
    assert mine.lines["env_key"] == "config.toml:7"
    assert other.requires_openai_auth
    assert "planted" not in repr((config.values, mine))


def test_without_a_choice_the_built_in_provider_is_used() -> None:
    chosen = selected_provider(config_of('openai_base_url = "http://127.0.0.1/v1"'))
    assert (chosen.id, chosen.built_in, chosen.requires_openai_auth) == ("openai", True, True)
    assert chosen.base_url == "http://127.0.0.1/v1"


def test_a_profile_chooses_its_own_provider() -> None:
    config = config_of(
        'profile = "a.b"\nmodel_provider = "x"\n[profiles."a.b"]\nmodel_provider = "y"\n'
    )
    assert selected_provider(config).id == "y"
    assert not selected_provider(config).known


def test_a_feature_that_is_no_boolean_counts_as_unset() -> None:
    config = config_of('[features]\na = true\nb = "true"\n')
    assert feature(config, "a")
    assert not feature(config, "b")
