"""A keyring that does not answer a change in time: what it may still do later is not forgotten."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from authtui.credentials import keyring_writer
from authtui.credentials.backups import list_backups
from authtui.credentials.keyring_store import SERVICE, auth_account
from authtui.credentials.store_writer import WriteFailure
from authtui.lifecycle.stores import KeyringStore, remove, update
from authtui.redaction import Secret
from tests.credentials.keyring_backends import MemoryKeyring

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 4, 15, 12, 0, tzinfo=UTC)
ENTRY = '{"OPENAI_API_KEY":"made-up"}'


class SleepingKeyring(MemoryKeyring):
    """Answers questions, and does what it was told once it is woken up."""

    def __init__(self) -> None:
        super().__init__()
        self.woken, self.done = threading.Event(), threading.Event()

    def set_password(self, service: str, username: str, password: str) -> None:
        self.woken.wait(20)
        super().set_password(service, username, password)
        self.done.set()

    def delete_password(self, service: str, username: str) -> None:
        self.woken.wait(20)
        super().delete_password(service, username)
        self.done.set()


@pytest.fixture
def sleeping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[SleepingKeyring, KeyringStore]:
    for change in (keyring_writer.delete_entry, keyring_writer.store_entry):
        monkeypatch.setitem(change.__kwdefaults__ or {}, "timeout", 0.1)
    backend = SleepingKeyring()
    account = auth_account(str(tmp_path))
    backend.entries[SERVICE, account] = ENTRY
    return backend, KeyringStore(account, str(tmp_path), Secret(ENTRY), backend)


def test_an_entry_that_is_removed_too_late_leaves_its_copy(
    sleeping: tuple[SleepingKeyring, KeyringStore],
) -> None:
    backend, store = sleeping
    answer = remove(store, ENTRY.encode(), NOW)
    assert isinstance(answer, WriteFailure)
    assert "it may still be done" in answer.sentence
    (backup,) = list_backups(store.copies)
    assert backup.path in answer.sentence
    backend.woken.set()
    assert backend.done.wait(20)
    assert backend.entries == {}
    with open(backup.path) as file:  # noqa: PTH123 - plain text throughout
        assert json.load(file) == json.loads(ENTRY)


def test_an_entry_that_is_written_too_late_is_not_called_unwritten(
    sleeping: tuple[SleepingKeyring, KeyringStore],
) -> None:
    backend, store = sleeping
    answer = update(store, {"a": 1}, ENTRY.encode(), NOW)
    assert isinstance(answer, WriteFailure)
    assert "it may still be done" in answer.sentence
    backend.woken.set()
    assert backend.done.wait(20)
    assert json.loads(backend.entries[SERVICE, store.account])["a"] == 1
