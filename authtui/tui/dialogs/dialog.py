"""Screens that stand on the desk: a detail, a list to choose from, the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.binding import Binding
from textual.screen import ModalScreen

from authtui.answers.glossary import SCREEN_WORDS
from authtui.exchanges.records import RequestRecord
from authtui.tui.geometry import Box
from authtui.tui.keys import LIST_KEYS, Key, mapped, shown
from authtui.tui.lines import BLANK, Doc, Item, Line, Span, pad, wrap
from authtui.tui.pane import Pane, Rows
from authtui.tui.screen import BoxedScreen
from authtui.tui.views.claims import claim_key
from authtui.tui.views.context import labelled
from authtui.tui.views.detail import detail_doc
from authtui.tui.views.sources import source_key
from authtui.tui.views.verdict_detail import verdict_doc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.geometry import Size

    from authtui.answers.findings import Assessment
    from authtui.tui.views.context import ViewContext


_WIDEST: Final = 140
"""Columns beyond which the two ends of a row are no longer read as one."""
_HELP_BESIDE: Final = 90
"""Columns from which a key's explanation stands beside its name, not below."""


class Hint(NamedTuple):
    """A key worth naming below a dialog, and the action of a click on it.

    `id` is what a settings file remaps; empty where it cannot.
    """

    key: str
    words: str
    action: str
    id: str = ""


BACK: Final = Hint("esc", "back", "leave", "back")
CHOOSE: Final = Hint("⏎", "choose", "choose", "details")
COPY: Final = Hint("c", "copy", "copy", "copy")
FILTER: Final = Hint("/", "filter", "filter", "filter")
YES: Final = Hint("y", "yes", "yes", "yes")


class Dialog(ModalScreen[str | None], BoxedScreen[str | None]):
    """A pane that stands on the desk, and a row of hints below it."""

    CSS = "Dialog { overflow: hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Back", id="back"),
        Binding("c", "copy", "Copy", id="copy"),
        Binding("C", "copy_curl", "Copy as curl", id="copy-curl"),
        Binding("x", "reveal", "Reveal", id="reveal"),
        Binding("slash", "filter", "Filter", id="filter"),
        Binding("enter", "choose", "Choose", id="details"),
        Binding("end", "last", "Last row", id="present"),
        Binding("ctrl+c", "app.help_quit", "Interrupt"),
    ]
    AUTO_FOCUS = "#dialog"
    WIDE: ClassVar[bool] = False
    HINTS: ClassVar[tuple[Hint, ...]] = (BACK, COPY, FILTER)
    item: Item | None = None

    def __init__(self, make: Callable[[ViewContext, int], Doc]) -> None:
        """`make` builds the content from the present view and a width."""
        super().__init__()
        self.make = make
        self.pane = Pane(id="dialog")
        self.footer = Rows(id="footer")

    @property
    def hints(self) -> tuple[Hint, ...]:
        """The keys worth naming at this moment, in order."""
        return self.HINTS

    def compose(self) -> ComposeResult:
        """The pane and its hints."""
        yield self.pane
        yield self.footer

    def boxes(self, size: Size) -> dict[str, Box]:
        """A wide dialog takes the screen; any other is as tall as its content, in the middle."""
        width = min(size.width, _WIDEST if self.WIDE else max(60, min(104, size.width - 8)))
        self.fill(width - 4)
        height = size.height - 1
        if not self.WIDE:
            room = height if size.height < 30 else size.height - 4
            height = min(room, max(5, len(self.pane.doc.lines) + 2))
        x, y = (size.width - width) // 2, max(0, (size.height - height - 1) // 2)
        return {"dialog": Box(x, y, width, height), "footer": Box(x, y + height, width, 1)}

    def fill(self, width: int) -> None:
        """Make the content anew for a width."""
        self.pane.show(self.make(self.owner.view(), width))
        self.update_frame()

    def update_frame(self) -> None:
        """The hints, or what must be seen before them: a banner, a message."""
        app = self.owner
        if (banner := app.banner()) is not None:
            spans = [Span(f"  {banner}".ljust(200), "banner")]
        elif app.message is not None:
            spans = [Span("  "), Span(*app.message)]
        else:
            spans = [Span("  ")]
            for hint in self.hints:
                key = shown(mapped(hint.id, hint.key, app.settings.keymap))
                spans.append(Span(f"{key} ", "key", hint.action))
                spans.append(Span(f"{hint.words}   ", "muted", hint.action))
        self.footer.set_lines([Line(tuple(spans))])

    def on_pane_chosen(self, event: Pane.Chosen) -> None:
        """A detail has nothing further to open."""
        event.stop()

    def action_leave(self) -> None:
        """Back to the desk; a revealed value is masked first."""
        self.owner.revealing.hide()
        self.dismiss(None)

    @property
    def selected(self) -> Item | None:
        """The row that is copied."""
        return self.pane.selected

    def action_copy(self) -> None:
        """Copy the selected value."""
        item = self.selected
        if item is None or not item.copy:
            self.owner.say("nothing to copy is selected", "muted")
        else:
            self.owner.copy(item.copy, item.label)

    def action_reveal(self) -> None:
        """Show one secret for a moment."""
        if not self.refused("reveal"):
            self.owner.revealing.toggle(self.pane.selected)

    def action_copy_curl(self) -> None:
        """Copy the request on show as a command."""
        self.owner.copy_curl(self.item)

    def action_filter(self) -> None:
        """Filter the rows of the dialog."""
        self.pane.start_filter()

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        self.pane.choose()

    def action_last(self) -> None:
        """To the last row."""
        self.pane.action_edge(1)


