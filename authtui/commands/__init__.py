"""The commands: each takes parsed options and what it may touch, and returns an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO


class Given(NamedTuple):
    """What a command may touch of the process it runs in."""

    environ: Mapping[str, str]
    stdin: TextIO
    out: TextIO
    err: TextIO
