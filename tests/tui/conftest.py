"""Fixtures of the interface tests: no animation, and a way to wait for a named condition."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot

    Until = Callable[[Pilot[None], Callable[[], object]], Awaitable[None]]


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    for name in ("TMUX", "TERM_PROGRAM", "SSH_CONNECTION", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def until() -> Until:
    async def wait(pilot: Pilot[None], condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, "the awaited condition never came"
            await pilot.pause(0.02)

    return wait
