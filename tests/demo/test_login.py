"""A browser login at the embedded backend: the code is bound to who asked, and good once."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from authtui.exchanges.endpoints import CLIENT_ID

if TYPE_CHECKING:
    import httpx

BACK = "http://localhost:1455/auth/callback"
VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)


def ask(http: httpx.Client, **changes: str) -> httpx.Response:
    query = {
        "client_id": CLIENT_ID,
        "redirect_uri": BACK,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "state": "s1",
        "workspace": "workspace-demo-2",
        **changes,
    }
    return http.get(
        "/oauth/authorize", params={name: value for name, value in query.items() if value}
    )


def code_of(answer: httpx.Response) -> str:
    assert answer.status_code == 302
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["state"] == ["s1"]
    return query["code"][0]


def exchange(http: httpx.Client, code: str, verifier: str = VERIFIER) -> httpx.Response:
    body = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "redirect_uri": BACK,
        "code": code,
        "code_verifier": verifier,
    }
    return http.post("/oauth/token", json=body)


def test_the_chosen_workspace_is_that_of_the_tokens(http: httpx.Client) -> None:
    from authtui.tokens.jwt import decode

    answer = exchange(http, code_of(ask(http)))
    assert answer.status_code == 200
    claims = decode(answer.json()["id_token"]).claims or {}
    assert claims["https://api.openai.com/auth"]["chatgpt_account_id"] == "workspace-demo-2"


def test_without_a_choice_the_page_lists_the_workspaces(http: httpx.Client) -> None:
    answer = ask(http, workspace="")
    assert answer.status_code == 200
    assert "Demo workspace" in answer.text
    assert "Second demo workspace" in answer.text


def test_a_code_is_good_once(http: httpx.Client) -> None:
    code = code_of(ask(http))
    assert exchange(http, code).status_code == 200
    again = exchange(http, code)
    assert (again.status_code, again.json()["error"]["code"]) == (401, "invalid_grant")


def test_whoever_did_not_ask_gets_nothing_for_the_code(http: httpx.Client) -> None:
    refused = exchange(http, code_of(ask(http)), "another verifier")
    assert "verifier does not fit" in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "other"},
        {"code_challenge": ""},
        {"redirect_uri": "https://elsewhere.example.test/"},
        {"workspace": "nobody's"},
    ],
)
def test_a_request_that_is_not_the_clients_is_refused(
    http: httpx.Client, change: dict[str, str]
) -> None:
    assert ask(http, **change).status_code == 400
