"""The embedded backend: what the real one answers, for one process, on loopback.

`running_backend()` is the way in; it starts a server in a thread and stops it at the end. What is
named here is loaded when it is used: a list of stories needs the names of faults, and no server.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from authtui.demo.backend.faults import ENDPOINTS, Fault, FaultError, Faults
    from authtui.demo.backend.minting import Mint
    from authtui.demo.backend.server import Backend, running_backend
    from authtui.demo.backend.state import Account, BackendState, SeenRequest

__all__ = [
    "ENDPOINTS",
    "Account",
    "Backend",
    "BackendState",
    "Fault",
    "FaultError",
    "Faults",
    "Mint",
    "SeenRequest",
    "running_backend",
]

_ROOMS = {
    "faults": ("ENDPOINTS", "Fault", "FaultError", "Faults"),
    "minting": ("Mint",),
    "server": ("Backend", "running_backend"),
    "state": ("Account", "BackendState", "SeenRequest"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a class, a function or a tuple
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{room}"), name)
    raise AttributeError(name)
