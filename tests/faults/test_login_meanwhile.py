"""A released client logs in while authtui refreshes. Needs AUTHTUI_CODEX_BINARY and namespaces."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from authtui.demo.backend.server import running_backend
from tests.demo.test_real_client import BINARY, NAMESPACE, home, version
from tests.lifecycle.world import World

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["home", "version"]  # fixtures, used here too


async def test_a_login_made_during_a_refresh_waits_and_is_the_one_that_stays(
    version: tuple[int, int, int], home: Path
) -> None:
    if version < (0, 167, 2):
        pytest.skip("this client takes no lock")
    with running_backend() as backend:
        backend.faults.set("token", "delay", 2.0, times=1)
        world = World(home, backend, "current", backend.mint.chatgpt_login().auth_json)
        refresh = asyncio.ensure_future(world.life.refresh())
        await asyncio.sleep(0.7)
        client = await asyncio.to_thread(
            subprocess.run,
            [*NAMESPACE, BINARY, "login", "--with-api-key"],
            input=b"sk-proj-made-up",
            env={"HOME": str(home), "CODEX_HOME": str(world.home), "PATH": os.environ["PATH"]},
            capture_output=True,
            timeout=60,
            check=False,
        )
        outcome = await refresh
    assert client.returncode == 0, client.stderr
    assert outcome.done, outcome.reason
    assert json.loads(world.auth.read_bytes())["OPENAI_API_KEY"] == "sk-proj-made-up"
