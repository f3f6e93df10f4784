"""Addresses as the released clients asked them; the base URLs are those of the recordings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.contracts import BY_NAME, TABLE, UNKNOWN_ENVIRONMENT
from authtui.exchanges.endpoints import (
    EndpointProblem,
    Endpoints,
    agent_base,
    endpoints_of,
    hosts_of,
    jwks_url,
    normalised_base,
    refresh_url,
    revoke_url,
)

BACKEND = "http://127.0.0.1:8000"
JWKS = "CODEX_AGENT_IDENTITY_JWKS_BASE_URL"
AUTHAPI = "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL"
PRODUCTION = "https://auth.openai.com/api/accounts"
STAGING = "https://auth.api.openai.org/api/accounts"


@pytest.mark.parametrize("name", ["explicit", "managed", "current"])
@pytest.mark.parametrize("base", [None, "", "https://chatgpt.com/backend-api/"])
def test_the_default_key_set_is_at_wham(name: str, base: str | None) -> None:
    wanted = "https://chatgpt.com/backend-api/wham/agent-identities/jwks"
    assert jwks_url(BY_NAME[name], base, {}) == wanted


@pytest.mark.parametrize(
    ("base", "wanted"),
    [
        (BACKEND, "/agent-identities/jwks"),
        (f"{BACKEND}/api/codex", "/api/codex/agent-identities/jwks"),
        (f"{BACKEND}/backend-api", "/backend-api/wham/agent-identities/jwks"),
        (f"{BACKEND}/backend-api/", "/backend-api/wham/agent-identities/jwks"),
        (f"{BACKEND}/backend-api/codex", "/backend-api/codex/wham/agent-identities/jwks"),
    ],
)
def test_0_128_asks_the_key_set_of_the_configured_deployment(base: str, wanted: str) -> None:
    assert jwks_url(BY_NAME["explicit"], base, {}) == BACKEND + wanted


@pytest.mark.parametrize("name", ["managed", "current"])
def test_later_clients_know_only_their_own_environments(name: str) -> None:
    for made in (jwks_url, agent_base):
        found = made(BY_NAME[name], f"{BACKEND}/backend-api", {})
        assert isinstance(found, EndpointProblem)
        assert found.client_error == UNKNOWN_ENVIRONMENT


def test_the_newest_client_takes_an_override_that_repeats_the_base_url() -> None:
    base = f"{BACKEND}/backend-api"
    given_ = {JWKS: f" {base}/ ", AUTHAPI: f"{BACKEND}/api/accounts/"}
    contract = BY_NAME["current"]
    assert jwks_url(contract, base, given_) == f"{base}/wham/agent-identities/jwks"
    assert agent_base(contract, base, given_) == f"{BACKEND}/api/accounts"
    other = {**given_, JWKS: f"{BACKEND}/elsewhere"}
    assert isinstance(agent_base(contract, base, other), EndpointProblem)


@pytest.mark.parametrize(
    ("name", "base", "wanted"),
    [
        ("0.122", None, "https://chatgpt.com/backend-api"),
        ("first", None, "https://chatgpt.com/backend-api"),
        ("identity-only", f"{BACKEND}/backend-api", f"{BACKEND}/backend-api"),
        ("0.125", None, "https://chatgpt.com/backend-api"),
        ("explicit", None, PRODUCTION),
        ("explicit", f"{BACKEND}/backend-api", PRODUCTION),
        ("explicit", "https://chatgpt-staging.com/backend-api", PRODUCTION),
        ("managed", None, PRODUCTION),
        ("managed", "https://chatgpt-staging.com/backend-api", STAGING),
        ("current", "https://chat.openai.com", PRODUCTION),
        ("current", "https://chatgpt-staging.com/backend-api/", STAGING),
        ("current", "HTTPS://ChatGPT.com:443/backend-api", PRODUCTION),
    ],
)
def test_registration_goes_where_the_recorded_client_went(
    name: str, base: str | None, wanted: str
) -> None:
    assert agent_base(BY_NAME[name], base, {}) == wanted


def test_the_registration_variable_replaces_the_base_from_0_128_on() -> None:
    given_ = {AUTHAPI: "https://auth.example.org/x/"}
    assert agent_base(BY_NAME["explicit"], None, given_) == "https://auth.example.org/x"
    assert agent_base(BY_NAME["first"], None, given_) == "https://chatgpt.com/backend-api"


NORMALISED = [
    # base, first generation, 0.124, 0.128
    ("https://chatgpt.com", "/backend-api", "/backend-api", "/backend-api"),
    ("https://chatgpt.com/codex", "/codex/backend-api", "/backend-api", "/backend-api"),
    ("https://chatgpt.com/backend-api/codex", "/backend-api", "/backend-api", "/backend-api"),
    ("https://chatgpt.com/api/codex", "/api/codex/backend-api", "/api/backend-api", "/api/codex"),
    ("https://chatgpt.com/backend-api/wham/remote/control/server/enroll",
     "/backend-api", "/backend-api", "/backend-api"),
    ("https://chatgpt.com/backend-api/wham/remote/control/server//",
     "/backend-api", "/backend-api", "/backend-api"),
]  # fmt: skip


@pytest.mark.parametrize(("base", "first", "second", "third"), NORMALISED)
def test_three_generations_normalise_the_base_url_in_three_orders(
    base: str, first: str, second: str, third: str
) -> None:
    for name, wanted in (("first", first), ("0.124", second), ("explicit", third)):
        assert normalised_base(BY_NAME[name], base) == "https://chatgpt.com" + wanted


def test_a_foreign_host_gets_no_backend_api() -> None:
    assert normalised_base(BY_NAME["first"], f"{BACKEND}/codex/") == BACKEND


def test_revocation_follows_the_refresh_override() -> None:
    refresh, revoke = "CODEX_REFRESH_TOKEN_URL_OVERRIDE", "CODEX_REVOKE_TOKEN_URL_OVERRIDE"
    assert revoke_url({}) == "https://auth.openai.com/oauth/revoke"
    assert revoke_url({refresh: f"{BACKEND}/a/b?c=d"}) == f"{BACKEND}/oauth/revoke"
    assert revoke_url({refresh: "no url"}) == "https://auth.openai.com/oauth/revoke"
    assert revoke_url({refresh: BACKEND, revoke: f"{BACKEND}/own"}) == f"{BACKEND}/own"
    assert revoke_url({revoke: ""}) == ""
    assert refresh_url({refresh: ""}) == ""
    assert refresh_url({}) == "https://auth.openai.com/oauth/token"


def test_whoami_and_the_rest_of_the_newest_client() -> None:
    found = endpoints_of(BY_NAME["current"], None, {"CODEX_AUTHAPI_BASE_URL": f"{BACKEND}/x/ "})
    assert found.whoami == f"{BACKEND}/x/v1/user-auth-credential/whoami"
    assert found.accounts_check == "https://chatgpt.com/backend-api/wham/accounts/check"
    assert found.policies == "https://chatgpt.com/backend-api/wham/config/bundle"
    assert found.agent_register == f"{PRODUCTION}/v1/agent/register"
    assert found.task_register("agent-1") == f"{PRODUCTION}/v1/agent/agent-1/task/register"


def test_older_clients_ask_other_policies_and_a_biscuit() -> None:
    found = endpoints_of(BY_NAME["first"], None, {})
    assert found.policies == "https://chatgpt.com/backend-api/wham/config/requirements"
    assert found.biscuit == "https://chatgpt.com/backend-api/authenticate_app_v2"


def test_a_runtime_id_cannot_leave_its_place_in_the_path() -> None:
    found = endpoints_of(BY_NAME["explicit"], None, {})
    assert found.task_register("../../x?y#z") == (
        f"{PRODUCTION}/v1/agent/..%2F..%2Fx%3Fy%23z/task/register"
    )


def test_the_hosts_of_addresses_can_be_named_to_the_client() -> None:
    urls: list[str | EndpointProblem] = [
        "https://a.example/x",
        "http://[::1]:81/y",
        "",
        "nonsense",
        EndpointProblem("no"),
    ]
    assert hosts_of(urls) == {"a.example:443", "[::1]:81"}


@given(st.sampled_from(TABLE), st.text(max_size=60), st.text(max_size=40), st.text(max_size=40))
def test_no_configuration_raises(contract: object, base: str, one: str, two: str) -> None:
    environment = {
        JWKS: one,
        AUTHAPI: two,
        "CODEX_REFRESH_TOKEN_URL_OVERRIDE": one,
        "CODEX_AUTHAPI_BASE_URL": two,
    }
    found = endpoints_of(contract, base, environment)  # type: ignore[arg-type]
    assert isinstance(found, Endpoints)
    found.task_register(one)
    hosts_of([found.refresh, found.revoke, found.whoami, found.jwks])
