"""Showing one secret in clear for a moment, because the user asked for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from authtui.tui.lines import safe

if TYPE_CHECKING:
    from authtui.redaction import Secret
    from authtui.tui.app import AuthtuiApp
    from authtui.tui.lines import Item

REVEAL_SECONDS: Final = 10
_TICK_SECONDS: Final = 0.5


class Revealing:
    """`secret` is the one in clear; None while nothing is."""

    def __init__(self, app: AuthtuiApp) -> None:
        """Nothing is in clear at first."""
        self.secret: Secret | None = None
        self._app = app
        self._name = ""
        self._until = 0.0

    @property
    def banner(self) -> str | None:
        """What must be seen as long as a secret is in clear."""
        if self.secret is None:
            return None
        left = max(0, round(self._until - time.monotonic()))
        return f"! {self._name} is shown in clear · hides in {left} s · x hides it now"

    def toggle(self, item: Item | None) -> None:
        """Show the secret of a row for ten seconds, or hide the one in clear."""
        app = self._app
        if reason := app.reason_against("reveal"):
            app.say(reason, "warn")
        elif self.secret is not None:
            self.hide()
        elif item is None or item.secret is None:
            app.say("nothing secret is selected", "muted")
        else:
            self.secret, self._name = item.secret, safe(item.label or item.key, 80)
            self._until = time.monotonic() + REVEAL_SECONDS
            self._tick()
            app.redraw()

    def _tick(self) -> None:
        if self.secret is None:
            return
        if time.monotonic() >= self._until:
            self.hide()
        else:
            self._app.update_frames()
            self._app.set_timer(_TICK_SECONDS, self._tick)

    def hide(self) -> None:
        """Mask it again."""
        if self.secret is not None:
            self.secret = None
            self._app.redraw()
