"""Changing the OS keyring entry of the client: only on request, with a time limit.

The keyring library does the writing; the entry that was there before is returned, since nothing
else keeps it. Source of names and accounts: `keyring_store`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from authtui.credentials.keyring_store import SERVICE, TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable


class WritableBackend(Protocol):
    """What writing asks of a keyring: the interface of the keyring library's backends."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """The stored text, or None where there is no entry."""

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
    return _within(timeout, lambda: _backend(backend).set_password(SERVICE, account, value))


def delete_entry(
    account: str, *, timeout: float = TIMEOUT, backend: WritableBackend | None = None
) -> KeyringFailure | None:
    """Remove the entry; waits `timeout` seconds at most. Never raises."""
    return _within(timeout, lambda: _backend(backend).delete_password(SERVICE, account))


def _backend(given: WritableBackend | None) -> WritableBackend:
    if given is not None:
        return given
    import keyring

    return keyring.get_keyring()


def _within(timeout: float, work: Callable[[], None]) -> KeyringFailure | None:
    # A daemon thread, as for looking: a backend that hangs must hold up nobody.
    import threading

    answers: list[KeyringFailure | None] = []

    def run() -> None:
        try:
            work()
            answers.append(None)
        except BaseException as error:  # noqa: BLE001 - a backend is foreign code; any way it fails is an answer
            text = " ".join(str(error).split())[:300]
            answers.append(KeyringFailure(text or type(error).__name__))

    worker = threading.Thread(target=run, name="keyring writer", daemon=True)
    worker.start()
    worker.join(timeout)
    if answers:
        return answers[0]
    text = f"no answer within {timeout:g} s; it may still be done when the keyring wakes up"
    return KeyringFailure(text, open=True)
