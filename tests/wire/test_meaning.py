from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.exchanges import meaning
from authtui.exchanges.meaning import BY_NAME, NOT_FROM_THE_SERVER, Seen, meaning_of, purpose_of

PURPOSES = [
    ("GET", "chatgpt.com", "/backend-api/wham/agent-identities/jwks", "jwks"),
    ("GET", "127.0.0.1:81", "/agent-identities/jwks", "jwks"),
    ("POST", "auth.openai.com", "/api/accounts/v1/agent/agent-1/task/register", "task-register"),
    ("POST", "chatgpt.com", "/backend-api/v1/agent/register", "agent-register"),
    ("GET", "chatgpt.com", "/backend-api/authenticate_app_v2", "biscuit"),
    ("POST", "auth.openai.com", "/oauth/token", "refresh"),
    ("POST", "auth.openai.com", "/oauth/revoke", "revoke"),
    ("GET", "auth.openai.com", "/api/accounts/v1/user-auth-credential/whoami", "whoami"),
    ("GET", "chatgpt.com", "/backend-api/wham/accounts/check", "accounts-check"),
    ("GET", "chatgpt.com", "/backend-api/wham/config/bundle", "config-bundle"),
    ("GET", "chatgpt.com", "/backend-api/wham/config/requirements", "config-bundle"),
    ("GET", "chatgpt.com", "/backend-api/wham/settings/user", "user-settings"),
    ("POST", "chatgpt.com", "/backend-api/codex/responses", "model-call"),
    ("GET", "api.openai.com", "/v1/responses", "model-call"),
    ("GET", "api.openai.com", "/v1/models?client_version=0.169.0", "model-list"),
    ("HEAD", "chatgpt.com", "/backend-api/", "reachability"),
    ("HEAD", "chatgpt.com", "/backend-api/codex/responses", "reachability"),
    ("GET", "chatgpt.com", "/backend-api/ps/plugins/installed", "plugins"),
    ("GET", "github.com", "/openai/plugins.git/info/refs", "plugins"),
    ("GET", "api.github.com", "/repos/openai/codex/releases/latest", "releases"),
    ("POST", "ab.chatgpt.com", "/otlp/v1/metrics", "telemetry"),
    ("POST", "chatgpt.com", "/backend-api/codex/analytics-events/events", "telemetry"),
    ("POST", "auth.openai.com", "/api/accounts/deviceauth/token", "device-token"),
    ("POST", "auth.openai.com", "/api/accounts/deviceauth/usercode", "device-code"),
    ("GET", "localhost:1455", "/cancel", "login-cancel"),
    ("GET", "localhost:1455", "/auth/callback?code=x&state=y", "callback"),
    ("POST", "mcp.example.org", "/mcp", "mcp"),
    ("POST", "chatgpt.com", "/backend-api/wham/apps", "apps"),
    ("POST", "chatgpt.com", "/api/codex/apps", "apps"),
    ("GET", "chatgpt.com", "/backend-api/connectors/directory/list?external_logos=true", "apps"),
    ("GET", "chatgpt.com", "/backend-api/plugins/featured", "plugins"),
    ("GET", "chatgpt.com", "/backend-api/wham/usage", "usage"),
    ("GET", "chatgpt.com", "/api/codex/usage", "usage"),
    ("POST", "chatgpt.com", "/backend-api/wham/usage/thread_usage/query", "usage"),
    ("GET", "chatgpt.com", "/backend-api/wham/profiles/me", "user-settings"),
    ("GET", "chatgpt.com", "/backend-api/wham/tasks/list?limit=5", "cloud-tasks"),
    ("GET", "chatgpt.com", "/backend-api/wham/environments", "cloud-tasks"),
    ("POST", "chatgpt.com", "/backend-api/wham/remote/control/server/enroll", "remote-control"),
    ("POST", "api.openai.com", "/v1/images/generations", "media-call"),
    ("GET", "api.openai.com", "/v1/realtime", "media-call"),
    ("POST", "chatgpt.com", "/backend-api/files", "files"),
    ("POST", "chatgpt.com", "/backend-api/codex/responses/compact", "model-call"),
    ("GET", "mcp.example.org", "/.well-known/oauth-authorization-server", "mcp-login"),
    ("GET", "example.org", "/anything", "other"),
]


@pytest.mark.parametrize(("method", "host", "path", "name"), PURPOSES)
def test_the_purpose_is_known_by_the_endpoint(method: str, host: str, path: str, name: str) -> None:
    assert purpose_of(method, host, path).name == name


def test_the_end_of_a_browser_login_is_no_refresh() -> None:
    form = "application/x-www-form-urlencoded; charset=utf-8"
    assert purpose_of("POST", "auth.openai.com", "/oauth/token", form).name == "code-exchange"
    assert purpose_of("POST", "auth.openai.com", "/oauth/token", "application/json").name == (
        "refresh"
    )
    assert purpose_of("POST", "chatgpt.com", "/backend-api/codex/responses", form).name == (
        "model-call"
    )


def seen(purpose: str, status: int, **more: object) -> Seen:
    return Seen(BY_NAME[purpose], status)._replace(**more)  # type: ignore[arg-type]


