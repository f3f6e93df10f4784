"""Screens that stand on the desk: a detail, a list to choose from, the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.geometry import Region, Size, Spacing
from textual.layout import Layout, WidgetPlacement
from textual.screen import ModalScreen

from authtui.tui.keys import KEYS, LIST_KEYS, effective, shown
from authtui.tui.lines import BLANK, Doc, Item, Line, Span, pad
from authtui.tui.pane import Pane, Rows
from authtui.tui.views.detail import detail_doc
from authtui.tui.views.sources import source_key
from authtui.tui.views.whole import whole_doc
from authtui.wire.records import RequestRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.layout import ArrangeResult
    from textual.widget import Widget

    from authtui.checks.findings import Assessment
    from authtui.tui.app import AuthtuiApp
    from authtui.tui.keys import Key
    from authtui.tui.views.context import View

Make = "Callable[[View, int], Doc]"
_SPACING = Spacing()
_ZERO = Region(0, 0, 0, 0).offset


class SheetLayout(Layout):
    """One pane in the middle and a row of hints below it."""

    name = "sheet"

    def arrange(
        self,
        parent: Widget,
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002 - Textual's signature
    ) -> ArrangeResult:
        """The pane is as tall as its content, within the screen."""
        if not isinstance(parent, Sheet):
            return []
        width = min(size.width, max(60, min(104, size.width - 8)))
        if parent.WIDE:
            width = size.width
        parent.fill(width - 4)
        height = min(size.height - 1, max(5, len(parent.pane.doc.lines) + 2))
        if parent.WIDE:
            height = size.height - 1
        elif size.height >= 30:
            height = min(height, size.height - 4)
        x, y = (size.width - width) // 2, max(0, (size.height - height - 1) // 2)
        regions = {"sheet": Region(x, y, width, height), "hints": Region(x, y + height, width, 1)}
        return [
            WidgetPlacement(regions[c.id], _ZERO, _SPACING, c) for c in children if c.id in regions
        ]


class Sheet(ModalScreen[str | None]):
    """A pane that stands on the desk."""

    CSS = "Sheet { overflow: hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Back", id="back"),
        Binding("c", "copy", "Copy", id="copy"),
        Binding("C", "copy_curl", "Copy as curl", id="copy-curl"),
        Binding("x", "reveal", "Reveal", id="reveal"),
        Binding("slash", "filter", "Filter", id="filter"),
        Binding("enter", "choose", "Choose", id="details"),
        Binding("end", "last", "Last row", id="present"),
    ]
    AUTO_FOCUS = "#sheet"
    WIDE: ClassVar[bool] = False
    HINTS: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("esc", "back", "leave"),
        ("c", "copy", "copy"),
        ("/", "filter", "filter"),
    )

    def __init__(self, make: Callable[[View, int], Doc]) -> None:
        """`make` builds the content from the present view and a width."""
        super().__init__()
        self.make = make
        self.pane = Pane(id="sheet")
        self.hints = Rows(id="hints")
        self._sheet = SheetLayout()

    @property
    def layout(self) -> Layout:
        """Our own arrangement."""
        return self._sheet

    @property
    def owner(self) -> AuthtuiApp:
        """The app, by its own type."""
        from authtui.tui.app import AuthtuiApp

        if not isinstance(self.app, AuthtuiApp):
            raise TypeError("a sheet belongs to authtui's app")
        return self.app

    @property
    def hints_now(self) -> tuple[tuple[str, str, str], ...]:
        """The keys worth naming, in order."""
        return self.HINTS

    def compose(self) -> ComposeResult:
        """The pane and its hints."""
        yield self.pane
        yield self.hints

    def fill(self, width: int) -> None:
        """Make the content."""
        self.pane.show(self.make(self.owner.view(), width))
        self.update_frame()

    def update_all(self) -> None:
        """The state changed."""
        self.hints.refresh(layout=True)

    def update_frame(self) -> None:
        """A message or the hints; above them, what must be seen first."""
        app = self.owner
        if (banner := app.banner()) is not None:
            self.hints.set_lines([Line((Span(f"  {banner}".ljust(200), "banner"),))])
        elif app.message is not None:
            self.hints.set_lines([Line((Span("  "), Span(app.message[0], app.message[1])))])
        else:
            spans = [Span("  ")]
            for key, word, action in self.hints_now:
                spans += [Span(f"{key} ", "key", action), Span(f"{word}   ", "muted", action)]
            self.hints.set_lines([Line(tuple(spans))])

    def on_rows_pressed(self, event: Rows.Pressed) -> None:
        """A click on a hint."""
        self.call_later(self.run_action, event.action)

    def on_pane_chosen(self, event: Pane.Chosen) -> None:
        """A detail has nothing further to open."""
        event.stop()

    def action_leave(self) -> None:
        """Back to the desk; a revealed value is masked first."""
        if self.owner.revealed is not None:
            self.owner.hide()
        self.dismiss(None)

    def action_copy(self) -> None:
        """Copy the selected value."""
        item = self.pane.selected
        if item is None or not item.copy:
            self.owner.say("nothing to copy is selected", "muted")
        else:
            self.owner.copy(item.copy, item.label)

    def action_reveal(self) -> None:
        """Show one secret for a moment."""
        self.owner.reveal(self.pane.selected)

    def action_copy_curl(self) -> None:
        """Copy the request on show as a command."""
        from authtui.tui.traffic import copy_curl

        copy_curl(self.owner, getattr(self, "item", None))

    def action_filter(self) -> None:
        """Filter the rows."""
        self.pane.start_filter()

    def action_choose(self) -> None:
        """Enter."""
        self.pane.choose()

    def action_last(self) -> None:
        """To the last row."""
        self.pane.action_edge(1)


class DetailScreen(Sheet):
    """One thing in full."""

    HINTS: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("esc", "back", "leave"),
        ("c", "copy", "copy"),
        ("x", "reveal", "reveal"),
        ("/", "filter", "filter"),
    )

    item: Item | None = None

    @classmethod
    def of_item(cls, item: Item) -> DetailScreen:
        """The detail of a row, following it through reloads."""

        def make(view: View, width: int) -> Doc:
            found = view.assessment
            subject = _again(found, item) if found else None
            if isinstance(item.subject, RequestRecord) and view.traffic is not None:
                subject = view.traffic.log.find(item.subject.number)
            return detail_doc(subject or item.subject, view, width)

        screen = cls(make)
        screen.item = item
        return screen

    @property
    def hints_now(self) -> tuple[tuple[str, str, str], ...]:
        """A request can be copied as a command, too."""
        if self.item is not None and isinstance(self.item.subject, RequestRecord):
            return (*self.HINTS, ("C", "as curl", "copy_curl"))
        return self.HINTS

    @classmethod
    def of_verdict(cls) -> DetailScreen:
        """The whole verdict."""
        return cls(whole_doc)


def _again(found: Assessment, item: Item) -> object | None:
    for source in found.sources:
        if source_key(source) == item.key:
            return source
    for check in found.checks:
        if check.id == item.key:
            return check
    for token in found.tokens:
        for row in token.rows:
            if f"{token.name}.{row.section}.{row.name}" == item.key:
                return token, row
    return None


class ChooseScreen(Sheet):
    """A list in which enter chooses."""

    HINTS: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("⏎", "choose", "choose"),
        ("esc", "back", "leave"),
        ("/", "filter", "filter"),
    )

    def __init__(self, doc: Doc) -> None:
        """The items' keys are what is returned."""
        super().__init__(lambda _view, _width: doc)

    def on_pane_chosen(self, event: Pane.Chosen) -> None:
        """Hand back the choice."""
        event.stop()
        self.dismiss(event.item.key)


