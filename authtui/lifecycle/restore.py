"""Putting a backup back: what stood there before becomes a backup itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from authtui.credentials.backups import Backup, list_backups
from authtui.credentials.keyring_writer import KeyringFailure, store_entry
from authtui.credentials.store_writer import WriteFailure, replace_document
from authtui.lifecycle.context import Trouble
from authtui.lifecycle.preview import Plan, PlannedChange
from authtui.lifecycle.stores import file_store, keyring_store
from authtui.machine.files import read_file, unread_reason
from authtui.model import events as ev

if TYPE_CHECKING:
    from authtui.lifecycle.context import Context, View
    from authtui.wire.client import Wire


class Found(NamedTuple):
    """A backup and the place it goes back to."""

    backup: Backup
    place: str
    data: bytes


def find(view: View, name: str | None) -> Found | str:
    """The backup named, or the newest one of the home; a sentence where there is none."""
    file = file_store(view.observation)
    ring = keyring_store(view.observation, None)
    paths = dict.fromkeys([file.path, os.path.realpath(file.path)])
    kept = [(backup, file.place) for path in paths for backup in list_backups(path)]
    kept += [(backup, ring.place) for backup in list_backups(ring.backup_path)]
    kept.sort(key=lambda entry: (entry[0].made, entry[0].number), reverse=True)
    if name is not None:
        kept = [e for e in kept if name in (e[0].path, os.path.basename(e[0].path))]  # noqa: PTH119 - plain text throughout
    if not kept:
        return "There is no such backup." if name else "There is no backup to put back."
    backup, place = kept[0]
    facts = read_file(backup.path)
    if facts.data is None:
        return f"The backup {backup.path} cannot be read: {unread_reason(facts)}."
    return Found(backup, place, facts.data)


def plan(found: Found) -> Plan:
    """The preview."""
    what = f"replaced by the copy of {found.backup.made:%Y-%m-%d %H:%M:%S} UTC"
    warning = (
        "A token that was revoked or refreshed since then does not work any more, even when it "
        "is put back."
    )
    return Plan("restore", (), (PlannedChange(found.place, what),), (warning,))


async def perform(context: Context, view: View, found: Found, wire: Wire) -> Trouble | str:
    """Put it back; nothing is sent."""
    del wire
    before: str | None = None
    if found.place == "keyring":
        store = keyring_store(view.observation, context.keyring)
        failed = store_entry(store.account, found.data.decode("utf-8"), backend=context.keyring)
        if isinstance(failed, KeyringFailure):
            return Trouble(f"the keyring refused it: {failed.detail}", known=False)
    else:
        file = file_store(view.observation)
        now = file.read()
        if isinstance(now, WriteFailure):
            return Trouble(now.sentence, known=False)
        done = replace_document(file.path, found.data, now=context.clock(), expected=now)
        if isinstance(done, WriteFailure):
            return Trouble(done.sentence, known=False)
        before = done.backup
    context.reload("restore")
    context.publish(
        lambda n, at: ev.Restored(n, at, "restore", found.place, found.backup.path, before)
    )
    return f"Put back: {found.place}."
