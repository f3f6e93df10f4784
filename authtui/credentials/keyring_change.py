"""A change of the keyring entry, held ready like one of auth.json: locks, a backup, a spare file.

The client takes the locks of its home for the keyring, too. The private files stand in the home
under the name `keyring-auth.json`, which itself never exists.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

from authtui.credentials.keyring_store import probe_keyring
from authtui.credentials.keyring_writer import KeyringFailure, delete_entry, store_entry
from authtui.credentials.obstacles import obstacle_to_removal
from authtui.credentials.rescues import KEYRING, KEYRING_COPY
from authtui.credentials.store_writer import Removed, Reservation, WriteFailure, Written
from authtui.machine.observation import AUTH_FILE
from authtui.machine.storage import read_storage

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.credentials.keyring_store import WritableBackend

SHOWN: Final = KEYRING


def read_entry(account: str, backend: WritableBackend | None) -> bytes | WriteFailure | None:
    """What the entry holds now, within the time limit of a probe; None where there is none."""
    facts = probe_keyring(account, backend=backend)
    if facts.status == "absent":
        return None
    if facts.document is None:
        reason = facts.detail or facts.status
        return WriteFailure("unreadable", f"the keyring cannot be read: {reason}", SHOWN)
    return facts.document.reveal().encode()


def reserve_entry(
    account: str,
    home: str,
    *,
    expected: bytes | None,
    now: datetime,
    backend: WritableBackend | None,
    removes: bool = False,
) -> KeyringReservation | WriteFailure:
    """Try what changing the entry takes, short of touching it, and hold it ready."""
    held = KeyringReservation(account, home, expected, now, backend)
    if removes and expected is None:
        return WriteFailure("absent", "the keyring has no entry", SHOWN)
    obstacle = obstacle_to_removal(read_storage(held.copies))
    if obstacle is not None:
        text = (
            "no copy of the keyring entry could be made, so it was left alone: of the home, "
            f"{obstacle.reason}; {obstacle.advice}."
        )
        return WriteFailure("hindered", text, SHOWN)
    problem = held.prepare(spare=not removes)
    if problem is not None:
        held.release()
    return held if problem is None else problem


class KeyringReservation(Reservation):
    """A change of the entry, with all it takes."""

    def __init__(
        self,
        account: str,
        home: str,
        data: bytes | None,
        now: datetime,
        backend: WritableBackend | None,
    ) -> None:
        """Nothing is held before `prepare`."""
        self.copies = os.path.join(home, KEYRING_COPY)
        auth = os.path.join(home, AUTH_FILE)
        super().__init__(auth, self.copies, self.copies, data, now)
        self.shown = SHOWN
        self._account, self._backend = account, backend

    def look(self) -> bytes | WriteFailure | None:
        """What the entry holds now."""
        return read_entry(self._account, self._backend)

    def _form(self, merged: bytes) -> bytes:
        compact = json.dumps(json.loads(merged), ensure_ascii=False, separators=(",", ":"))
        return compact.encode("utf-8", "surrogatepass")

    def _install(self, new: bytes) -> Written | WriteFailure:
        text = new.decode("utf-8", "replace")
        failed = store_entry(self._account, text, backend=self._backend)
        if isinstance(failed, KeyringFailure):
            self._done = failed.open  # it may be replaced yet: the copy stays
            return WriteFailure("failed", f"the keyring refused it: {failed.detail}", SHOWN)
        self._done = True
        return self._written(new)

    def _take_away(self) -> Removed | WriteFailure:
        failed = delete_entry(self._account, backend=self._backend)
        if isinstance(failed, KeyringFailure):
            text = f"failed to delete auth from keyring: {failed.detail}"
            if failed.open:
                self._done = True
                text += f"; a copy of the entry is kept in {self._backup}"
            return WriteFailure("failed", text, SHOWN)
        self._done = True
        return Removed(SHOWN, self._backup or None)