_WORDS = (
    ("stored", "A credential is on this machine, readable, of a shape this client accepts."),
    ("selected", "The client uses it: no other source comes first."),
    ("sent", "It would go on the wire, to the right host."),
    ("accepted", "A server was seen to accept it. Grey until an answer was seen."),
    ("shadowed", "Good or not, a source above it in the ladder won."),
    ("decoded, not verified", "The text was unpacked; nobody proved who signed it."),
    ("● ◐ ✗ ○", "yes · in part · no · not known"),
    ("✓ ! ✗ ?", "passes · warns · fails · cannot tell"),
)


def help_doc(keymap: dict[str, str], table: tuple[Key, ...] = KEYS) -> Doc:
    """Every key and every word of the screen."""
    lines: list[Line] = []
    items: list[Item] = []
    group = ""
    for key in (*table, *LIST_KEYS):
        if key.group != group and not (key in LIST_KEYS and group == key.group):
            group = key.group
            lines += [BLANK] if lines else []
            lines.append(Line((Span(f"  {group}", "title"),)))
        words = (
            Span("  " + pad(shown(effective(key, keymap)), 10), "key"),
            Span(pad(key.title, 36), "text"),
            Span(key.help, "muted"),
        )
        lines.append(Line(words, item=len(items)))
        items.append(Item(key.id, key))
    lines.append(
        Line(
            (
                Span("  " + pad("^p", 10), "key"),
                Span(pad("Command palette", 36)),
                Span("Every action by name.", "muted"),
            ),
            item=len(items),
        )
    )
    items.append(Item("palette"))
    lines += [BLANK, Line((Span("  Words and marks", "title"),))]
    for word, meaning in _WORDS:
        lines.append(
            Line((Span("  " + pad(word, 24), "strong"), Span(meaning, "muted")), item=len(items))
        )
        items.append(Item(word))
    return Doc("Keys and words", lines, items, info=(Span("/ searches", "faint"),))


def help_screen(keymap: dict[str, str], table: tuple[Key, ...] = KEYS) -> Sheet:
    """The list of keys; typing after / searches it."""
    doc = help_doc(keymap, table)
    return Sheet(lambda _view, _width: doc)
