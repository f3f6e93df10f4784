"""Where a login is kept, as one thing to read, update and remove: the file or the keyring entry.

A login is written back to the place it was read from. The client with store mode `auto` would
move it into the keyring; the encrypted store is not written by authtui at all.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from authtui.credentials.keyring_change import SHOWN, read_entry, reserve_entry
from authtui.credentials.obstacles import Obstacle, obstacle_to_change, obstacle_to_removal
from authtui.credentials.rescues import KEYRING_COPY
from authtui.credentials.store_writer import WriteFailure, reserve, reserve_removal
from authtui.credentials.write_lock import lock_paths
from authtui.lifecycle.context import Trouble
from authtui.machine.files import read_file, unread_reason
from authtui.machine.observation import AUTH_FILE
from authtui.machine.storage import read_storage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from authtui.credentials.keyring_store import WritableBackend
    from authtui.credentials.store_writer import Removed, Reservation, Written
    from authtui.lifecycle.context import Context, View
    from authtui.machine.observation import Observation
    from authtui.redaction import Secret


class FileStore(NamedTuple):
    """The login in `auth.json`."""

    path: str
    place: str = AUTH_FILE

    @property
    def copies(self) -> str:
        """The name that backups and rescue files begin with."""
        return os.path.realpath(self.path)

    def read(self) -> bytes | WriteFailure | None:
        """What stands there now; None where nothing does."""
        facts = read_file(self.path)
        if facts.kind in ("absent", "dangling-link"):
            return None
        if facts.data is None:
            text = f"{self.path} cannot be read: {unread_reason(facts)}"
            return WriteFailure("unreadable", text, self.path)
        return facts.data

    def obstacle(self, *, removes: bool = False) -> Obstacle | None:
        """What would keep a change from coming into force, as far as looking tells."""
        locks = lock_paths(self.path)
        if removes and os.path.islink(self.path):
            return None
        facts = read_storage(self.path, locks)
        return obstacle_to_removal(facts) if removes else obstacle_to_change(facts)

    def reserve(self, expected: bytes | None, now: datetime) -> Reservation | WriteFailure:
        """Hold a change ready: before something is done that must be written down."""
        return reserve(self.path, expected=expected, now=now)

    def reserve_removal(self, expected: bytes | None, now: datetime) -> Reservation | WriteFailure:
        """Hold its removal ready, with a backup."""
        return reserve_removal(self.path, expected=expected, now=now)

    def reserve_whole(self, expected: bytes | None, now: datetime) -> Reservation | WriteFailure:
        """Hold its replacement by another document ready."""
        return reserve(self.path, expected=expected, now=now, merges=False)


class KeyringStore(NamedTuple):
    """The entry in the OS keyring. Its backups stand in the home, with mode 0600."""

    account: str
    home: str
    seen: Secret | None
    backend: WritableBackend | None = None
    place: str = SHOWN

    @property
    def copies(self) -> str:
        """The name that backups and rescue files begin with."""
        return os.path.join(self.home, KEYRING_COPY)

    def read(self) -> bytes | WriteFailure | None:
        """What stands there now, within the time limit of a probe."""
        return read_entry(self.account, self.backend)

    def obstacle(self, *, removes: bool = False) -> Obstacle | None:
        """What would keep a copy of the entry from being made in the home."""
        del removes
        auth = os.path.join(self.home, AUTH_FILE)
        return obstacle_to_removal(read_storage(self.copies, lock_paths(auth)))

    def reserve(self, expected: bytes | None, now: datetime) -> Reservation | WriteFailure:
        """Hold a change ready; a copy of the entry is made first."""
        return reserve_entry(
            self.account, self.home, expected=expected, now=now, backend=self.backend
        )

    def reserve_removal(self, expected: bytes | None, now: datetime) -> Reservation | WriteFailure:
        """Hold its removal ready, with a copy in the home."""
        return reserve_entry(
            self.account, self.home, expected=expected, now=now, backend=self.backend, removes=True
        )

    def reserve_whole(self, expected: bytes | None, now: datetime) -> Reservation | WriteFailure:
        """Hold its replacement ready: an entry is always replaced as a whole."""
        return self.reserve(expected, now)


Store = FileStore | KeyringStore


def update(
    store: Store, changes: Mapping[str, object], expected: bytes | None, now: datetime
) -> Written | WriteFailure:
    """Merge the changes in; see `store_writer.update_document`."""
    held = store.reserve(expected, now)
    if isinstance(held, WriteFailure):
        return held
    with held:
        return held.change(changes, precious=False)


def remove(store: Store, expected: bytes | None, now: datetime) -> Removed | WriteFailure:
    """Remove the document or the entry, with a backup."""
    held = store.reserve_removal(expected, now)
    if isinstance(held, WriteFailure):
        return held
    with held:
        return held.remove()


def file_store(observation: Observation) -> FileStore:
    """auth.json of the observed home."""
    return FileStore(observation.auth_file.path)


def keyring_store(observation: Observation, backend: WritableBackend | None) -> KeyringStore:
    """The keyring entry of the observed home."""
    facts = observation.keyring
    return KeyringStore(facts.account, observation.home.path, facts.document, backend)


def store_of(context: Context, view: View) -> Store | Trouble:
    """The store of the selected credential; trouble where nothing is ever written to its source."""
    source = view.credential.source if view.credential else ""
    if source == AUTH_FILE:
        return file_store(view.observation)
    if source == "keyring":
        return keyring_store(view.observation, context.keyring)
    if source == "encrypted store":
        text = "authtui does not write the encrypted store; use the client itself"
        return Trouble(text, known=False)
    return Trouble(f"{source} cannot be written to", known=False)


def seen_in(store: Store, observation: Observation) -> bytes | None:
    """What the observation saw in a store."""
    if isinstance(store, FileStore):
        return observation.auth_file.data
    return None if store.seen is None else store.seen.reveal().encode()


def account_in(data: bytes | None) -> str | None:
    """`tokens.account_id` of a stored document, or None."""
    try:
        value = json.loads(data or b"null")
    except (ValueError, RecursionError):
        return None
    tokens = value.get("tokens") if isinstance(value, dict) else None
    found = tokens.get("account_id") if isinstance(tokens, dict) else None
    return found if isinstance(found, str) and found else None


def same_login(before: bytes | None, now: bytes | None) -> bool:
    """Whether both documents belong to one account: a refresh in between is not another login."""
    return before == now or (
        account_in(before) is not None and account_in(before) == account_in(now)
    )
