"""Where a login is kept, as one thing to read, update and remove: the file or the keyring entry.

A login is written back to the place it was read from. The client with store mode `auto` would
move it into the keyring; the encrypted store is not written by authtui at all.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from authtui.credentials.backups import write_backup
from authtui.credentials.keyring_writer import KeyringFailure, delete_entry, store_entry
from authtui.credentials.store_writer import (
    Removed,
    WriteFailure,
    Written,
    merge,
    rehearse,
    remove_document,
    update_document,
)
from authtui.lifecycle.context import Trouble
from authtui.machine.files import read_file, unread_reason
from authtui.machine.observation import AUTH_FILE
from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from authtui.credentials.keyring_store import WritableBackend
    from authtui.lifecycle.context import Context, View
    from authtui.machine.observation import Observation

KEYRING_BACKUP: Final = "keyring-auth.json"


class FileStore(NamedTuple):
    """auth.json."""

    path: str
    place: str = AUTH_FILE

    def read(self) -> bytes | WriteFailure | None:
        """What stands there now; None where nothing does."""
        facts = read_file(self.path)
        if facts.kind in ("absent", "dangling-link"):
            return None
        if facts.data is None:
            text = f"{self.path} cannot be read: {unread_reason(facts)}"
            return WriteFailure("unreadable", text, self.path)
        return facts.data

    def rehearse(self, expected: bytes | None) -> WriteFailure | None:
        """Whether writing would work now: before something is done that must be written down."""
        return rehearse(self.path, expected=expected)

    def update(
        self, changes: Mapping[str, Any], expected: bytes | None, now: datetime
    ) -> Written | WriteFailure:
        """Merge the changes in; see `store_writer.update_document`."""
        return update_document(self.path, changes, now=now, expected=expected)

    def remove(self, expected: bytes | None, now: datetime) -> Removed | WriteFailure:
        """Remove the document, with a backup."""
        return remove_document(self.path, now=now, expected=expected)


class KeyringStore(NamedTuple):
    """The entry in the OS keyring. Its backups stand in the home, with mode 0600."""

    account: str
    home: str
    seen: Secret | None
    backend: WritableBackend | None = None
    place: str = "keyring"

    @property
    def backup_path(self) -> str:
        """The name its backups begin with."""
        return os.path.join(self.home, KEYRING_BACKUP)  # noqa: PTH118 - plain text throughout

    def read(self) -> bytes | WriteFailure | None:
        """What stands there now, within the time limit of a probe."""
        from authtui.credentials.keyring_store import probe_keyring

        facts = probe_keyring(self.account, backend=self.backend)
        if facts.status == "absent":
            return None
        if facts.document is None:
            reason = facts.detail or facts.status
            return WriteFailure("unreadable", f"the keyring cannot be read: {reason}", self.place)
        return facts.document.reveal().encode()

    def rehearse(self, expected: bytes | None) -> WriteFailure | None:
        """Whether the entry is still as expected: more cannot be tried without writing."""
        return self._same(expected)

    def update(
        self, changes: Mapping[str, Any], expected: bytes | None, now: datetime
    ) -> Written | WriteFailure:
        """Merge the changes in; the entry is compact JSON, as the client stores it."""
        del now
        problem = self._same(expected)
        if problem is not None:
            return problem
        merged = merge(expected, changes)
        if isinstance(merged, str):
            return WriteFailure("not-a-document", f"the keyring entry: {merged}", self.place)
        text = json.dumps(json.loads(merged), ensure_ascii=False, separators=(",", ":"))
        failed = store_entry(self.account, text, backend=self.backend)
        if isinstance(failed, KeyringFailure):
            return WriteFailure("failed", f"the keyring refused it: {failed.detail}", self.place)
        return Written(self.place, None, Secret(text))

    def remove(self, expected: bytes | None, now: datetime) -> Removed | WriteFailure:
        """Remove the entry, once a copy of it is safe in the home."""
        problem = self._same(expected)
        if problem is not None:
            return problem
        if expected is None:
            return WriteFailure("absent", "the keyring has no entry", self.place)
        try:
            backup = write_backup(self.backup_path, expected, now)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else "no name is free"
            text = f"no copy of the keyring entry could be made, so it was kept: {reason}"
            return WriteFailure("failed", text, self.place)
        failed = delete_entry(self.account, backend=self.backend)
        if isinstance(failed, KeyringFailure):
            text = f"failed to delete auth from keyring: {failed.detail}"
            if failed.open:
                text += f"; a copy of the entry is kept in {backup}"
            else:
                Path(backup).unlink(missing_ok=True)
            return WriteFailure("failed", text, self.place)
        return Removed(self.place, backup)

    def _same(self, expected: bytes | None) -> WriteFailure | None:
        found = self.read()
        if isinstance(found, WriteFailure):
            return found
        if found == expected:
            return None
        text = "the keyring entry was changed by another program; nothing was written. Load again."
        return WriteFailure("changed-underneath", text, self.place)


Store = FileStore | KeyringStore


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
