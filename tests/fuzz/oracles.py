"""What must hold of any answer to any input: it can be shown, and it holds no planted secret."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

_LONGEST_MARKS: Final = 2
_FORBIDDEN: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_SECRET_PLACE: Final = re.compile(
    rb'"(?:OPENAI_API_KEY|refresh_token|access_token|id_token|personal_access_token'
    rb'|agent_private_key|api_key|secret_access_key)"\s*:\s*"'
)


def assert_shown(*texts: str | None) -> None:
    """A text that reaches a screen or a pipe moves no cursor, hides nothing, reorders nothing."""
    for text in texts:
        if text is None or (text.isascii() and text.isprintable()):
            continue
        marks = 0
        for char in text:
            category = unicodedata.category(char)
            assert category not in _FORBIDDEN or char == "\n", f"U+{ord(char):04X} is shown raw"
            marks = marks + 1 if category in ("Mn", "Me", "Mc") else 0
            assert marks <= _LONGEST_MARKS, "a tower of combining marks is shown"


def planted(data: bytes) -> bytes:
    """A secret that no input can hold by itself: it is made of a hash of the input."""
    return b"zq" + hashlib.sha256(data).hexdigest()[:26].encode()


def with_planted(data: bytes) -> tuple[bytes, str]:
    """The text of a document with a secret wherever a field that holds one begins."""
    secret = planted(data)
    return _SECRET_PLACE.sub(lambda found: found[0] + secret, data), secret.decode()


def assert_hidden(secret: str, *texts: str | None) -> None:
    """No tell-tale piece of the secret stands in the texts."""
    for text in texts:
        for start in range(0, len(secret) - 12, 4):
            assert text is None or secret[start : start + 12] not in text, "a secret is shown"
