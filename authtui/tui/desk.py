"""The main screen: header, verdict, five panes, footer, and every key that acts on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.geometry import Region, Size, Spacing
from textual.layout import Layout, WidgetPlacement
from textual.screen import Screen

from authtui.tui.geometry import PANES, Box, plan, shape_of, verdict_width
from authtui.tui.keys import KEYS, effective, shown
from authtui.tui.lines import Line, Span, safe
from authtui.tui.pane import Pane, Rows
from authtui.tui.views.checks import checks_doc
from authtui.tui.views.claims import claims_doc
from authtui.tui.views.events import events_doc
from authtui.tui.views.requests import requests_doc
from authtui.tui.views.sources import sources_doc
from authtui.tui.views.verdict import header_line, tint, verdict_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.geometry import Offset
    from textual.layout import ArrangeResult
    from textual.widget import Widget

    from authtui.tui.app import AuthtuiApp
    from authtui.tui.lines import Item

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


class Desk(Screen[None]):
    """Everything at a glance."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.keys, key.action, key.title, id=key.id, show=False) for key in KEYS
    ]
    AUTO_FOCUS = "#sources"

    def __init__(self) -> None:
        """Build the parts; content comes with the first size."""
        super().__init__()
        self._desk = DeskLayout()
        self.header = Rows(id="header")
        self.verdict = Rows(bar=True, id="verdict")
        self.footer = Rows(id="footer")
        self.panes = {name: Pane(str(n), id=name) for n, name in enumerate(PANES, 1)}
        self.panes["events"].follow = True
        self.active = "sources"
        self.token = 0
        self.matrix = False
        self._wants: dict[str, int] = {}

    @property
    def layout(self) -> Layout:
        """Our own arrangement."""
        return self._desk

    @property
    def owner(self) -> AuthtuiApp:
        """The app, by its own type."""
        from authtui.tui.app import AuthtuiApp

        app = self.app
        if not isinstance(app, AuthtuiApp):
            raise TypeError("the desk belongs to authtui's app")
        return app

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
        return plan(size.width, size.height, self._wants, self.active)

    def fill(self, size: Size) -> None:
        """Make the content of every part for a terminal of that size."""
        app = self.owner
        view = app.view(self.token, self.matrix)
        width, height = size.width, size.height
        shape = shape_of(width, height)
        small = shape in ("tiny", "tabs")
        block = verdict_width(width, height) - 1
        whole = verdict_lines(view, block, compact=small)
        self._wants = dict.fromkeys(PANES, 4)
        self._wants["verdict"] = len(whole)
        found = view.assessment
        troubles = [c for c in found.checks if c.status != "pass"] if found else []
        self._wants["troubles"] = len(troubles) + 2
        if self.matrix and found:
            self._wants["troubles"] = len(found.matrix) + 3
        docs = {
            "sources": sources_doc,
            "claims": claims_doc,
            "requests": requests_doc,
            "events": events_doc,
        }
        boxes = plan(width, height, self._wants, self.active)
        for name in PANES:
            box = boxes.get(name)
            inner = (box.width if box else width) - 4
            pane = self.panes[name]
            doc = checks_doc(view, inner) if name == "checks" else docs[name](view, inner)
            self._wants[name] = len(doc.lines)
            pane.heading = tuple(self._tabs()) if small else None
            if name != "checks":
                pane.show(doc)
        boxes = plan(width, height, self._wants, self.active)
        box = boxes.get("checks")
        room = box.height - 2 if box else 0
        self.panes["checks"].show(checks_doc(view, (box.width if box else width) - 4, room))
        rows = boxes["verdict"].height
        if small:
            whole = verdict_lines(view, block, compact=True, rows=rows)
        elif rows < len(whole):
            whole = whole[1:]
        self.verdict.set_lines(whole, tint(view))
        self._frame(width)

    def _tabs(self) -> Iterator[Span]:
        for number, name in enumerate(PANES, 1):
            here = name == self.active
            if number > 1:
                yield Span(" ")
            label = f" {number} {_TITLES[name]} "
            yield Span(label, "tab" if here else "muted", f"pane('{name}')")

    def _frame(self, width: int) -> None:
        app = self.owner
        banner = app.banner()
        if banner is not None:
            self.header.set_lines([Line((Span("  " + banner.ljust(width), "banner"),))])
        else:
            view = app.view(self.token, self.matrix)
            self.header.set_lines([header_line(view, width, app.watching)])
        self.footer.set_lines([self._footer(width)])

    def _footer(self, width: int) -> Line:
        app = self.owner
        if app.message is not None:
            text, tone = app.message
            return Line((Span("  "), Span(safe(text, 400), tone)))
        keymap = dict(app.settings.keymap)
        left: list[Span] = [Span("  ")]
        tail = [k for k in KEYS if k.id in ("help", "quit")]
        right: list[Span] = []
        for key in tail:
            right += self._hint(effective(key, keymap), key.hint, key.action)
        room = width - 4 - sum(len(s.text) for s in right)
        for key in sorted((k for k in KEYS if k.rank and k not in tail), key=lambda k: k.rank):
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

    # ── actions ────────────────────────────────────────────────────────────────────────────────

    def action_details(self) -> None:
        """Open the detail of the selected row."""
        if self.selected is None:
            self.owner.say("nothing is selected here", "muted")
        self.pane.choose()

    def action_verdict(self) -> None:
        """Open the whole verdict."""
        self.owner.open_verdict()

    def action_filter(self) -> None:
        """Filter the pane."""
        self.pane.start_filter()

    def action_matrix(self) -> None:
        """List of checks or matrix of accounts."""
        self.matrix = not self.matrix
        self.action_pane("checks")
        self.panes["checks"].top = 0
        self.update_all()

    def action_pane(self, name: str) -> None:
        """Focus a pane; in small terminals, turn to its tab."""
        if name in self.panes:
            self.active = name
            self.update_all()
            self.set_focus(self.panes[name])

    def action_step_pane(self, step: int) -> None:
        """The next or previous pane."""
        index = PANES.index(self.active if self.active in PANES else "sources")
        self.action_pane(PANES[(index + step) % len(PANES)])

    def action_step_token(self, step: int) -> None:
        """The next or previous token."""
        found = self.owner.shown_state().assessment
        count = len(found.tokens) if found else 0
        if count > 1:
            self.action_token((self.token + step) % count)

    def action_token(self, index: int) -> None:
        """A token's tab."""
        self.token = index
        pane = self.panes["claims"]
        pane.cursor = pane.top = 0
        self.action_pane("claims")

    def action_present(self) -> None:
        """Back to the present, or to the last row."""
        if not self.owner.to_present():
            self.pane.action_edge(1)

    def action_earlier(self) -> None:
        """One event back."""
        self.owner.step_event(-1)

    def action_later(self) -> None:
        """One event forward."""
        self.owner.step_event(1)

    def action_copy(self) -> None:
        """Copy the selected value, else the fix."""
        item = self.selected
        if item is None or not item.copy:
            self.owner.copy_fix()
        else:
            self.owner.copy(item.copy, item.label)

    def action_copy_fix(self) -> None:
        """Copy the fix."""
        self.owner.copy_fix()

    def action_reveal(self) -> None:
        """Show one secret for a moment."""
        self.owner.reveal(self.selected)

    def action_surface(self) -> None:
        """Choose another program start."""
        from authtui.tui.menus import surface_menu

        surface_menu(self.owner)

    def action_generation(self) -> None:
        """Choose another generation."""
        from authtui.tui.menus import generation_menu

        generation_menu(self.owner)

    def action_load(self) -> None:
        """Read the machine again."""
        self.owner.load("load")

    def action_theme(self) -> None:
        """The next theme."""
        self.owner.next_theme()

    def action_help(self) -> None:
        """The list of keys."""
        self.owner.open_help()

    def action_quit(self) -> None:
        """Leave."""
        self.owner.exit()
