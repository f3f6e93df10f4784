"""Pictures of made-up traces: what is open, and the keys pressed before each is taken."""

from __future__ import annotations

import atexit
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from authtui.settings import Settings
from authtui.trace.reader import Trace, open_trace
from authtui.trace.replay import Replay
from authtui.tui.replay.replay_app import ReplayApp, describe
from tests.traces.made import busy, case, lines_of, told, write
from tests.tui.samples import session
from tests.tui.story_pictures import SMALL

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
atexit.register(_FOLDER.cleanup)


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
