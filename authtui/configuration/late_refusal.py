"""What stops the client once its configuration has been read as such."""

from __future__ import annotations

from authtui.record import NamedTuple


class LateRefusal(NamedTuple):
    """What stops the client, in its words, and the key that asks for it.

    `missing` is the path of a file that has to be there. `on_exec`: other programs go on.
    """

    text: str
    key: str
    missing: str | None = None
    on_exec: bool = False
