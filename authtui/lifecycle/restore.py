"""Putting a backup back: what stood there before becomes a backup itself."""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from authtui.credentials.backups import Backup, list_copies
from authtui.credentials.repair import repair_json
from authtui.credentials.rescues import rescue_base
from authtui.credentials.store_writer import WriteFailure
from authtui.lifecycle.context import Trouble
from authtui.lifecycle.preview import Plan, PlannedChange
from authtui.lifecycle.stores import FileStore, file_store, keyring_store
from authtui.machine.files import read_file, unread_reason
from authtui.machine.observation import AUTH_FILE
from authtui.model import events as ev

if TYPE_CHECKING:
    from authtui.lifecycle.context import Context, View
    from authtui.lifecycle.stores import Store
    from authtui.machine.observation import Observation
    from authtui.wire.client import Wire


KEYRING = "keyring"


class Found(NamedTuple):
    """A backup or a rescue file, and the place it goes back to."""

    backup: Backup
    place: str
    data: bytes


def copies_of(context: Context, view: View) -> list[tuple[Backup, str]]:
    """Every backup and rescue file of this home with the place of each, newest first."""
    seen = view.observation
    file, ring = file_store(seen), keyring_store(seen, None)
    paths = dict.fromkeys([(file.path, file.place), (file.copies, file.place)])
    paths[ring.copies, ring.place] = None
    paths |= dict.fromkeys((store.copies, store.place) for store in _edited_files(seen))
    if context.rescue_folder is not None:
        for store in (file, ring):
            base = rescue_base(context.rescue_folder, store.place, seen.keyring.account)
            paths[base, store.place] = None
    kept = [(copy, place) for path, place in paths for copy in list_copies(path)]
    kept.sort(key=lambda e: (e[0].made, e[0].rescue, e[0].number), reverse=True)
    return kept


def find(context: Context, view: View, name: str | None) -> Found | str:
    """The copy named, or the newest one of the home; a sentence where there is none to put back."""
    kept = copies_of(context, view)
    if name is not None:
        kept = [e for e in kept if name in (e[0].path, os.path.basename(e[0].path))]
    if not kept:
        return "There is no such backup." if name else "There is no backup to put back."
    backup, place = kept[0]
    facts = read_file(backup.path)
    if facts.data is None:
        return f"The backup {backup.path} cannot be read: {unread_reason(facts)}."
    problem = not_a_login(facts.data) if place in (AUTH_FILE, KEYRING) else None
    mended = repair_json(facts.data) if problem is not None else None
    if mended is not None and not_a_login(mended.data) is None:
        problem = None  # it is whole, and as its owner had written it before it was repaired
    if problem is None:
        return Found(backup, place, facts.data)
    good = next((copy.path for copy, _ in kept[1:] if _is_login(copy.path)), None)
    other = f" An older one is good: --backup {good}." if good else ""
    return f"The backup {backup.path} is no login ({problem}), and was not put back.{other}"


def _edited_files(seen: Observation) -> tuple[FileStore, ...]:
    """The files beside the login that `authtui fix` edits."""
    return (
        FileStore(seen.config.file.path, "config.toml"),
        FileStore(seen.environment.dotenv.path, ".env"),
    )


def not_a_login(data: bytes) -> str | None:
    """Why this cannot be a stored login; None where it can."""
    if not data.strip():
        return "it is empty"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return "it is not UTF-8"
    try:
        value = json.loads(text)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError:
        return "it is not whole, or not JSON"
    return None if isinstance(value, dict) and value else "it is not a JSON object with fields"


def _is_login(path: str) -> bool:
    data = read_file(path).data
    return data is not None and not_a_login(data) is None


def plan(found: Found) -> Plan:
    """Say which store is overwritten, and with which backup."""
    made = f"{found.backup.made:%Y-%m-%d %H:%M:%S} UTC"
    if found.backup.rescue:
        what = f"replaced by what could not be stored at {made}; what stands there has a backup"
        return Plan("restore", (), (PlannedChange(found.place, what),))
    what = f"replaced by the copy of {made}; what stands there has a backup"
    warning = (
        "A token that was revoked or refreshed since then does not work any more, even when it "
        "is put back."
    )
    return Plan("restore", (), (PlannedChange(found.place, what),), (warning,))


async def perform(context: Context, view: View, found: Found, wire: Wire) -> Trouble | str:
    """Put it back; nothing is sent."""
    del wire
    store: Store = file_store(view.observation)
    if found.place == KEYRING:
        store = keyring_store(view.observation, context.keyring)
    elif found.place != store.place:
        store = next(s for s in _edited_files(view.observation) if s.place == found.place)
    now = await asyncio.to_thread(store.read)
    if isinstance(now, WriteFailure):
        return Trouble(now.sentence, known=False)
    held = await asyncio.to_thread(store.reserve_whole, now, context.clock())
    if isinstance(held, WriteFailure):
        return Trouble(held.sentence, known=False)
    with held:
        done = await asyncio.to_thread(held.put, found.data, precious=False)
    if isinstance(done, WriteFailure):
        return Trouble(done.sentence, known=False)
    if found.backup.rescue:
        # It is in force now: left there, it would be taken for lost tokens again.
        with suppress(OSError):
            os.unlink(found.backup.path)
        left = context.memory.unsaved
        if left is not None and left.rescue == found.backup.path:
            context.memory.unsaved = None
    before = done.backup
    await context.reload("restore")
    context.publish(
        lambda n, at: ev.Restored(n, at, "restore", found.place, found.backup.path, before)
    )
    return f"Put back: {found.place}."
