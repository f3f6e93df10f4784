"""Kills a whole step of a lifecycle at each of its calls to the system; prints JSON.

`python -m tests.faults.kill_steps FOLDER ACTION [EVERY]`. Requests go to the embedded backend,
which lives on and says what it did. `EVERY` n: only each n-th call is tried.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authtui.credentials.backups import list_copies
from authtui.demo.backend.server import running_backend
from tests.faults.kill_points import killed_at
from tests.lifecycle.world import FLAG_ON, World

if TYPE_CHECKING:
    from authtui.demo.backend.backend import Backend
    from authtui.lifecycle.preview import Action


def fresh(folder: Path, backend: Backend, action: str) -> World:
    """A home with a login that nobody has used yet."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    config = FLAG_ON if action == "register" else ""
    world = World(folder, backend, "current", backend.mint.chatgpt_login().auth_json, config)
    if action == "restore":
        copy = world.home / "auth.json.authtui-20260401T000000Z"
        copy.write_bytes(world.auth.read_bytes())
    backend.state.forget_requests()
    return world


def documents(world: World) -> list[dict[str, Any]]:
    """auth.json and every copy of it, each of them whole."""
    copies = [Path(copy.path) for copy in list_copies(str(world.auth))]
    there = [world.auth] if world.auth.exists() else []
    return [json.loads(path.read_bytes()) for path in (*there, *copies)]


def main(folder: Path, action: Action, every: int = 1) -> dict[str, Any]:
    """Every call in turn; `asked` counts the points at which the server had done its part.

    Of those, `in flight` are the calls at which its answer had not been written down yet: nothing
    that is read with the login's own protocol could know more.
    """
    said: dict[str, Any] = {"points": 0, "asked": 0, "in flight": [], "lost": []}
    with running_backend() as backend:
        world = fresh(folder, backend, action)
        asyncio.run(world.life.perform(action))  # so that everything is imported
        number = every
        while True:
            world = fresh(folder, backend, action)
            old = world.document["tokens"]["refresh_token"]
            life = world.life
            if not killed_at(number, lambda: _perform(life, action)):  # noqa: B023 - used at once
                return said
            said["points"] += 1
            kept = {each["tokens"]["refresh_token"] for each in documents(world)}
            asked = "token" in world.calls
            said["asked"] += asked
            if old not in kept:
                said["lost"].append(number)
            elif asked and kept == {old}:
                said["in flight"].append(number)
            number += every


def _perform(life: Any, action: Action) -> None:  # noqa: ANN401 - the lifecycle of a world
    asyncio.run(life.perform(action))


if __name__ == "__main__":
    _, where, what, *how = sys.argv
    sys.stdout.write(json.dumps(main(Path(where), what, *map(int, how))))  # type: ignore[arg-type] # an action's name
