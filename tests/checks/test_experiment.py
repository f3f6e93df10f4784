"""One thing taken away or set, on paper: what is different, and that nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.differences import differences
from authtui.assessment.assess import assess
from authtui.assessment.changed import add, without
from authtui.assessment.experiment import FORCED, apply, candidates, shown_assignment
from authtui.assessment.options import Options
from authtui.machine.observation import FileFacts
from authtui.redaction import Secret
from tests.checks.build import KEY, OTHER_KEY, State, observe
from tests.tui.homes import HOMES, read

if TYPE_CHECKING:
    from pathlib import Path

CURRENT = Options(contract="current")


def changed(name: str, *without: str, given: tuple[str, ...] = ()) -> dict[str, tuple[str, str]]:
    seen = read(name)
    other = apply(seen, without, given)
    assert not isinstance(other, str), other
    found = differences(assess(seen, CURRENT), assess(other, CURRENT))
    return {row.label: (row.before, row.after) for row in found}


def test_without_the_variable_the_stored_login_is_selected_and_the_request_goes_elsewhere() -> None:
    found = changed("shadowed", "CODEX_API_KEY")
    assert found["auth.json"] == ("shadowed by 1", "selected")
    assert found["CODEX_API_KEY"] == ("selected", "absent")
    assert found["request"] == (
        "Bearer to api.openai.com/v1",
        "Bearer to chatgpt.com/backend-api/codex for org_mine",
    )


def test_without_the_source_nothing_is_left() -> None:
    assert changed("healthy", "auth.json")["codex exec"] == ("would start", "not logged in")


def test_a_workspace_forced_on_paper_shows_what_the_client_would_delete() -> None:
    found = changed("healthy", given=(f"{FORCED}=org_else",))
    assert found["codex exec"] == ("would start", "would refuse, and delete the stored login")
    assert "org_else" in found["codex exec says"][1]


def test_what_makes_no_difference_says_so() -> None:
    assert changed("healthy", given=(f"{FORCED}=org_mine",)) == {}


def test_without_the_env_file_the_variable_of_the_shell_is_back() -> None:
    seen = observe(State(env={"OPENAI_API_KEY": KEY}, dotenv=f"OPENAI_API_KEY={OTHER_KEY}\n"))
    given = seen.environment.get("OPENAI_API_KEY")
    assert given is not None
    assert given.value == Secret(OTHER_KEY)
    other = without(seen, ".env")
    assert other is not None
    back = other.environment.get("OPENAI_API_KEY")
    assert back is not None
    assert (back.value, back.origin) == (Secret(KEY), "environment")
    assert other.environment.dotenv_overrides == ()


def test_without_config_toml_the_layer_below_it_counts_again() -> None:
    def layers(home: Path) -> None:
        (home.parent / "etc").mkdir()
        (home.parent / "etc" / "config.toml").write_text('forced_login_method = "api"\n')

    seen = observe(State(config='forced_login_method = "chatgpt"\n', prepare=layers))
    assert seen.config.get("forced_login_method") == "chatgpt"
    other = without(seen, "config.toml")
    assert other is not None
    assert other.config.get("forced_login_method") == "api"
    assert not other.config.file.exists


def test_a_provider_goes_with_all_its_keys() -> None:
    config = 'model_provider = "x"\n[model_providers.x]\nname = "x"\nbase_url = "http://x"\n'
    seen = observe(State(config=config))
    for name in ("model_providers.x", "config:model_providers.x"):
        other = without(seen, name)
        assert other is not None
        assert not [key for key in other.config.values if key.startswith("model_providers.")]
        assert "model_provider" in other.config.values
    assert without(seen, "config:model_providers.y") is None


def test_workload_identity_goes_with_both_its_variables() -> None:
    env = {"OPENAI_FEDERATION_RULE_ID": "r", "OPENAI_IDENTITY_TOKEN_FILE": "/t"}
    other = without(observe(State(env=env)), "workload identity")
    assert other is not None
    assert not other.environment.variables
    assert without(observe(State()), "workload identity") is None


def test_the_encrypted_store_and_the_keyring_can_be_taken_away() -> None:
    seen = read("healthy")
    seen = seen._replace(encrypted=seen.encrypted._replace(file=FileFacts("/x", "file")))
    other = without(seen, "encrypted store")
    assert other is not None
    assert not other.encrypted.file.exists
    gone = without(seen, "keyring")
    assert gone is not None
    assert gone.keyring.status == "absent"


def test_a_config_value_is_read_as_the_file_would_be() -> None:
    seen = observe(State())

    def value(key: str, text: str) -> object:
        return add(seen, f"config:{key}", text).config.get(key)

    assert value("forced_chatgpt_workspace_id", '["a", "b"]') == ["a", "b"]
    assert value("forced_chatgpt_workspace_id", "12") == "12"
    assert value("forced_chatgpt_workspace_id", "[a") == "[a"
    assert value("features.x", "true") is True
    assert value("a.b", 'with "quotes"') == 'with "quotes"'
    token = "model_providers.x.experimental_bearer_token"
    assert value(token, "nothing-like-a-key") == Secret("nothing-like-a-key")
    assert value("not a = key", "x") == "x"
    assert value("a = 1\nb", "x") == "x"


def test_a_secret_set_on_paper_is_shown_by_its_class_only() -> None:
    for text in (
        f"CODEX_API_KEY={KEY}",
        "CORP_KEY=no-shape-at-all",
        "config:model_providers.x.experimental_bearer_token=no-shape-at-all",
        f"config:model={KEY}",
        f"{KEY}=x",
        KEY,
    ):
        shown = shown_assignment(text)
        assert KEY[-10:] not in shown
        assert "no-shape" not in shown
    assert shown_assignment("config:model=o9") == "config:model=o9"


def test_a_wrong_request_is_answered_with_what_would_be_right() -> None:
    seen = read("healthy")
    for removed, given, words in (
        (("NOBODY",), (), "there is no such source"),
        ((), ("NOBODY",), "expected NAME=VALUE"),
        ((), ("=x",), "expected NAME=VALUE"),
        ((), ("config:=x",), "expected NAME=VALUE"),
    ):
        said = apply(seen, removed, given)
        assert isinstance(said, str)
        assert words in said
    said = apply(seen, (), (KEY,))
    assert isinstance(said, str)
    assert KEY[-10:] not in said


def test_everything_offered_can_be_taken_away_alone() -> None:
    for story in HOMES:
        seen = read(story)
        for candidate in candidates(seen):
            other = without(seen, candidate.name)
            assert other is not None, candidate
            assert other != seen
