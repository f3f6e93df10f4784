"""Which layers of the configuration count, and which of them sets a value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from authtui.configuration.effective import effective
from authtui.configuration.layers import read_config
from authtui.configuration.merging import changed_layers, with_options
from authtui.configuration.refusals import refused_configuration
from authtui.configuration.requirements import refused_limits, refused_requirements
from authtui.contracts import BY_NAME
from authtui.machine.observation import ConfigValue

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.machine.observation import ConfigFacts

CURRENT, EXPLICIT = BY_NAME["current"], BY_NAME["explicit"]
METHOD = "forced_login_method"
API, CHATGPT = f'{METHOD} = "api"\n', f'{METHOD} = "chatgpt"\n'


def trust(place: Path, level: str = "trusted") -> str:
    return f'[projects."{place}"]\ntrust_level = "{level}"\n'


def lay(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def read(root: Path, *, below: str = "work", profile: str | None = None) -> ConfigFacts:
    (root / "home").mkdir(exist_ok=True)
    (root / below).mkdir(parents=True, exist_ok=True)
    return read_config(
        root / "home",
        root / "etc",
        {"HOME": str(root)},
        directory=str(root / below),
        profile=profile,
    )


def bundle(*configuration: str, requirements: tuple[str, ...] = ()) -> str:
    def rows(texts: tuple[str, ...]) -> dict[str, list[dict[str, str]]]:
        made = [{"id": f"id_{n}", "name": "Base", "contents": t} for n, t in enumerate(texts)]
        return {"enterprise_managed": made}

    payload = {
        "version": 1,
        "cached_at": "2026-12-01T06:57:46.967962836Z",
        "expires_at": "2026-12-01T07:57:46.967962836Z",
        "chatgpt_user_id": "user-1",
        "account_id": "acct-1",
        "bundle": {"config_toml": rows(configuration), "requirements_toml": rows(requirements)},
    }
    return json.dumps({"signed_payload": payload, "signature": "c2ln"})


PLACES = [
    ("the directory itself", {"work/.codex/config.toml": API}, "work", "work", "api"),
    ("its parent, without a repository", {"work/.codex/config.toml": API}, "work/a", "work", None),
    (
        "the root of the repository",
        {"work/.git/HEAD": "", "work/.codex/config.toml": API},
        "work/a",
        "work",
        "api",
    ),
    (
        "a folder of a trusted repository",
        {"work/.git/HEAD": "", "work/a/.codex/config.toml": API},
        "work/a/b",
        "work",
        "api",
    ),
    (
        "a repository of which one folder is trusted",
        {"work/.git/HEAD": "", "work/.codex/config.toml": API},
        "work/a",
        "work/a",
        None,
    ),
    (
        "the nearest of two",
        {
            "work/.git/HEAD": "",
            "work/.codex/config.toml": API,
            "work/a/.codex/config.toml": CHATGPT,
        },
        "work/a",
        "work",
        "chatgpt",
    ),
]


@pytest.mark.parametrize(("title", "files", "below", "trusted", "method"), PLACES)
def test_a_trusted_project_is_read_from_its_root_down(
    tmp_path: Path, title: str, files: dict[str, str], below: str, trusted: str, method: str | None
) -> None:
    lay(tmp_path, {**files, "home/config.toml": trust(tmp_path / trusted)})
    assert read(tmp_path, below=below).get(METHOD) == method, title


def test_another_mark_can_be_the_root_of_a_project(tmp_path: Path) -> None:
    text = f'project_root_markers = ["MARK"]\n{trust(tmp_path / "work")}'
    files = {"home/config.toml": text, "work/MARK": "", "work/a/.codex/config.toml": API}
    lay(tmp_path, files)
    assert read(tmp_path, below="work/a").get(METHOD) == "api"


def test_a_project_does_not_trust_itself_and_is_not_read_without_trust(tmp_path: Path) -> None:
    lay(tmp_path, {"work/.codex/config.toml": f"broken\n{API}{trust(tmp_path / 'work')}"})
    config = read(tmp_path)
    assert (config.get(METHOD), config.error) == (None, None)
    assert [layer.ignored for layer in config.layers] == ["the directory is not trusted"]


def test_an_explicit_level_of_a_folder_comes_before_that_of_its_root(tmp_path: Path) -> None:
    text = trust(tmp_path / "work") + trust(tmp_path / "work/a", "untrusted")
    files = {"home/config.toml": text, "work/.git/HEAD": "", "work/a/.codex/config.toml": API}
    lay(tmp_path, files)
    assert read(tmp_path, below="work/a").get(METHOD) is None


def test_the_home_is_no_project_of_its_own(tmp_path: Path) -> None:
    lay(tmp_path, {".codex/config.toml": f"{API}{trust(tmp_path)}"})
    home = tmp_path / ".codex"
    config = read_config(home, tmp_path / "etc", {"HOME": str(tmp_path)}, directory=str(tmp_path))
    assert [layer.kind for layer in config.layers] == ["user"]


def test_a_project_does_not_say_where_requests_go_but_did_in_earlier_releases(
    tmp_path: Path,
) -> None:
    text = 'model_provider = "x"\n[model_providers.x]\nname = "x"\n'
    lay(tmp_path, {"home/config.toml": trust(tmp_path / "work"), "work/.codex/config.toml": text})
    config = read(tmp_path)
    assert config.get("model_provider") is None
    assert effective(config, EXPLICIT, at_start=True).get("model_provider") == "x"


def test_a_broken_project_is_told_in_words_of_its_own(tmp_path: Path) -> None:
    lay(
        tmp_path, {"home/config.toml": trust(tmp_path / "work"), "work/.codex/config.toml": "x =\n"}
    )
    error = read(tmp_path).error
    assert error is not None
    file = tmp_path / "work/.codex/config.toml"
    start = f"Error parsing project config file {file}: TOML parse error at line 1, column 4\n  |\n"
    assert (error.whole or "").startswith(start)


ORDER = [
    (("etc/config.toml", "home/config.toml"), "home/config.toml"),
    (("home/config.toml", "home/p.config.toml"), "home/p.config.toml"),
    (("home/p.config.toml", "work/.codex/config.toml"), "work/.codex/config.toml"),
    (("work/.codex/config.toml", "etc/managed_config.toml"), "etc/managed_config.toml"),
]


@pytest.mark.parametrize(("files", "wins"), ORDER)
def test_each_layer_lies_over_the_one_before(
    tmp_path: Path, files: tuple[str, str], wins: str
) -> None:
    given = {name: API if name == wins else CHATGPT for name in files}
    known = trust(tmp_path / "work")
    given["home/config.toml"] = given.get("home/config.toml", "") + known
    lay(tmp_path, given)
    config = read(tmp_path, profile="p")
    assert config.get(METHOD) == "api"
    assert [key for key, _ in config.overridden] == [METHOD]


def test_only_a_program_start_knows_a_profile(tmp_path: Path) -> None:
    lay(tmp_path, {"home/p.config.toml": API})
    config = read(tmp_path, profile="p")
    assert effective(config, CURRENT, at_start=True).get(METHOD) == "api"
    assert effective(config, CURRENT, at_start=False).get(METHOD) is None
    assert effective(config, EXPLICIT, at_start=True).get(METHOD) is None


def test_a_profile_of_the_old_kind_forbids_the_new_one(tmp_path: Path) -> None:
    lay(tmp_path, {"home/config.toml": '\n[profiles.p]\nmodel = "m"\n', "home/p.config.toml": API})
    refused = refused_configuration(read(tmp_path, profile="p"), CURRENT)
    assert refused is not None
    assert (refused.start.whole or "").startswith("--profile `p` cannot be used while ")
    assert refused.start.line == 3
    assert refused_configuration(read(tmp_path, profile="q"), CURRENT) is None


def test_a_delivery_lies_under_the_users_file_and_its_first_part_over_the_others(
    tmp_path: Path,
) -> None:
    texts = (f'{API}model = "a"\n', f'{CHATGPT}model = "b"\nreview_model = "b"\n')
    user = 'model = "mine"\n'
    lay(tmp_path, {"home/cloud-config-bundle-cache.json": bundle(*texts), "home/config.toml": user})
    config = read(tmp_path)
    assert config.get(METHOD) is None
    counts = effective(config, CURRENT, at_start=True, delivered=True)
    found = {key: counts.get(key) for key in (METHOD, "model", "review_model")}
    assert found == {METHOD: "api", "model": "mine", "review_model": "b"}
    assert counts.where(METHOD) == "enterprise-managed (Base, id_0):1"


def test_requirements_that_are_delivered_decide_on_the_provider_alone(tmp_path: Path) -> None:
    text = 'model_provider = "ollama"\ncli_auth_credentials_store = "ephemeral"\n'
    delivered = bundle(requirements=(text,))
    lay(tmp_path, {"home/cloud-config-bundle-cache.json": delivered})
    config = effective(read(tmp_path), CURRENT, at_start=True, delivered=True)
    assert config.get("model_provider") == "ollama"
    assert config.get("cli_auth_credentials_store") is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"signed_payload": 1}', '{"signed_payload": {}}'])
def test_a_delivery_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    lay(tmp_path, {"home/cloud-config-bundle-cache.json": text})
    config = read(tmp_path)
    assert config.bundle is not None
    assert config.bundle.expires_at is None
    assert config.layers == ()


def test_requirements_set_the_store_over_every_layer(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "home/config.toml": 'cli_auth_credentials_store = "file"\n',
            "etc/requirements.toml": 'cli_auth_credentials_store = "keyring"\n',
        },
    )
    config = read(tmp_path)
    assert config.get("cli_auth_credentials_store") == "keyring"
    before = effective(config, EXPLICIT, at_start=True)
    assert before.get("cli_auth_credentials_store") == "file"


REQUIREMENTS = [
    (
        'allowed_login_methods = ["foo"]',
        (
            "failed to parse requirements layer {file}: unknown variant `foo`, expected `chatgpt` "
            "or `api`\nin `allowed_login_methods`"
        ),
    ),
    (
        "[allowed_chatgpt_workspaces]\na = true",
        (
            "failed to parse requirements layer {file}: invalid type: map, expected a sequence\n"
            "in `allowed_chatgpt_workspaces`"
        ),
    ),
    (
        "model_providers = 1",
        (
            "failed to parse merged requirements: invalid type: integer `1`, expected a map\n"
            "in `model_providers`"
        ),
    ),
    (
        "x = \n",
        (
            "failed to parse requirements layer {file}: TOML parse error at line 1, column 5\n"
            "  |\n1 | x = \n  |     ^\nstring values must be quoted, expected literal string"
        ),
    ),
]


@pytest.mark.parametrize(("text", "words"), REQUIREMENTS)
def test_requirements_that_are_refused_are_told_with_their_own_file(
    tmp_path: Path, text: str, words: str
) -> None:
    lay(tmp_path, {"etc/requirements.toml": text})
    refused = refused_configuration(read(tmp_path), CURRENT)
    assert refused is not None
    assert refused.status.file == str(tmp_path / "etc/requirements.toml")
    assert refused.status.whole == words.format(file=refused.status.file)


def test_requirements_and_configuration_may_leave_no_way_to_log_in(tmp_path: Path) -> None:
    lay(tmp_path, {"home/config.toml": CHATGPT})
    for text in (
        'allowed_login_methods = ["api"]',
        "allowed_login_methods = []",
        'allowed_login_methods = ["chatgpt"]\nallowed_chatgpt_workspaces = [" "]',
    ):
        lay(tmp_path, {"etc/requirements.toml": text})
        found = [row.text for row in refused_requirements(read(tmp_path))]
        assert found == ["authentication requirements do not permit any usable login method"]


LIMITS = [
    (
        'default_permissions = "x"',
        "requirements.toml default_permissions requires allowed_permission_profiles",
        False,
    ),
    (
        "allowed_permission_profiles.x = true",
        "requirements.toml allowed_permission_profiles refers to undefined profile `x`",
        False,
    ),
    ("allowed_approval_policies = []", "field `allowed_approval_policies` cannot be empty", False),
    ('allowed_sandbox_modes = ["read-only"]', '`approval_policy = "never"` cannot be used', True),
]


@pytest.mark.parametrize(("text", "words", "on_exec"), LIMITS)
def test_limits_that_cannot_be_kept_stop_a_start(
    tmp_path: Path, text: str, words: str, *, on_exec: bool
) -> None:
    mode = 'sandbox_mode = "danger-full-access"\n'
    lay(tmp_path, {"home/config.toml": mode, "etc/requirements.toml": text})
    found = next(refused_limits(read(tmp_path)))
    assert found.text.startswith(words)
    assert found.on_exec == on_exec


def test_a_value_replaces_a_whole_table_and_a_table_a_value(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "etc/config.toml": 'a.b = 1\na.c = 2\nd = "x"\ne.f = 1\n',
            "home/config.toml": "a = 3\nd.g = 4\ne.h = 2\n",
        },
    )
    config = read(tmp_path)
    assert {key: value.value for key, value in config.values.items()} == {
        "a": 3,
        "d.g": 4,
        "e.f": 1,
        "e.h": 2,
    }
    assert sorted(key for key, _ in config.overridden) == ["a.b", "a.c", "d"]


def test_an_option_lies_under_what_is_managed_and_over_the_rest(tmp_path: Path) -> None:
    lay(tmp_path, {"home/config.toml": API, "etc/managed_config.toml": 'model = "m"\n'})
    values = {METHOD: ConfigValue("chatgpt", "-c"), "model": ConfigValue("x", "-c")}
    config = with_options(read(tmp_path), "-c", values)
    assert (config.get(METHOD), config.get("model")) == ("chatgpt", "m")


def test_without_a_layer_the_one_below_counts(tmp_path: Path) -> None:
    lay(tmp_path, {"home/config.toml": API, "etc/config.toml": CHATGPT})
    config = changed_layers(read(tmp_path), lambda layer: None if layer.kind == "user" else layer)
    assert config.get(METHOD) == "chatgpt"
