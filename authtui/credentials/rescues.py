"""Tokens that a server gave and a store did not take: the rescue files that are newer than it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

from authtui.credentials.backups import list_rescues
from authtui.machine.files import read_file
from authtui.machine.observation import AUTH_FILE

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.machine.observation import StorageFacts

KEYRING_COPY: Final = "keyring-auth.json"
"""What the names of copies of the keyring entry begin with, in the home."""
KEYRING: Final = "keyring"
"""The place of the keyring entry, as its source is called."""
_LOOKED_AT: Final = 20


def rescue_base(folder: str, place: str, account: str) -> str:
    """What the names of rescue files for a home begin with where the home takes none."""
    name = f"{place}-{account.rpartition('|')[2]}"
    return os.path.join(folder, name)


def newer_than(stored: bytes | None, rescues: tuple[str, ...]) -> tuple[str, ...]:
    """The rescue files that hold what belongs into a store and came after what it holds."""
    if stored is None or not rescues:
        return ()
    old = _fields(stored)
    return tuple(p for p in rescues[:_LOOKED_AT] if _is_newer(_fields(read_file(p).data), old))


def with_rescues(
    storage: StorageFacts, home: str, elsewhere: str, account: str, auth: bytes | None
) -> StorageFacts:
    """The facts with the rescue files of both stores; those of the keyring are not judged yet."""
    copies = {AUTH_FILE: storage.path, KEYRING: os.path.join(home, KEYRING_COPY)}
    found = {
        place: tuple(
            copy.path
            for base in (path, rescue_base(elsewhere, place, account))
            for copy in list_rescues(base)
        )
        for place, path in copies.items()
    }
    return storage._replace(
        rescues=newer_than(auth, found[AUTH_FILE]), entry_rescues=found[KEYRING]
    )


def _is_newer(rescue: dict[str, object], stored: dict[str, object]) -> bool:
    new, old = _tokens(rescue), _tokens(stored)
    if new.get("account_id") != old.get("account_id"):
        return False
    if new.get("refresh_token") == old.get("refresh_token"):
        # What was registered has no date of its own.
        return "agent_identity" in rescue and "agent_identity" not in stored
    when, before = _moment(rescue), _moment(stored)
    return when is not None and (before is None or when > before)


def _fields(data: bytes | None) -> dict[str, object]:
    try:
        found = json.loads(data or b"null")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _tokens(document: dict[str, object]) -> dict[str, object]:
    found = document.get("tokens")
    return found if isinstance(found, dict) else {}


def _moment(document: dict[str, object]) -> datetime | None:
    from datetime import datetime

    given = document.get("last_refresh")
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo is not None else None
