"""The service fails in the middle of a step begun in the app: told, over, and nothing lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from authtui.demo.backend.server import running_backend
from authtui.tui.dialogs.dialog import DetailScreen
from tests.lifecycle.world import FLAG_ON, World
from tests.tui.conftest import calm, until
from tests.tui.drive import running, words
from tests.tui.hostile import check_screen
from tests.tui.samples import NOW, answer, session_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from authtui.demo.backend.backend import Backend
    from authtui.tui.app import AuthtuiApp
    from tests.tui.conftest import Until

__all__ = ["calm", "until"]  # fixtures of the interface's tests, used here too

STEPS = {"R": "token", "a": "responses", "r": "task-register", "o": "revoke"}
FAULTS: dict[str, str | float | None] = {"drop": None, "truncate": None, "html": 502, "status": 500}


@pytest.fixture(scope="module")
def backend() -> Iterator[Backend]:
    with running_backend(port=0) as backend:
        yield backend


@pytest.fixture
def world(tmp_path: Path, backend: Backend, request: pytest.FixtureRequest) -> World:
    backend.faults.clear()
    backend.state.forget_requests()
    login = backend.mint.chatgpt_login().auth_json
    # A request is sent by the tokens themselves; only registering wants the flag.
    config = FLAG_ON if request.node.callspec.params.get("key") == "r" else ""
    return World(tmp_path, backend, "current", login, config, live=False)


async def begin(app: AuthtuiApp, pilot: Pilot[None], key: str, until: Until) -> None:
    await pilot.press(key)
    await until(pilot, lambda: type(app.screen).__name__ == "PreviewScreen")
    await pilot.press("y")


def idle(app: AuthtuiApp) -> bool:
    worker = app.acts._worker
    return worker is not None and worker.is_finished and not app.acts.under_way


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("key", STEPS)
async def test_a_service_that_fails_in_mid_step_is_told_and_the_login_stays(
    world: World, until: Until, key: str, fault: str
) -> None:
    world.backend.faults.set(STEPS[key], fault, FAULTS[fault])
    before = world.document
    async with running(session=world.session, lifecycle=lambda _: world.life) as (app, pilot):
        await begin(app, pilot, key, until)
        await until(pilot, lambda: idle(app) and app.message is not None)
        text, tone = app.message or ("", "")
        assert text
        if key == "o":  # the client removes the login whatever the revocation came to
            assert not world.auth.exists()
            assert list(world.home.glob("auth.json.authtui-*")), "no backup was left"
        else:
            # A failed registration falls back to the tokens, as in the client.
            assert (tone, key) in (("bad", "R"), ("bad", "a"), ("good", "a"), ("good", "r"))
            kept = ("access_token", "refresh_token", "account_id")
            assert {k: world.document["tokens"][k] for k in kept} == {
                k: before["tokens"][k] for k in kept
            }
        check_screen(app.screen)
        await until(pilot, lambda: "none yet" not in words(app.desk.panes["requests"]))
        # The next step works: nothing is stuck.
        world.backend.faults.clear()
        assert app.acts.reason_against() is None


@pytest.mark.parametrize("key", ["a", "r"])
async def test_a_service_that_hangs_can_be_left_and_tried_again(
    world: World, until: Until, key: str
) -> None:
    world.backend.faults.set(STEPS[key], "delay", 60)
    before = world.auth.read_bytes()
    async with running(session=world.session, lifecycle=lambda _: world.life) as (app, pilot):
        await begin(app, pilot, key, until)
        await until(pilot, lambda: "esc cancels" in words(app.desk.footer))
        await until(pilot, lambda: any(r.under_way for r in world.session.state.requests))
        await pilot.press("escape")
        await until(pilot, lambda: idle(app))
        assert "cancelled" in words(app.desk.footer)
        assert world.session.events[-1].kind in ("Failed", "RequestFinished")
        if key != "r":  # an agent that was registered before its task hung is kept
            assert world.auth.read_bytes() == before
        world.backend.faults.clear()
        if key == "a":
            await begin(app, pilot, key, until)
            await until(pilot, lambda: "● accepted" in words(app.desk.verdict))


@pytest.mark.parametrize("key", ["R"])
async def test_a_refresh_that_is_left_while_it_hangs_still_keeps_its_tokens(
    world: World, until: Until, key: str
) -> None:
    """The old refresh token is used up once the request is out: its answer must not be lost."""
    world.backend.faults.set("token", "delay", 1.5)
    before = world.document["tokens"]["refresh_token"]
    async with running(session=world.session, lifecycle=lambda _: world.life) as (app, pilot):
        await begin(app, pilot, key, until)
        await until(pilot, lambda: any(r.under_way for r in world.session.state.requests))
        await pilot.press("escape")
        await until(pilot, lambda: idle(app))
        await until(pilot, lambda: world.document["tokens"]["refresh_token"] != before)
        assert "Refreshed" in [event.kind for event in world.session.events]


class JumpingClock:
    """Set back and forward by years between two looks."""

    def __init__(self) -> None:
        self.jumps = [timedelta(0), timedelta(days=-4000), timedelta(days=9000), timedelta(1)]
        self.now = NOW

    def __call__(self) -> datetime:
        self.jumps.append(self.jumps.pop(0))
        self.now = NOW + self.jumps[0]
        return self.now


async def test_a_clock_that_jumps_by_years_keeps_the_order_and_the_time_limits(
    until: Until,
) -> None:
    session = session_of(answer("shadowed"), load=False)
    session._clock = JumpingClock()
    session.load("start")
    async with running(session=session) as (app, pilot):
        for number in range(8):
            session.note_change("auth.json", (f"change {number}",))
        session.load("again")
        await until(pilot, lambda: len(app.session.events) == 10)
        numbers = [event.sequence for event in app.session.events]
        assert numbers == sorted(numbers)
        for _ in range(10):
            await pilot.press("comma")
            await pilot.pause()
            check_screen(app.screen)
        await pilot.press("end", "v")
        assert isinstance(app.screen, DetailScreen)
        check_screen(app.screen)
        app.say("gone in a moment", seconds=0.1)
        await until(pilot, lambda: app.message is None)
