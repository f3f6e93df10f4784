"""The key that repairs a file: the difference is shown, a yes does it, and it can be put back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from authtui.demo.backend.server import running_backend
from authtui.redaction import Secret
from tests.lifecycle.world import World
from tests.tui.drive import dialog, hints, running, words

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.tui.app import AuthtuiApp
    from tests.tui.conftest import Until

KEY = "sk-proj-Ab3dE5fG7hJ9kL1mN0pQ2rS4tU6vW8xYAb3dE5fG7hJ9kL1mN0pQ2rS4tU6vW8xY"
COMMENTED = f'{{\n  // mine\n  "OPENAI_API_KEY": "{KEY}"\n}}\n'


@pytest.fixture
def world(tmp_path: Path) -> World:
    with running_backend(port=0) as backend:
        return World(tmp_path, backend, "0.169.0", Secret(COMMENTED), live=False)


def opened(app: AuthtuiApp) -> bool:
    return type(app.screen).__name__ == "RepairScreen"


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_difference_is_shown_first_and_a_yes_repairs_the_file(
    size: tuple[int, int], world: World, until: Until
) -> None:
    opening = running(session=world.session, lifecycle=lambda _: world.life, size=size)
    async with opening as (app, pilot):
        assert "F repairs" in words(app.desk.verdict)
        await pilot.press("F")
        await until(pilot, lambda: opened(app))
        assert "-  // mine" in dialog(app)
        assert KEY not in dialog(app)
        assert "leads to: ready" in dialog(app)
        assert "yes, change auth.json" in hints(app)
        assert (world.home / "auth.json").read_text() == COMMENTED
        await pilot.press("y")
        await until(pilot, lambda: "Ready: API key" in words(app.desk.verdict))
    assert json.loads((world.home / "auth.json").read_text()) == {"OPENAI_API_KEY": KEY}
    kept = list(world.home.glob("auth.json.authtui-*"))
    assert [path.read_text() for path in kept] == [COMMENTED]


async def test_back_changes_nothing(world: World, until: Until) -> None:
    async with running(session=world.session, lifecycle=lambda _: world.life) as (app, pilot):
        await pilot.press("F")
        await until(pilot, lambda: opened(app))
        await pilot.press("escape")
        await until(pilot, lambda: not opened(app))
    assert (world.home / "auth.json").read_text() == COMMENTED


async def test_where_no_file_can_be_repaired_the_key_says_so(world: World, until: Until) -> None:
    (world.home / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": KEY}))
    world.session.load("again")
    async with running(session=world.session, lifecycle=lambda _: world.life) as (app, pilot):
        await pilot.press("F")
        await until(pilot, lambda: "nothing here can be repaired" in words(app.desk.footer))
        assert not opened(app)
