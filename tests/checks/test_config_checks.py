"""Settings that are written down and not read, and files of profiles that nobody asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.checks.test_layered_answers import answer, told

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.answers.findings import Assessment, CheckResult

PROVIDER = 'model_provider = "o"\n[model_providers.o]\nname = "O"\nbase_url = "https://o.test/v1"\n'
PROXY = 'chatgpt_base_url = "http://127.0.0.1:9/backend-api"\n'
TABLE = "proc/net/tcp"
HEAD = "  sl  local_address rem_address   st\n"
LISTENING = "   0: 0100007F:0009 00000000:0000 0A\n"


def row(found: Assessment, name: str) -> CheckResult | None:
    return next((check for check in found.checks if check.id == name), None)


UNREAD = [
    ('base_url = "https://o.test/v1"\n', "there is no setting `base_url` at the top of the file"),
    ('env_key = "O_KEY"\n', "there is no setting `env_key` at the top of the file"),
    ('preferred_auth_method = "apikey"\n', "no released client here reads it"),
    (f'{PROVIDER}forced_login_method = "api"\n', "below `[model_providers.o]`"),
    ('[tui]\nmodel_provider = "o"\n', "it counts above the first table"),
]


@pytest.mark.parametrize(("text", "says"), UNREAD)
def test_a_setting_that_the_client_passes_over_is_named(
    tmp_path: Path, text: str, says: str
) -> None:
    found = row(answer(tmp_path, {"home/config.toml": text}), "config.ignored")
    assert found is not None
    assert found.status == "warn"
    assert says in found.summary
    assert found.where == f"config.toml:{len(text.splitlines())}"


READ = [
    PROVIDER,
    'model = "x"\n',
    '[mcp_servers.x]\ncommand = "x"\n[mcp_servers.x.env]\nmodel_provider = "o"\n',
    'made_up_by_another_tool = "x"\n',
]


@pytest.mark.parametrize("text", READ)
def test_what_counts_or_bears_on_no_login_is_not_named(tmp_path: Path, text: str) -> None:
    assert row(answer(tmp_path, {"home/config.toml": text}), "config.ignored") is None


def test_a_provider_of_a_profile_is_told_where_nobody_is_logged_in(tmp_path: Path) -> None:
    files = {"home/o.config.toml": PROVIDER, "home/auth.json": "{}"}
    found = row(answer(tmp_path, files), "config.profile")
    assert found is not None
    assert found.status == "warn"
    words = "`--profile o` selects the provider o, so that requests go to o.test; not used here"
    assert found.summary == words


def test_a_profile_beside_a_login_that_works_is_no_fault(tmp_path: Path) -> None:
    found = row(answer(tmp_path, {"home/o.config.toml": PROVIDER}), "config.profile")
    assert found is not None
    assert found.status == "pass"


def test_a_profile_that_changes_nothing_of_the_login_is_not_told(tmp_path: Path) -> None:
    found = answer(tmp_path, {"home/o.config.toml": 'model = "x"\n'})
    assert row(found, "config.profile") is None


def test_a_look_up_at_a_port_where_nobody_listens_fails(tmp_path: Path) -> None:
    found = answer(tmp_path, {"home/config.toml": PROXY, TABLE: HEAD})
    assert told(found, "exec").says == "ERROR: workspace routing discovery failed"
    assert found.verdict.headline == "Nothing listens at 127.0.0.1:9"
    assert found.verdict.culprit == "config.toml:1"


@pytest.mark.parametrize("tables", [{TABLE: HEAD + LISTENING}, {}])
def test_a_look_up_is_taken_to_work_where_somebody_listens_or_nobody_can_tell(
    tmp_path: Path, tables: dict[str, str]
) -> None:
    found = answer(tmp_path, {"home/config.toml": PROXY, **tables})
    assert told(found, "exec").exit == 0


def test_a_key_in_a_header_is_the_providers_and_no_variable_is_to_be_unset(tmp_path: Path) -> None:
    text = f'{PROVIDER}env_http_headers = {{ "api-key" = "O_KEY" }}\n'
    found = answer(tmp_path, {"home/config.toml": text}, O_KEY="made-up")
    assert found.verdict.headline.startswith("The provider's own key is used")
    assert "unset" not in str(found.verdict.fix[0].command)
