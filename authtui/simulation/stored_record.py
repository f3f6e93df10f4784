"""The stored record: where the configured store mode leads, and what is found there.

Source: recordings of released clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.configuration.config import feature
from authtui.credentials.document import Document, DocumentFault, parse_document
from authtui.credentials.encrypted_store import SECRETS_FEATURE, STORE
from authtui.machine.observation import AUTH_FILE
from authtui.record import NamedTuple
from authtui.simulation.selection import Failure

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.contracts import Contract
    from authtui.machine.observation import KeyringFacts, Observation


class StoredRecord(NamedTuple):
    """What the configured store holds: its name, the record's text, or why it cannot be read."""

    name: str
    data: bytes | str | None = None
    failure: Failure | None = None

    def parse(self, contract: Contract, now: datetime) -> Document | DocumentFault:
        """The record as the generation reads it, or its error; where there is a text."""
        return parse_document(
            self.data or b"",
            contract.document,
            contract.agent,
            now=now,
            store="file" if self.name == AUTH_FILE else "keyring",
        )


def store_mode(observation: Observation) -> str:
    """`cli_auth_credentials_store`, `file` when it is absent."""
    value = observation.config.get("cli_auth_credentials_store", "file")
    return value if isinstance(value, str) else "file"


def find_record(observation: Observation, contract: Contract) -> StoredRecord:
    """The record that the store mode leads to, not yet parsed."""
    mode = store_mode(observation)
    if mode == "file":
        return _in_file(observation)
    if mode == "ephemeral":
        return StoredRecord("in-memory store")
    if _encrypts(observation, contract):
        kept = _in_encrypted_store(observation)
    else:
        kept = _in_keyring(observation, contract)
    if mode == "auto" and (
        kept.data is None and (kept.failure is None or observation.keyring.status != "present")
    ):
        return _in_file(observation)
    return kept


def stored_somewhere(observation: Observation, contract: Contract) -> bool:
    """Whether a record lies where the store mode leads, readable or not."""
    mode = store_mode(observation)
    file = observation.auth_file
    on_disk = file.exists and file.kind != "dangling-link"
    if mode == "ephemeral":
        return False
    if mode == "file":
        return on_disk
    store = observation.encrypted if _encrypts(observation, contract) else observation.keyring
    return store.status == "present" or on_disk


def _encrypts(observation: Observation, contract: Contract) -> bool:
    """Whether the login is in the encrypted store, and only its passphrase in the keyring."""
    return feature(observation.config, SECRETS_FEATURE) and contract.document.personal_access_token


def _in_file(observation: Observation) -> StoredRecord:
    facts = observation.auth_file
    name = AUTH_FILE
    if facts.kind in ("absent", "dangling-link"):
        return StoredRecord(name)
    if facts.kind == "file" and facts.data is not None:
        return StoredRecord(name, facts.data)
    text = facts.error or "Is a directory (os error 21)"
    reason = {
        "directory": "a directory stands where the file should be",
        "fifo": "a named pipe stands where the file should be; the client waits on it forever",
        "too-large": "the file is too large to be a credential record",
    }.get(facts.kind, text)
    return StoredRecord(name, failure=Failure(name, name, text, reason, unread=True))


def _in_keyring(observation: Observation, contract: Contract) -> StoredRecord:
    facts = observation.keyring
    if facts.status == "present" and facts.document is not None:
        return StoredRecord("keyring", facts.document.reveal())
    if facts.status in ("absent", "not-probed"):
        return StoredRecord("keyring")
    text = keyring_error(facts, contract)
    reason = {
        "no-backend": "there is no keyring service in this session",
        "locked": "the keyring is locked",
        "denied": "the keyring refused access",
        "hanging": "the keyring did not answer in time",
    }.get(facts.status, "the keyring could not be read")
    return StoredRecord("keyring", failure=Failure("keyring", "keyring", text, reason, unread=True))


def keyring_error(facts: KeyringFacts, contract: Contract) -> str:
    """What the client says of a keyring that it cannot read."""
    cause = facts.detail or facts.status
    if facts.status == "no-backend":
        cause = "no secret service provider or dbus session found"
    error = f"Platform secure storage failure: {cause}"
    return contract.keyring_error.format(error=error, cause=cause)


def _in_encrypted_store(observation: Observation) -> StoredRecord:
    facts = observation.encrypted
    name = "encrypted store"
    if facts.status == "present" and facts.document is not None:
        return StoredRecord(name, facts.document.reveal())
    if facts.status in ("absent", "not-probed"):
        return StoredRecord(name)
    reason = {
        "no-extra": "authtui needs its extra to open it: pip install 'authtui[encrypted-store]'",
        "no-passphrase": "its passphrase is not in the keyring",
    }.get(facts.status, facts.detail or facts.status)
    text = f"failed to load encrypted auth storage: {facts.detail or facts.status}"
    return StoredRecord(name, failure=Failure(name, STORE, text, reason, unread=True))
