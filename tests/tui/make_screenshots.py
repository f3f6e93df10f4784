"""Render the screens of made-up states: `python -m tests.tui.make_screenshots DIR`."""

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
from authtui.tui.preview import PreviewScreen
from tests.tui.samples import REQUESTS, session
from tests.tui.story_pictures import story_pictures
from tests.tui.tidy_svg import tidy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot


class Shot(NamedTuple):
    """One picture: a story, a size, and the keys pressed before it is taken."""

    name: str
    story: str
    size: tuple[int, int] = (120, 40)
    keys: tuple[str, ...] = ()
    theme: str = "dark"
    requests: bool = False


SMALL = (80, 24)
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
    Shot("prompt", "agent-identity", keys=("w", "end", "enter", "o", "r", "g")),
    Shot("help", "healthy", keys=("question_mark",)),
    Shot("wide", "wrong-workspace", size=(180, 48)),
    Shot("small-claims", "wrong-workspace", size=SMALL, keys=("2",)),
    Shot("small-checks", "wrong-workspace", size=SMALL, keys=("3",)),
    Shot("small-requests", "agent-identity", size=SMALL, keys=("4",), requests=True),
    Shot("small-events", "healthy", size=SMALL, keys=("5",)),
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
    shown = session(shot.story)
    if shot.requests:
        shown._state = replace(shown.state, requests=REQUESTS)
    return AuthtuiApp(shown, Settings(theme=shot.theme), watch=False)


def press(shot: Shot) -> Callable[[Pilot[None]], Awaitable[None]]:
    """The keys of a picture; `wait` waits for what is computed, `plan` opens a made-up plan."""

    async def pressed(pilot: Pilot[None]) -> None:
        await pilot.pause()
        for key in shot.keys:
            if key == "wait":
                await pilot.app.workers.wait_for_complete()
            elif key == "plan":
                pilot.app.push_screen(PreviewScreen("logout", LOGOUT))
            else:
                await pilot.press(key)
        await pilot.pause()

    return pressed


async def render(shot: Shot) -> str:
    """The picture as SVG text."""
    app = made(shot)
    async with app.run_test(size=shot.size) as pilot:
        await press(shot)(pilot)
        return tidy(app.export_screenshot(title="authtui"))


def main(directory: str, *names: str) -> None:
    """Write every picture, or the named ones."""
    target = Path(directory)
    target.mkdir(parents=True, exist_ok=True)
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    for shot in SHOTS:
        if not names or shot.name in names:
            (target / f"{shot.name}.svg").write_text(asyncio.run(render(shot)), encoding="utf-8")
    for name, svg in asyncio.run(story_pictures(names)):
        (target / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
