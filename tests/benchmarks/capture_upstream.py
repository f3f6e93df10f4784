"""A server that costs next to nothing: what it answers with is all the time there is.

`python -m tests.benchmarks.capture_upstream` prints its port and serves until it is ended.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Final

EVENTS: Final = 20
EVENT: Final = b"event: response.output_text.delta\ndata: " + b"x" * 80 + b"\n\n"
PAUSE: Final = 0.01
_CHUNK: Final = b"%x\r\n%b\r\n" % (len(EVENT), EVENT)
_SMALL: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
_STREAM: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)


class Upstream(asyncio.Protocol):
    """`…/stream` streams events, one at once and one every ten milliseconds; all else is small."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.waiting = b""

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            head, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
            if b"/stream " in head.partition(b"\r\n")[0]:
                self.transport.write(_STREAM + _CHUNK)
                self._later(1)
            else:
                self.transport.write(_SMALL)

    def _later(self, sent: int) -> None:
        asyncio.get_running_loop().call_later(PAUSE, self._next, sent)

    def _next(self, sent: int) -> None:
        if sent == EVENTS:
            self.transport.write(b"0\r\n\r\n")
            return
        self.transport.write(_CHUNK)
        self._later(sent + 1)


async def main() -> None:
    """Serve."""
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
