"""Keys and what is signed with them: the published vectors, every wrong form, and any bytes."""

from __future__ import annotations

import base64
import pickle

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from hypothesis import given
from hypothesis import strategies as st

from authtui.identity.assertion import (
    Assertion,
    assertion,
    read_assertion,
    signature_matches,
    task_registration_signature,
)
from authtui.identity.keys import (
    NOT_BASE64,
    NOT_PKCS8,
    KeyProblem,
    PrivateKey,
    generate_key,
    key_from_seed,
    read_private_key,
)

SEED = b"\x07" * 32
V1 = "MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH"
V2 = (
    "MFECAQEwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHgSEA6kpsY+KcUgq+9VB7Ey7F"
    "+ZVHdq6+vnuSQh7qaRRG0iw="
)
PUBLIC = "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c"
SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs"
HEADER = (
    "AgentAssertion eyJhZ2VudF9ydW50aW1lX2lkIjoiYWdlbnQtMTIzIiwic2lnbmF0dXJlIjoiSnMrK0Uzb1h0eTNq"
    "TVowbHpHMXpzdGRNNmpURklWcHJYQVNqM1B6aGl1dGdsMkI4Y3FRazd2dXJ4aGsvaWVHVHQ4ay94Qm5HLzcxVzVkSHR"
    "WemhvRGc9PSIsInRhc2tfaWQiOiJ0YXNrLTEyMyIsInRpbWVzdGFtcCI6IjIwMjYtMDQtMjFUMDA6MDA6MDBaIn0"
)
STAMP = "2026-04-21T00:00:00Z"


def usable(text: str) -> PrivateKey:
    key = read_private_key(text)
    assert isinstance(key, PrivateKey)
    return key


def problem(text: str) -> KeyProblem:
    found = read_private_key(text)
    assert isinstance(found, KeyProblem)
    return found


def pkcs8(key: object) -> bytes:
    data: bytes = key.private_bytes(  # type: ignore[attr-defined]
        form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption()
    )
    return data


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(("text", "version"), [(V1, 1), (V2, 2)])
def test_both_versions_of_the_document_give_the_same_key(text: str, version: int) -> None:
    key = usable(text)
    assert key.version == version
    assert key.public_bytes.hex() == PUBLIC
    assert key.ssh_text == SSH


def test_the_signatures_of_the_published_vectors_come_out() -> None:
    key = usable(V1)
    assert task_registration_signature(key, "agent-123", STAMP) == (
        "uKRrm5BcByO0RRuVMxSsYpx91QrfZfW8a4pP569AvhtySvQczm177Lk5VoufUwDsB5KvGgEm+A59eqC5BPEsDg=="
    )
    assert assertion(key, "agent-123", "task-123", STAMP) == HEADER


def test_an_assertion_is_read_back_and_its_signature_checked() -> None:
    found = read_assertion(HEADER)
    assert isinstance(found, Assertion)
    assert found[:3] == ("agent-123", "task-123", STAMP)
    assert signature_matches(found, bytes.fromhex(PUBLIC))
    assert not signature_matches(found._replace(task_id="task-124"), bytes.fromhex(PUBLIC))
    assert not signature_matches(found, b"short")


def test_the_newest_generation_derives_the_seed_behind_a_label() -> None:
    key = generate_key(b"\x07" * 64, "labelled")
    assert isinstance(key, PrivateKey)
    assert key.reveal_seed().hex() == (
        "17ba56f719298885e5ac99c573e3fe698d6041200b614d2129a1ad0a3c5a2677"
    )
    assert key.public_bytes.hex() == (
        "f9797343f43be9d00084df23a9573d52793928e05f10a15096821d964b897e49"
    )


def test_the_older_generations_take_the_random_bytes_as_the_seed() -> None:
    assert generate_key(SEED, "seed") == usable(V1)
    assert isinstance(generate_key(b"short", "seed"), KeyProblem)
    assert isinstance(generate_key(b"short", "labelled"), KeyProblem)


def test_a_key_is_written_as_the_client_writes_it() -> None:
    assert usable(V1).reveal_pkcs8() == V2
    assert usable(V2).reveal_pkcs8() == V2


