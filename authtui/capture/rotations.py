"""Who used up a refresh token: the program on the wire, or somebody else on the same login.

A refresh on the wire is published as it passes, before the client can store what it got. A stored
refresh token that changes to one the wire never showed was therefore refreshed elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from authtui.credentials.marks import mark_of
from authtui.exchanges.evidence import ANOTHER_PROCESS
from authtui.model import events as ev

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from authtui.machine.observation import Observation
    from authtui.model.session import AuthSession
    from authtui.model.state import AuthState

_PLACES: Final = ("auth.json", "keyring", "encrypted store")
_FIELD: Final = "tokens.refresh_token"


class Rotation(NamedTuple):
    """The marks of a stored refresh token before and after."""

    old: str
    new: str


def rotation_elsewhere(
    before: Observation, after: Observation, seen: Iterable[str | None]
) -> Rotation | None:
    """The change of a stored refresh token that none of the `seen` new marks explains."""
    known = set(seen)
    for place in _PLACES:
        old, new = mark_of(before, place, _FIELD), mark_of(after, place, _FIELD)
        if old is not None and new is not None and old != new and new not in known:
            return Rotation(old, new)
    return None


def tell_of_rotations(session: AuthSession[Any]) -> Callable[[], None]:
    """Publish a rotation by another process when a look finds one; returns the way out."""
    last: Observation | None = session.state.observation
    known: list[str | None] = []

    def hear(state: AuthState, event: ev.Event) -> None:
        del state
        nonlocal last
        if isinstance(event, ev.RotationSeen):
            known.append(event.new)
        elif isinstance(event, ev.Loaded):
            before, last = last, event.observation
            found = None if before is None else rotation_elsewhere(before, last, known)
            if found is not None:
                session.publish(
                    lambda n, at: ev.RotationSeen(
                        n, at, event.cause, ANOTHER_PROCESS, found.old, found.new
                    )
                )

    return session.subscribe(hear)
