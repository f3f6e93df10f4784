"""One line of text asked of the user."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from authtui.tui.dialogs.dialog import BACK, Dialog, Hint
from authtui.tui.lines import BLANK, Doc, Line, Span, safe
from authtui.tui.views.context import note

if TYPE_CHECKING:
    from textual import events

    from authtui.tui.owner import Owner
    from authtui.tui.views.context import ViewContext

LONGEST = 4_000


def new_path(name: str) -> str:
    """Where a new file would be: the directory of the start, or the home where that is gone."""
    try:
        folder = Path.cwd()
    except OSError:
        folder = Path.home()
    return str(folder / name)


class Prompt(Dialog):
    """Every printable key is text; enter hands it back, escape nothing."""

    HINTS: ClassVar[tuple[Hint, ...]] = (Hint("⏎", "take it", "take"), BACK)

    def __init__(self, title: str, question: str, value: str = "") -> None:
        """`value` stands there at first."""
        super().__init__(self._doc)
        self.heading, self.question, self.value = title, question, value

    def _doc(self, view: ViewContext, width: int) -> Doc:  # noqa: ARG002 - the shape of every content
        tail = safe(self.value, LONGEST)[-(width - 6) :]
        typed = Line((Span("  > ", "key"), Span(tail, "strong"), Span("▏", "accent")))
        return Doc(safe(self.heading, 200), [*note(safe(self.question), width), BLANK, typed])

    def on_key(self, event: events.Key) -> None:
        """Take the key as text."""
        if event.key in ("escape", "ctrl+q"):
            return
        event.stop()
        event.prevent_default()
        if event.key == "enter":
            self.action_take()
        elif event.key == "backspace":
            self.value = self.value[:-1]
        elif event.key == "ctrl+u":
            self.value = ""
        elif event.character and event.is_printable:
            self.value = (self.value + event.character)[:LONGEST]
        self.update_all()

    def on_paste(self, event: events.Paste) -> None:
        """Take pasted text, its first line."""
        event.stop()
        self.value = (self.value + event.text.split("\n", 1)[0])[:LONGEST]
        self.update_all()

    def action_take(self) -> None:
        """Hand the text back."""
        self.dismiss(self.value.strip() or None)


def ask_trace(owner: Owner) -> None:
    """Ask for the file of a trace, then record to it."""
    question = (
        "Everything that happens from now on, without secrets, ids replaced by stand-ins. "
        "A new file, readable only by you, or an existing trace to append to:"
    )

    def answered(text: str | None) -> None:
        if text is not None:
            owner.recording.begin(owner.session, text)

    path = new_path(f"authtui-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.trace")
    owner.push_screen(Prompt("Record a trace?", question, path), answered)