@given(st.binary(min_size=32, max_size=32))
def test_every_generated_key_survives_writing_and_reading(seed: bytes) -> None:
    key = key_from_seed(seed)
    assert isinstance(key, PrivateKey)
    first_version = b64(base64.b64decode(V1)[:-32] + seed)
    for text in (key.reveal_pkcs8(), first_version):
        assert usable(text).reveal_seed() == seed
        assert usable(text) == key


def test_a_public_half_of_another_key_is_refused() -> None:
    document = base64.b64decode(V2)
    other = b64(document[:-32] + bytes(32))
    assert "does not belong" in problem(other).statement
    assert problem(other).client_error == NOT_PKCS8


@pytest.mark.parametrize(
    ("text", "word", "says"),
    [
        ("", "blank", NOT_PKCS8),
        (" ", "blank", NOT_BASE64),
        ("*** not base64 ***", "characters that base64 does not have", NOT_BASE64),
        (f"-----BEGIN PRIVATE KEY-----\n{V1}\n-----END PRIVATE KEY-----", "PEM", NOT_BASE64),
        (V1[:32] + "\n" + V1[32:], "wrapped", NOT_BASE64),
        (V2.rstrip("="), "padding", NOT_BASE64),
        (V1[:-3], "length", NOT_BASE64),
        (V2.replace("+", "-"), "base64url", NOT_BASE64),
        (SSH, "ssh public key", NOT_BASE64),
        (SEED.hex(), "32 bytes in hexadecimal", NOT_PKCS8),
        (b64(SEED), "32 raw bytes", NOT_PKCS8),
        (V1[:40], "cut", NOT_PKCS8),
        (b64(base64.b64decode(V1) + b"\0"), "follow its end", NOT_PKCS8),
        ("A" * 70_000, "too many", NOT_BASE64),
    ],
)
def test_each_wrong_form_is_named_and_the_client_s_words_are_given(
    text: str, word: str, says: str
) -> None:
    found = problem(text)
    assert word in found.statement
    assert found.client_error == says
    assert not text.strip() or text not in found.statement


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: pkcs8(rsa.generate_private_key(65537, 2048)), "RSA"),
        (lambda: pkcs8(ec.generate_private_key(ec.SECP256R1())), "elliptic curve"),
        (lambda: pkcs8(x25519.X25519PrivateKey.generate()), "X25519"),
        (
            lambda: rsa.generate_private_key(65537, 2048).private_bytes(
                form.Encoding.DER, form.PrivateFormat.TraditionalOpenSSL, form.NoEncryption()
            ),
            "PKCS#1",
        ),
        (
            lambda: (
                ed25519.Ed25519PrivateKey.generate()
                .public_key()
                .public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
            ),
            "public key",
        ),
    ],
)
def test_keys_of_another_kind_are_named(make: object, word: str) -> None:
    found = problem(b64(make()))  # type: ignore[operator]
    assert word in found.statement
    assert found.client_error == NOT_PKCS8


@given(st.text())
def test_any_text_is_a_key_or_a_problem(text: str) -> None:
    assert isinstance(read_private_key(text), PrivateKey | KeyProblem)


@given(st.binary(max_size=120))
def test_any_base64_is_a_key_or_a_problem(data: bytes) -> None:
    assert isinstance(read_private_key(b64(data)), PrivateKey | KeyProblem)


@given(st.integers(0, 82), st.integers(0, 255))
def test_a_damaged_document_never_raises(at: int, byte: int) -> None:
    document = bytearray(base64.b64decode(V2))
    document[at] = byte
    assert isinstance(read_private_key(b64(bytes(document))), PrivateKey | KeyProblem)


@given(st.text())
def test_any_header_is_an_assertion_or_a_sentence(text: str) -> None:
    assert isinstance(read_assertion(text), Assertion | str)
    assert isinstance(read_assertion(f"AgentAssertion {text}"), Assertion | str)


def test_a_key_never_shows_its_seed() -> None:
    key = usable(V1)
    assert SEED.hex() not in repr(key) + str(key) + f"{key}"
    assert repr(key) == f"<PrivateKey ed25519 {key.sha256_fingerprint}>"
    with pytest.raises(TypeError, match="not to be pickled"):
        pickle.dumps(key)
