"""The load: asks the server directly and by way of a proxy, in turns, and prints what it took.

`capture_load.py OUT DIRECT [PROXIED]` with base URLs; PROXIED defaults to `OPENAI_BASE_URL`, as a
program gets it from `authtui capture`. Times are milliseconds, memory is that of the process
`AUTHTUI_BENCH_PID`, or of the parent, in kilobytes.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROUNDS, REQUESTS, PARALLEL, MANY = 300, 60, 200, 10_000


class Place:
    """A base URL, and one connection to it that is kept."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port, self.path = parts.hostname or "", parts.port or 80, parts.path
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.host, self.port)

    async def small(self) -> float:
        if self.streams is None:
            self.streams = await self.open()
        reader, writer = self.streams
        began = time.perf_counter()
        writer.write(self.request("small"))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        assert await reader.readexactly(2) == b"{}"
        return (time.perf_counter() - began) * 1000

    async def stream(self) -> tuple[float, int]:
        """Milliseconds to the first event, and how many came."""
        reader, writer = await self.open()
        began = time.perf_counter()
        writer.write(self.request("stream", b"connection: close\r\n"))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        await reader.readuntil(b"\n\n")
        first = (time.perf_counter() - began) * 1000
        # Straight from the server the last chunk ends the answer, and the connection stays.
        rest = await reader.readuntil(b"\r\n0\r\n\r\n")
        writer.close()
        return first, 1 + rest.count(b"\n\n")

    def request(self, what: str, more: bytes = b"") -> bytes:
        line = f"GET {self.path}/{what} HTTP/1.1\r\nhost: {self.host}:{self.port}\r\n"
        return line.encode() + b"authorization: Bearer sk-made-up-1234567890\r\n" + more + b"\r\n"


def memory(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


async def measure(direct: Place, proxied: Place, pid: int) -> dict[str, Any]:
    for place in (direct, proxied):
        for _ in range(50):
            await place.small()
    times: dict[str, list[float]] = {"direct": [], "proxied": []}
    firsts: dict[str, list[float]] = {"direct": [], "proxied": []}
    for _ in range(ROUNDS):
        times["direct"].append(await direct.small())
        times["proxied"].append(await proxied.small())
    for _ in range(REQUESTS):
        firsts["direct"].append((await direct.stream())[0])
        firsts["proxied"].append((await proxied.stream())[0])
    found = await asyncio.gather(
        *(proxied.stream() for _ in range(PARALLEL)), return_exceptions=True
    )
    whole = sum(not isinstance(one, BaseException) and one[1] == 20 for one in found)
    await many(proxied, MANY)  # until the session keeps as many requests as it ever does
    before = memory(pid)
    began = time.perf_counter()
    await many(proxied, MANY)
    took = time.perf_counter() - began
    return {
        "direct_ms": statistics.median(times["direct"]),
        "proxied_ms": statistics.median(times["proxied"]),
        "first_direct_ms": statistics.median(firsts["direct"]),
        "first_proxied_ms": statistics.median(firsts["proxied"]),
        "parallel_whole": whole,
        "parallel": PARALLEL,
        "memory_before_kb": before,
        "memory_after_kb": memory(pid),
        "many": MANY,
        "many_per_second": MANY / took,
    }


async def many(place: Place, count: int, workers: int = 8) -> None:
    async def some(share: int) -> None:
        own = Place("")
        own.host, own.port, own.path = place.host, place.port, place.path
        for _ in range(share):
            await own.small()
        if own.streams is not None:
            own.streams[1].close()

    await asyncio.gather(*(some(count // workers) for _ in range(workers)))


def main(out: str, direct: str, proxied: str = "") -> None:
    pid = int(os.environ.get("AUTHTUI_BENCH_PID") or os.getppid())
    places = Place(direct), Place(proxied or os.environ["OPENAI_BASE_URL"])
    Path(out).write_text(json.dumps(asyncio.run(measure(*places, pid))))


if __name__ == "__main__":
    main(*sys.argv[1:])
