"""What stands in the way of a change of auth.json, found out by looking: for the client and for us.

Both write as the table of generations says. authtui writes as the newest client does, whichever is
installed, and needs a few files more.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final, Literal

from authtui.contracts import STORE_NOW
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from authtui.contracts import StoreRules
    from authtui.machine.observation import Observation, StorageFacts

Kind = Literal[
    "read-only-mount", "mount-point", "flags", "folder", "folder-flags", "read-only-file",
    "file", "hard-link", "sticky", "inodes", "room", "lock",
]  # fmt: skip
ROOM: Final = 16_384
"""Bytes that a new record takes at most, by far; authtui asks for it twice, with the backup."""
_OUR_FILES: Final = 4


class Obstacle(NamedTuple):
    """Why a change would fail. `reason` completes "auth.json cannot be changed: …".

    `advice` is what to do, `command` does it where one command can.
    """

    kind: Kind
    reason: str
    advice: str
    command: str | None = None


def obstacle_to_refresh(observation: Observation, rules: StoreRules) -> Obstacle | None:
    """What keeps a client from storing a refreshed token in the observed auth.json."""
    facts = observation.storage
    if observation.auth_file.writable is False:
        facts = facts._replace(path=observation.auth_file.path, writable=False)
    return obstacle_to_client(facts, rules) if observation.auth_file.exists else None


def obstacle_to_client(facts: StorageFacts, rules: StoreRules) -> Obstacle | None:
    """What keeps a client from storing a refreshed token there; None where nothing is seen."""
    if rules.replaces:
        return _to_removing(facts) or _to_replacing(facts, files=1) or _held(facts, rules)
    if facts.read_only_mount:
        return _read_only_mount(facts)
    found = _flags(facts)
    if found is None and facts.writable is False:
        found = _file(facts)
    if found is None and facts.free is not None and facts.free < ROOM:
        found = _room(facts)
    return found or _held(facts, rules)


def obstacle_to_change(facts: StorageFacts) -> Obstacle | None:
    """What keeps authtui from changing it."""
    found = _to_removing(facts) or _to_replacing(facts, files=_OUR_FILES)
    return found or _held(facts, STORE_NOW)


def obstacle_to_removal(facts: StorageFacts) -> Obstacle | None:
    """What keeps authtui from removing it, with a backup beside it."""
    return _to_removing(facts) or _space(facts, _OUR_FILES) or _held(facts, STORE_NOW)


def _to_removing(facts: StorageFacts) -> Obstacle | None:
    if facts.read_only_mount:
        return _read_only_mount(facts)
    if facts.mounted:
        return Obstacle(
            "mount-point",
            "it is mounted by itself, and a mount point can be neither replaced nor removed",
            "mount the directory it is in, instead of the file alone",
        )
    found = _flags(facts)
    if found is not None:
        return found
    if facts.folder_flags:
        return Obstacle(
            "folder-flags",
            f"its directory is {' and '.join(facts.folder_flags)}",
            "take the attribute away",
            f"sudo chattr -i -a {shlex.quote(facts.folder)}",
        )
    if facts.folder_writable is False:
        return Obstacle(
            "folder",
            "its directory cannot be written by this user",
            "take the directory back",
            f'sudo chown "$(id -un)" {shlex.quote(facts.folder)} && '
            f"chmod u+rwx {shlex.quote(facts.folder)}",
        )
    if facts.sticky_owner is not None:
        return Obstacle(
            "sticky",
            f"it belongs to {facts.sticky_owner}, and its directory is sticky: only the owner of a "
            "file may replace or remove it there",
            "use a directory of your own",
        )
    return None


def _to_replacing(facts: StorageFacts, files: int) -> Obstacle | None:
    if facts.mode is not None and not facts.mode & 0o222:
        return Obstacle(
            "read-only-file",
            f"its mode is {facts.mode:04o}: nobody may write it",
            "give yourself the permission",
            f"chmod u+w {shlex.quote(facts.path)}",
        )
    if facts.writable is False:
        return _file(facts)
    if facts.links > 1:
        return Obstacle(
            "hard-link",
            f"it has {facts.links} names (hard links), and the others would keep the old tokens",
            "give this home a file of its own",
            f"cp -p {shlex.quote(facts.path)} {shlex.quote(facts.path + '.own')} && "
            f"mv {shlex.quote(facts.path + '.own')} {shlex.quote(facts.path)}",
        )
    return _space(facts, files)


def _space(facts: StorageFacts, files: int) -> Obstacle | None:
    if facts.free_inodes is not None and facts.free_inodes < files:
        return Obstacle(
            "inodes",
            f"its file system has room for {facts.free_inodes} more files, {files} are needed",
            "remove files there",
        )
    if facts.free is not None and facts.free < ROOM:
        return _room(facts)
    return None


def _read_only_mount(facts: StorageFacts) -> Obstacle:
    del facts
    return Obstacle(
        "read-only-mount", "its file system is mounted read-only", "mount it read-write"
    )


def _flags(facts: StorageFacts) -> Obstacle | None:
    if not facts.flags:
        return None
    return Obstacle(
        "flags",
        f"it is {' and '.join(facts.flags)}",
        "take the attribute away",
        f"sudo chattr -i -a {shlex.quote(facts.path)}",
    )


def _file(facts: StorageFacts) -> Obstacle:
    mode = "" if facts.mode is None else f" (mode {facts.mode:04o})"
    path = shlex.quote(facts.path)
    return Obstacle(
        "file",
        f"this user may not write it{mode}",
        "make it yours",
        f'sudo chown "$(id -un)" {path} && chmod u+w {path}',
    )


def _room(facts: StorageFacts) -> Obstacle:
    return Obstacle(
        "room", f"its file system has {facts.free or 0} bytes left", "make room on that disk"
    )


def _held(facts: StorageFacts, rules: StoreRules) -> Obstacle | None:
    for lock in facts.held:
        if lock.path.endswith((rules.home_lock or "\0", rules.file_lock or "\0")):
            who = f"process {lock.process}" if lock.process else "another process"
            return Obstacle("lock", f"{who} holds {lock.path}", "wait for that process, or end it")
    return None
