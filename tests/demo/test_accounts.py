"""Refresh, revocation, model calls and their kin: who is let in, and who is told why not."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from authtui.demo.backend.server import running_backend
from authtui.demo.backend.state import Account
from authtui.exchanges.endpoints import CLIENT_ID
from authtui.redaction import Secret
from authtui.tokens.claims import AUTH
from authtui.tokens.jwt import decode
from tests.demo.requests import CODEX, bearer, reason

if TYPE_CHECKING:
    import httpx

    from authtui.demo.backend.backend import Backend
    from authtui.demo.backend.state import RefreshStatus

V1 = "/v1/responses"


def refresh(http: httpx.Client, token: Secret, **changes: object) -> httpx.Response:
    body = {"client_id": CLIENT_ID, "grant_type": "refresh_token", "refresh_token": token.reveal()}
    return http.post("/oauth/token", json={**body, **changes})


def code(answer: httpx.Response) -> object:
    return answer.json()["error"]["code"]


def test_a_refresh_gives_new_tokens_that_work(http: httpx.Client, backend: Backend) -> None:
    login = backend.mint.chatgpt_login(backend.state.accounts[1])
    tokens = refresh(http, login.refresh_token).json()
    assert tokens["refresh_token"] != login.refresh_token.reveal()
    claims = decode(tokens["id_token"]).claims or {}
    assert claims[AUTH]["chatgpt_account_id"] == "workspace-demo-2"
    answer = http.post(CODEX, headers=bearer(Secret(tokens["access_token"]), "workspace-demo-2"))
    assert answer.status_code == 200
    assert refresh(http, Secret(tokens["refresh_token"])).status_code == 200


def test_a_refresh_token_is_good_for_one_refresh(http: httpx.Client, backend: Backend) -> None:
    login = backend.mint.chatgpt_login()
    assert refresh(http, login.refresh_token).status_code == 200
    answer = refresh(http, login.refresh_token)
    assert (answer.status_code, code(answer)) == (401, "refresh_token_reused")


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        ("expired", "refresh_token_expired"),
        ("used", "refresh_token_reused"),
        ("revoked", "refresh_token_invalidated"),
    ],
)
def test_a_dead_refresh_token_is_refused_with_the_code_the_client_reads(
    http: httpx.Client, backend: Backend, standing: RefreshStatus, expected: str
) -> None:
    answer = refresh(http, backend.mint.chatgpt_login(refresh=standing).refresh_token)
    assert (answer.status_code, code(answer)) == (401, expected)


def test_an_unknown_refresh_token_another_client_and_another_grant_are_refused(
    http: httpx.Client, backend: Backend
) -> None:
    assert code(refresh(http, Secret("rt-unknown"))) == "refresh_token_invalidated"
    token = backend.mint.chatgpt_login().refresh_token
    assert code(refresh(http, token, client_id="app_other")) == "invalid_client"
    assert code(refresh(http, token, grant_type="password")) == "unsupported_grant_type"
    assert refresh(http, token).status_code == 200


def test_a_refresh_may_come_as_a_form(http: httpx.Client, backend: Backend) -> None:
    token = backend.mint.chatgpt_login().refresh_token.reveal()
    form = {"client_id": CLIENT_ID, "grant_type": "refresh_token", "refresh_token": token}
    assert http.post("/oauth/token", data=form).status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(http: httpx.Client, body: bytes) -> None:
    assert http.post("/oauth/token", content=body).status_code == 400


def test_a_revoked_refresh_token_no_longer_refreshes(http: httpx.Client, backend: Backend) -> None:
    login = backend.mint.chatgpt_login()
    body = {"token": login.refresh_token.reveal(), "token_type_hint": "refresh_token"}
    assert http.post("/oauth/revoke", json=body).status_code == 200
    assert code(refresh(http, login.refresh_token)) == "refresh_token_invalidated"


def test_a_revoked_access_token_is_refused(http: httpx.Client, backend: Backend) -> None:
    login = backend.mint.chatgpt_login()
    http.post("/oauth/revoke", json={"token": login.access_token.reveal()})
    assert code(http.post(CODEX, headers=bearer(login.access_token))) == "token_revoked"


def test_whoami_tells_whose_personal_access_token_it_is(
    http: httpx.Client, backend: Backend
) -> None:
    token = backend.mint.personal_token().token
    path = "/api/accounts/v1/user-auth-credential/whoami"
    answer = http.get(path, headers=bearer(token))
    assert answer.json() == {
        "email": "ada@example.test",
        "chatgpt_user_id": "user-demo-1",
        "chatgpt_account_id": "workspace-demo-1",
        "chatgpt_plan_type": "business",
        "chatgpt_account_is_fedramp": False,
    }
    assert http.get(path, headers=bearer(Secret("at-unknown"))).status_code == 401
    login = backend.mint.chatgpt_login()
    assert "not accepted" in reason(http.get(path, headers=bearer(login.access_token)))


def test_each_class_of_credential_is_accepted_where_it_belongs(
    http: httpx.Client, backend: Backend
) -> None:
    key = backend.mint.api_key().key
    login = backend.mint.chatgpt_login().access_token
    personal = backend.mint.personal_token().token
    for path, token, expected in [
        (V1, key, 200),
        (CODEX, login, 200),
        ("/codex/responses", personal, 200),
        (CODEX, key, 401),
        (V1, login, 401),
        (V1, personal, 401),
    ]:
        assert http.post(path, json={}, headers=bearer(token)).status_code == expected
    assert backend.state.refusals[-1].refused == (
        "a personal access token is not accepted at /v1/responses"
    )


def test_the_answer_is_a_stream_of_events_that_ends_in_completed(
    http: httpx.Client, backend: Backend
) -> None:
    answer = http.post(V1, json={}, headers=bearer(backend.mint.api_key().key))
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line[:6] == "data: "]
    assert [event["type"] for event in events][0::4] == ["response.created", "response.completed"]
    item = events[-1]["response"]["output"][0]
    assert item["content"][0]["text"] == backend.settings.answer
    assert events[-1]["response"]["usage"]["total_tokens"] == 2


def test_a_web_socket_is_declined_so_that_the_client_falls_back(
    http: httpx.Client, backend: Backend
) -> None:
    headers = {
        **bearer(backend.mint.api_key().key),
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    assert http.get(V1, headers=headers).status_code == 426
    assert http.head(V1).status_code == 405


@pytest.mark.parametrize("path", ["/backend-api/codex/models", "/codex/models"])
def test_models_are_listed_for_a_login(http: httpx.Client, backend: Backend, path: str) -> None:
    headers = bearer(backend.mint.chatgpt_login().access_token)
    found = http.get(path, params={"client_version": "0.169.0"}, headers=headers).json()
    assert (found["models"], found["object"]) == ([], "list")
    assert http.get(path).status_code == 401


def test_the_account_check_lists_the_users_workspaces_its_own_first(
    http: httpx.Client, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login(backend.state.accounts[1])
    headers = bearer(login.access_token, "workspace-demo-2")
    for path in ("/backend-api/wham/accounts/check", "/backend-api/wham/accounts/check/v4"):
        found = http.get(path, headers=headers).json()
        assert found["default_account_id"] == "workspace-demo-2"
        assert found["account_ordering"] == ["workspace-demo-2", "workspace-demo-1"]


def test_the_managed_configuration_is_empty(http: httpx.Client, backend: Backend) -> None:
    headers = bearer(backend.mint.chatgpt_login().access_token)
    for name in ("bundle", "requirements"):
        assert http.get(f"/backend-api/wham/config/{name}", headers=headers).json() == {}


def test_an_expired_access_token_is_refused_as_expired(
    http: httpx.Client, backend: Backend
) -> None:
    login = backend.mint.chatgpt_login(expires_in=timedelta(seconds=-1))
    answer = http.post(CODEX, headers=bearer(login.access_token))
    assert (answer.status_code, code(answer)) == (401, "token_expired")


def test_wrong_tokens_are_refused_with_their_reason(http: httpx.Client, backend: Backend) -> None:
    login = backend.mint.chatgpt_login()
    altered = login.access_token.reveal()[:-8] + "AAAAAAAA"
    elsewhere = backend.mint.chatgpt_login(Account(account_id="workspace-elsewhere"))
    for headers, said in [
        ({}, "Missing bearer or basic authentication in header"),
        ({"Authorization": "Basic dTpw"}, "this Authorization header is not accepted"),
        ({"Authorization": "Bearer opaque"}, "this Authorization header is not accepted"),
        (bearer(Secret(altered)), "the access token was not signed by this backend"),
        (bearer(login.id_token), "the token is not an access token"),
        (bearer(elsewhere.access_token), "the account is not known here"),
        (bearer(login.access_token, "workspace-demo-2"), "names another account"),
    ]:
        answer = http.post(CODEX, headers=headers)
        assert answer.status_code == 401
        assert said in reason(answer)


def test_anything_else_is_a_json_404_and_a_wrong_method_a_405(http: httpx.Client) -> None:
    answer = http.get("/backend-api/wham/settings/user")
    assert (answer.status_code, reason(answer)) == (404, "there is nothing at this path")
    assert http.get("/oauth/token").status_code == 405


def test_the_backend_knows_the_accounts_it_is_given() -> None:
    mine = Account(account_id="ws-own", user_id="user-own", plan="enterprise", fedramp=True)
    with running_backend(accounts=(mine,)) as own:
        claims = decode(own.mint.chatgpt_login().id_token.reveal()).claims or {}
    assert claims[AUTH]["chatgpt_account_is_fedramp"] is True
    assert claims[AUTH]["chatgpt_plan_type"] == "enterprise"
