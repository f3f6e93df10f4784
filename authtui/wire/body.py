"""Reading a body within a limit: a compressed bomb, an endless stream, a cut answer."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

from authtui.errors import AuthtuiError
from authtui.redaction import printable

if TYPE_CHECKING:
    import httpx

_STREAM_ENDS = (
    b"event: response.completed",
    b"event: response.failed",
    b"event: response.incomplete",
    b"data: [DONE]",
)


class Body(NamedTuple):
    """A body decoded; `received` counts the bytes that came, `cut` says there was more."""

    data: bytes
    received: int
    cut: bool = False


class BodyError(AuthtuiError):
    """A body that cannot be used; the text is a plain sentence."""

    def __init__(self, statement: str, *, too_large: bool = False) -> None:
        """`too_large` tells a limit from a broken encoding."""
        super().__init__(statement)
        self.too_large = too_large


async def read_body(response: httpx.Response, limit: int, *, cut: bool) -> Body:
    """Read and decode. Past `limit` bytes: cut there if `cut` (streams), else `BodyError`.

    A stream (`cut`) is left after its last event, although the server may keep it open.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    inflate = _inflater(encoding)
    data, received = bytearray(), 0
    async for piece in response.aiter_raw():
        received += len(piece)
        if inflate is None:
            data += piece
        else:
            try:
                data += inflate.decompress(piece, limit - len(data) + 1)
            except zlib.error:
                raise BodyError("the answer is compressed and its compression broken") from None
        if len(data) > limit:
            if cut:
                return Body(bytes(data[:limit]), received, cut=True)
            size = f"{limit:,}"
            raise BodyError(f"the answer is larger than {size} bytes", too_large=True)
        if cut and _ended(data, len(piece)):
            break
    return Body(bytes(data), received)


def _inflater(encoding: str) -> zlib._Decompress | None:
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip"):
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    if encoding == "deflate":
        return zlib.decompressobj()
    raise BodyError("the answer is compressed in a way that was not asked for")


def _ended(data: bytearray, fresh: int) -> bool:
    recent = bytes(data[-(fresh + 4096) :])
    return recent.endswith((b"\n\n", b"\r\n\r\n")) and any(end in recent for end in _STREAM_ENDS)


def decoded_start(data: bytes, encoding: str, limit: int) -> tuple[bytes, str]:
    """The first `limit` bytes of what `data` unpacks to, and why nothing could be unpacked.

    For looking at a body, or the start of one, that passes on as it is; never raises.
    """
    name = encoding.strip().lower()
    try:
        inflate = _inflater(name)
    except BodyError:
        return b"", f"compressed ({printable(name, 20)}); not looked into ({len(data):,} bytes)"
    if inflate is None:
        return data[:limit], ""
    try:
        return inflate.decompress(data, limit), ""
    except zlib.error:
        return b"", f"its compression is broken ({len(data):,} bytes)"
