"""A story's stage and player in a thread of their own, for the app: it only asks and awaits."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Final

from authtui.demo.play import Player
from authtui.demo.stage import stage_for
from authtui.demo.unprivileged import obey_mode_bits
from authtui.demo.walk import StoryEnding
from authtui.errors import AuthtuiError
from authtui.redaction import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from authtui.demo.stage import Stage
    from authtui.demo.story import Story
    from authtui.demo.walk import StoryMoment

_ENDS_WITHIN: Final = 10.0


class StageError(AuthtuiError, RuntimeError):
    """The stage could not be set; the message is a plain sentence."""


class Runner:
    """One story that can be played. Its thread is bound by mode bits, so that read-only holds."""

    def __init__(
        self, story: Story, clock: Callable[[], datetime], folder: Path | None = None
    ) -> None:
        """`folder` as for `stage_for`. Nothing runs until `start`."""
        self.story = story
        self._clock = clock
        self._folder = folder
        self._ready = threading.Event()
        self._stage: Stage | None = None
        self._player: Player | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._leave: asyncio.Event | None = None
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="authtui-demo-story", daemon=True)
        self.over = threading.Event()

    def start(self) -> Stage:
        """Set the stage; waits until it stands. Raises `StageError` where it cannot be set."""
        self._thread.start()
        self._ready.wait()
        if self._stage is None:
            why = "it took too long" if self._problem is None else _safe(self._problem)
            raise StageError(f"The stage of {self.story.name} could not be set: {why}.")
        return self._stage

    def end(self) -> None:
        """Take everything down: the backend stops, the home is removed."""
        if self._loop is not None and self._leave is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._leave.set)
        if self._thread.ident is not None:
            self._thread.join(_ENDS_WITHIN)

    async def advance(self) -> tuple[StoryMoment | None, StoryEnding | None]:
        """Play the next moment; and how the story ended, where it did."""
        if self._loop is None or self._player is None:
            return None, StoryEnding(False, "The story is not on stage.")
        player = self._player
        try:
            work = asyncio.run_coroutine_threadsafe(player.advance(), self._loop)
            moment = await asyncio.wrap_future(work)
        except Exception as error:  # noqa: BLE001 - the border: a bug below becomes a sentence
            player.ending = StoryEnding(False, f"The story failed: {_safe(error)}")
            moment = None
        if player.ending is not None and player.ending.green:
            self.over.set()
        return moment, player.ending

    def _run(self) -> None:
        obey_mode_bits()
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that started this one
            self._problem = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._leave = asyncio.get_running_loop(), asyncio.Event()
        with stage_for(self.story, clock=self._clock, folder=self._folder) as stage:
            self._player = Player(stage)
            self._stage = stage
            self._ready.set()
            await self._leave.wait()
            # What was begun ends with the loop.


def _safe(error: BaseException) -> str:
    return safe_text(str(error), 400)
