"""Which model providers the newest saved threads name; nothing else of a thread is read.

Source: codex-rs/rollout (`sessions/YYYY/MM/DD/rollout-*.jsonl`, first line `session_meta`).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.machine.observation import SavedThread

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEWEST: Final = 40
_LONGEST_LINE: Final = 256 * 1024
_DEPTH: Final = 3  # year, month, day


def read_saved_threads(home: Path) -> tuple[SavedThread, ...]:
    """Read the provider of the newest saved threads, one row for each provider, newest first."""
    found: dict[str, SavedThread] = {}
    for number, path in enumerate(newest_threads(home)):
        if number == _NEWEST:
            break
        provider = _provider(path)
        if provider is not None and provider not in found:
            found[provider] = SavedThread(provider, str(path.relative_to(home)))
    return tuple(found.values())


def newest_threads(home: Path) -> Iterator[Path]:
    """The rollouts of a home, newest first, as they are asked for."""
    return _newest(home / "sessions", _DEPTH)


def _newest(folder: Path, depth: int) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            rows = sorted(((entry.name, entry.path) for entry in entries), reverse=True)
    except OSError:
        return
    for name, path in rows:
        if depth:
            yield from _newest(Path(path), depth - 1)
        elif name.startswith("rollout-") and name.endswith(".jsonl"):
            yield Path(path)


def _provider(path: Path) -> str | None:
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            line = file.readline(_LONGEST_LINE)
        told = json.loads(line)
    except (OSError, ValueError, RecursionError):
        return None
    payload = told.get("payload") if isinstance(told, dict) else None
    provider = payload.get("model_provider") if isinstance(payload, dict) else None
    return provider if isinstance(provider, str) else None
