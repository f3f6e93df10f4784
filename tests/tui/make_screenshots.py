"""Draw every picture of the documentation: `python -m tests.tui.make_screenshots DIR [NAME…]`."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from authtui.lifecycle.preview import Outcome, Plan, PlannedCall, PlannedChange
from authtui.settings import Settings
from authtui.tui.app import AuthtuiApp
from authtui.tui.dialogs.preview_screen import PreviewScreen
from authtui.tui.dialogs.report_screen import ReportScreen
from tests.report.samples import made_report
from tests.traces import pictures as traces
from tests.tui.captures import CAPTURES, capture_maker
from tests.tui.samples import REQUESTS, session
from tests.tui.story_pictures import SMALL, story_pictures
from tests.tui.tidy_svg import tidy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App
    from textual.pilot import Pilot


class Shot(NamedTuple):
    """One picture: a story, a size, and the keys pressed before it is taken.

    `capture`: the story is one of `captures`, a program that was watched.
    """

    name: str
    story: str
    size: tuple[int, int] = (120, 40)
    keys: tuple[str, ...] = ()
    theme: str = "dark"
    requests: bool = False
    capture: bool = False


STORIES = (
    "shadowed",
    "wrong-workspace",
    "unreadable",
    "silent-drop",
    "agent-identity",
    "workspace-token",
    "forced-chatgpt",
    "nothing-stored",
    "expired",
    "bad-config",
    "healthy",
)
WATCHED = ("running", "differing", "recovered", "signed-wrongly")
FAILED_START = "healthy"
LARGE_ONLY = ("silent-drop", "expired", "bad-config", "forced-chatgpt")
SHOTS = (
    *(Shot(name, name) for name in STORIES),
    *(Shot(f"small-{name}", name, size=SMALL) for name in STORIES if name not in LARGE_ONLY),
    Shot("light", "wrong-workspace", theme="light"),
    Shot("ansi", "wrong-workspace", theme="ansi"),
    Shot("matrix", "wrong-workspace", keys=("m",)),
    Shot("requests", "agent-identity", keys=("4",), requests=True),
    Shot("source-detail", "shadowed", keys=("enter",)),
    Shot("check-detail", "wrong-workspace", keys=("3", "enter")),
    Shot("claim-detail", "silent-drop", keys=("2", "end", "enter")),
    Shot("request-detail", "agent-identity", keys=("4", "k", "enter"), requests=True),
    Shot("verdict-detail", "shadowed", keys=("v",)),
    Shot("generations", "agent-identity", keys=("g", "wait")),
    Shot("small-generations", "workspace-token", size=SMALL, keys=("g", "wait")),
    Shot("what-if", "shadowed", keys=("w", "enter")),
    Shot("small-what-if", "wrong-workspace", size=SMALL, keys=("w", "down", "down", "enter")),
    Shot("plan", "healthy", keys=("plan",)),
    Shot("small-plan", "healthy", size=SMALL, keys=("plan",)),
    Shot("report", "workspace-token", keys=("report",)),
    Shot("small-report", "shadowed", size=SMALL, keys=("report",)),
    Shot("report-picture", "shadowed", size=SMALL, keys=("report", "f", "f")),
    Shot("prompt", "agent-identity", keys=("w", "end", "enter", "o", "r", "g")),
    Shot("help", "healthy", keys=("question_mark",)),
    Shot("wide", "wrong-workspace", size=(180, 48)),
    Shot("small-claims", "wrong-workspace", size=SMALL, keys=("2",)),
    Shot("small-checks", "wrong-workspace", size=SMALL, keys=("3",)),
    Shot("small-requests", "agent-identity", size=SMALL, keys=("4",), requests=True),
    Shot("small-events", "healthy", size=SMALL, keys=("5",)),
    *(Shot(f"capture-{name}", name, capture=True) for name in WATCHED),
    *(Shot(f"small-capture-{name}", name, size=SMALL, capture=True) for name in WATCHED),
    Shot("capture-row", "differing", keys=("enter",), capture=True),
    Shot("capture-program", "recovered", keys=("7", "enter"), capture=True),
    Shot("capture-light", "recovered", theme="light", capture=True),
    Shot("small-capture-program", "recovered", size=SMALL, keys=("7",), capture=True),
    Shot("capture-failed-start", FAILED_START, keys=("wait",), capture=True),
    Shot("small-capture-failed-start", FAILED_START, size=SMALL, keys=("wait",), capture=True),
)


LOGOUT = Outcome(
    "logout",
    done=False,
    reason="This is what would happen; nothing was sent or changed.",
    plan=Plan(
        "logout",
        (
            PlannedCall(
                "POST",
                "https://auth.openai.com/oauth/revoke",
                "the refresh token in its body",
                "revocation",
            ),
        ),
        (PlannedChange("auth.json", "is removed; a backup stays beside it"),),
        ("Other programs that share this login lose it, too.",),
    ),
)


def made(shot: Shot) -> AuthtuiApp:
    """The app of a picture, before its keys are pressed."""
    if shot.capture and shot.story != FAILED_START:
        return AuthtuiApp(CAPTURES[shot.story](), Settings(theme=shot.theme), watch=False)
    shown = session(shot.story)
    if shot.capture:
        make, _ = capture_maker(shown, ("/nowhere/codex", "exec", "hi"))
        return AuthtuiApp(shown, Settings(theme=shot.theme), watch=False, capture=make)
    if shot.requests:
        shown._state = replace(shown.state, requests=REQUESTS)
    return AuthtuiApp(shown, Settings(theme=shot.theme), watch=False)


def press(shot: Shot) -> Callable[[Pilot[None]], Awaitable[None]]:
    """The keys of a picture; `wait` waits for a result, `plan` and `report` open made-up ones."""

    async def pressed(pilot: Pilot[None]) -> None:
        await pilot.pause()
        for key in shot.keys:
            if key == "wait":
                await pilot.app.workers.wait_for_complete()
                await pilot.pause(0.3)  # what was published is drawn a moment later
            elif key == "plan":
                pilot.app.push_screen(PreviewScreen("logout", LOGOUT))
            elif key == "report":
                pilot.app.push_screen(ReportScreen(made_report(shot.story)))
            else:
                await pilot.press(key)
        await pilot.pause()

    return pressed


async def render(
    app: App[None], size: tuple[int, int], pressed: Callable[[Pilot[None]], Awaitable[None]]
) -> str:
    """The picture as SVG text."""
    async with app.run_test(size=size) as pilot:
        await pressed(pilot)
        return tidy(app.export_screenshot(title="authtui"))


def main(directory: str, *names: str) -> None:
    """Write every picture, or the named ones."""
    target = Path(directory)
    target.mkdir(parents=True, exist_ok=True)
    os.environ["TEXTUAL_ANIMATIONS"] = "none"

    def write(name: str, svg: str) -> None:
        (target / f"{name}.svg").write_text(svg, encoding="utf-8")

    def wanted(name: str) -> bool:
        return not names or name in names

    for shot in filter(lambda shot: wanted(shot.name), SHOTS):
        write(shot.name, asyncio.run(render(made(shot), shot.size, press(shot))))
    for trace in filter(lambda trace: wanted(trace.name), traces.SHOTS):
        pressed = traces.press(trace)
        write(trace.name, asyncio.run(render(traces.made(trace), trace.size, pressed)))
    for name, svg in asyncio.run(story_pictures(names)):
        write(name, svg)


if __name__ == "__main__":
    main(*sys.argv[1:])
