"""Render the screens of made-up states: `python -m tests.tui.make_screenshots DIR`."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from authtui.settings import Settings
from authtui.tui.app import AuthtuiApp
from tests.tui.samples import REQUESTS, STORIES, session_of


class Shot(NamedTuple):
    """One picture: a story, a size, and the keys pressed before it is taken."""

    name: str
    story: str
    size: tuple[int, int] = (120, 40)
    keys: tuple[str, ...] = ()
    theme: str = "dark"
    requests: bool = False


SHOTS = (
    Shot("shadowed", "shadowed"),
    Shot("wrong-workspace", "wrong-workspace"),
    Shot("unreadable", "unreadable"),
    Shot("agent-identity", "agent-identity", requests=True),
    Shot("nothing-stored", "nothing-stored"),
    Shot("healthy", "healthy"),
    Shot("healthy-light", "healthy", theme="light"),
    Shot("wrong-workspace-light", "wrong-workspace", theme="light"),
    Shot("matrix", "wrong-workspace", keys=("m",)),
    Shot("source-detail", "shadowed", keys=("enter",)),
    Shot("check-detail", "wrong-workspace", keys=("3", "enter")),
    Shot("claim-detail", "agent-identity", keys=("2", "down", "enter")),
    Shot("verdict-detail", "shadowed", keys=("v",)),
    Shot("help", "healthy", keys=("question_mark",)),
    Shot("wide", "wrong-workspace", size=(180, 48)),
    Shot("small-shadowed", "shadowed", size=(80, 24)),
    Shot("small-claims", "wrong-workspace", size=(80, 24), keys=("2",)),
    Shot("small-checks", "wrong-workspace", size=(80, 24), keys=("3",)),
    Shot("small-requests", "agent-identity", size=(80, 24), keys=("4",), requests=True),
    Shot("small-events", "healthy", size=(80, 24), keys=("5",)),
)


_TEXT = re.compile(r'x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"([^>]*)>((?:&#160;)+)(?=[^<&])')
_CELL = 12.2
_NBSP = "&#160;"


def tidy(svg: str) -> str:
    """Start each text at its first letter: some viewers swallow leading spaces."""

    def moved(found: re.Match[str]) -> str:
        x, y, length, rest, spaces = found.groups()
        shift = _CELL * (len(spaces) // len(_NBSP))
        return f'x="{float(x) + shift:.1f}" y="{y}" textLength="{float(length) - shift:.1f}"{rest}>'

    return _TEXT.sub(moved, svg)


def made(shot: Shot) -> AuthtuiApp:
    """The app of a picture, before its keys are pressed."""
    session = session_of(STORIES[shot.story])
    if shot.requests:
        session._state = replace(session.state, requests=REQUESTS)
    return AuthtuiApp(session, Settings(theme=shot.theme), watch=False)


async def render(shot: Shot) -> str:
    """The picture as SVG text."""
    app = made(shot)
    async with app.run_test(size=shot.size) as pilot:
        await pilot.pause()
        for key in shot.keys:
            await pilot.press(key)
        await pilot.pause()
        return tidy(app.export_screenshot(title="authtui"))


def main(directory: str, *names: str) -> None:
    """Write every picture, or the named ones."""
    target = Path(directory)
    target.mkdir(parents=True, exist_ok=True)
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    for shot in SHOTS:
        if not names or shot.name in names:
            (target / f"{shot.name}.svg").write_text(asyncio.run(render(shot)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
