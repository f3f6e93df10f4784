"""What differs between two observations, in words; names and marks, never values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from authtui.machine.observation import FileFacts, Observation


def describe_changes(before: Observation | None, after: Observation) -> tuple[str, ...]:
    """One short statement for each thing that changed; empty when nothing did, or at first."""
    if before is None:
        return ()
    changes: list[str] = []
    changes += _file_changes("auth.json", before.auth_file, after.auth_file)
    changes += _file_changes("config.toml", before.config.file, after.config.file)
    changes += _file_changes(".env", before.environment.dotenv, after.environment.dotenv)
    old, new = before.environment.variables, after.environment.variables
    for name in sorted({*old, *new}):
        if name not in old:
            changes.append(f"{name} is now set")
        elif name not in new:
            changes.append(f"{name} is no longer set")
        elif old[name].value != new[name].value:
            changes.append(f"{name} has another value")
    if before.keyring.status != after.keyring.status:
        changes.append(f"keyring entry: {before.keyring.status} → {after.keyring.status}")
    elif before.keyring.document != after.keyring.document:
        changes.append("keyring entry has another value")
    if before.encrypted.status != after.encrypted.status:
        changes.append(f"encrypted store: {before.encrypted.status} → {after.encrypted.status}")
    if before.home.error != after.home.error or before.home.exists != after.home.exists:
        changes.append("CODEX_HOME " + ("appeared" if after.home.exists else "is gone"))
    return tuple(changes)


def _file_changes(name: str, old: FileFacts, new: FileFacts) -> list[str]:
    if old.kind != new.kind:
        if old.kind == "absent":
            return [f"{name} was created" if new.kind == "file" else f"{name} is now: {new.kind}"]
        if new.kind == "absent":
            return [f"{name} was removed"]
        return [f"{name}: {old.kind} → {new.kind}"]
    changes = []
    if old.data != new.data:
        how = "replaced" if old.inode != new.inode else "rewritten in place"
        changes.append(f"{name} was {how}")
    if old.mode != new.mode and None not in (old.mode, new.mode):
        changes.append(f"{name} mode {old.mode:04o} → {new.mode:04o}")
    if old.owner != new.owner:
        changes.append(f"{name} owner {old.owner} → {new.owner}")
    return changes
