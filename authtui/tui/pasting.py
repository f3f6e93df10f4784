"""Pasted text is outside text, too."""

from __future__ import annotations

from textual import events
from textual.app import App

from authtui.tui.lines import safe
from authtui.tui.pane import Pane


class Pasting(App[None]):
    """The part of the app that takes pasted text."""

    async def on_event(self, event: events.Event) -> None:
        """Make a paste safe where it goes to a field of Textual's own, which draws it as it is."""
        if isinstance(event, events.Paste) and not isinstance(self.focused, Pane):
            event = events.Paste(safe(event.text))
        await super().on_event(event)
