"""Every fault as a client meets it, and the control endpoints that set them."""

from __future__ import annotations

import base64
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx
import nacl.exceptions
import pytest

from authtui.demo.backend.faults import ENDPOINTS, Fault, FaultError, Faults
from authtui.tokens.jwt import decode
from authtui.tokens.keyset import KeySet, parse_key_set, verify_rs256
from tests.demo.requests import CODEX, bearer, reason, register_task
from tests.demo.test_agents import unsealed

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.demo.backend.backend import Backend

JWKS = "/backend-api/wham/agent-identities/jwks"
FAULTS = "/_authtui/faults"


def reach(http: httpx.Client, endpoint: str) -> httpx.Response:
    """A request without a credential: enough to meet a fault that strikes everybody."""
    paths: dict[str, tuple[str, str]] = {
        "jwks": ("GET", JWKS),
        "biscuit": ("GET", "/backend-api/authenticate_app_v2"),
        "agent-register": ("POST", "/api/accounts/v1/agent/register"),
        "task-register": ("POST", "/api/accounts/v1/agent/a/task/register"),
        "authorize": ("GET", "/oauth/authorize"),
        "token": ("POST", "/oauth/token"),
        "revoke": ("POST", "/oauth/revoke"),
        "whoami": ("GET", "/api/accounts/v1/user-auth-credential/whoami"),
        "models": ("GET", "/v1/models"),
        "responses": ("POST", CODEX),
        "accounts-check": ("GET", "/backend-api/wham/accounts/check"),
        "config": ("GET", "/backend-api/wham/config/bundle"),
    }
    return http.request(*paths[endpoint])


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_status_strikes_its_endpoint_and_no_other(
    http: httpx.Client, backend: Backend, endpoint: str
) -> None:
    backend.faults.set(endpoint, "status", 503)
    answer = reach(http, endpoint)
    assert (answer.status_code, reason(answer)) == (503, "a fault was set")
    others = [name for name in ENDPOINTS if name != endpoint]
    assert 503 not in [reach(http, name).status_code for name in others]
    assert backend.state.requests[0].fault == "status"


def test_any_strikes_every_endpoint(http: httpx.Client, backend: Backend) -> None:
    backend.faults.set("any", "status", 500)
    assert {reach(http, name).status_code for name in ENDPOINTS} == {500}


def test_a_fault_may_strike_a_number_of_times(http: httpx.Client, backend: Backend) -> None:
    backend.faults.set("jwks", "status", 500, times=2)
    assert [reach(http, "jwks").status_code for _ in range(3)] == [500, 500, 200]


def test_an_error_code_is_answered_as_the_client_reads_it(
    http: httpx.Client, backend: Backend
) -> None:
    backend.faults.set("token", "error", "refresh_token_expired")
    answer = reach(http, "token")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "refresh_token_expired")


