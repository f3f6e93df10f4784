"""Planted secrets, and a search that finds them however they were written down.

    from tests.canaries.canary import leaks
    assert leaks(text) == set()

`leaks` names each planted secret of which a tell-tale piece stands in a text: as it is, in another
case, backwards, in base64 at any alignment and of either alphabet, in hexadecimal, URL-encoded,
with HTML or JSON escapes, or split over lines, cells and boxes.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
import string
from functools import cache
from typing import NamedTuple

LETTERS = string.ascii_letters + string.digits
WINDOW = 12
"""Characters of a secret in a row that count as a leak; less may be shown, as the client does."""
HEX_WINDOW = 20

_OTHERS = re.compile(r"[^A-Za-z0-9]+")
_JSON_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


class Canary(NamedTuple):
    """One planted secret. `body` is what must not be found; `value` is what is planted."""

    name: str
    value: str
    body: str
    shaped: bool


def made_up(name: str, length: int = 36) -> str:
    """Letters and digits that stand nowhere else, the same ones each time."""
    digest = b"".join(hashlib.sha512(f"{name} {n}".encode()).digest() for n in range(4))
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:length])


@cache
def _pieces() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Pieces to look for, with the name of their canary: plain, base64, hexadecimal."""
    from tests.canaries.kinds import CANARIES

    plain: dict[str, str] = {}
    encoded: dict[str, str] = {}
    hexed: dict[str, str] = {}
    for canary in CANARIES.values():
        body = _OTHERS.sub("", canary.body)
        for form in (body, body[::-1]):
            plain |= dict.fromkeys(_windows(form.lower(), WINDOW), canary.name)
        raw = canary.body.encode()
        for offset in range(3):
            text = base64.b64encode(bytes(offset) + raw).decode()
            # The first and last characters depend on what stands around the secret.
            inner = _OTHERS.sub("", text[offset + 1 if offset else 0 : len(text) - 4])
            encoded |= dict.fromkeys(_windows(inner, WINDOW), canary.name)
        hexed |= dict.fromkeys(_windows(raw.hex(), HEX_WINDOW), canary.name)
    return plain, encoded, hexed


def _windows(text: str, size: int) -> list[str]:
    size = min(size, len(text))
    return [text[at : at + size] for at in range(len(text) - size + 1)]


def leaks(*texts: str | bytes) -> set[str]:
    """The names of the planted secrets of which a piece stands in one of the texts."""
    found: set[str] = set()
    for text in texts:
        shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        for form in {shown, html.unescape(shown), _JSON_ESCAPE.sub(_unescaped, shown)}:
            found |= _search(_OTHERS.sub("", form))
    return found


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _search(text: str) -> set[str]:
    plain, encoded, hexed = _pieces()
    lower = text.lower()
    found: set[str] = set()
    sizes = {len(piece) for piece in plain}
    for size in sizes:
        for at in range(len(lower) - size + 1):
            piece = lower[at : at + size]
            if piece in plain:
                found.add(plain[piece])
    for at in range(len(text) - WINDOW + 1):
        piece = text[at : at + WINDOW]
        if piece in encoded:
            found.add(f"{encoded[piece]} (base64)")
    for at in range(len(lower) - HEX_WINDOW + 1):
        piece = lower[at : at + HEX_WINDOW]
        if piece in hexed:
            found.add(f"{hexed[piece]} (hexadecimal)")
    return found
