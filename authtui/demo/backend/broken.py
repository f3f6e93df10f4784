"""Answers that break off: a connection closed without one, or in the middle of one.

Both reach for the connection itself, which the server puts into the scope's state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from authtui.wire.serving import TRANSPORT

if TYPE_CHECKING:
    import asyncio

    from starlette.types import Receive, Scope, Send

_PADDING: Final = 64


class DroppedResponse(Response):
    """No answer: the connection is closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Close the connection and wait until it is."""
        del send
        transport: asyncio.Transport = scope["state"][TRANSPORT]
        transport.abort()
        await _until_closed(receive)


class TruncatedResponse(Response):
    """Half an answer: the head of another response promises more than is sent."""

    def __init__(self, whole: Response) -> None:
        """Cut `whole` in half; a stream is cut to nothing."""
        super().__init__(status_code=whole.status_code, media_type=whole.media_type)
        body = bytes(whole.body) if hasattr(whole, "body") else b""
        self.half = body[: len(body) // 2]
        for name, value in whole.headers.items():
            self.headers[name] = value
        self.headers["content-length"] = str(len(body) or _PADDING)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and half of the body, then close."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        await send({"type": "http.response.body", "body": self.half, "more_body": True})
        transport: asyncio.Transport = scope["state"][TRANSPORT]
        transport.close()
        await _until_closed(receive)


async def _until_closed(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
