"""The page that every detail is written on: headings, paragraphs, labelled values, a fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.tui.lines import BLANK, Doc, Item, Line, Span, rows_of, safe, wrap
from authtui.tui.views.context import labelled, note

if TYPE_CHECKING:
    from authtui.answers.findings import Fact, Fix
    from authtui.tui.views.context import ViewContext


class DetailPage:
    """Rows and items of a detail, gathered from top to bottom."""

    def __init__(self, view: ViewContext, width: int) -> None:
        """Start an empty page for a width."""
        self.view = view
        self.width = width
        self.lines: list[Line] = []
        self.items: list[Item] = []

    def heading(self, text: str) -> None:
        """Add the title of a section."""
        if self.lines:
            self.lines.append(BLANK)
        self.lines.append(Line((Span("  " + text, "title"),)))

    def words(self, text: str, tone: str = "text") -> None:
        """Add a paragraph of text."""
        self.lines += note(safe(text), self.width, tone, 2)

    def fact(self, fact: Fact, tone: str = "text", column: int = 14) -> None:
        """A labelled value that can be selected, copied and, where secret, revealed."""
        shown = self.view.in_clear(fact.secret)
        index = len(self.items)
        label = safe(fact.label, 60)
        self.items.append(Item(label, fact, safe(fact.value), label, fact.secret))
        rows = rows_of(fact.value, self.width - column - 2) if shown is None else [shown]
        for number, text in enumerate(rows):
            self.lines += labelled(
                label if number == 0 else "",
                text,
                self.width,
                tone=tone if shown is None else "warn",
                column=column,
                item=index,
            )

    def fix(self, fix: Fix) -> None:
        """What to do, and the command as something to copy."""
        self.words(fix.text)
        if fix.command is not None:
            index = len(self.items)
            text = safe(fix.command)
            self.items.append(Item("fix." + text, fix, text, "the fix"))
            for number, row in enumerate(wrap(text, self.width - 6)):
                sign = Span("    " if number else "  $ ", "faint")
                self.lines.append(Line((sign, Span(row, "code")), item=index))

    def doc(self, title: str) -> Doc:
        """The page as a document."""
        return Doc(title, self.lines, self.items)
