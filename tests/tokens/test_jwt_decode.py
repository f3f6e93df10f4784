"""Taking a token apart: any text gives a value, and every defect has its own plain statement."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.base64url import base64url_fault, strict_base64url
from authtui.tokens.jwt import DecodedJwt, decode, exp_of
from tests.tokens.token_samples import b64, part

HEAD = part({"alg": "RS256", "kid": "k"})
BODY = part({"sub": "user-1", "exp": 4_102_444_800})
TOKEN = f"{HEAD}.{BODY}.c2ln"


def ids(text: str) -> tuple[str, ...]:
    return tuple(problem.id for problem in decode(text).problems)


def with_payload(data: bytes) -> str:
    return f"{HEAD}.{b64(data)}.c2ln"


def test_a_sound_token_has_no_problem_and_keeps_the_order_of_its_claims() -> None:
    found = decode(TOKEN)
    assert found.problems == ()
    assert found.parts == 3
    assert tuple(found.claims or ()) == ("sub", "exp")
    assert found.header == {"alg": "RS256", "kid": "k"}
    assert found.signature == b"sig"


def test_a_token_with_two_segments_is_called_out_by_name() -> None:
    found = decode(f"{HEAD}.{BODY}")
    assert [problem.statement for problem in found.problems] == [
        "two parts instead of three: the signature is missing"
    ]
    assert found.claims is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("at-made-up-token", "not-a-token"),
        ("sk-made-up-key", "not-a-token"),
        ('{"a": 1}', "not-a-token"),
        (f"{TOKEN}.more", "extra-parts"),
        (f"{HEAD}.{BODY}.", "empty-signature"),
        (f".{BODY}.c2ln", "empty-header"),
        (f"{HEAD}..c2ln", "empty-payload"),
        (f"  {TOKEN}\n", "whitespace"),
        (f'"{TOKEN}"', "quotes"),
        (f"Bearer {TOKEN}", "bearer"),
        (f"Authorization: Bearer {TOKEN}", "bearer"),
        (f"{TOKEN[:20]}\n  {TOKEN[20:]}", "wrapped"),
        (f"\ufeff{TOKEN}", "invisible"),
        (f"{HEAD}.{BODY}=.c2ln", "padding"),
        (f"{HEAD}.{b64(b'{}')}.a+/b", "standard-alphabet"),
        (f"{HEAD}.a*b.c2ln", "not-base64url"),
        (f"{HEAD}.{BODY}.c2lnc", "cut"),
        (f"{HEAD}.{BODY}.c2lnZX", "trailing-bits"),
        (with_payload(b"\xef\xbb\xbf{}"), "bom"),
        (with_payload(b"\xff{}"), "not-utf8"),
        (with_payload(b"{"), "not-json"),
        (with_payload(b'{"a": NaN}'), "not-json"),
        (with_payload(b"[1]"), "not-an-object"),
        (with_payload(b"null"), "not-an-object"),
        (with_payload(b'{"exp": 1' + b"0" * 5000 + b"}"), "huge-number"),
        (with_payload(b'{"exp": 1e999}'), "huge-number"),
        (with_payload(b"[" * 100_000), "too-deep"),
        (with_payload(b'{"a":' * 100_000), "too-deep"),
        (with_payload(b'{"sub": 1, "sub": 2}'), "duplicate-key"),
        (f"{part({'alg': 'none'})}.{BODY}.", "alg-none"),
        (f"{part({'kid': 'k'})}.{BODY}.c2ln", "no-alg"),
        (f"{part({'alg': 'dir', 'enc': 'A256GCM'})}.a.b.c.d", "encrypted"),
        ("a." * 600_000, "too-large"),
    ],
)
def test_each_defect_is_named(text: str, expected: str) -> None:
    assert expected in ids(text)


@pytest.mark.parametrize("coat", ["  {}\n", '"{}"', "Bearer {}", "'Bearer {}'", "\ufeff{}"])
def test_the_claims_stay_readable_through_what_was_copied_along(coat: str) -> None:
    found = decode(coat.format(TOKEN))
    assert found.claims == {"sub": "user-1", "exp": 4_102_444_800}
    assert found.problems != ()
    assert found.raw.reveal() == coat.format(TOKEN)


def test_of_a_doubled_key_the_last_stands_and_the_name_is_told() -> None:
    found = decode(with_payload(b'{"sub": 1, "sub": 2}'))
    assert found.claims == {"sub": 2}
    assert "`sub` more than once; the last one is shown" in found.problems[0].statement


def test_claims_hold_nothing_that_json_cannot_carry() -> None:
    found = decode(with_payload(b'{"a": NaN, "b": 1e999, "c": ' + b"9" * 6000 + b"}"))
    assert found.claims == {
        "a": "NaN",
        "b": "a number out of range",
        "c": "a number of 6000 digits",
    }
    json.dumps(found.claims, allow_nan=False)


def test_a_secret_used_as_a_key_does_not_get_into_a_statement() -> None:
    secret = "sk-made-up-secret-0000"
    found = decode(with_payload(f'{{"{secret}": 1, "{secret}": 2}}'.encode()))
    assert all(secret not in problem.statement for problem in found.problems)


@given(st.text())
def test_any_text_is_taken_apart_without_raising(text: str) -> None:
    assert isinstance(decode(text), DecodedJwt)
    exp_of(text)


@given(st.lists(st.binary(max_size=40), min_size=2, max_size=6), st.booleans())
def test_any_bytes_in_any_number_of_parts_are_taken_apart(parts: list[bytes], pad: bool) -> None:
    encode = base64.urlsafe_b64encode if pad else (lambda data: b64(data).encode())
    assert isinstance(decode(".".join(encode(data).decode() for data in parts)), DecodedJwt)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_any_json_payload_is_taken_apart(value: object) -> None:
    found = decode(f"{HEAD}.{part(value)}.c2ln")
    json.dumps(found.claims, allow_nan=False)


@given(st.binary(max_size=60))
def test_strict_base64url_takes_back_what_it_would_write_and_no_padding(data: bytes) -> None:
    assert strict_base64url(b64(data)) == data
    assert len(data) % 3 == 0 or strict_base64url(base64.urlsafe_b64encode(data).decode()) is None


@given(st.text(st.sampled_from("AQgwz09-_=+/ é"), max_size=12))
def test_the_decoder_has_words_for_exactly_the_texts_it_refuses(text: str) -> None:
    assert (strict_base64url(text) is None) == (base64url_fault(text) is not None)


@pytest.mark.parametrize(
    ("text", "exp"),
    [
        (TOKEN, 4_102_444_800),
        (f"{TOKEN}.more", 4_102_444_800),
        (f"{HEAD}.{BODY}", None),
        (f"{HEAD}.{BODY}.", None),
        (f"{HEAD}.{BODY}==.c2ln", None),
        (with_payload(b'{"exp": "1"}'), None),
        (with_payload(b'{"exp": 1.5}'), None),
        (with_payload(b'{"exp": true}'), None),
        (with_payload(b'{"exp": 1' + b"0" * 5000 + b"}"), None),
        (with_payload(b"[" * 100_000), None),
        ("opaque", None),
    ],
)
def test_the_expiry_is_read_as_the_client_reads_it(text: str, exp: int | None) -> None:
    assert exp_of(text) == exp
