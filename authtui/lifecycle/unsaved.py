"""What a server gave once and a store did not take: kept in memory and in a rescue file, retried.

A refresh token works once, and the key of a new agent is known to nobody else: neither is dropped.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from authtui.credentials import backups
from authtui.credentials.rescues import rescue_base
from authtui.credentials.store_writer import WriteFailure, Written, merge
from authtui.lifecycle.context import Unsaved
from authtui.lifecycle.stores import account_in, update

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authtui.credentials.store_writer import Reservation
    from authtui.lifecycle.context import Context
    from authtui.lifecycle.stores import Store

_PAUSES: Final = (0.2, 1.0)
"""Seconds before each further attempt."""
_PASSING: Final = ("locked", "failed", "disk-full", "no-permission")


async def save(
    context: Context,
    store: Store,
    held: Reservation,
    changes: Mapping[str, object],
    before: bytes | None,
    fits: Callable[[bytes | None], bool],
) -> Written | WriteFailure:
    """Put them into the store that was held ready for them; remember what could not be saved."""
    done = await asyncio.to_thread(held.change, changes, fits=fits)
    if isinstance(done, Written):
        return done
    rescue = done.rescue or _elsewhere(context, store, before, changes)
    again = partial(_again, context, store, changes, account_in(before), rescue)
    for pause in _PAUSES:
        if done.why not in _PASSING:
            break
        held.let_all()
        await asyncio.sleep(pause)
        found = await asyncio.to_thread(again)
        if isinstance(found, Written):
            return found
    context.memory.unsaved = Unsaved(again, rescue)
    return done._replace(rescue=rescue)


async def save_again(context: Context) -> Written | WriteFailure | None:
    """Try once more to save what is left; None where nothing is."""
    left = context.memory.unsaved
    if left is None:
        return None
    done = await asyncio.to_thread(left.again)
    if isinstance(done, Written):
        context.memory.unsaved = None
        return done
    return done._replace(rescue=left.rescue)


def kept_where(rescue: str | None) -> str:
    """Where they are meanwhile, and the way back, as sentences."""
    place = "in the memory of this program alone: do not end it"
    if rescue is not None:
        place = f"in {rescue}; `authtui run restore --live` puts them in place"
    return f"They are not saved, but kept {place}. The next step here tries again."


def _again(
    context: Context,
    store: Store,
    changes: Mapping[str, object],
    account: str | None,
    rescue: str | None,
) -> Written | WriteFailure:
    data = store.read()
    if isinstance(data, WriteFailure):
        return data
    if account_in(data) != account:
        text = f"{store.place} holds another login by now; nothing was written."
        return WriteFailure("changed-underneath", text, store.place)
    done = update(store, changes, data, context.clock())
    if isinstance(done, Written) and rescue is not None:
        with suppress(OSError):
            os.unlink(rescue)
    return done


def _elsewhere(
    context: Context, store: Store, before: bytes | None, changes: Mapping[str, object]
) -> str | None:
    """A rescue file in the state directory, where the home did not take one."""
    view, whole = context.view(), merge(before, changes)
    if context.rescue_folder is None or view is None or isinstance(whole, str):
        return None
    base = rescue_base(context.rescue_folder, store.place, view.observation.keyring.account)
    part = backups.part_name(base, "new")
    try:
        os.makedirs(context.rescue_folder, 0o700, exist_ok=True)
        backups.write_new(part, whole)
    except OSError:
        return None
    return backups.keep_as_rescue(part, base, context.clock())
