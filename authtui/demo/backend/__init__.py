"""The embedded backend: what the real one answers, for one process, on loopback.

`running_backend()` is the way in; it starts a server in a thread and stops it at the end.
"""

from __future__ import annotations

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
