"""The main screen: header, verdict, five panes, footer, and every key that acts on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from authtui.tui.desk_actions import DeskActions
from authtui.tui.geometry import Box, is_small, plan, verdict_width
from authtui.tui.keys import KEYS, bindings, mapped, shown
from authtui.tui.lines import Line, Span, spans_width
from authtui.tui.pane import Pane, Rows
from authtui.tui.views.checks import checks_doc
from authtui.tui.views.claims import claims_doc
from authtui.tui.views.events import events_doc
from authtui.tui.views.requests import requests_doc
from authtui.tui.views.sources import sources_doc
from authtui.tui.views.verdict import header_line, tint, verdict_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.geometry import Size

    from authtui.tui.keys import Key
    from authtui.tui.lines import Doc
    from authtui.tui.views.context import View

FILTER_SECONDS = 0.02
"""Between two steps of a filter through a long list of requests."""
_LAST = ("help", "quit")
"""The keys at the right end of the footer."""


class Part(NamedTuple):
    """A pane of the desk: the key that turns to it, its title, and what makes its content."""

    number: str
    title: str
    doc: Callable[[View, int], Doc]


PARTS: Mapping[str, Part] = {
    "sources": Part("1", "Sources", sources_doc),
    "claims": Part("2", "Claims", claims_doc),
    "checks": Part("3", "Checks", checks_doc),
    "requests": Part("4", "Requests", requests_doc),
    "events": Part("5", "Events", events_doc),
}


class Desk(DeskActions):
    """Everything at a glance."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    AUTO_FOCUS = "#sources"
    KEYS: ClassVar[tuple[Key, ...]] = KEYS
    PARTS: ClassVar[Mapping[str, Part]] = PARTS

    def __init__(self) -> None:
        """Build the parts; content comes with the first size."""
        super().__init__()
        self.header = Rows(id="header")
        self.verdict = Rows(bar=True, id="verdict")
        self.footer = Rows(id="footer")
        self.panes = {name: Pane(part.number, id=name) for name, part in self.PARTS.items()}
        self.panes["events"].follow = True
        self.panes["requests"].follow = True
        self.panes["requests"].own_filter = self._filter_requests
        self.active = next(iter(self.PARTS))
        self._wants: dict[str, int] = {}

    def compose(self) -> ComposeResult:
        """The parts, in focus order."""
        yield self.header
        yield self.verdict
        yield from self.panes.values()
        yield self.footer

    # ── content ────────────────────────────────────────────────────────────────────────────────

    def boxes(self, size: Size) -> dict[str, Box]:
        """Where everything stands at a size."""
        self.fill(size)
        return self.place(size.width, size.height)

    def place(self, width: int, height: int) -> dict[str, Box]:
        """The boxes for what the panes want."""
        return plan(width, height, self._wants, self.active)

    def verdict_view(self, view: View) -> View:
        """The view that the verdict is drawn from."""
        return view

    def fill(self, size: Size) -> None:
        """Make the content of every part for a terminal of that size."""
        app = self.owner
        view = app.view(self.token, self.matrix)
        width, height = size.width, size.height
        small = is_small(width, height)
        block = verdict_width(width, height) - 1
        told = self.verdict_view(view)
        whole = verdict_lines(told, block, compact=small)
        self._wants = dict.fromkeys(self.PARTS, 4)
        self._wants["verdict"] = len(whole)
        found = view.assessment
        troubles = [c for c in found.checks if c.status != "pass"] if found else []
        self._wants["troubles"] = len(troubles) + 2
        if self.matrix and found:
            self._wants["troubles"] = len(found.matrix) + 3
        tabs = tuple(self.tabs(width)) if small else None
        boxes = self.place(width, height)
        for name, part in self.PARTS.items():
            box = boxes.get(name)
            doc = part.doc(view, (box.width if box else width) - 4)
            self._wants[name] = len(doc.lines)
            self.panes[name].heading = tabs
            if name != "checks":
                self.panes[name].show(doc)
        # What the checks show depends on the room that the others leave them.
        boxes = self.place(width, height)
        box = boxes.get("checks")
        room = box.height - 2 if box else 0
        self.panes["checks"].show(checks_doc(view, (box.width if box else width) - 4, room))
        rows = boxes["verdict"].height
        if small:
            whole = verdict_lines(told, block, compact=True, rows=rows)
        elif rows < len(whole):
            whole = verdict_lines(told, block, compact=False, rows=rows)
        self.verdict.set_lines(whole, tint(told))
        self._frame(width)

    def tabs(self, width: int) -> Iterator[Span]:
        """The names of the panes as tabs; close together where they would not fit."""
        labels = {name: f" {part.number} {part.title} " for name, part in self.PARTS.items()}
        roomy = sum(len(label) + 1 for label in labels.values()) + 4 <= width
        for index, (name, label) in enumerate(labels.items()):
            here = name == self.active
            if roomy and index:
                yield Span(" ")
            shown = label if roomy or here else label[:-1]
            yield Span(shown, "tab" if here else "muted", f"pane('{name}')")

    def head(self, view: View, width: int) -> Line:
        """The row above everything."""
        return header_line(view, width, self.owner.recording.words or self.owner.watching)

    def _frame(self, width: int) -> None:
        app = self.owner
        banner = app.banner()
        if banner is not None:
            self.header.set_lines([Line((Span("  " + banner.ljust(width), "banner"),))])
        else:
            view = app.view(self.token, self.matrix)
            self.header.set_lines([self.head(view, width)])
        self.footer.set_lines([self._footer(width)])

    def _footer(self, width: int) -> Line:
        app = self.owner
        if doing := app.acts.under_way:
            return Line((Span("  "), Span(doing, "accent")))
        if app.message is not None:
            text, tone = app.message
            return Line((Span("  "), Span(text, tone)))
        left: list[Span] = [Span("  ")]
        right: list[Span] = []
        for key in self.KEYS:
            if key.id in _LAST:
                right += self._hint(key)
        room = width - 4 - spans_width(right)
        for key in self.hinted():
            hint = self._hint(key)
            if spans_width(hint) > room:
                break
            room -= spans_width(hint)
            left += hint
        return Line(tuple(left), tuple(right))

    def hinted(self) -> Iterable[Key]:
        """The keys that the footer names as far as they fit, the most useful first."""
        ranked = (key for key in self.KEYS if key.rank and key.id not in _LAST)
        return sorted(ranked, key=lambda key: key.rank)

    def _hint(self, key: Key) -> list[Span]:
        first = shown(mapped(key.id, key.keys, self.owner.settings.keymap).split(",")[0])
        dim = self.owner.reason_against(key.action) is not None
        return [
            Span(f"{first} ", "faint" if dim else "key", key.action),
            Span(f"{key.hint}   ", "faint" if dim else "muted", key.action),
        ]

    def update_frame(self) -> None:
        """Only the header and the footer changed."""
        if self.size.width:
            self._frame(self.size.width)

    def _filter_requests(self, text: str) -> str | None:
        problem = self.owner.traffic.filter(text)
        self._filtered()
        return problem

    def _filtered(self) -> None:
        # The next rows are looked at after a breath, so that keys are answered meanwhile.
        if self.owner.traffic.filtering:
            self.set_timer(FILTER_SECONDS, self._filter_further)
        self.update_all()

    def _filter_further(self) -> None:
        self.owner.traffic.filter_further()
        self._filtered()

    # ── where we are ───────────────────────────────────────────────────────────────────────────

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The focused pane is the active tab."""
        name = event.widget.id or ""
        if name in self.panes and name != self.active:
            self.active = name
            self.update_all()

    def on_pane_chosen(self, event: Pane.Chosen) -> None:
        """Enter on a row."""
        self.owner.open_detail(event.item)
