"""Which ports of this machine somebody listens on, told without a connection. Linux only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_TABLES: Final = ("proc/net/tcp", "proc/net/tcp6")
_LISTEN: Final = "0A"
"""The state of a listening socket in the kernel's tables (`TCP_LISTEN`)."""


def read_listening_ports(root: Path) -> frozenset[int] | None:
    """Read the TCP ports that have a listener on any address of this machine.

    Args:
        root: The directory below which `proc` lies.

    Returns:
        The ports, or None where the kernel's tables cannot be read.
    """
    found: set[int] = set()
    seen = False
    for table in _TABLES:
        try:
            lines = (root / table).read_text("utf-8").splitlines()[1:]
        except (OSError, UnicodeDecodeError):
            continue
        seen = True
        for line in lines:
            fields = line.split()
            if len(fields) > 3 and fields[3] == _LISTEN:
                found.add(int(fields[1].rpartition(":")[2], 16))
    return frozenset(found) if seen else None
