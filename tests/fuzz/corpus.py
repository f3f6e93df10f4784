"""Inputs worth keeping: one compressed file a target, next to this module."""

from __future__ import annotations

import base64
import json
import lzma
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER: Final = Path(__file__).parent / "corpus"


def read_corpus(target: str) -> tuple[bytes, ...]:
    """The kept inputs of a target, the shortest first."""
    path = FOLDER / f"{target}.json.xz"
    if not path.exists():
        return ()
    texts = json.loads(lzma.decompress(path.read_bytes()))
    return tuple(base64.b64decode(text) for text in texts)


def write_corpus(target: str, inputs: Iterable[bytes]) -> int:
    """Keep these inputs, each once; their number."""
    kept = sorted(set(inputs), key=lambda data: (len(data), data))
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps([base64.b64encode(data).decode() for data in kept])
    packed = lzma.compress(text.encode(), preset=9)
    (FOLDER / f"{target}.json.xz").write_bytes(packed)
    return len(kept)
