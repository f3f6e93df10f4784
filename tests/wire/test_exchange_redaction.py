from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.exchanges import meaning
from authtui.exchanges.answers import error_of, reason_of
from authtui.exchanges.exchange_redaction import (
    auth_class,
    kept_body,
    kept_headers,
    kept_path,
    kept_url,
    request_id,
)

PLANTED = "Zx9planted7Qw"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "none"),
        ("Bearer sk-abc", "Bearer sk-"),
        ("bearer at-abc", "Bearer at-"),
        ("Bearer eyJa.b.c", "Bearer JWT"),
        ("Bearer opaque", "Bearer"),
        ("Basic dTpw", "Basic"),
        ("AgentAssertion eyJ", "AgentAssertion"),
        ("AWS4-HMAC-SHA256 Credential=x", "AWS"),
        ("Negotiate abc", "other"),
        ("", "other"),
    ],
)
def test_the_class_of_an_authorization(value: str | None, name: str) -> None:
    assert auth_class(value).name == name


def test_the_same_credential_has_the_same_mark() -> None:
    assert auth_class("Bearer abc").mark == auth_class("bearer  abc ").mark
    assert auth_class("Bearer abc").mark != auth_class("Bearer abd").mark


def test_a_query_keeps_its_names_and_loses_its_values() -> None:
    kept = kept_path(f"/auth/callback?code={PLANTED}&state={PLANTED}&client_version=0.169.0")
    assert kept == "/auth/callback?code=…&state=…&client_version=0.169.0"


def test_a_url_loses_its_user_name_and_fragment() -> None:
    assert kept_url(f"https://u:{PLANTED}@h.example/p?x={PLANTED}#{PLANTED}") == (
        "https://h.example/p?x=…"
    )


def test_nested_and_camel_case_secrets_are_masked() -> None:
    body = {
        "tokens": [{"accessToken": PLANTED, "refresh_token": PLANTED}],
        "agent_identity": {"agentPrivateKey": PLANTED},
        "taskId": PLANTED,
        "plan": "pro",
    }
    text, note = kept_body(json.dumps(body).encode(), "application/json", meaning.OTHER)
    assert text is not None
    assert PLANTED not in text
    assert '"plan": "pro"' in text
    assert note == ""


def test_the_code_of_an_error_stays() -> None:
    body = b'{"error":{"code":"token_expired","message":"expired"}}'
    text, _ = kept_body(body, "application/json", meaning.OTHER, 401)
    assert text is not None
    assert "token_expired" in text


def test_of_a_refusal_at_a_credential_endpoint_code_and_message_stay() -> None:
    body = json.dumps({"error": {"code": "invalid_grant", "message": "no"}, "x": PLANTED}).encode()
    text, note = kept_body(body, "application/json", meaning.REFRESH, 400)
    assert text == '{"code": "invalid_grant", "message": "no"}'
    assert "credentials" in note


def test_prompts_and_answers_are_not_kept() -> None:
    text, note = kept_body(b'{"input":"my secret plan"}', "application/json", meaning.MODEL)
    assert text is None
    assert "prompts" in note


def test_of_a_web_page_only_the_title_is_kept() -> None:
    page = f"<html><head><title>Sign in\x1b[2J</title></head>{PLANTED}".encode()
    text, _ = kept_body(page, "text/html", meaning.JWKS, 200)
    assert text == "title: Sign in␛[2J"


def test_a_long_body_is_cut_and_says_so() -> None:
    text, note = kept_body(b'"' + b"x" * 9_000 + b'"', "application/json", meaning.OTHER)
    assert text is not None
    assert len(text) <= 2_000
    assert "9,002 bytes" in note


def test_a_secret_at_the_place_of_the_cut_is_not_kept_by_half() -> None:
    body = ("y" * 1_990 + " sk-" + PLANTED * 3).encode()
    text, _ = kept_body(body, "text/plain", meaning.OTHER)
    assert text is not None
    assert "planted" not in text


SECRET_NAMES = ["Authorization", "cookie", "Set-Cookie", "x-api-key", "X-OpenAI-Authorization"]


@given(st.sampled_from(SECRET_NAMES), st.text(max_size=20))
def test_no_secret_header_keeps_its_value(name: str, around: str) -> None:
    kept = kept_headers([(name, f"{around}{PLANTED}{around}")])
    assert PLANTED not in repr(kept)


@given(st.binary(max_size=300), st.sampled_from(sorted(meaning.BY_NAME)))
def test_every_body_is_kept_as_harmless_text(data: bytes, purpose: str) -> None:
    text, note = kept_body(data, "", meaning.BY_NAME[purpose], 400)
    for part in (text or "", note):
        assert all(char >= " " and char != "\x7f" for char in part)


@given(st.text(max_size=200))
def test_every_address_is_kept_as_harmless_text(url: str) -> None:
    for kept in (kept_path(url), kept_url(url)):
        assert all(char >= " " and not "\x7f" <= char <= "\x9f" for char in kept)


def test_the_servers_own_request_id_comes_before_the_ray_of_the_network() -> None:
    assert request_id([("CF-Ray", "ray"), ("X-Request-Id", "req")]) == "req"
    assert request_id([("cf-ray", "ray")]) == "ray"
    assert request_id([]) is None


@given(st.binary(max_size=200))
def test_any_error_body_gives_a_code_and_a_message_or_none(data: bytes) -> None:
    code, message = error_of(data)
    assert code is None or code.isprintable()
    assert message is None or message.isprintable()


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"error": {"code": "a", "message": "b"}}, ("a", "b")),
        ({"error": {"type": "t", "code": None, "message": "b"}}, ("t", "b")),
        ({"error": "invalid_grant", "error_description": "d"}, ("invalid_grant", "d")),
        ({"detail": {"code": "deactivated_workspace"}}, ("deactivated_workspace", None)),
        ({"detail": "Unauthorized"}, ("Unauthorized", "Unauthorized")),
        ([1], (None, None)),
    ],
)
def test_error_bodies_of_known_shapes(body: object, wanted: tuple[str | None, str | None]) -> None:
    assert error_of(json.dumps(body).encode()) == wanted


def test_the_reason_is_as_the_client_prints_it() -> None:
    assert reason_of(403) == "Forbidden"
    assert reason_of(413) == "Payload Too Large"
    assert reason_of(418) == "I'm a teapot"
    assert reason_of(599) == "<unknown status code>"
