"""Acting from the screen: a preview, a yes, then events; against the embedded backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authtui.demo.backend.server import running_backend
from tests.lifecycle.world import FLAG_ON, World
from tests.tui.drive import dialog, hints, running, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from authtui.demo.backend.backend import Backend
    from authtui.tui.app import AuthtuiApp
    from tests.tui.conftest import Until


@pytest.fixture(scope="module")
def shared() -> Iterator[Backend]:
    with running_backend(port=0) as backend:
        yield backend


@pytest.fixture
def backend(shared: Backend) -> Backend:
    shared.faults.clear()
    shared.state.forget_requests()
    return shared


@pytest.fixture
def world(tmp_path: Path, backend: Backend) -> World:
    login = backend.mint.chatgpt_login().auth_json
    return World(tmp_path, backend, "current", login, FLAG_ON, live=False)


def opened(app: AuthtuiApp) -> bool:
    return type(app.screen).__name__ == "PreviewScreen"


async def test_a_preview_names_what_would_be_sent_and_sends_nothing(
    world: World, until: Until
) -> None:
    async with running(session=world.session, lifecycle=lambda _: world.life) as (app, pilot):
        await pilot.press("r")
        await until(pilot, lambda: opened(app))
        assert "Would be sent" in dialog(app)
        assert "task/register" in dialog(app)
        assert "stays registered" in dialog(app)
        assert "yes, send to 127.0.0.1" in hints(app)
        await pilot.press("escape")
        assert world.calls == []


async def test_a_yes_does_it_and_requests_and_events_appear(world: World, until: Until) -> None:
    async with running(session=world.session, lifecycle=lambda _: world.life) as (app, pilot):
        await pilot.press("r")
        await until(pilot, lambda: opened(app))
        await pilot.press("y")
        await until(pilot, lambda: world.session.state.phase == "registered")
        assert world.calls == ["agent-register", "task-register"]
        await until(pilot, lambda: "task/register" in words(app.desk.panes["requests"]))
        await until(pilot, lambda: "register" in words(app.desk.footer))
        await pilot.press("a")
        await until(pilot, lambda: opened(app))
        await pilot.press("y")
        await until(pilot, lambda: "● accepted" in words(app.desk.verdict))
        assert not world.life.live


async def test_logging_out_says_what_is_removed_and_a_backup_can_be_put_back(
    world: World, until: Until
) -> None:
    async with running(session=world.session, lifecycle=lambda _: world.life) as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: opened(app))
        assert "Would change on this machine" in dialog(app)
        assert world.auth.exists()
        await pilot.press("y")
        await until(pilot, lambda: not world.auth.exists())
        await until(pilot, lambda: "logged out" in words(app.desk.panes["events"]))
        await pilot.press("u")
        await until(pilot, lambda: opened(app))
        await pilot.press("y")
        await until(pilot, world.auth.exists)


async def test_a_refresh_warns_before_it_uses_the_token_up(world: World, until: Until) -> None:
    async with running(session=world.session, lifecycle=lambda _: world.life) as (app, pilot):
        await pilot.press("R")
        await until(pilot, lambda: opened(app))
        assert "oauth/token" in dialog(app)
        assert "!" in dialog(app)


async def test_esc_cancels_a_step_that_takes_its_time(
    world: World, backend: Backend, until: Until
) -> None:
    backend.faults.set("agent-register", "delay", 20)
    async with running(session=world.session, lifecycle=lambda _: world.life) as (app, pilot):
        await pilot.press("r")
        await until(pilot, lambda: opened(app))
        await pilot.press("y")
        await until(pilot, lambda: "esc cancels" in words(app.desk.footer))
        await pilot.press("escape")
        await until(pilot, lambda: app.acts.reason_against() is None)
        assert world.session.state.phase == "failed"
        assert "cancelled" in words(app.desk.footer)


async def test_offline_previews_and_never_connects(world: World, until: Until) -> None:
    async with running(session=world.session, lifecycle=lambda _: world.life, offline=True) as (
        app,
        pilot,
    ):
        await pilot.press("r")
        await until(pilot, lambda: opened(app))
        await pilot.press("y")
        assert opened(app)
        assert "--offline forbids" in hints(app)
        assert world.calls == []


async def test_what_changed_since_the_preview_is_shown_again_instead_of_done(
    world: World, until: Until
) -> None:
    async with running(session=world.session, lifecycle=lambda _: world.life) as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: opened(app))
        (world.home / "config.toml").write_text('cli_auth_credentials_store = "ephemeral"\n')
        world.session.load("changed by somebody")
        await pilot.press("y")
        await until(pilot, lambda: opened(app))
        assert "has changed since you looked" in dialog(app)
        assert world.auth.exists()


async def test_a_step_that_is_not_allowed_says_why(
    tmp_path: Path, backend: Backend, until: Until
) -> None:
    world = World(tmp_path, backend, "current", live=False)
    async with running(session=world.session, lifecycle=lambda _: world.life) as (app, pilot):
        await pilot.press("a")
        await until(pilot, lambda: opened(app))
        assert "Not logged in" in dialog(app)
        await pilot.press("y")
        assert "there is nothing to do" in hints(app)
