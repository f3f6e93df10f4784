"""Which addresses are overridden for each generation, and what is said where none can be."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.capture.overrides import OverridePlan, plan_overrides
from authtui.contracts import BY_NAME, TABLE
from authtui.credentials.observe import read_observation
from authtui.lifecycle.addresses import addresses_of
from authtui.verdict.command_line import is_client, place_of_options, subcommand_of

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.contracts import Contract

HERE = "http://127.0.0.1:4000"
EXEC = ("codex", "exec", "hi")


def plan_of(
    tmp_path: Path,
    config: str = "",
    command: tuple[str, ...] = EXEC,
    contract: str = "current",
    environ: dict[str, str] | None = None,
    **options: Any,  # noqa: ANN401 - as `plan_overrides` takes them
) -> OverridePlan:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(config)
    variables = {"CODEX_HOME": str(home), "HOME": str(tmp_path), **(environ or {})}
    seen = read_observation(
        environ=variables,
        home_option=None,
        now=datetime.now(UTC),
        system_dir=tmp_path / "etc",
        probe_keyring=False,
        installed=False,
    )
    row = BY_NAME[contract]
    addresses = addresses_of(seen, row, None, base_url=options.get("upstream"))
    found = plan_overrides(command, variables, seen, row, addresses, **options)
    assert isinstance(found, OverridePlan), found
    return found


def servers(plan: OverridePlan) -> dict[str, str]:
    """The server behind each override: where the request `<address>/x` would be passed on."""
    launch = plan.launch_at(HERE)
    found = {}
    words = list(launch.command)
    pairs = [w.split("=", 1) for before, w in pairwise(words) if before == "-c"]
    pairs += [[name, value] for name, value in launch.environment.items() if HERE in value]
    for name, value in pairs:
        path = value.strip('"').removeprefix(HERE).encode() + b"/x"
        route = plan.routes.find(path)
        assert route is not None, name
        found[name] = f"{route[0].upstream.url}{route[1].decode()}"
    return found


def test_the_newest_client_is_led_by_two_options_and_five_variables(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    assert servers(plan) == {
        "chatgpt_base_url": "https://chatgpt.com/backend-api/x",
        "openai_base_url": "https://api.openai.com/v1/x",
        "CODEX_REFRESH_TOKEN_URL_OVERRIDE": "https://auth.openai.com/oauth/token/x",
        "CODEX_REVOKE_TOKEN_URL_OVERRIDE": "https://auth.openai.com/oauth/revoke/x",
        "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL": "https://auth.openai.com/api/accounts/x",
        "CODEX_AUTHAPI_BASE_URL": "https://auth.openai.com/api/accounts/x",
        "CODEX_AGENT_IDENTITY_JWKS_BASE_URL": "https://chatgpt.com/backend-api/x",
    }
    launch = plan.launch_at(HERE)
    assert launch.command[0] == "codex"
    assert launch.command[-2:] == ("exec", "hi")
    assert launch.shown == EXEC


def test_the_key_set_s_base_is_the_led_chatgpt_base_to_the_letter(tmp_path: Path) -> None:
    launch = plan_of(tmp_path).launch_at(HERE)
    option = next(word for word in launch.command if word.startswith("chatgpt_base_url="))
    assert (
        option == f'chatgpt_base_url="{launch.environment["CODEX_AGENT_IDENTITY_JWKS_BASE_URL"]}"'
    )


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_each_generation_gets_what_it_reads_and_no_more(tmp_path: Path, row: Contract) -> None:
    launch = plan_of(tmp_path, contract=row.name).launch_at(HERE)
    ours = {name for name, value in launch.environment.items() if HERE in value}
    assert ours == set(row.overrides.variables)
    options = [word.partition("=")[0] for word in launch.command if "_base_url=" in word]
    assert options == ["chatgpt_base_url", "openai_base_url"]


def test_what_is_overridden_and_for_what_is_said(tmp_path: Path) -> None:
    told = plan_of(tmp_path).launch_at(HERE).overrides
    assert "-c chatgpt_base_url for https://chatgpt.com/backend-api" in told
    assert (
        "-c openai_base_url for https://api.openai.com/v1 or https://chatgpt.com/backend-api/codex"
    ) in told
    assert any(text.startswith("not captured: the client's choice of a server") for text in told)
    assert not any(HERE in text for text in told), "the secret path is nobody's to read"


def test_a_configured_base_is_where_it_leads(tmp_path: Path) -> None:
    config = 'chatgpt_base_url = "https://gov.example/backend-api/"\nopenai_base_url = "https://m.example/v9"\n'
    found = servers(plan_of(tmp_path, config))
    assert found["chatgpt_base_url"] == "https://gov.example/backend-api/x"
    assert found["openai_base_url"] == "https://m.example/v9/x"


def test_a_provider_of_one_s_own_is_led_by_its_own_key(tmp_path: Path) -> None:
    config = (
        'model_provider = "corp"\n[model_providers.corp]\nname = "Corp"\n'
        'base_url = "https://llm.corp.example/openai/v1"\n'
    )
    found = servers(plan_of(tmp_path, config))
    assert found["model_providers.corp.base_url"] == "https://llm.corp.example/openai/v1/x"
    assert "openai_base_url" not in found


def test_a_built_in_provider_without_an_address_is_said_not_to_be_led(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, 'model_provider = "amazon-bedrock"\n')
    assert "model calls of the provider amazon-bedrock" in plan.not_captured


def test_one_server_takes_everything(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, upstream="http://127.0.0.1:9")
    assert {url.split("/", 3)[2] for url in servers(plan).values()} == {"127.0.0.1:9"}
    assert {server.netloc for server in plan.routes.servers} == {"127.0.0.1:9"}


def test_variables_the_user_has_set_are_where_they_lead(tmp_path: Path) -> None:
    environ = {
        "CODEX_REFRESH_TOKEN_URL_OVERRIDE": "https://login.example/t",
        "CODEX_AUTHAPI_BASE_URL": "https://auth.example/api",
    }
    found = servers(plan_of(tmp_path, environ=environ))
    assert found["CODEX_REFRESH_TOKEN_URL_OVERRIDE"] == "https://login.example/t/x"
    assert found["CODEX_REVOKE_TOKEN_URL_OVERRIDE"] == "https://login.example/oauth/revoke/x"
    assert found["CODEX_AUTHAPI_BASE_URL"] == "https://auth.example/api/x"


def test_0142_keeps_the_known_address_for_an_agent_identity(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, contract="managed", mode="agent_identity")
    found = servers(plan)
    assert "chatgpt_base_url" not in found
    assert found["openai_base_url"] == "https://api.openai.com/v1/x"
    assert "known ChatGPT addresses only" in plan.not_captured[0]


def test_0142_is_led_away_where_a_server_was_named_and_its_refusal_foretold(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path, contract="managed", mode="agent_identity", upstream="http://127.0.0.1:9"
    )
    assert "chatgpt_base_url" in servers(plan)
    assert "refuses an agent identity" in plan.not_captured[0]


def test_an_environment_the_client_refuses_is_not_made_acceptable(tmp_path: Path) -> None:
    found = servers(plan_of(tmp_path, 'chatgpt_base_url = "https://other.example/backend-api"'))
    assert "CODEX_AGENT_IDENTITY_JWKS_BASE_URL" not in found
    assert "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL" not in found


def test_plain_http_to_another_machine_is_not_led(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, 'openai_base_url = "http://10.0.0.1/v1"')
    assert "openai_base_url" not in servers(plan)
    assert any("plain http" in text for text in plan.not_captured)


@pytest.mark.parametrize(
    "line",
    [
        ("codex", "-c", 'openai_base_url="https://mine.example"', "exec", "hi"),
        ("codex", "exec", "--config", "openai_base_url=https://mine.example", "hi"),
        ("codex", "exec", "--config=openai_base_url=https://mine.example", "hi"),
    ],
)
def test_what_the_command_line_sets_itself_stays(tmp_path: Path, line: tuple[str, ...]) -> None:
    plan = plan_of(tmp_path, command=line)
    assert "openai_base_url, which the command line sets itself" in plan.not_captured
    assert sum("openai_base_url" in word for word in plan.launch_at(HERE).command) == 1


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (("codex", "exec", "hi"), 1),
        (("codex", "-c", "a=b", "exec", "hi"), 1),
        (("codex", "exec", "-c", "a=b", "hi"), 2),
        (("codex", "-c", "x=y", "exec", "--json", "--config=a=b", "hi"), 5),
        (("codex", "exec", "--", "-c", "a=b"), 1),
        (("codex", "what -c means"), 1),
        (("codex",), 1),
    ],
)
def test_options_stand_where_old_clients_do_not_lose_them(
    line: tuple[str, ...], place: int
) -> None:
    assert place_of_options(line) == place


def test_the_user_s_own_proxy_does_not_come_before_this_one(tmp_path: Path) -> None:
    environ = {"HTTPS_PROXY": "http://proxy.corp:3128", "NO_PROXY": ".corp"}
    launch = plan_of(tmp_path, environ=environ).launch_at(HERE)
    assert launch.environment["NO_PROXY"] == ".corp,127.0.0.1,localhost"
    assert launch.environment["no_proxy"] == ".corp,127.0.0.1,localhost"
    assert launch.environment["HTTPS_PROXY"] == "http://proxy.corp:3128"
    assert "NO_PROXY with this machine in it" in launch.overrides
    assert "NO_PROXY" not in plan_of(tmp_path).launch_at(HERE).environment


def test_a_proxy_of_the_env_file_counts_too(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".env").write_text("HTTPS_PROXY=http://proxy.corp:3128\nNO_PROXY=.corp\n")
    launch = plan_of(tmp_path).launch_at(HERE)
    assert launch.environment["NO_PROXY"] == ".corp,127.0.0.1,localhost"


@pytest.mark.parametrize(
    ("mode", "lines", "host"),
    [
        ("chatgpt", [(b"authorization", b"Bearer eyJhbGciOi")], "chatgpt.com"),
        ("chatgpt", [(b"authorization", b"Bearer opaque")], "chatgpt.com"),
        ("chatgpt", [], "chatgpt.com"),
        ("chatgpt", [(b"authorization", b"Bearer sk-made-up")], "api.openai.com"),
        ("api_key", [(b"authorization", b"Bearer eyJhbGciOi")], "api.openai.com"),
        ("api_key", [(b"authorization", b"Bearer at-made-up")], "api.openai.com"),
        ("api_key", [(b"chatgpt-account-id", b"a")], "chatgpt.com"),
        (None, [(b"authorization", b"AgentAssertion eyJ")], "chatgpt.com"),
        (None, [], "api.openai.com"),
    ],
)
def test_a_model_call_goes_where_its_credential_would_else_where_it_is_predicted(
    tmp_path: Path, mode: str | None, lines: list[tuple[bytes, bytes]], host: str
) -> None:
    routes = plan_of(tmp_path, mode=mode).routes
    route = next(route for route in routes.all if route.name == "model")
    assert route.for_headers(lines).host == host


@pytest.mark.parametrize(
    ("mode", "model"),
    [("api_key", "api.openai.com/v1"), ("chatgpt", "chatgpt.com/backend-api/codex")],
)
def test_what_the_program_says_names_the_real_servers(
    tmp_path: Path, mode: str, model: str
) -> None:
    routes = plan_of(tmp_path, mode=mode).routes
    here = "127.0.0.1:4000" + routes.path("model")
    said = f"ERROR: 401, url: http://{here}/responses and ws://{here}/responses"
    assert routes.with_real_addresses(said, HERE) == (
        f"ERROR: 401, url: https://{model}/responses and wss://{model}/responses"
    )
    chatgpt = f"{HERE}{routes.path('chatgpt')}/backend-api/wham/x"
    assert routes.with_real_addresses(chatgpt, HERE) == "https://chatgpt.com/backend-api/wham/x"
    secret = routes.path("").strip("/")
    assert secret not in routes.with_real_addresses(f"half an address: /{secret}/oth", HERE)


def test_what_the_client_asks_of_others_directly_is_said(tmp_path: Path) -> None:
    assert any("ab.chatgpt.com" in text for text in plan_of(tmp_path).not_captured)
    assert any("github.com" in text for text in plan_of(tmp_path, contract="managed").not_captured)
    login = plan_of(tmp_path, command=("codex", "login")).not_captured
    assert any("login by browser" in text for text in login)


def test_another_program_gets_variables_and_it_is_said(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, command=("python3", "agent.py"))
    launch = plan.launch_at(HERE)
    assert launch.command == ("python3", "agent.py")
    found = servers(plan)
    assert found["OPENAI_BASE_URL"] == "https://api.openai.com/v1/x"
    assert "python3 is not codex" in plan.not_captured[0]


def test_nothing_else_of_the_environment_changes(tmp_path: Path) -> None:
    environ = {"CODEX_API_KEY": "sk-made-up", "PATH": "/bin", "ODD": "a\nb"}
    launch = plan_of(tmp_path, environ=environ).launch_at(HERE)
    for name, value in environ.items():
        assert launch.environment[name] == value


def test_a_secret_on_the_command_line_is_not_shown(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, command=("codex", "exec", "use sk-proj-abcdefgh12345678"))
    launch = plan.launch_at(HERE)
    assert launch.command[-1] == "use sk-proj-abcdefgh12345678"
    assert "sk-proj" not in repr(launch.shown) + repr(launch) + repr(plan)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (("codex", "exec", "hi"), "exec"),
        (("codex", "-m", "exec", "login"), "login"),
        (("codex", "fix the login"), None),
        (("codex",), None),
    ],
)
def test_the_subcommand_is_found(line: tuple[str, ...], found: str | None) -> None:
    assert subcommand_of(line) == found


def test_the_client_is_known_by_its_file() -> None:
    assert is_client(("/opt/x/bin/codex",))
    assert is_client(("codex.exe",))
    assert not is_client(("codex-wrapper",))
    assert not is_client(())


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
def test_options_never_stand_outside_the_command(words: list[str]) -> None:
    assert 1 <= place_of_options(words) <= len(words)
