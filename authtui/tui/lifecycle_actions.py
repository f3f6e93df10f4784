"""Acting: each step of the lifecycle is shown, agreed to and performed, and can be cancelled."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final, cast

from textual.message import Message

from authtui.tui.lines import safe
from authtui.tui.messages import FrameChanged, Say

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from textual.dom import DOMNode
    from textual.worker import Worker

    from authtui.lifecycle.preview import Action, Outcome, Plan
    from authtui.lifecycle.transitions import Lifecycle
    from authtui.model.session import AuthSession

    MakeLifecycle = Callable[[Callable[[str], None]], Lifecycle]

SHOWN_AFTER_SECONDS: Final = 0.2
_FRAMES: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
ACTIONS: Final = {
    "load": "load as the client would when it starts",
    "register": "register an agent identity and a task",
    "assert": "send one small request with the credential",
    "refresh": "refresh the tokens",
    "logout": "log out",
    "restore": "put the newest backup back",
}


class LifecycleActions:
    """One step at a time. Without a lifecycle, as on a trace, nothing can be done."""

    class Planned(Message):
        """What a step would do is known; to be shown, and performed where the user agrees."""

        def __init__(self, name: str, found: Outcome, warning: str) -> None:
            """`warning` stands above the plan."""
            super().__init__()
            self.name = name
            self.found = found
            self.warning = warning

    def __init__(
        self,
        node: DOMNode,
        session: AuthSession[Any],
        make: MakeLifecycle | None,
        *,
        offline: bool,
    ) -> None:
        """`make` builds the lifecycle when it is first needed; `node` runs its steps."""
        self._node = node
        self._session = session
        self.offline = offline
        self._make = make
        self._life: Lifecycle | None = None
        self._worker: Worker[None] | None = None
        self._doing = ""
        self._since = 0.0

    @property
    def life(self) -> Lifecycle | None:
        """The lifecycle, made at the first use."""
        if self._life is None and self._make is not None:
            self._life = self._make(self._progress)
        return self._life

    @property
    def under_way(self) -> str:
        """What the footer says while a step takes its time; empty before 0.2 seconds."""
        if not self._doing or time.monotonic() - self._since < SHOWN_AFTER_SECONDS:
            return ""
        frame = _FRAMES[int((time.monotonic() - self._since) * 10) % len(_FRAMES)]
        return f"{frame} {self._doing} · {time.monotonic() - self._since:.0f} s · esc cancels"

    def reason_against(self) -> str | None:
        """Why nothing can be done at all, or None."""
        if self._make is None:
            return "this session only shows; it has no login to act on"
        if self._worker is not None and not self._worker.is_finished:
            return "a step is under way; esc cancels it"
        return None

    # ── first the preview ──────────────────────────────────────────────────────────────────────

    def preview(self, name: str, warning: str = "") -> None:
        """Find out what a step would do, and have it shown."""
        if reason := self.reason_against():
            self._node.post_message(Say(reason, "warn"))
            return

        async def work() -> None:
            found = await self._run(name, live=False)
            if found is not None:
                self._node.post_message(self.Planned(name, found, warning))

        self._start(work, f"working out what it would take to {ACTIONS.get(name, name)}")

    # ── then the act ──────────────────────────────────────────────────────────────────────────

    def perform(self, name: str, plan: Plan) -> None:
        """Do what was agreed to, unless it would be something else by now."""

        async def work() -> None:
            again = await self._run(name, live=False)
            if again is not None and again.plan != plan:
                # What was agreed to is not what would happen now.
                self._node.call_later(
                    self.preview,
                    name,
                    "The plan has changed since you looked; this is the new one.",
                )
                return
            found = await self._run(name, live=True)
            if found is not None:
                self._tell(name, found)

        self._start(work, ACTIONS.get(name, name))

    def cancel(self) -> None:
        """Stop what is under way; with nothing under way, say so quietly."""
        worker = self._worker
        if worker is None or worker.is_finished:
            return
        worker.cancel()
        self._doing = ""
        self._session.fail(
            "cancel", "cancelled before an answer came; the server may still have acted on it"
        )
        self._node.post_message(Say("cancelled", "warn"))

    def _start(self, work: Callable[[], Coroutine[None, None, None]], doing: str) -> None:
        self._doing, self._since = doing, time.monotonic()
        self._worker = self._node.run_worker(
            work, group="acts", exclusive=True, exit_on_error=False
        )
        self._tick()

    def _tick(self) -> None:
        if self._worker is None or self._worker.is_finished:
            self._doing = ""
            self._node.post_message(FrameChanged())
            return
        if self.under_way:
            self._node.post_message(FrameChanged())
        self._node.set_timer(0.1, self._tick)

    def _progress(self, text: str) -> None:
        self._doing = safe(text, 200)

    async def _run(self, name: str, *, live: bool) -> Outcome | None:
        life = self.life
        if life is None:
            return None
        if live:
            # The network's modules take longer than a frame to load.
            await asyncio.to_thread(__import__, "httpx")
        action = cast("Action", name)
        before, life.live = life.live, live
        try:
            return await life.perform(action)
        except Exception as error:  # noqa: BLE001 - the border: a bug below becomes a sentence
            self._node.post_message(Say(f"{name} failed: {safe(error, 200)}", "bad", 8))
            return None
        finally:
            life.live = before

    def _tell(self, name: str, found: Outcome) -> None:
        said = f"{name}: {safe(found.reason, 300)}"
        self._node.post_message(Say(said, "good" if found.done else "bad", 8))
