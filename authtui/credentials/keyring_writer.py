"""Changing the OS keyring entry of the client: only on request, with a time limit, and read back.

The entry that is read is the one that is written: both go to the platform's own keyring. What the
keyring does not show afterwards was not done, whatever it answered.
Source of names and accounts: `keyring_store`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.credentials.keyring_store import SERVICE, TIMEOUT, platform_backend, within
from authtui.errors import AuthtuiError
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.credentials.keyring_store import WritableBackend


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

    def work(ring: WritableBackend) -> None:
        ring.set_password(SERVICE, account, value)
        if ring.get_password(SERVICE, account) != value:
            raise NotChangedError("it took the entry, and still shows another one")

    return _change(timeout, backend, work)


def delete_entry(
    account: str, *, timeout: float = TIMEOUT, backend: WritableBackend | None = None
) -> KeyringFailure | None:
    """Remove the entry; waits `timeout` seconds at most. Never raises."""

    def work(ring: WritableBackend) -> None:
        ring.delete_password(SERVICE, account)
        if ring.get_password(SERVICE, account) is not None:
            raise NotChangedError("an entry of this name is still there")

    return _change(timeout, backend, work)


class NotChangedError(AuthtuiError):
    """What was read back is not what was written."""


def _change(
    timeout: float, given: WritableBackend | None, work: Callable[[WritableBackend], None]
) -> KeyringFailure | None:
    def outcome() -> KeyringFailure | None:
        try:
            work(platform_backend() if given is None else given)
        except BaseException as error:  # noqa: BLE001 - a backend is foreign code; any way it fails is an answer
            text = " ".join(str(error).split())[:300]
            return KeyringFailure(text or type(error).__name__)
        return None

    done = within(timeout, outcome)
    if done is not None:
        return done[0]
    text = f"no answer within {timeout:g} s; it may still be done when the keyring wakes up"
    return KeyringFailure(text, open=True)
