"""Stories under a pilot: page by page, on a real stage, what differs between runs made even."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from authtui.demo.story import Story
from authtui.demo.story_file import read_names, read_story
from authtui.settings import Settings
from authtui.tui.story.story_app import StoryApp
from tests.tui.homes import NOW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from textual.pilot import Pilot

WITHIN_SECONDS = 20.0


def stories() -> tuple[Story, ...]:
    found = [read_story(name) for name in read_names()]
    assert all(isinstance(story, Story) for story in found), found
    return tuple(story for story in found if isinstance(story, Story))


@asynccontextmanager
async def telling(
    name: str | None,
    size: tuple[int, int],
    *,
    folder: Path | None = None,
    pace: float | None = None,
    theme: str = "dark",
) -> AsyncIterator[tuple[StoryApp, Pilot[None]]]:
    app = StoryApp(
        stories(), Settings(theme=theme), clock=lambda: NOW, first=name, pace=pace, folder=folder
    )
    # What changed is marked for three seconds: a picture must not depend on when it is taken.
    with patch("authtui.tui.changes.changed_keys", lambda *_: frozenset()):
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            if name is not None:
                await ready(app, pilot)
            yield app, pilot


async def ready(app: StoryApp, pilot: Pilot[None]) -> None:
    """Wait until the page on show was played and drawn."""
    import asyncio

    async with asyncio.timeout(WITHIN_SECONDS):
        while app.walk is None or app.walk.waiting:
            await pilot.pause(0.02)
    await pilot.pause()
    await pilot.pause()


async def turn(app: StoryApp, pilot: Pilot[None]) -> None:
    """The next page; a fix that is offered is agreed to."""
    walk = app.walk
    assert walk is not None
    offered = walk.page.kind == "offer" and not walk.played
    await pilot.press("y" if offered else "n")
    await ready(app, pilot)


def screen_text(app: StoryApp) -> str:
    """The whole screen as text, with marks, times and durations made even."""
    strips = app.screen._compositor.render_strips()
    return even("\n".join(strip.text.rstrip() for strip in strips))


_MARK = re.compile(r"#[0-9a-f]{6}")
_EVEN = (
    (re.compile(r"…[0-9a-f]+/task/"), lambda m: "…" + "0" * (len(m[0]) - 7) + "/task/"),
    (re.compile(r"\bdemo-[0-9a-f]{3,}"), lambda m: "demo-" + "0" * (len(m[0]) - 5)),
    (re.compile(r"/authtui-(screen|demo)-\w+"), lambda m: m[0][:14] + "0" * (len(m[0]) - 14)),
    (re.compile(r"(port[ \xa0])\d+"), r"\g<1>40000"),
    (re.compile(r"#[0-9a-f]{1,5}…"), lambda m: "#" + "0" * (len(m[0]) - 2) + "…"),
    (re.compile(r"([ \xa0]*)\b\d{1,4}[ \xa0]ms"), lambda m: "7 ms".rjust(len(m[0]))),
    (re.compile(r"(SHA256:)[A-Za-z0-9+/…]+"), r"\1…"),
)


def numbered(text: str) -> dict[str, str]:
    """The marks of a text, each with an even one in its place."""
    return {mark: f"#{n:06x}" for n, mark in enumerate(dict.fromkeys(_MARK.findall(text)), 1)}


def even(text: str, marks: Mapping[str, str] | None = None) -> str:
    """What differs from run to run made even; `marks` where the text is a part of a larger one."""
    given = numbered(text) if marks is None else marks
    text = _MARK.sub(lambda found: given[found[0]], text)
    for pattern, with_what in _EVEN:
        text = pattern.sub(with_what, text)
    return text
