"""Which stored credential a mark belongs to, and the public keys of the agent identities seen.

A recorded request holds no secret, only the mark of the one it carried (`#1f2e3d`, from the
secret's fingerprint). With these tables a mark seen on the wire leads to the credential's source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authtui.credentials.salvage import salvage
from authtui.machine.observation import AUTH_FILE
from authtui.record import NamedTuple
from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from authtui.machine.observation import Observation

_CONFIG_TOKEN: Final = "experimental_bearer_token"  # noqa: S105 - the name of a setting


class SecretPlace(NamedTuple):
    """Where a secret is kept: the source by its name, and the field within it."""

    source: str
    field: str = ""

    def __str__(self) -> str:
        """`auth.json: tokens.access_token`, or the name of a variable."""
        return f"{self.source}: {self.field}" if self.field else self.source


def marks_of(observation: Observation) -> Mapping[str, tuple[SecretPlace, ...]]:
    """Where each secret seen is kept, by its mark; a value kept twice has two places."""
    found: dict[str, list[SecretPlace]] = {}
    for place, mark in _marks(observation):
        entry = found.setdefault(mark, [])
        if place not in entry:
            entry.append(place)
    return {mark: tuple(places) for mark, places in found.items()}


def mark_of(observation: Observation, source: str, field: str) -> str | None:
    """The mark of one field of a stored record; None where it is absent."""
    wanted = SecretPlace(source, field)
    return next((mark for place, mark in _marks(observation) if place == wanted), None)


def public_keys_of(observation: Observation) -> Mapping[str, bytes]:
    """The 32 public bytes of every agent identity seen, by its agent runtime id."""
    from authtui.identity.keys import KeyProblem, read_private_key

    keys: dict[str, bytes] = {}
    for _, runtime, private in _identities(observation):
        key = read_private_key(private)
        if not isinstance(key, KeyProblem):
            keys.setdefault(runtime, key.public_bytes)
    return keys


def runtimes_of(observation: Observation) -> Mapping[str, str]:
    """The source of every agent identity seen, by its agent runtime id."""
    if observation.clues is not None:
        return {clue.runtime: clue.source for clue in observation.clues.runtimes}
    found: dict[str, str] = {}
    for source, runtime, _ in _identities(observation):
        found.setdefault(runtime, source)
    return found


def _marks(observation: Observation) -> Iterator[tuple[SecretPlace, str]]:
    if observation.clues is not None:
        for clue in observation.clues.secrets:
            yield SecretPlace(clue.source, clue.field), clue.mark
        return
    for place, secret in _secrets(observation):
        yield place, secret.mark


def _secrets(observation: Observation) -> Iterator[tuple[SecretPlace, Secret]]:
    for name, variable in observation.environment.variables.items():
        value = variable.trimmed  # the client sends it trimmed
        if value:
            yield SecretPlace(name), Secret(value)
    for source, record in _records(observation):
        for field, secret in _leaves(record):
            yield SecretPlace(source, field), secret
    for key, given in observation.config.values.items():
        if key.endswith(_CONFIG_TOKEN) and isinstance(given.value, Secret) and given.value:
            yield SecretPlace(given.file, key), given.value


def _records(observation: Observation) -> Iterator[tuple[str, Mapping[str, Any]]]:
    documents = (
        (AUTH_FILE, observation.auth_file.data),
        ("keyring", _text(observation.keyring.document)),
        ("encrypted store", _text(observation.encrypted.document)),
    )
    for source, data in documents:
        record = salvage(data) if data is not None else None
        if record is not None:
            yield source, record


def _text(document: Secret | None) -> str | None:
    return None if document is None else document.reveal()


def _leaves(record: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Secret]]:
    for name, value in record.items():
        if isinstance(value, Secret) and value.reveal().strip():
            yield f"{before}{name}", value
        elif hasattr(value, "items"):
            yield from _leaves(value, f"{before}{name}.")


def _identities(observation: Observation) -> Iterator[tuple[str, str, str]]:
    for name, variable in observation.environment.variables.items():
        yield from _within_jwt(name, variable.trimmed)
    for source, record in _records(observation):
        kept = record.get("agent_identity")
        if isinstance(kept, Secret):
            yield from _within_jwt(source, kept.reveal())
        elif kept is not None and hasattr(kept, "get"):
            yield from _identity(source, kept)


def _within_jwt(source: str, text: str | None) -> Iterator[tuple[str, str, str]]:
    from authtui.tokens.jwt import decode

    if text and text.startswith("ey") and text.count(".") >= 2:
        yield from _identity(source, decode(text).claims or {})


def _identity(source: str, fields: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    runtime, private = fields.get("agent_runtime_id"), fields.get("agent_private_key")
    if isinstance(private, Secret):
        private = private.reveal()
    if isinstance(runtime, str) and isinstance(private, str):
        yield source, runtime, private
