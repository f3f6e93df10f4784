"""Changing the OS keyring entry of the client: only on request, with a time limit.

The keyring library does the writing. Source of names and accounts: `keyring_store`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from authtui.credentials.keyring_store import SERVICE, TIMEOUT, ProbedKeyring, within
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class WritableBackend(ProbedKeyring, Protocol):
    """What writing asks of a keyring: the interface of the keyring library's backends."""

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Store a text."""

    def delete_password(self, service: str, username: str, /) -> None:
        """Remove the entry."""


class KeyringFailure(NamedTuple):
    """The keyring did not do it. `detail` is the backend's own text.

    `open`: it gave no answer in time, and may still do it when it wakes up.
    """

    detail: str
    open: bool = False


def store_entry(
    account: str,
    value: str,
    *,
    timeout: float = TIMEOUT,
    backend: WritableBackend | None = None,
) -> KeyringFailure | None:
    """Store the document; waits `timeout` seconds at most. Never raises."""
    return _change(timeout, lambda: _backend(backend).set_password(SERVICE, account, value))


def delete_entry(
    account: str, *, timeout: float = TIMEOUT, backend: WritableBackend | None = None
) -> KeyringFailure | None:
    """Remove the entry; waits `timeout` seconds at most. Never raises."""
    return _change(timeout, lambda: _backend(backend).delete_password(SERVICE, account))


def _backend(given: WritableBackend | None) -> WritableBackend:
    if given is not None:
        return given
    import keyring

    return keyring.get_keyring()


def _change(timeout: float, work: Callable[[], None]) -> KeyringFailure | None:
    def outcome() -> KeyringFailure | None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - a backend is foreign code; any way it fails is an answer
            text = " ".join(str(error).split())[:300]
            return KeyringFailure(text or type(error).__name__)
        return None

    done = within(timeout, outcome)
    if done is not None:
        return done[0]
    text = f"no answer within {timeout:g} s; it may still be done when the keyring wakes up"
    return KeyringFailure(text, open=True)
