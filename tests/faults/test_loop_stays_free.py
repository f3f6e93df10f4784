"""No step of a lifecycle holds up the loop: not a slow keyring, not a slow disk."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from authtui.credentials import write_lock
from authtui.demo.backend.server import running_backend
from authtui.machine import files, storage
from tests.lifecycle.world import FLAG_ON, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from authtui.lifecycle.preview import Action

SLOW = 0.3
"""Seconds that each look takes; the loop may be held up for much less."""
STEPS: tuple[Action, ...] = ("load", "refresh", "register", "assert", "logout", "restore")


class SlowKeyring:
    """A keyring in memory that takes its time."""

    def __init__(self, text: str) -> None:
        self.text: str | None = text

    def get_password(self, service: str, username: str, /) -> str | None:
        del service, username
        time.sleep(SLOW)
        return self.text

    def set_password(self, service: str, username: str, password: str, /) -> None:
        del service, username
        time.sleep(SLOW)
        self.text = password

    def delete_password(self, service: str, username: str, /) -> None:
        del service, username
        time.sleep(SLOW)
        self.text = None


def slowly(call: Callable[..., Any]) -> Callable[..., Any]:
    def waiting(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - any call
        time.sleep(SLOW)
        return call(*given, **named)

    return waiting


async def longest_pause(world: World, action: Action) -> float:
    """The longest time in which the loop did nothing else, while a step is taken."""
    pauses = []

    async def beat() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            pauses.append(time.monotonic() - before)

    watch = asyncio.ensure_future(beat())
    await asyncio.sleep(0.05)
    outcome = await world.life.perform(action)
    assert outcome.done, outcome.reason
    watch.cancel()
    return max(pauses)


@pytest.mark.parametrize("action", STEPS)
async def test_a_slow_keyring_does_not_hold_up_the_loop(tmp_path: Path, action: Action) -> None:
    with running_backend() as backend:
        login = backend.mint.chatgpt_login().auth_json
        config = 'cli_auth_credentials_store = "keyring"\n' + FLAG_ON * (action == "register")
        ring = SlowKeyring(login.reveal())
        world = await asyncio.to_thread(
            World, tmp_path, backend, "current", None, config, keyring=ring
        )
        (world.home / "keyring-auth.json.authtui-20260401T000000Z").write_text(login.reveal())
        assert await longest_pause(world, action) < SLOW * 0.9


@pytest.mark.parametrize("action", STEPS)
async def test_a_slow_disk_does_not_hold_up_the_loop(
    tmp_path: Path, action: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_backend() as backend:
        login, config = backend.mint.chatgpt_login().auth_json, FLAG_ON * (action == "register")
        world = World(tmp_path, backend, "current", login, config)
        (world.home / "auth.json.authtui-20260401T000000Z").write_text(login.reveal())
        for module, name in ((files, "stat_file"), (storage, "_mount_points")):
            monkeypatch.setattr(module, name, slowly(getattr(module, name)))
        monkeypatch.setattr(write_lock.Lock, "take", slowly(write_lock.Lock.take))
        assert await longest_pause(world, action) < SLOW * 0.9
