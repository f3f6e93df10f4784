"""What a screen for others must not do: show a secret for long, or act when it only shows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from authtui.tui.keys import changes_something
from authtui.tui.lines import safe
from authtui.tui.pasting import Pasting

if TYPE_CHECKING:
    from authtui.redaction import Secret
    from authtui.tui.lines import Item

REVEAL_SECONDS = 10


class Revealing(Pasting):
    """The part of the app that reveals. `revealed`: the secret, its name, when it hides.

    `presenter` locks reveal and export; `read_only` every key that does something.
    """

    revealed: tuple[Secret, str, float] | None = None
    presenter = False
    read_only = False

    def reason_against(self, action: str) -> str | None:
        """Why an action cannot be done now, or None."""
        raise NotImplementedError

    def say(self, text: str, tone: str = "good", seconds: float = 4) -> None:
        """Say something in the footer for a moment."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw every screen anew from the state."""
        raise NotImplementedError

    def update_frames(self) -> None:
        """Draw headers and footers anew."""
        raise NotImplementedError

    def locked(self, action: str) -> str | None:
        """Why an action is refused for the whole of this run, or None."""
        if self.presenter and action in ("reveal", "export", "report", "record"):
            return f"{action} is locked: this run is a presentation"
        if self.read_only and changes_something(action):
            return "locked: this screen is read-only; it shows and changes nothing"
        return None

    async def run_action(self, action: Any, *args: Any, **options: Any) -> bool:  # noqa: ANN401 - as Textual's own
        """Run an action, from a key, the mouse or the palette, unless it is locked."""
        if isinstance(action, str) and (locked := self.locked(action)):
            self.say(locked, "warn")
            return True
        return await super().run_action(action, *args, **options)

    def reveal(self, item: Item | None) -> None:
        """Show one secret value for a moment, or hide the one shown."""
        if reason := self.reason_against("reveal"):
            return self.say(reason, "warn")
        if self.revealed is not None:
            return self.hide()
        if item is None or item.secret is None:
            return self.say("nothing secret is selected", "muted")
        name = safe(item.label or item.key, 80)
        self.revealed = (item.secret, name, time.monotonic() + REVEAL_SECONDS)
        self._tick()
        return self.redraw()

    def _tick(self) -> None:
        if self.revealed is None:
            return
        if time.monotonic() >= self.revealed[2]:
            self.hide()
        else:
            self.update_frames()
            self.set_timer(0.5, self._tick)

    def hide(self) -> None:
        """Mask the revealed value again."""
        self.revealed = None
        self.redraw()
