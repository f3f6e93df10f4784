"""Pictures of the stories: the menu, one of each, a walk through the first that moves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.tui.story_pages import ready, telling, turn
from tests.tui.tidy_svg import evened, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.tui.story.story_app import StoryApp

LARGE, SMALL = (120, 40), (80, 24)
TITLE: Final = "authtui demo"
WALK: Final = "walk-ghost"


class Picture(NamedTuple):
    """One page of a story, counted from 1."""

    name: str
    story: str
    page: int
    size: tuple[int, int] = LARGE


PICTURES: Final = (
    Picture("story-ghost", "ghost", 2),
    Picture("story-wrong-door", "wrong-door", 4),
    Picture("story-wrong-company", "wrong-company", 3),
    Picture("story-two-terminals", "two-terminals", 2),
    Picture("story-forgetful-container", "forgetful-container", 4),
    Picture("story-nobody-there", "nobody-there", 2),
    Picture("story-unknown-key", "unknown-key", 2),
    Picture("story-there-all-along", "there-all-along", 3),
    Picture("story-first-page", "ghost", 1),
    Picture("small-story-ghost", "ghost", 2, SMALL),
    Picture("small-story-wrong-company", "wrong-company", 3, SMALL),
    Picture("small-story-two-terminals", "two-terminals", 2, SMALL),
)


async def story_pictures(names: Sequence[str]) -> list[tuple[str, str]]:
    """Name and SVG of every picture, or of the named ones."""

    def wanted(name: str) -> bool:
        return not names or name in names

    found = []
    if wanted("stories"):
        found.append(("stories", await _menu()))
    for picture in filter(lambda picture: wanted(picture.name), PICTURES):
        svg = await _page(picture)
        found.append((picture.name, svg))
    if wanted(WALK):
        found.append((WALK, await _walk()))
    return found


def _taken(app: StoryApp, name: str) -> str:
    return tidy(evened(app.export_screenshot(title=TITLE), name))


async def _menu() -> str:
    async with telling(None, LARGE) as (app, pilot):
        await pilot.pause()
        return _taken(app, "stories")


async def _page(picture: Picture) -> str:
    async with telling(picture.story, picture.size) as (app, pilot):
        for _ in range(picture.page - 1):
            await turn(app, pilot)
        return _taken(app, picture.name)


# ── the walk ────────────────────────────────────────────────────────────────────────────────────


class Frame(NamedTuple):
    """A picture and how many seconds it stays."""

    svg: str
    seconds: float


async def _walk() -> str:
    """The whole first story, as a viewer walks through it: a guess, the evidence, the fix."""
    frames: list[Frame] = []
    async with telling(None, LARGE) as (app, pilot):

        def take(seconds: float) -> None:
            frames.append(Frame(_taken(app, f"walk{len(frames)}"), seconds))

        await pilot.pause()
        take(3)
        await pilot.press("1")
        await ready(app, pilot)
        take(5)
        for key, seconds in (("1", 3.5), ("3", 3)):
            await pilot.press(key)
            await pilot.pause()
            take(seconds)
        while app.walk is not None and not app.walk.at_end:
            await turn(app, pilot)
            take(3 if app.walk.page.kind == "offer" else 6)
    return moving(frames)


_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def moving(frames: Sequence[Frame]) -> str:
    """Frames as one SVG that turns them like pages, for ever; without animation the first shows."""
    size = _SIZE.search(frames[0].svg)
    assert size is not None
    total = sum(frame.seconds for frame in frames)
    box = f'viewBox="0 0 {size[1]} {size[2]}"'
    parts = [f'<svg class="authtui-walk" {box} xmlns="http://www.w3.org/2000/svg">']
    begins = 0.0
    for number, frame in enumerate(frames):
        ends = begins + frame.seconds
        shown = "visible" if number == 0 else "hidden"
        values, times = ["hidden", "visible", "hidden"], [0.0, begins / total, ends / total]
        if number == 0:
            values, times = values[1:], [0.0, times[2]]
        elif number == len(frames) - 1:
            values, times = values[:2], times[:2]
        parts.append(f'<g visibility="{shown}">')
        parts.append(
            '<animate attributeName="visibility" calcMode="discrete" repeatCount="indefinite" '
            f'dur="{total:g}s" values="{";".join(values)}" '
            f'keyTimes="{";".join(f"{moment:.4f}" for moment in times)}"/>'
        )
        parts.append(frame.svg.replace("<svg ", f'<svg width="{size[1]}" height="{size[2]}" ', 1))
        parts.append("</g>")
        begins = ends
    return "\n".join([*parts, "</svg>", ""])