def test_a_dropped_connection_has_no_answer(http: httpx.Client, backend: Backend) -> None:
    backend.faults.set("jwks", "drop", times=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        reach(http, "jwks")
    assert backend.state.requests[0].status is None
    assert reach(http, "jwks").status_code == 200


@pytest.mark.parametrize("endpoint", ["jwks", "responses"])
def test_a_truncated_body_is_noticed(http: httpx.Client, backend: Backend, endpoint: str) -> None:
    backend.faults.set(endpoint, "truncate")
    headers = bearer(backend.mint.chatgpt_login().access_token)
    path, method = (JWKS, "GET") if endpoint == "jwks" else (CODEX, "POST")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        http.request(method, path, headers=headers)


def test_html_comes_in_place_of_json(http: httpx.Client, backend: Backend) -> None:
    backend.faults.set("jwks", "html")
    answer = reach(http, "jwks")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    backend.faults.set("jwks", "html", 403)
    assert reach(http, "jwks").status_code == 403


def test_the_date_header_is_right_unless_it_is_put_off(
    http: httpx.Client, backend: Backend
) -> None:
    def off_by() -> timedelta:
        date = parsedate_to_datetime(reach(http, "jwks").headers["date"])
        return abs(date - datetime.now(UTC))

    assert off_by() < timedelta(seconds=5)
    backend.faults.set("jwks", "date", -3600)
    assert timedelta(minutes=59) < off_by() < timedelta(minutes=61)


def test_a_delay_delays_and_joins_another_fault(http: httpx.Client, backend: Backend) -> None:
    backend.faults.set("jwks", "delay", 0.2)
    backend.faults.set("jwks", "status", 500)
    start = time.monotonic()
    assert reach(http, "jwks").status_code == 500
    assert time.monotonic() - start >= 0.2


def test_a_redirect_leads_to_another_host(http: httpx.Client, backend: Backend) -> None:
    backend.faults.set("accounts-check", "redirect", "https://elsewhere.example.test/login")
    answer = reach(http, "accounts-check")
    assert answer.status_code == 307
    assert answer.headers["location"] == "https://elsewhere.example.test/login"


def test_a_rotated_key_set_does_not_know_the_tokens_key(
    http: httpx.Client, backend: Backend
) -> None:
    token = backend.mint.agent_identity().token
    assert token is not None
    backend.faults.set("jwks", "rotated-kid")
    keys = parse_key_set(reach(http, "jwks").text)
    assert isinstance(keys, KeySet)
    assert verify_rs256(decode(token.reveal()), keys).status == "untrusted"


def test_the_task_id_can_be_left_out_sealed_to_another_key_or_garbage(
    http: httpx.Client, backend: Backend
) -> None:
    identity = backend.mint.agent_identity()

    def answer(kind: str) -> dict[str, str]:
        backend.faults.clear()
        backend.faults.set("task-register", kind)
        found: dict[str, str] = register_task(http, identity).json()
        return found

    assert answer("no-task-id") == {}
    for kind in ("other-key", "garbage"):
        with pytest.raises(nacl.exceptions.CryptoError):
            unsealed(identity.key, answer(kind)["encrypted_task_id"])
    assert len(base64.b64decode(answer("garbage")["encrypted_task_id"])) == 64


def test_the_biscuit_header_can_be_missing(http: httpx.Client, backend: Backend) -> None:
    backend.faults.set("biscuit", "no-biscuit")
    headers = {
        **bearer(backend.mint.chatgpt_login().access_token),
        "X-Original-Method": "POST",
        "X-Original-Url": f"{backend.base_url}/backend-api/v1/agent/register",
    }
    answer = http.get("/backend-api/authenticate_app_v2", headers=headers)
    assert answer.status_code == 200
    assert "x-openai-authorization" not in answer.headers


@pytest.mark.parametrize(
    "wrong",
    [
        Fault("nowhere", "status", 500),
        Fault("jwks", "explode"),
        Fault("jwks", "status", 200),
        Fault("jwks", "status", "500"),
        Fault("jwks", "delay"),
        Fault("jwks", "delay", -1),
        Fault("jwks", "delay", float("nan")),
        Fault("jwks", "date", 1e300),
        Fault("jwks", "redirect", "javascript:alert(1)"),
        Fault("jwks", "redirect", "http://a/\r\nSet-Cookie: x"),
        Fault("jwks", "garbage"),
        Fault("jwks", "drop", None, 0),
        Fault("token", "error", ""),
    ],
)
def test_a_fault_that_makes_no_sense_is_not_set(wrong: Fault) -> None:
    faults = Faults()
    with pytest.raises(FaultError):
        faults.set(*wrong[:3], times=wrong.times)
    assert faults.active() == ()


def test_faults_are_set_listed_and_cleared_over_http(http: httpx.Client, backend: Backend) -> None:
    one = {"endpoint": "jwks", "kind": "status", "value": 500, "times": None}
    two = {"endpoint": "token", "kind": "drop", "value": None, "times": 1}
    assert http.post(FAULTS, json=one).json() == {"faults": [one]}
    assert http.put(FAULTS, json=[two]).json() == {"faults": [two]}
    assert backend.faults.active() == (Fault("token", "drop", None, 1),)
    assert http.delete(FAULTS).json() == {"faults": []}


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"endpoint": "jwks"}', b"{" * 70_000])
def test_a_wrong_body_sets_no_fault(http: httpx.Client, backend: Backend, content: bytes) -> None:
    send: Callable[..., httpx.Response]
    for send in (http.post, http.put):
        assert send(FAULTS, content=content).status_code == 400
    assert backend.faults.active() == ()


def test_a_page_in_a_browser_cannot_steer_the_backend(http: httpx.Client, backend: Backend) -> None:
    one = {"endpoint": "jwks", "kind": "status", "value": 500}
    for headers in ({"Origin": "https://evil.example"}, {"Host": "rebound.example"}):
        assert http.post(FAULTS, json=one, headers=headers).status_code == 403
        assert http.get("/_authtui/state", headers=headers).status_code == 403
    assert backend.faults.active() == ()


def test_a_held_request_is_answered_when_it_is_let_go(http: httpx.Client, backend: Backend) -> None:
    backend.faults.set("jwks", "hold", times=1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(reach, http, "jwks")
        end = time.monotonic() + 10
        while not backend.faults.held:
            assert time.monotonic() < end
            time.sleep(0.005)
        assert reach(http, "models").status_code == 401, "others are answered meanwhile"
        assert not waiting.done()
        backend.faults.let_go()
        assert waiting.result(10).status_code == 200
    assert backend.faults.held == 0
