"""Signals while a command runs."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def on_signals(handle: Callable[[int], None], *names: str) -> Iterator[None]:
    """Handle signals by their number inside the block; after it, what was there before counts.

    A signal that this system does not have is left out. Off the main thread, where none can be
    handled, nothing changes: whoever started the thread ends it.
    """
    before: dict[int, Any] = {}
    try:
        for number in (getattr(signal, name) for name in names if hasattr(signal, name)):
            before[number] = signal.signal(number, lambda number, _frame: handle(number))
    except ValueError:
        pass
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
