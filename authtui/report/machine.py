"""The machine that the report is made on, as far as a reader of the ticket needs it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from authtui.directories import user_home
from authtui.machine.host import running_user
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Machine(NamedTuple):
    """`platform` is the system with its release; `offset` the local time zone as `+02:00`.

    `host_name`, `user` and `user_home` are known in order to be removed from every text.
    """

    platform: str = ""
    python: str = ""
    terminal: str = ""
    offset: str = ""
    host_name: str = ""
    user: str = ""
    user_home: str | None = None


def read_machine(environ: Mapping[str, str], now: datetime) -> Machine:
    """Ask the system for its name and release; `now` gives the time zone's offset."""
    system, host = sys.platform, environ.get("COMPUTERNAME", "")
    if hasattr(os, "uname"):
        found = os.uname()
        system, host = f"{found.sysname} {found.release} {found.machine}", found.nodename
    version = ".".join(map(str, sys.version_info[:3]))
    names = ("TERM", "TERM_PROGRAM", "COLORTERM", "TMUX")
    terminal = [
        name if name == "TMUX" else f"{name}={environ[name]}" for name in names if environ.get(name)
    ]
    return Machine(
        system,
        version,
        " ".join(terminal),
        f"{now.astimezone():%z}",
        host,
        running_user(environ),
        user_home(environ),
    )
