"""The floor: the smallest Textual app that shows a line and answers a key."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import Static


class Minimal(App[None]):
    BINDINGS: ClassVar = [("q", "quit", "Quit"), ("x", "poke", "Poke")]
    count = 0

    def compose(self) -> ComposeResult:
        yield Static("READY", id="ready")

    def action_poke(self) -> None:
        self.count += 1
        self.query_one("#ready", Static).update(f"READY {self.count}")


Minimal().run()
