"""The calm of `tests.tui`, here too: no variable of the terminal reaches a picture."""

from __future__ import annotations

from tests.tui.conftest import calm

__all__ = ["calm"]