MEANINGS = [
    (seen("refresh", 401, code="refresh_token_reused"), "another copy", "fail"),
    (seen("refresh", 401, code="refresh_token_invalidated"), "revoked on the server", "fail"),
    (seen("refresh", 401, code="refresh_token_expired"), "idle for too long", "fail"),
    (seen("refresh", 400, code="invalid_grant"), "log in again", "fail"),
    (seen("code-exchange", 200), "logged in", "ok"),
    (seen("refresh", 400, empty_refresh_token=True), "no refresh token", "fail"),
    (seen("refresh", 403, html=True), "content delivery network, not by", "fail"),
    (seen("refresh", 403, cf_mitigated=True), "content delivery network, not by", "fail"),
    (seen("refresh", 403, code="unsupported_country_region_territory"), "country", "fail"),
    (seen("refresh", 200), "cannot be written", "ok"),
    (seen("device-token", 403), "waiting for approval", "waiting"),
    (seen("device-token", 404), "waiting for approval", "waiting"),
    (seen("device-code", 404), "not enabled", "fail"),
    (seen("login-cancel", 200), "second login", "warn"),
    (seen("callback", 400), "another login attempt", "fail"),
    (seen("callback", 200, html=True), "browser ends on", "info"),
    (seen("model-call", 401), "never an expired token", "fail"),
    (
        seen("model-call", 401, auth="Bearer JWT", host="api.openai.com"),
        "wrong route: a ChatGPT token",
        "fail",
    ),
    (
        seen("model-call", 401, auth="Bearer sk-", host="chatgpt.com:443"),
        "wrong route: an API key",
        "fail",
    ),
    (seen("model-call", 401, auth="Bearer sk-", host="api.openai.com"), "API key was", "fail"),
    (seen("model-call", 401, auth="Bearer at-", host="chatgpt.com"), "access token was", "fail"),
    (seen("model-call", 401, auth="Bearer JWT", host="chatgpt.com"), "refreshes it once", "fail"),
    (seen("model-call", 426), "negotiation only", "noise"),
    (seen("model-call", 402, code="deactivated_workspace"), "deactivated", "fail"),
    (seen("model-call", 403, code="invalid_workspace_selected"), "not one of this", "fail"),
    (seen("model-call", 401, code="no_matching_rule"), "rule of the organisation", "fail"),
    (seen("model-call", 401, auth="AgentAssertion"), "signed request was refused", "fail"),
    (seen("model-list", 401, auth="AgentAssertion"), "side request", "noise"),
    (seen("plugins", 401), "side request", "noise"),
    (seen("telemetry", 401), "side request", "noise"),
    (seen("jwks", 200), "key set received", "ok"),
    (seen("task-register", 403), "check first the time that was sent", "fail"),
    (seen("task-register", 200), "task registered", "ok"),
    (seen("accounts-check", 200, html=True), "captive portal", "fail"),
    (seen("model-call", 302, redirect_host="sso.example.org"), "another host", "fail"),
    (seen("model-call", 200, auth="Bearer JWT"), "accepted", "ok"),
    (seen("model-call", 429, auth="Bearer JWT"), "login is fine", "warn"),
    (seen("model-call", 503, auth="Bearer JWT"), "not checked", "warn"),
    (seen("revoke", 500), "deletes the stored login all the same", "warn"),
    (seen("config-bundle", 404), "no managed policies", "info"),
    (seen("reachability", 405), "is there", "info"),
    (seen("other", 401, auth="Bearer"), "credential was refused", "fail"),
    (seen("other", 100), "answered with 100", "info"),
]


@pytest.mark.parametrize(("facts", "words", "colour"), MEANINGS)
def test_an_answer_is_said_in_words(facts: Seen, words: str, colour: str) -> None:
    found = meaning_of(facts)
    assert words in found.text
    assert found.colour == colour


def test_a_403_while_a_device_login_waits_is_no_fault() -> None:
    assert meaning_of(seen("device-token", 403)).colour == "waiting"


def test_missing_scopes_are_known_by_the_message_too() -> None:
    facts = seen("model-call", 401, auth="Bearer at-", message="Missing scopes: api.responses")
    assert "scope" in meaning_of(facts).text


@given(st.sampled_from(sorted(BY_NAME)), st.integers(0, 999), st.text(max_size=40), st.booleans())
def test_every_answer_has_a_meaning(purpose: str, status: int, code: str, html: bool) -> None:
    found = meaning_of(seen(purpose, status, code=code, html=html, host=code))
    assert found.text


@given(st.text(max_size=20), st.text(max_size=40), st.text(max_size=200))
def test_no_request_is_beyond_the_table(method: str, host: str, path: str) -> None:
    assert purpose_of(method, host, path) in BY_NAME.values()


def test_the_path_cannot_make_the_table_slow() -> None:
    import time

    begun = time.perf_counter()
    purpose_of("GET", "a" * 300, "/models/" * 20_000)
    assert time.perf_counter() - begun < 0.5


def test_bodies_with_credentials_or_prompts_are_marked_as_such() -> None:
    for name in ("refresh", "code-exchange", "revoke", "biscuit", "task-register", "device-token"):
        assert BY_NAME[name].credentials
    assert BY_NAME["model-call"].content
    assert not meaning.OTHER.credentials


@pytest.mark.parametrize(
    "answer",
    [
        seen("model-call", 403, html=True),
        seen("model-call", 403, cf_mitigated=True),
        seen("model-call", 200, html=True),
        seen("model-call", 407),
    ],
)
def test_an_answer_from_in_between_is_known_by_its_words(answer: Seen) -> None:
    assert any(words in meaning_of(answer).text for words in NOT_FROM_THE_SERVER)


@pytest.mark.parametrize(
    "answer", [found for found, _, _ in MEANINGS if not (found.html or found.cf_mitigated)]
)
def test_the_words_of_an_answer_of_the_server_are_others(answer: Seen) -> None:
    assert not any(words in meaning_of(answer).text for words in NOT_FROM_THE_SERVER)
