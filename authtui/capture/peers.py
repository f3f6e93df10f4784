"""Who connects to the proxy: the user that a connection on this machine belongs to.

The proxy's address stands in the command line of the program, where everybody can read it. So it
is no secret that decides who is served, but the system's own word about the other end.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

from authtui.wire.serving import LOOPBACK, bind

Address = tuple[str, int]

_TABLES: Final = ("/proc/net/tcp", "/proc/net/tcp6")
_CLOSED: Final = "06"  # TIME_WAIT: it belongs to nobody any more


def owner_of(connected: Address, to: Address) -> int | None:
    """The user whose connection it is, seen from the other end; None where that cannot be told."""
    ends = f"{_written(connected)} {_written(to)}"
    for table in _TABLES:
        try:
            rows = Path(table).read_text("ascii").splitlines()[1:]
        except (OSError, ValueError):
            continue
        for row in rows:
            if ends not in row.replace("0000000000000000FFFF0000", ""):
                continue
            _, _, _, state, _, _, _, owner, _, inode, *_ = row.split()
            # One that its process has closed already is said to be root's.
            if state != _CLOSED and inode != "0":
                return int(owner)
    return None


def can_tell() -> bool:
    """Whether this system tells, tried with a connection of our own."""
    if not hasattr(os, "geteuid"):
        return False
    try:
        with bind(LOOPBACK, 0) as listener:
            there = listener.getsockname()
            with socket.create_connection(there, timeout=1) as ours:
                return owner_of(ours.getsockname(), there) == os.geteuid()
    except OSError:
        return False


def _written(address: Address) -> str:
    """As the system's tables have it: the bytes of the address in reverse, then the port."""
    return f"{socket.inet_aton(address[0])[::-1].hex().upper()}:{address[1]:04X}"
