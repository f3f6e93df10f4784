"""Root without root's licence to ignore mode bits, for one thread: so that read-only is read-only.

The mode bits of a file do not bind root. A container that drops `CAP_DAC_OVERRIDE` is different,
and Linux keeps that capability by thread: a thread that gives it up is bound like anybody else,
and so are the threads it starts. The rest of the program keeps what it had.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")
_VERSION_3: Final = 0x20080522
_DAC_OVERRIDE: Final = 1
_DAC_READ_SEARCH: Final = 2


def obey_mode_bits() -> bool:
    """Make mode bits bind this thread; whether they do from now on. For a thread that will end.

    Changing the mode of an own file stays possible, so the thread can repair what it locked.
    """
    if os.name != "posix":
        return False
    if os.geteuid() != 0:
        return True
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    # struct __user_cap_header_struct and two of __user_cap_data_struct (capget(2), version 3).
    library = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)()
    if library.capget(header, data) != 0:
        return False
    kept = ~(1 << _DAC_OVERRIDE | 1 << _DAC_READ_SEARCH) & 0xFFFFFFFF
    data[0] &= kept  # effective
    data[1] &= kept  # permitted
    header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    return bool(library.capset(header, data) == 0)


def bound_by_modes(work: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine in a thread of its own in which mode bits bind; what it raises is raised.

    An interrupt of the caller cancels the coroutine, waits for it to clean up, and goes on its way.
    """
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[T]]] = []

    async def watched() -> T:
        task = asyncio.ensure_future(work())
        running.append((asyncio.get_running_loop(), task))
        return await task

    with ThreadPoolExecutor(1, initializer=obey_mode_bits) as pool:
        future = pool.submit(lambda: asyncio.run(watched()))
        try:
            return future.result()
        except KeyboardInterrupt:
            for loop, task in running:
                loop.call_soon_threadsafe(task.cancel)
            raise
