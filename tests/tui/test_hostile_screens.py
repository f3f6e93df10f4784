"""Every place of the app that shows text, visited with hostile text in all of it."""

from __future__ import annotations

import importlib
import os
import pkgutil
import unicodedata
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.screen import Screen
from textual.widget import Widget

import authtui.tui
from authtui.answers.findings import Edit, Fix, Person
from authtui.assessment.accounts import HomeAccount
from authtui.lifecycle.preview import Outcome, Plan, PlannedCall, PlannedChange
from authtui.lifecycle.repairs import FileRepair
from authtui.redaction import Secret
from authtui.settings import Settings
from authtui.tui.dialogs.accounts_screen import AccountsScreen
from authtui.tui.dialogs.preview_screen import PreviewScreen
from authtui.tui.dialogs.prompt import Prompt
from authtui.tui.dialogs.repair_screen import RepairScreen
from authtui.tui.keys import KEYS, LIST_KEYS
from authtui.tui.lines import Item
from tests.traces.made import lines_of, told
from tests.traces.test_replay_app import shown as replaying
from tests.tui.captures import capture_maker
from tests.tui.drive import running
from tests.tui.hostile import (
    HOSTILE,
    TOGETHER,
    check_screen,
    hostile_home,
    poisoned_session,
    walk,
    watch,
)

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from authtui.tui.app import AuthtuiApp

SIZES = ((120, 40), (80, 24))
ENDS = {"quit", "load"}  # ends the app; reads anew what no longer exists
# Widgets that only other widgets are made of.
ABSTRACT = {"TonedWidget", "BoxedScreen", "Dialog"}


# Screens of apps that look at something else: each is drawn by the test of that name below.
OF_OTHER_APPS = {
    "ReportScreen": "test_a_home_that_is_hostile_throughout_is_drawn_in_order",
    "CaptureDesk": "test_a_hostile_program_is_watched_in_order",
    "ReplayDesk": "test_a_hostile_trace_is_replayed_in_order",
    "Timeline": "test_a_hostile_trace_is_replayed_in_order",
    "DamageScreen": "test_a_hostile_trace_is_replayed_in_order",
    "ComparisonScreen": "test_a_hostile_trace_is_replayed_in_order",
    "PairsPane": "test_a_hostile_trace_is_replayed_in_order",
}
# A story's words are the program's own; what it shows besides is drawn by the panes of the desk.
OF_STORIES = {"StoryDesk", "StoryMenu", "GuidePane"}


