"""The client's own entry in the Secret Service of Linux: found, read, changed and removed.

The client's keyring library marks its entries with `target` and `application`; where there is none
with that target it takes one without, as older versions of it wrote them. Whatever else bears the
same names belongs to another program and is left alone. Nothing here starts a service, creates or
unlocks a collection, or asks anybody for a password.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from authtui.errors import AuthtuiError

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME: Final = "org.freedesktop.secrets"
_TARGET: Final = "default"
_MARKS: Final = {"application": "rust-keyring", "target": _TARGET}


class ServiceAsleepError(AuthtuiError):
    """The service is not running, and asking would start it."""


class NoServiceError(AuthtuiError):
    """There is no such service on the session bus."""


class AmbiguousEntryError(AuthtuiError):
    """Several entries bear the client's marks: it refuses to choose, and so does this."""


class SecretService:
    """Speaks to the service for one call at a time; the interface of the keyring library.

    Raises what the bus raises, and the exceptions of this module.
    """

    def get_password(self, service: str, username: str, /) -> str | None:
        """The text of the client's entry, or None where there is none."""
        with _connected() as connection:
            item = _entry(connection, service, username)
            if item is not None:
                return str(item.get_secret().decode("utf-8", "replace"))
            _default(connection)
            return None

    def mark(self, service: str, username: str, /) -> str:
        """What changes when the client's entry does, by its attributes: its secret is not asked."""
        with _connected() as connection:
            item = _entry(connection, service, username)
            if item is None:
                _default(connection)
                return "none"
            return f"{item.item_path} {item.get_created()} {item.get_modified()}"

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Change the client's entry; make one as the client does where there is none."""
        with _connected() as connection:
            item = _entry(connection, service, username)
            if item is not None:
                item.set_secret(password.encode(), "text/plain")
                return
            box = _default(connection)
            if box is None:
                raise NoServiceError("the keyring has no default collection to write to")
            label = f"{username}@{service}:{_TARGET} (authtui)"
            names = {"service": service, "username": username, **_MARKS}
            box.create_item(label, names, password.encode(), replace=False)

    def delete_password(self, service: str, username: str, /) -> None:
        """Remove the client's entry."""
        with _connected() as connection:
            item = _entry(connection, service, username)
            if item is not None:
                item.delete()


@contextlib.contextmanager
def _connected() -> Iterator[object]:
    import secretstorage

    with contextlib.closing(secretstorage.dbus_init()) as connection:
        _check_running(connection)
        yield connection


def _check_running(connection: Any) -> None:  # noqa: ANN401 - the library has no types for it
    # A call to a service that is not running makes the bus start its program. The client does make
    # that call; looking starts nothing.
    from jeepney.bus_messages import message_bus

    (running,) = connection.send_and_get_reply(message_bus.NameHasOwner(_NAME)).body
    if running:
        return
    (names,) = connection.send_and_get_reply(message_bus.ListActivatableNames()).body
    if _NAME in names:
        raise ServiceAsleepError("the Secret Service is not running; asking would start it")
    raise NoServiceError("no Secret Service is on the session bus")


def _entry(connection: Any, service: str, username: str) -> Any:  # noqa: ANN401 - as above
    """The client's item, unlocked; None where there is none."""
    import secretstorage

    names = {"service": service, "username": username}
    items = list(secretstorage.search_items(connection, {**names, "target": _TARGET}))
    if not items:
        found = secretstorage.search_items(connection, names)
        items = [item for item in found if "target" not in item.get_attributes()]
    if len(items) > 1:
        raise AmbiguousEntryError(f"the keyring holds {len(items)} entries of this name")
    for item in items:
        if item.is_locked():
            raise secretstorage.LockedException("the entry is in a locked collection")
        return item
    return None


def _default(connection: Any) -> Any:  # noqa: ANN401 - as above
    """The default collection, unlocked; None where there is none."""
    import secretstorage

    # get_default_collection would create what is missing.
    try:
        box = secretstorage.Collection(connection)
    except secretstorage.ItemNotFoundException:
        return None
    if box.is_locked():
        raise secretstorage.LockedException("the default collection is locked")
    return box
