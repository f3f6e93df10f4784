"""What stops the client while it reads its configuration, and right after that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from authtui.configuration.config import selected_provider
from authtui.configuration.late_refusals import late_refusal
from authtui.configuration.layers import read_config
from authtui.configuration.refusals import refused_configuration
from authtui.contracts import BY_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.machine.observation import ConfigFacts

CURRENT, MANAGED = BY_NAME["current"], BY_NAME["managed"]
MODEL = {
    "slug": "m",
    "display_name": "M",
    "supported_reasoning_levels": [],
    "shell_type": "default",
    "visibility": "list",
    "supported_in_api": True,
    "priority": 1,
    "support_verbosity": False,
    "truncation_policy": {"mode": "bytes", "limit": 1},
    "experimental_supported_tools": [],
    "base_instructions": "be brief",
}


def read(tmp_path: Path, *, user: str = "", system: str = "", managed: str = "") -> ConfigFacts:
    home, etc = tmp_path / "home", tmp_path / "etc"
    for folder in (home, etc):
        folder.mkdir(exist_ok=True)
    (home / "config.toml").write_text(user)
    if system:
        (etc / "config.toml").write_text(system)
    if managed:
        (etc / "managed_config.toml").write_text(managed)
    return read_config(home, etc, {"HOME": str(tmp_path)})


def late(config: ConfigFacts) -> tuple[str, str] | None:
    found = late_refusal(config, CURRENT, selected_provider(config))
    return (found.key, found.text) if found else None


def test_a_wrong_value_that_a_higher_layer_replaces_stops_nothing(tmp_path: Path) -> None:
    config = read(
        tmp_path, user="hide_agent_reasoning = 1\n", managed="hide_agent_reasoning = true\n"
    )
    assert refused_configuration(config, CURRENT) is None


def test_a_start_names_the_value_that_counts_and_status_the_lowest_layer(tmp_path: Path) -> None:
    config = read(
        tmp_path, user="a = 1\nhide_agent_reasoning = 1\n", managed="hide_agent_reasoning = 2\n"
    )
    refused = refused_configuration(config, CURRENT)
    assert refused is not None
    assert (refused.status.file, refused.status.line) == ("config.toml", 2)
    assert "integer `1`" in refused.status.reason
    assert refused.start.at_start == "invalid type: integer `2`, expected a boolean"
    assert refused.start.key == "hide_agent_reasoning"


def test_trust_is_read_first_and_told_with_its_line(tmp_path: Path) -> None:
    config = read(tmp_path, user='[projects.x]\ntrust_level = "no"\n')
    refused = refused_configuration(config, CURRENT)
    assert refused is not None
    assert refused.start.key is None
    words = "unknown variant `no`, expected `trusted` or `untrusted`"
    shown = f'{words}\n  |\n2 | trust_level = "'
    assert (refused.start.at_start or "").startswith(shown)


def test_one_key_is_looked_at_in_each_layer_and_placed_at_its_table(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        user="hide_agent_reasoning = 1\n[shell_environment_policy]\ninclude_only = 7\n",
        managed="shell_environment_policy.include_only = []\n",
    )
    refused = refused_configuration(config, CURRENT)
    assert refused is not None
    assert (refused.status.line, refused.status.column) == (2, 1)
    assert refused.status.reason == "invalid type: integer `7`, expected a sequence"


def test_a_secret_is_not_repeated(tmp_path: Path) -> None:
    config = read(tmp_path, user='mcp_servers.x.command = "c"\nmcp_servers.x.args = "s3cret"\n')
    refused = refused_configuration(config, CURRENT)
    assert refused is not None
    assert refused.status.reason == "invalid type: string, expected a sequence"
    assert "s3cret" not in str((refused.status, refused.start))


def test_other_generations_know_only_the_keys_of_a_login(tmp_path: Path) -> None:
    assert refused_configuration(read(tmp_path, user="tui = 1\n"), MANAGED) is None


LATE = [
    ('model_catalog_json = "none.json"', "model_catalog_json", "No such file or directory"),
    (
        'model_instructions_file = "none.md"',
        "model_instructions_file",
        "failed to read model instructions file {home}/none.md: No such file",
    ),
    (
        'model_instructions_file = "~/none.md"',
        "model_instructions_file",
        "failed to read model instructions file {user}/none.md: No such file",
    ),
    (
        'experimental_compact_prompt_file = "."',
        "experimental_compact_prompt_file",
        "failed to read experimental compact prompt file {home}: path `{home}` is not a file",
    ),
    (
        'model_instructions_file = "blank.md"',
        "model_instructions_file",
        "model instructions file is empty: {home}/blank.md",
    ),
    (
        'approval_policy = "untrusted"\nmodel_provider = "x"',
        "approval_policy",
        'approval_policy = "untrusted" is no longer supported; remove this setting',
    ),
    (
        'model_provider = "x"\nmodel_catalog_json = "none.json"',
        "model_provider",
        "Model provider `x` not found",
    ),
    (
        'default_permissions = "a"\napproval_policy = "untrusted"',
        "default_permissions",
        "default_permissions requires a `[permissions]` table",
    ),
    (
        "[permissions.a]\ndescription = ''",
        "permissions",
        "config defines `[permissions]` profiles but does not set `default_permissions`",
    ),
    (
        'default_permissions = "b"\n[permissions.a]\ndescription = ""',
        "default_permissions",
        "default_permissions refers to undefined profile `b`",
    ),
    (
        'default_permissions = ":x"',
        "default_permissions",
        "default_permissions refers to unknown built-in profile `:x`",
    ),
    (
        'default_permissions = "a"\n[permissions.a]\nextends = "b"\n[permissions.b]\nextends = "a"',
        "default_permissions",
        "permissions profile inheritance cycle detected: a -> b -> a",
    ),
    (
        'default_permissions = "a"\n[permissions.a.filesystem]\n"tmp" = "read"',
        "default_permissions",
        "filesystem path `tmp` must be absolute, use `~/...`, or start with `:`",
    ),
]


@pytest.mark.parametrize(("text", "key", "words"), LATE)
def test_what_is_read_can_still_stop_a_start(
    tmp_path: Path, text: str, key: str, words: str
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "blank.md").write_text(" \n")
    found = late(read(tmp_path, user=text))
    assert found is not None
    home, user = f"{tmp_path}/home", str(tmp_path)
    assert found[0] == key
    assert found[1].startswith(words.replace("{home}", home).replace("{user}", user))


@pytest.mark.parametrize(
    "text",
    [
        'default_permissions = ":workspace"',
        'sandbox_mode = "read-only"\n[permissions.a]\ndescription = ""',
        'default_permissions = ":read-only"\n[permissions.a.filesystem]\n"tmp" = "read"',
        'approval_policy = "never"',
        "[permissions]",
    ],
)
def test_what_the_client_takes_stops_nothing(tmp_path: Path, text: str) -> None:
    assert late(read(tmp_path, user=text)) is None


CATALOGUES = [
    ("{}", "missing field `models` at line 1 column 2"),
    ("", "EOF while parsing a value at line 1 column 0"),
    (
        "[]",
        "invalid length 0, expected struct ModelsResponse with 1 element at line 1 column 2",
    ),
    (
        '{"models": [1 2]}',
        "invalid type: integer `1`, expected struct ModelInfoWithLegacyBaseInstructions at line 1",
    ),
    ('{"models": [{}]}', "missing field `slug` at line 1 column 14"),
    (
        json.dumps({"models": [{**MODEL, "shell_type": "x"}]}),
        "unknown variant `x`, expected one of `default`, `local`, `shell_command`, ",
    ),
    (
        json.dumps({"models": [{**MODEL, "base_instructions": None}]}),
        "model `m` is missing both `base_instructions` and `model_messages.instructions_template`",
    ),
]


@pytest.mark.parametrize(("text", "words"), CATALOGUES)
def test_a_catalogue_of_models_is_read_as_the_client_reads_it(
    tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "models.json").write_text(text)
    found = late(read(tmp_path, user='model_catalog_json = "models.json"'))
    assert found is not None
    start = f"failed to parse model_catalog_json path `{tmp_path}/home/models.json` as JSON: "
    assert found[1].startswith(start + words)


def test_a_catalogue_with_a_model_is_taken_and_an_empty_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    file = tmp_path / "home" / "models.json"
    config = 'model_catalog_json = "models.json"'
    file.write_text(json.dumps({"models": [MODEL]}))
    assert late(read(tmp_path, user=config)) is None
    file.write_text('{"models": []}')
    words = f"model_catalog_json path `{file}` must contain at least one model"
    assert late(read(tmp_path, user=config)) == ("model_catalog_json", words)
