"""Showing one secret in clear for a moment, because the user asked for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from authtui.tui.lines import safe
from authtui.tui.messages import FrameChanged, Say

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.dom import DOMNode

    from authtui.redaction import Secret
    from authtui.tui.lines import Item

REVEAL_SECONDS: Final = 10
_TICK_SECONDS: Final = 0.5


class Revealing:
    """`secret` is the one in clear; None while nothing is."""

    def __init__(self, node: DOMNode, redraw: Callable[[], None]) -> None:
        """`redraw` draws at once: what is masked again must not stand for one frame more."""
        self.secret: Secret | None = None
        self._node = node
        self._redraw = redraw
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
        if self.secret is not None:
            self.hide()
        elif item is None or item.secret is None:
            self._node.post_message(Say("nothing secret is selected", "muted"))
        else:
            self.secret, self._name = item.secret, safe(item.label or item.key, 80)
            self._until = time.monotonic() + REVEAL_SECONDS
            self._tick()
            self._redraw()

    def _tick(self) -> None:
        if self.secret is None:
            return
        if time.monotonic() >= self._until:
            self.hide()
        else:
            self._node.post_message(FrameChanged())
            self._node.set_timer(_TICK_SECONDS, self._tick)

    def hide(self) -> None:
        """Mask the secret again, if one is shown."""
        if self.secret is not None:
            self.secret = None
            self._redraw()