class Visit:
    """Checks what stands on the screen, and remembers which classes drew it."""

    def __init__(self, app: AuthtuiApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot
        self.seen: set[str] = set()
        self.places = 0

    async def check(self) -> None:
        await self.pilot.pause()
        screen = self.app.screen
        check_screen(screen)
        self.places += 1
        self.seen |= {type(widget).__name__ for widget in (screen, *screen.query("*"))}

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.app.workers.wait_for_complete()
        await self.check()

    async def home(self) -> None:
        while len(self.app.screen_stack) > 1:
            self.app.pop_screen()
            await self.pilot.pause()
        for pane in self.app.desk.panes.values():
            pane.typing = False
            pane.filter("")
        self.app.to_present()

    async def rows(self) -> None:
        """Down the rows of what is on top, into each and out again."""
        depth = len(self.app.screen_stack)
        pane = self.app.screen.focused
        for index in range(min(3, len(getattr(getattr(pane, "doc", None), "items", ())))):
            pane.cursor = index  # type: ignore[union-attr]
            await self.press("enter")
            while len(self.app.screen_stack) > depth:
                await self.press("pagedown", "end")
                self.app.pop_screen()
                await self.pilot.pause()
            if len(self.app.screen_stack) < depth:
                return


async def visit_everything(app: AuthtuiApp, pilot: Pilot[None], text: str) -> Visit:
    visit = Visit(app, pilot)
    await visit.check()
    for number in "12345":
        await visit.press(number)
        await visit.rows()
        await visit.press("end", "slash", "[", "x")
        app.desk.pane.filter(text[:300])
        await visit.press("escape")
    for key in (*KEYS, *LIST_KEYS):
        if key.id in ENDS:
            continue
        await visit.press(key.keys.split(",")[0])
        if len(app.screen_stack) > 1:
            await visit.rows()
        await visit.home()
    for widget in (*app.desk.panes.values(), app.desk.header):
        for _ in range(2):
            await pilot.click(widget, offset=(3, 1))
        await visit.check()
        await visit.home()
    await visit.press("ctrl+p")
    app.post_message(events.Paste(text[:300]))
    await visit.check()
    await visit.press("escape")  # popped while it still searches, Textual's palette breaks
    await visit.home()
    prompt = Prompt(text[:200], text, text)
    app.push_screen(prompt)
    await pilot.pause()
    app.post_message(events.Paste(text))
    await visit.check()
    await visit.home()
    await previews(visit, text)
    app.say(text, "bad")
    await visit.check()
    app.revealing.toggle(Item(text, label=text, secret=Secret(text or "x")))
    await visit.press("v")
    return visit


async def previews(visit: Visit, text: str) -> None:
    call = PlannedCall("POST", f"https://{text}", text, text, text)
    plan = Plan("logout", (call,), (PlannedChange(text, text),), (text,))
    row = HomeAccount(
        text,
        "ready",
        text,
        text,
        Person(text, text, text, text, text),
        (b"m",),
        (1,),
        text,
        profiles=((text, text),),
    )
    visit.app.push_screen(AccountsScreen(lambda: (row, row._replace(path=f"{text}2"))))
    await visit.app.workers.wait_for_complete()
    await visit.check()
    await visit.home()
    for made in (
        Outcome("logout", done=False, reason=text, plan=plan),
        Outcome("logout", done=False, reason=text, client_text=text),
    ):
        visit.app.push_screen(PreviewScreen("logout", made, text))
        await visit.check()
        visit.app.say(text, "bad")
        await visit.check()
        await visit.home()
    data = text.encode("utf-8", "surrogatepass")
    fix = Fix(text, edit=Edit("auth.json", content=Secret(text)), leads_to="degraded", then=text)
    repair = FileRepair(fix, text, data, b"{}", owner=text)
    visit.app.push_screen(RepairScreen((repair, repair)))
    await visit.check()
    await visit.home()


def drawing_classes() -> set[str]:
    for found in pkgutil.walk_packages(authtui.tui.__path__, "authtui.tui."):
        importlib.import_module(found.name)
    return {kind.__name__ for base in (Widget, Screen) for kind in walk(base)} - ABSTRACT


def asked_for() -> bool:
    return bool(os.environ.get("AUTHTUI_LONG_TESTS"))


each_alone = pytest.mark.skipif(
    not asked_for(), reason="each hostile text alone takes minutes: set AUTHTUI_LONG_TESTS=1"
)
TEXTS = {
    "together-120x40": (TOGETHER, (120, 40)),
    "together-80x24": (TOGETHER, (80, 24)),
}
ALONE = {f"{name}-{w}x{h}": (HOSTILE[name], (w, h)) for name in HOSTILE for w, h in SIZES}


async def draw_poisoned(text: str, size: tuple[int, int]) -> None:
    settings = Settings(
        theme=text[:50] or None, keymap={"theme": "t", text[:50]: text[:50]}, problems=(text,)
    )
    session = poisoned_session(text)
    async with running(size=size, settings=settings, session=session) as (app, pilot):
        visit = await visit_everything(app, pilot, text)
    assert visit.places > 60
    others = OF_OTHER_APPS.keys() | OF_STORIES
    assert drawing_classes() - visit.seen - others == set(), "these never came to be drawn"


@pytest.mark.parametrize("case", TEXTS)
async def test_no_place_lets_hostile_text_out_or_its_frame_break(case: str) -> None:
    await draw_poisoned(*TEXTS[case])


@each_alone
@pytest.mark.parametrize("case", ALONE)
async def test_no_place_lets_any_hostile_text_out(case: str) -> None:
    await draw_poisoned(*ALONE[case])


async def test_a_home_that_is_hostile_throughout_is_drawn_in_order() -> None:
    async with running(session=hostile_home(TOGETHER)) as (app, pilot):
        visit = await visit_everything(app, pilot, TOGETHER)
    assert "ReportScreen" in visit.seen


@each_alone
@pytest.mark.parametrize("name", HOSTILE)
async def test_a_home_that_is_hostile_in_one_way_is_drawn_in_order(name: str) -> None:
    async with running(session=hostile_home(HOSTILE[name])) as (app, pilot):
        await visit_everything(app, pilot, HOSTILE[name])


@pytest.mark.parametrize("size", SIZES)
async def test_a_hostile_program_is_watched_in_order(size: tuple[int, int]) -> None:
    session = poisoned_session(TOGETHER)
    watch(session, TOGETHER)
    make, _ = capture_maker(session, (f"/nowhere/{TOGETHER[:2000]}", TOGETHER[:2000]))
    async with running(size=size, session=session, capture=make) as (app, pilot):
        visit = Visit(app, pilot)
        for number in "1234567":
            await visit.press(number)
            await visit.rows()
            await visit.press("end", "home")
    assert "CaptureDesk" in visit.seen


@pytest.mark.parametrize("size", SIZES)
async def test_a_hostile_trace_is_replayed_in_order(size: tuple[int, int], tmp_path: Path) -> None:
    # Control characters are refused in a trace; everything else may stand in it.
    text = "".join(c for c in TOGETHER if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))[
        :3000
    ]
    events = [told(number, text=text, cause=text) for number in range(1, 5)]
    one, two = tmp_path / "a\x1b[31m[red].trace", tmp_path / "b\u202e.trace"
    one.write_bytes(lines_of(*events) + b'{"n":9,"at":"\\u001b[2J"}\n')
    two.write_bytes(lines_of(*events[:2]))
    seen: set[str] = set()
    for files in ((one,), (one, two)):
        async with replaying(*files, size=size) as (app, pilot):
            visit = Visit(app, pilot)
            await app.workers.wait_for_complete()
            await visit.check()
            await visit.press("down", "n")
            while len(app.screen_stack) > 1:
                await visit.press("escape")
            await visit.press("5", "end", "enter")
            seen |= visit.seen
    assert seen >= {name for name, test in OF_OTHER_APPS.items() if "trace" in test}
