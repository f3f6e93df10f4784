"""SHA-256 and BLAKE2b from the interpreter's own modules.

`hashlib` loads OpenSSL to offer a faster variant: 3 ms, a third of a bare interpreter's life, for
texts of a hundred bytes. What is imported here is what `hashlib` falls back to without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def _first(name: str, *modules: str) -> Any:  # noqa: ANN401 - a constructor without a public type
    for module in modules:
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError):
            continue
    raise ImportError(name)


sha256 = _first("sha256", "_sha2", "_sha256", "hashlib")
blake2b = _first("blake2b", "_blake2", "hashlib")