class DetailScreen(Dialog):
    """One thing in full."""

    HINTS: ClassVar[tuple[Hint, ...]] = (
        BACK,
        COPY,
        Hint("x", "reveal", "reveal", "reveal"),
        FILTER,
    )

    @classmethod
    def of_item(cls, item: Item) -> DetailScreen:
        """The detail of a row, following it through reloads."""

        def make(view: ViewContext, width: int) -> Doc:
            found = view.assessment
            subject = _again(found, item) if found else None
            if isinstance(item.subject, RequestRecord) and view.traffic is not None:
                subject = view.traffic.log.find(item.subject.number)
            return detail_doc(subject or item.subject, view, width)

        screen = cls(make)
        screen.item = item
        return screen

    @property
    def hints(self) -> tuple[Hint, ...]:
        """A request can be copied as a command, too."""
        if self.item is not None and isinstance(self.item.subject, RequestRecord):
            return (*self.HINTS, Hint("C", "as curl", "copy_curl", "copy-curl"))
        return self.HINTS

    @classmethod
    def of_verdict(cls) -> DetailScreen:
        """Make the dialog that shows the whole verdict."""
        return cls(verdict_doc)


def _again(found: Assessment, item: Item) -> object | None:
    for source in found.sources:
        if source_key(source) == item.key:
            return source
    for check in found.checks:
        if check.id == item.key:
            return check
    for token in found.tokens:
        for row in token.rows:
            if claim_key(token, row) == item.key:
                return token, row
    return None


class ChooseScreen(Dialog):
    """A list in which enter chooses."""

    HINTS: ClassVar[tuple[Hint, ...]] = (CHOOSE, BACK, FILTER)

    def __init__(self, doc: Doc) -> None:
        """The items' keys are what is returned."""
        super().__init__(lambda _view, _width: doc)

    def on_pane_chosen(self, event: Pane.Chosen) -> None:
        """Hand back the choice."""
        event.stop()
        self.dismiss(event.item.key)


def help_doc(keymap: Mapping[str, str], keys: tuple[Key, ...], width: int) -> Doc:
    """Every key and every word of the screen; `keys` are those of the desk."""
    lines: list[Line] = []
    items: list[Item] = []
    beside = width >= _HELP_BESIDE

    def add(item: Item, key: str, title: str, told: str) -> None:
        column = 47 if beside else 13
        head = [Span("  " + pad(key, 11), "key"), Span(pad(title, 34) if beside else title)]
        rows = wrap(told, width - column) if told else []
        if beside and rows:
            head.append(Span(rows.pop(0), "muted"))
        lines.append(Line(tuple(head), item=len(items)))
        for row in rows:
            lines.append(Line((Span(" " * column), Span(row, "muted")), item=len(items)))
        items.append(item)

    group = ""
    groups = list(dict.fromkeys(key.group for key in (*keys, *LIST_KEYS)))
    for key in sorted((*keys, *LIST_KEYS), key=lambda key: groups.index(key.group)):
        if key.group != group:
            group = key.group
            lines += [BLANK] if lines else []
            lines.append(Line((Span(f"  {group}", "title"),)))
        add(Item(key.id, key), shown(mapped(key.id, key.keys, keymap)), key.title, key.help)
    add(Item("palette"), "^p", "Command palette", "Every action by name.")
    lines += [BLANK, Line((Span("  Words and marks", "title"),))]
    for word, meaning in SCREEN_WORDS:
        lines += labelled(
            word, meaning, width, tone="muted", label_tone="strong", column=24, item=len(items)
        )
        items.append(Item(word))
    return Doc("Keys and words", lines, items, info=(Span("/ searches", "faint"),))


def help_screen(keymap: Mapping[str, str], keys: tuple[Key, ...]) -> Dialog:
    """The list of keys; typing after / searches it."""
    return Dialog(lambda _view, width: help_doc(keymap, keys, width))
