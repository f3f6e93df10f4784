"""The encrypted store, with real age files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from authtui.credentials.encrypted_store import (
    read_encrypted_facts,
    read_secrets,
    with_passphrase,
)
from authtui.machine.observation import EncryptedFacts, FileFacts, KeyringFacts
from authtui.redaction import Secret
from tests.credentials.age_files import sealed

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.machine.observation import KeyringStatus

pyrage = pytest.importorskip("pyrage", reason="the extra encrypted-store is not installed")
PASSPHRASE = Secret("cGFzc3BocmFzZS1vZi0zMi1yYW5kb20tYnl0ZXMhIQ==")
DOCUMENT = '{"OPENAI_API_KEY": "planted"}'


CLEAR = json.dumps({"version": 1, "secrets": {"global/CODEX_AUTH": DOCUMENT}}).encode()


@pytest.fixture
def age_file() -> bytes:
    """An age file as the client writes it, but cheap to open."""
    return sealed(CLEAR, PASSPHRASE.reveal())


def stored(home: Path, data: bytes) -> EncryptedFacts:
    (home / "secrets").mkdir()
    (home / "secrets/codex_auth.age").write_bytes(data)
    return read_encrypted_facts(home, "secrets|0")


def passphrase(value: Secret | None, status: KeyringStatus = "present") -> KeyringFacts:
    return KeyringFacts(status, "codex", "secrets|0", document=value)


def test_no_file_is_an_empty_store(tmp_path: Path) -> None:
    facts = read_encrypted_facts(tmp_path, "secrets|0")
    assert (facts.status, facts.passphrase_account) == ("absent", "secrets|0")


def test_the_document_comes_out_with_the_right_passphrase(tmp_path: Path, age_file: bytes) -> None:
    facts = with_passphrase(stored(tmp_path, age_file), passphrase(PASSPHRASE))
    assert (facts.status, facts.document) == ("present", Secret(DOCUMENT))
    assert "planted" not in repr(facts)


def test_a_file_made_by_pyrage_itself_opens(tmp_path: Path) -> None:
    data: bytes = pyrage.passphrase.encrypt(CLEAR, PASSPHRASE.reveal())
    facts = with_passphrase(stored(tmp_path, data), passphrase(PASSPHRASE))
    assert facts.document == Secret(DOCUMENT)


def test_a_wrong_passphrase_is_told_apart(tmp_path: Path, age_file: bytes) -> None:
    facts = with_passphrase(stored(tmp_path, age_file), passphrase(Secret("wrong")))
    assert facts.status == "undecryptable"
    assert facts.detail


@pytest.mark.parametrize("status", ["absent", "locked", "hanging", "no-backend"])
def test_without_a_passphrase_the_reason_is_the_keyrings(
    tmp_path: Path, age_file: bytes, status: KeyringStatus
) -> None:
    facts = with_passphrase(stored(tmp_path, age_file), passphrase(None, status))
    assert facts.status == "no-passphrase"
    assert facts.detail


def test_nothing_is_opened_before_the_keyring_was_asked(tmp_path: Path, age_file: bytes) -> None:
    facts = with_passphrase(stored(tmp_path, age_file), KeyringFacts())
    assert facts.status == "not-probed"


@pytest.mark.parametrize("data", [b"", b"not age", b"age-encryption.org/v1\n", b"\xff" * 99])
def test_a_file_that_is_not_age_is_undecryptable(tmp_path: Path, data: bytes) -> None:
    assert with_passphrase(stored(tmp_path, data), passphrase(PASSPHRASE)).status == "undecryptable"


def test_a_work_factor_that_would_take_minutes_is_refused(tmp_path: Path, age_file: bytes) -> None:
    lines = age_file.split(b"\n")
    lines[1] = b" ".join([*lines[1].split(b" ")[:3], b"60"])
    facts = with_passphrase(stored(tmp_path, b"\n".join(lines)), passphrase(PASSPHRASE))
    assert facts.status == "undecryptable"
    assert facts.detail == "its work factor 60 is beyond any the client writes"


@pytest.mark.parametrize(
    ("clear", "status", "detail"),
    [
        (
            {"version": 2, "secrets": {}},
            "unreadable",
            "secrets file version 2 is newer than supported version 1",
        ),
        ({"version": 1, "secrets": {}}, "absent", "the store holds no login"),
        ({"version": 0, "secrets": {"global/CODEX_AUTH": "{}"}}, "present", None),
        ({"secrets": {"global/CLI_AUTH": "{}"}}, "present", None),
        ({"version": "1"}, "unreadable", "its version is not a number"),
        ({"version": 1}, "unreadable", "the decrypted store has no secrets"),
        ([], "unreadable", "the decrypted store is not a JSON object"),
    ],
)
def test_the_version_rule_is_the_clients(clear: object, status: str, detail: str | None) -> None:
    empty = EncryptedFacts(FileFacts("codex_auth.age", "file", b""))
    facts = read_secrets(empty, json.dumps(clear).encode())
    assert (facts.status, facts.detail) == (status, detail)


@pytest.mark.parametrize("clear", [b"\xff", b"{", b"[" * 100_000])
def test_clear_text_that_is_no_json_is_unreadable(clear: bytes) -> None:
    empty = EncryptedFacts(FileFacts("codex_auth.age", "file", b""))
    assert read_secrets(empty, clear).status == "unreadable"
