"""Every binding of the desk and of its lists, pressed once, does what its help line says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pytest

from authtui.tui.dialogs.dialog import ChooseScreen, DetailScreen, Dialog
from authtui.tui.dialogs.generations_screen import GenerationsScreen
from authtui.tui.dialogs.prompt import Prompt
from authtui.tui.dialogs.report_screen import ReportScreen
from authtui.tui.dialogs.whatif_screen import WhatIfScreen
from authtui.tui.keys import KEYS, LIST_KEYS
from authtui.tui.lifecycle_actions import LifecycleActions
from tests.tui.drive import running, words
from tests.tui.samples import REQUESTS, session

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from authtui.tui.app import AuthtuiApp

Check = Callable[["AuthtuiApp", "Pilot[None]"], Awaitable[object]]


class Case(NamedTuple):
    """Keys pressed before, and what must hold after the key itself."""

    check: Callable[[AuthtuiApp], object]
    before: tuple[str, ...] = ()
    story: str = "silent-drop"


def on_top(kind: type[object]) -> Callable[[AuthtuiApp], bool]:
    return lambda app: isinstance(app.screen, kind)


def focused(name: str) -> Callable[[AuthtuiApp], bool]:
    return lambda app: app.focused is app.desk.panes[name]


def footer(text: str) -> Callable[[AuthtuiApp], bool]:
    return lambda app: text in words(app.desk.footer)


def cursor(app: AuthtuiApp, pane: str = "checks") -> int:
    return app.desk.panes[pane].cursor


ONLY_SHOWS = footer("this session only shows")
CASES = {
    "details": Case(on_top(DetailScreen)),
    "verdict": Case(on_top(DetailScreen)),
    "filter": Case(lambda app: app.desk.panes["sources"].typing),
    "matrix": Case(lambda app: app.desk.matrix),
    "reveal": Case(lambda app: app.revealing.secret is not None, story="shadowed"),
    "surface": Case(on_top(ChooseScreen)),
    "generation": Case(on_top(GenerationsScreen)),
    "accounts": Case(footer("its homes are not at hand")),
    "layers": Case(on_top(Dialog)),
    "whatif": Case(on_top(WhatIfScreen)),
    "earlier": Case(lambda app: app.at == 1, story="wrong-workspace"),
    "later": Case(lambda app: app.at is None, ("comma",), "wrong-workspace"),
    "present": Case(lambda app: app.at is None, ("comma",), "wrong-workspace"),
    "copy": Case(lambda app: app.clipboard == "CODEX_ACCESS_TOKEN"),
    "copy-fix": Case(lambda app: app.clipboard == "unset CODEX_ACCESS_TOKEN"),
    "fix": Case(ONLY_SHOWS),
    "load": Case(
        footer("read again"),
    ),
    "register": Case(ONLY_SHOWS),
    "assert": Case(ONLY_SHOWS),
    "logout": Case(ONLY_SHOWS),
    "refresh": Case(ONLY_SHOWS),
    "restore": Case(ONLY_SHOWS),
    "load-live": Case(ONLY_SHOWS),
    "cancel": Case(lambda app: isinstance(app.acts, LifecycleActions) and app.is_running),
    "pause": Case(lambda app: app.traffic.paused),
    "copy-curl": Case(lambda app: app.clipboard.startswith("curl -sS"), ("4",)),
    "export": Case(on_top(Prompt)),
    "report": Case(on_top(ReportScreen)),
    "record": Case(on_top(Prompt)),
    "theme": Case(lambda app: app.theme == "authtui-light"),
    "help": Case(on_top(Dialog)),
    "quit": Case(lambda app: app._exit),
    "pane-sources": Case(focused("sources"), ("2",)),
    "pane-claims": Case(focused("claims")),
    "pane-checks": Case(focused("checks")),
    "pane-requests": Case(focused("requests")),
    "pane-events": Case(focused("events")),
    "next-pane": Case(focused("claims")),
    "previous-pane": Case(focused("events")),
    "next-token": Case(lambda app: app.desk.token == 1),
    "previous-token": Case(lambda app: app.desk.token == 2),
    "down": Case(lambda app: cursor(app) == 1, ("3",)),
    "up": Case(lambda app: cursor(app) == 0, ("3", "down")),
    "page-down": Case(lambda app: cursor(app) > 2, ("3",)),
    "page-up": Case(lambda app: cursor(app) == 0, ("3", "pagedown")),
    "first": Case(lambda app: cursor(app) == 0, ("3", "pagedown")),
}


def test_every_binding_has_a_case_here() -> None:
    assert set(CASES) == {key.id for key in (*KEYS, *LIST_KEYS)}


def test_no_key_is_bound_twice() -> None:
    every = [name for key in (*KEYS, *LIST_KEYS) for name in key.keys.split(",")]
    assert len(every) == len(set(every))


@pytest.mark.parametrize(
    ("name", "press"),
    [(key.id, name) for key in (*KEYS, *LIST_KEYS) for name in key.keys.split(",")],
)
async def test_the_key_does_what_it_says(name: str, press: str) -> None:
    case = CASES[name]
    shown = session(case.story)
    shown._state = replace(shown.state, requests=REQUESTS)
    async with running(session=shown) as (app, pilot):
        await pilot.press(*case.before, press)
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert case.check(app)
