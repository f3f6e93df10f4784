"""Faults on request: what goes wrong, at which endpoint, and how often."""

from __future__ import annotations

import math
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authtui.errors import AuthtuiError
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ENDPOINTS: Final = (
    "jwks",
    "biscuit",
    "agent-register",
    "task-register",
    "authorize",
    "token",
    "revoke",
    "whoami",
    "models",
    "responses",
    "accounts-check",
    "config",
)
ANY: Final = "any"

KINDS: Final[Mapping[str, str]] = {
    "status": "answer with this status (value: 400 to 599) and a JSON error",
    "error": "refuse with this error code (value: text); status 401",
    "delay": "answer after so many seconds (value: number)",
    "hold": "do not answer until it is let go, or for a minute",
    "drop": "close the connection without an answer",
    "truncate": "promise the whole body, send half of it, close the connection",
    "html": "answer with an HTML page, status 200 or the value",
    "date": "shift the Date header by so many seconds (value: number)",
    "redirect": "answer 307 to another place (value: URL)",
    "rotated-kid": "jwks: serve a key set whose only key has another id",
    "other-key": "task-register: seal the task id to a key nobody has",
    "garbage": "task-register: text that is not a ciphertext",
    "no-biscuit": "biscuit: leave the header out",
    "no-task-id": "task-register: leave the task id out",
}
"""Each kind of fault and what it does."""

LONGEST_DELAY: Final = 600.0
LONGEST_HOLD: Final = 60.0
_ONLY_AT: Final = {
    "rotated-kid": "jwks",
    "other-key": "task-register",
    "garbage": "task-register",
    "no-task-id": "task-register",
    "no-biscuit": "biscuit",
}


class FaultError(AuthtuiError, ValueError):
    """A fault that cannot be set; the message is a plain sentence."""


class Fault(NamedTuple):
    """One fault. `value` as its kind wants it; `times` is how often it still strikes, None: always.

    `endpoint` is one of `ENDPOINTS`, or `any`.
    """

    endpoint: str
    kind: str
    value: str | float | None = None
    times: int | None = None


class Faults:
    """The faults that are set. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set: list[Fault] = []
        self._go = threading.Event()
        self._held = 0

    @property
    def held(self) -> int:
        """How many requests wait to be let go."""
        with self._lock:
            return self._held

    @contextmanager
    def holding(self) -> Iterator[threading.Event]:
        """Count a request as held while the block runs; the event is set when it may go on."""
        with self._lock:
            if self._held == 0:
                self._go.clear()
            self._held += 1
        try:
            yield self._go
        finally:
            with self._lock:
                self._held -= 1

    def let_go(self) -> None:
        """Let every request that is held be answered."""
        self._go.set()

    def set(
        self,
        endpoint: str,
        kind: str,
        value: str | float | None = None,
        *,
        times: int | None = None,
    ) -> Fault:
        """Add a fault, or replace the one of the same endpoint and kind."""
        fault = checked(Fault(endpoint, kind, value, times))
        with self._lock:
            self._set = [old for old in self._set if old[:2] != (endpoint, kind)]
            self._set.append(fault)
        return fault

    def replace(self, faults: Iterable[Fault]) -> None:
        """Set exactly these; all are checked before any is taken."""
        wanted = [checked(fault) for fault in faults]
        with self._lock:
            self._set = wanted

    def clear(self) -> None:
        """Remove all faults, so that calls are answered as usual."""
        with self._lock:
            self._set = []

    def active(self) -> tuple[Fault, ...]:
        """What is set now."""
        with self._lock:
            return tuple(self._set)

    def take(self, endpoint: str) -> tuple[Fault, ...]:
        """The faults that strike a request to `endpoint`; each counts down by one."""
        with self._lock:
            struck = tuple(f for f in self._set if f.endpoint in (endpoint, ANY))
            left = []
            for fault in self._set:
                if fault in struck and fault.times is not None:
                    if fault.times > 1:
                        left.append(fault._replace(times=fault.times - 1))
                else:
                    left.append(fault)
            self._set = left
        return struck


def checked(fault: Fault) -> Fault:
    """The fault itself; raises `FaultError` when it makes no sense."""
    endpoint, kind, value, times = fault
    if endpoint != ANY and endpoint not in ENDPOINTS:
        raise FaultError(f"no such endpoint; there are {', '.join(ENDPOINTS)} and {ANY}")
    if kind not in KINDS:
        raise FaultError(f"no such fault; there are {', '.join(KINDS)}")
    if kind in _ONLY_AT and endpoint not in (_ONLY_AT[kind], ANY):
        raise FaultError(f"{kind} is a fault of {_ONLY_AT[kind]} only")
    if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
        raise FaultError("times must be a whole number from 1")
    problem = _value_problem(kind, value)
    if problem:
        raise FaultError(f"{kind} {problem}")
    return fault


def _value_problem(kind: str, value: object) -> str | None:
    if kind == "status" and not (isinstance(value, int) and 400 <= value <= 599):
        return "wants a status from 400 to 599"
    if kind == "html" and value is not None and not (isinstance(value, int) and 200 <= value < 600):
        return "wants a status from 200 to 599, or nothing"
    if kind == "error" and not (isinstance(value, str) and value):
        return "wants an error code"
    if kind in ("delay", "date"):
        return _seconds_problem(kind, value)
    return _url_problem(value) if kind == "redirect" else None


def _seconds_problem(kind: str, value: object) -> str | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return "wants a number of seconds"
    if kind == "delay" and not 0 <= value <= LONGEST_DELAY:
        return f"wants 0 to {LONGEST_DELAY:g} seconds"
    if kind == "date" and abs(value) > 3e9:
        return "wants a number of seconds that gives a real date"
    return None


def _url_problem(value: object) -> str | None:
    wanted = "wants an http or https URL"
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        return wanted
    try:
        parts = urlsplit(value)
    except ValueError:
        return wanted
    return None if parts.scheme in ("http", "https") and parts.netloc else wanted


def from_json(value: object) -> Fault:
    """A fault of its JSON object; raises `FaultError` for anything else."""
    if not isinstance(value, dict) or not set(value) <= set(Fault._fields):
        raise FaultError(f"a fault is an object with {', '.join(Fault._fields)}")
    endpoint, kind = value.get("endpoint"), value.get("kind")
    if not isinstance(endpoint, str) or not isinstance(kind, str):
        raise FaultError("endpoint and kind must be strings")
    return checked(Fault(endpoint, kind, value.get("value"), value.get("times")))
