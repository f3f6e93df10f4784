"""No screen, picture of a screen or clipboard holds a secret that nobody asked to see."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.model.session import AuthSession
from authtui.settings import Settings
from authtui.tui.app import AuthtuiApp
from authtui.tui.dialogs.report_screen import ReportScreen
from authtui.tui.pane import Pane, Rows
from tests.canaries.canary import leaks
from tests.canaries.kinds import CANARIES, SHAPED
from tests.canaries.outputs import observed
from tests.canaries.places import PLACES, worlds
from tests.canaries.test_wire import EXCHANGES, passed
from tests.canaries.typed import WORLDS
from tests.tui.homes import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation

PANES = "12345"
BY_MISTAKE = PLACES[:: max(1, len(PLACES) // 5)]
"""A few places spread over all of them; the texts themselves are searched for every place."""


def drawn(app: AuthtuiApp) -> str:
    """Everything on the screen: each row of each widget, and the picture of it."""
    rows = [
        widget.render_line(y).text
        for screen in app.screen_stack
        for kind in (Pane, Rows)
        for widget in screen.query(kind)
        for y in range(widget.size.height)
    ]
    return "\n".join(rows)


class Walk:
    """Goes through the app and searches what it shows and what it copies."""

    def __init__(self, app: AuthtuiApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()
        self.look(" ".join(keys))

    def look(self, after: str) -> None:
        assert leaks(drawn(self.app)) == set(), f"on screen after {after}"
        assert leaks(self.app.clipboard) == set(), f"copied after {after}"

    async def everywhere(self, most: int = 60) -> None:
        """Every pane, and the detail of each of its rows; every list; everything copied."""
        self.look("the start")
        for number in PANES:
            await self.press(number)
            pane = self.app.desk.panes[self.app.desk.active]
            for index in range(min(most, len(pane.doc.items))):
                pane.cursor = index
                pane._settle()
                self.app.desk.action_copy()
                pane.choose()
                await self.pilot.pause()
                self.look(f"the details of row {index} of pane {number}")
                await self.press("c", "escape")
            if number == "2":
                await self.press("right_square_bracket", "right_square_bracket")
        assert leaks(self.app.export_screenshot()) == set()
        await self.press("m", "m", "v", "end", "escape")
        await self.press("w", "enter")
        await self.press("end", "escape")
        await self.press("g", "escape", "s", "escape", "f")
        await self.press("slash", "a", "escape")


async def walked(
    seen: Observation, requests: list[RequestRecord], size: tuple[int, int], most: int = 25
) -> None:
    session = AuthSession(lambda: seen, assess, Options(contract="current"), lambda: NOW)
    session.load("start")
    session._state = replace(session.state, requests=tuple(requests))
    app = AuthtuiApp(session, Settings(theme="dark"), watch=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        walk = Walk(app, pilot)
        await walk.everywhere(most)
        await walk.press("E")
        assert isinstance(app.screen, ReportScreen)
        for _ in range(3):
            assert leaks(app.screen.text) == set()
            await walk.press("c", "f")


@pytest.mark.parametrize(
    "name", ["a login and a provider", "identity in a variable, agent private key"]
)
async def test_typed_secrets_stay_off_the_screen(name: str, tmp_path: Path) -> None:
    seen = observed(WORLDS[name], tmp_path)
    await walked(seen, await passed(EXCHANGES["headers"]), (120, 40))


@pytest.mark.parametrize("place", BY_MISTAKE)
async def test_secrets_by_mistake_stay_off_the_screen(place: str, tmp_path: Path) -> None:
    kind = SHAPED[PLACES.index(place) % len(SHAPED)]
    seen = observed(worlds(CANARIES[kind].value)[place], tmp_path)
    await walked(seen, [], (80, 24), most=8)


async def test_a_revealed_secret_is_there_and_nowhere_else(tmp_path: Path) -> None:
    """The search is no use if it would not see a secret on the screen."""
    seen = observed(WORLDS["a login and a provider"], tmp_path)
    session = AuthSession(lambda: seen, assess, Options(contract="current"), lambda: NOW)
    session.load("start")
    app = AuthtuiApp(session, Settings(theme="dark"), watch=False)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        pane = app.desk.panes["sources"]
        names = [item.key for item in pane.doc.items]
        pane.cursor = next(n for n, key in enumerate(names) if key.startswith("OPENAI_API_KEY"))
        await pilot.press("x")
        await pilot.pause()
        assert {name.partition(" (")[0] for name in leaks(drawn(app))} == {"value of .env"}
        await pilot.press("x")
        await pilot.pause()
        assert leaks(drawn(app)) == set()
