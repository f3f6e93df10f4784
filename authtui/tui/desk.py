"""The main screen: header, verdict, five panes, footer, and every key that acts on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.geometry import Region, Size, Spacing
from textual.layout import Layout, WidgetPlacement

from authtui.tui.desk_actions import DeskActions
from authtui.tui.geometry import PANES, Box, plan, shape_of, verdict_width
from authtui.tui.keys import KEYS, effective, shown
from authtui.tui.lines import Line, Span
from authtui.tui.pane import Pane, Rows
from authtui.tui.views.checks import checks_doc
from authtui.tui.views.claims import claims_doc
from authtui.tui.views.events import events_doc
from authtui.tui.views.requests import requests_doc
from authtui.tui.views.sources import sources_doc
from authtui.tui.views.verdict import header_line, tint, verdict_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.geometry import Offset
    from textual.layout import ArrangeResult
    from textual.widget import Widget

    from authtui.tui.keys import Key
    from authtui.tui.lines import Doc, Item
    from authtui.tui.views.context import View

SIFT_SECONDS = 0.02
"""Between two steps of a filter through a long list, so that keys are answered meanwhile."""
_NO_SPACING = Spacing()
_ORIGIN = Region(0, 0, 0, 0).offset
_TITLES = {
    "sources": "Sources",
    "claims": "Claims",
    "checks": "Checks",
    "requests": "Requests",
    "events": "Events",
}


class DeskLayout(Layout):
    """Places the parts by `geometry.plan`; what has no place in this shape is left out."""

    name = "desk"

    def arrange(
        self,
        parent: Widget,
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002 - Textual's signature
    ) -> ArrangeResult:
        """The placements of the children."""
        desk = parent
        if not isinstance(desk, Desk):
            return []
        boxes = desk.boxes(size)
        zero: Offset = _ORIGIN
        placed = []
        for child in children:
            box = boxes.get(child.id or "")
            if box is not None:
                region = Region(box.x, box.y, box.width, box.height)
                placed.append(WidgetPlacement(region, zero, _NO_SPACING, child))
        return placed


class Desk(DeskActions):
    """Everything at a glance."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.keys, key.action, key.title, id=key.id, show=False) for key in KEYS
    ]
    AUTO_FOCUS = "#sources"
    KEYS: ClassVar[tuple[Key, ...]] = KEYS
    PARTS: ClassVar[tuple[str, ...]] = PANES
    NUMBERS: ClassVar[dict[str, str]] = {name: str(n) for n, name in enumerate(PANES, 1)}
    TITLES: ClassVar[dict[str, str]] = _TITLES

    def __init__(self) -> None:
        """Build the parts; content comes with the first size."""
        super().__init__()
        self._desk = DeskLayout()
        self.header = Rows(id="header")
        self.verdict = Rows(bar=True, id="verdict")
        self.footer = Rows(id="footer")
        self.panes = {name: Pane(self.NUMBERS[name], id=name) for name in self.PARTS}
        self.panes["events"].follow = True
        self.panes["requests"].follow = True
        self.panes["requests"].sift = self._sift
        self.active = self.PARTS[0]
        self.token = 0
        self.matrix = False
        self._wants: dict[str, int] = {}

    @property
    def layout(self) -> Layout:
        """Our own arrangement."""
        return self._desk

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

    def docs(self) -> dict[str, Callable[[View, int], Doc]]:
        """What makes the content of each pane but the checks, which depend on their room."""
        return {
            "sources": sources_doc,
            "claims": claims_doc,
            "requests": requests_doc,
            "events": events_doc,
        }

    def loud(self, view: View) -> View:
        """The view that the verdict is drawn from."""
        return view

    def fill(self, size: Size) -> None:
        """Make the content of every part for a terminal of that size."""
        app = self.owner
        view = app.view(self.token, self.matrix)
        width, height = size.width, size.height
        shape = shape_of(width, height)
        small = shape in ("tiny", "tabs")
        block = verdict_width(width, height) - 1
        told = self.loud(view)
        whole = verdict_lines(told, block, compact=small)
        self._wants = dict.fromkeys(self.PARTS, 4)
        self._wants["verdict"] = len(whole)
        found = view.assessment
        troubles = [c for c in found.checks if c.status != "pass"] if found else []
        self._wants["troubles"] = len(troubles) + 2
        if self.matrix and found:
            self._wants["troubles"] = len(found.matrix) + 3
        docs = self.docs()
        boxes = self.place(width, height)
        for name in self.PARTS:
            box = boxes.get(name)
            inner = (box.width if box else width) - 4
            pane = self.panes[name]
            doc = checks_doc(view, inner) if name == "checks" else docs[name](view, inner)
            self._wants[name] = len(doc.lines)
            pane.heading = tuple(self.tabs(width)) if small else None
            if name != "checks":
                pane.show(doc)
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
        labels = [f" {self.NUMBERS[name]} {self.TITLES[name]} " for name in self.PARTS]
        roomy = sum(len(label) + 1 for label in labels) + 4 <= width
        for name, label in zip(self.PARTS, labels, strict=True):
            here = name == self.active
            if roomy and name != self.PARTS[0]:
                yield Span(" ")
            shown = label if roomy or here else label[:-1]
            yield Span(shown, "tab" if here else "muted", f"pane('{name}')")

    def head(self, view: View, width: int) -> Line:
        """The row above everything."""
        return header_line(view, width, self.owner.recording_words or self.owner.watching)

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
        keymap = dict(app.settings.keymap)
        left: list[Span] = [Span("  ")]
        tail = [k for k in self.KEYS if k.id in ("help", "quit")]
        right: list[Span] = []
        for key in tail:
            right += self._hint(effective(key, keymap), key.hint, key.action)
        room = width - 4 - sum(len(s.text) for s in right)
        ranked = (k for k in self.KEYS if k.rank and k not in tail)
        for key in sorted(ranked, key=lambda k: k.rank):
            hint = self._hint(effective(key, keymap), key.hint, key.action)
            size = sum(len(s.text) for s in hint)
            if size > room:
                break
            room -= size
            left += hint
        return Line(tuple(left), tuple(right))

    def _hint(self, keys: str, hint: str, action: str) -> list[Span]:
        first = shown(keys.split(",")[0])
        dim = self.owner.reason_against(action) is not None
        return [
            Span(f"{first} ", "faint" if dim else "key", action),
            Span(f"{hint}   ", "faint" if dim else "muted", action),
        ]

    def update_all(self) -> None:
        """The state changed: make the content anew and place it."""
        # A child's request clears the screen's cached arrangement; the screen's own does not.
        self.footer.refresh(layout=True)

    def update_frame(self) -> None:
        """Only the header and the footer changed."""
        if self.size.width:
            self._frame(self.size.width)

    def _sift(self, text: str) -> str | None:
        problem = self.owner.traffic.sift(text)
        self._sifted()
        return problem

    def _sift_on(self) -> None:
        self.owner.traffic.sift_on()
        self._sifted()

    def _sifted(self) -> None:
        if self.owner.traffic.sifting:
            self.set_timer(SIFT_SECONDS, self._sift_on)
        self.update_all()

    # ── where we are ───────────────────────────────────────────────────────────────────────────

    @property
    def pane(self) -> Pane:
        """The pane that keys act on."""
        focused = self.focused
        return focused if isinstance(focused, Pane) else self.panes[self.active]

    @property
    def selected(self) -> Item | None:
        """The row that keys act on."""
        return self.pane.selected

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The focused pane is the active tab."""
        name = event.widget.id or ""
        if name in self.panes and name != self.active:
            self.active = name
            self.update_all()

    def on_rows_pressed(self, event: Rows.Pressed) -> None:
        """A click on a word that stands for an action."""
        self.call_later(self.run_action, event.action)

    def on_pane_chosen(self, event: Pane.Chosen) -> None:
        """Enter on a row."""
        self.owner.open_detail(event.item)
