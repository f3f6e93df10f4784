"""Render the screens of made-up traces: `python -m tests.traces.make_screenshots DIR`."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from authtui.model.trace.reader import Trace, open_trace
from authtui.model.trace.replay import Replay
from authtui.settings import Settings
from authtui.tui.replay.app import ReplayApp, describe
from tests.traces.made import busy, case, lines_of, told, write
from tests.tui.make_screenshots import SMALL
from tests.tui.samples import session
from tests.tui.tidy_svg import tidy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot


class Shot(NamedTuple):
    """One picture: the traces that are open, a size, and the keys pressed before it is taken."""

    name: str
    traces: tuple[str, ...]
    size: tuple[int, int] = (120, 40)
    keys: tuple[str, ...] = ()


SHOTS = (
    Shot("trace", ("case",), keys=("n",)),
    Shot("small-trace", ("case",), SMALL, keys=("n",)),
    Shot("trace-playing", ("busy",), keys=("colon", *"50%", "enter", "plus", "plus", "play")),
    Shot("small-trace-playing", ("busy",), SMALL, keys=("5", "colon", *"50%", "enter", "play")),
    Shot("trace-comparison", ("case", "healthy")),
    Shot("small-trace-comparison", ("case", "healthy"), SMALL),
    Shot("trace-damaged", ("damaged",)),
    Shot("small-trace-damaged", ("damaged",), SMALL),
    Shot("trace-kinds", ("case",), keys=("K",)),
    Shot("trace-help", ("case",), keys=("question_mark",)),
    Shot("trace-event", ("case",), keys=("5", "n", "enter")),
)
_FOLDER = tempfile.TemporaryDirectory(prefix="traces-")


def _made(name: str) -> Path:
    path = Path(_FOLDER.name) / f"{name}.trace"
    if path.exists():
        return path
    if name == "damaged":
        path.write_bytes(lines_of(told(1), told(2)) + b'{"n":3,"at":"2026-11-13 half past"}\n')
        return path
    if name == "busy":
        return write(path, busy(requests=300, refused=60))
    shown = case() if name == "case" else session(name)
    return write(path, shown)


def made(shot: Shot) -> ReplayApp:
    """The app of a picture, before its keys are pressed."""
    replays = []
    for name in shot.traces:
        trace = open_trace(_made(name))
        assert isinstance(trace, Trace)
        replays.append(Replay(trace, describe))
    other = replays[1] if len(replays) > 1 else None
    return ReplayApp(replays[0], Settings(theme="dark"), other=other)


def press(shot: Shot) -> Callable[[Pilot[None]], Awaitable[None]]:
    """The keys of a picture; `play` plays without going on, so that it is always the same."""

    async def pressed(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, ReplayApp)
        for _ in range(2):
            await app.workers.wait_for_complete()
            await pilot.pause(0.3)
        for key in shot.keys:
            if key == "play":
                app.message = None
                app.playing = True
                app._credit = float("-inf")
                app.redraw()
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


if __name__ == "__main__":
    main(*sys.argv[1:])
