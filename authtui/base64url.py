"""base64url without padding, canonical: the only form the client's decoder takes of a token part.

Source of the texts: the base64 crate's `DecodeError` with its URL-safe engine without padding.
"""

from __future__ import annotations

import binascii
from typing import Final

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_PAD: Final = 0x3D
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_TO_STANDARD: Final = bytes.maketrans(b"-_+/=", b"+/!!!")


def base64url(data: bytes) -> str:
    """The canonical text of some bytes."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL, b"=").decode("ascii")


def strict_base64url(text: str) -> bytes | None:
    """The bytes of a token part; None where the client's decoder would refuse it."""
    if not text.isascii():
        return None
    standard = text.encode("ascii").translate(_TO_STANDARD)
    try:
        data = binascii.a2b_base64(standard + b"=" * (-len(text) % 4), strict_mode=True)
    except binascii.Error:
        return None
    canonical = binascii.b2a_base64(data, newline=False).rstrip(b"=") == standard
    return data if canonical else None


def base64url_fault(text: str) -> str | None:
    """Why the client's decoder refuses a text, in its words; None where it does not."""
    data = text.encode("utf-8", "surrogatepass")
    size = len(data)
    if size % 4 == 1 and data[-1] != _PAD and data[-1] not in _ALPHABET:
        return f"Invalid symbol {data[-1]}, offset {size - 1}."
    tail = max(0, (size - 1) // 4 * 4)
    for index in range(tail):
        if data[index] not in _ALPHABET:
            return f"Invalid symbol {data[index]}, offset {index}."
    return _tail_fault(data, tail)


def _tail_fault(data: bytes, tail: int) -> str | None:
    symbols = 0
    padding = 0
    for index in range(tail, len(data)):
        byte = data[index]
        if byte == _PAD and index - tail >= 2:
            padding += 1
            continue
        if padding:
            return f"Invalid symbol {_PAD}, offset {index - padding}."
        if byte not in _ALPHABET:
            return f"Invalid symbol {byte}, offset {index}."
        symbols += 1
    if data and symbols < 2:
        return f"Invalid input length: {tail + symbols}"
    if padding:
        return "Invalid padding"
    unused = {2: 0b1111, 3: 0b11}.get(symbols, 0)
    last = tail + symbols - 1
    if unused and _ALPHABET.index(data[last]) & unused:
        return f"Invalid last symbol {data[last]}, offset {last}."
    return None
