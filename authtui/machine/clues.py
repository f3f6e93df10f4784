"""What stands for the secrets of an observation where it has none: as a trace keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from datetime import datetime


class SecretClue(NamedTuple):
    """The mark of a secret (`#1f2e3d`), and where it was kept."""

    mark: str
    source: str
    field: str = ""


class RuntimeClue(NamedTuple):
    """The runtime id of an agent identity, and the source that held it."""

    runtime: str
    source: str


class TrustClue(NamedTuple):
    """The variable that names the certificates to trust servers by, and their file."""

    variable: str
    path: str
    modified: datetime | None = None


class Clues(NamedTuple):
    """With these a request that was seen is judged as it was beside the secrets themselves.

    `hosts` are those that the configuration names.
    """

    secrets: tuple[SecretClue, ...] = ()
    runtimes: tuple[RuntimeClue, ...] = ()
    hosts: tuple[str, ...] = ()
    trust: TrustClue | None = None
