"""The main screen: header, verdict, five panes, footer, and every key that acts on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from authtui.tui.geometry import Box, is_small, plan, verdict_width
from authtui.tui.keys import KEYS, bindings, mapped, shown
from authtui.tui.lines import Line, Span, spans_width
from authtui.tui.pane import Pane, Rows
from authtui.tui.screen import BoxedScreen
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
    from authtui.tui.lines import Doc, Item
    from authtui.tui.views.context import ViewContext

FILTER_SECONDS = 0.02
"""Between two steps of a filter through a long list of requests."""
_LAST = ("help", "quit")
"""The keys at the right end of the footer."""


class PaneSpec(NamedTuple):
    """A pane of the desk: the key that turns to it, its title, and what makes its content."""

    number: str
    title: str
    doc: Callable[[ViewContext, int], Doc]


PARTS: Mapping[str, PaneSpec] = {
    "sources": PaneSpec("1", "Sources", sources_doc),
    "claims": PaneSpec("2", "Claims", claims_doc),
    "checks": PaneSpec("3", "Checks", checks_doc),
    "requests": PaneSpec("4", "Requests", requests_doc),
    "events": PaneSpec("5", "Events", events_doc),
}


class Desk(BoxedScreen[None]):
    """Everything at a glance.

    `active` names the pane that was focused last; `token` is the tab of the claims; `matrix`
    replaces the list of checks by the table of who says which account.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    AUTO_FOCUS = "#sources"
    KEYS: ClassVar[tuple[Key, ...]] = KEYS
    PARTS: ClassVar[Mapping[str, PaneSpec]] = PARTS

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
        self.token = 0
        self.matrix = False
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

    def verdict_view(self, view: ViewContext) -> ViewContext:
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

    def head(self, view: ViewContext, width: int) -> Line:
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
            self.set_timer(FILTER_SECONDS, self._continue_filter)
        self.update_all()

    def _continue_filter(self) -> None:
        self.owner.traffic.continue_filter()
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

    # ── what the keys do ───────────────────────────────────────────────────────────────────────

    @property
    def pane(self) -> Pane:
        """The pane that keys act on."""
        focused = self.focused
        return focused if isinstance(focused, Pane) else self.panes[self.active]

    @property
    def selected(self) -> Item | None:
        """The row that keys act on."""
        return self.pane.selected

    def action_details(self) -> None:
        """Open the detail of the selected row."""
        if self.selected is None:
            self.owner.say("nothing is selected here", "muted")
        self.pane.choose()

    def action_verdict(self) -> None:
        """Open the whole verdict."""
        from authtui.tui.dialogs.dialog import DetailScreen

        self.app.push_screen(DetailScreen.of_verdict())

    def action_filter(self) -> None:
        """Filter the rows of the focused pane."""
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
        names = list(self.panes)
        index = names.index(self.active) if self.active in names else 0
        self.action_pane(names[(index + step) % len(names)])

    def action_step_token(self, step: int) -> None:
        """The next or previous token."""
        found = self.owner.shown_state().assessment
        count = len(found.tokens) if found else 0
        if count > 1:
            self.action_token((self.token + step) % count)

    def action_token(self, index: int) -> None:
        """Show another token of the credential in the claims pane."""
        self.token = index
        pane = self.panes["claims"]
        pane.cursor = pane.top = 0
        self.action_pane("claims")

    def action_present(self) -> None:
        """Back to the present, or to the last row."""
        if not self.owner.to_present():
            self.pane.action_edge(1)

    def action_earlier(self) -> None:
        """Go back by one event."""
        self.owner.step_event(-1)

    def action_later(self) -> None:
        """Go forward by one event."""
        self.owner.step_event(1)

    def action_copy(self) -> None:
        """Copy the selected value, else the fix."""
        item = self.selected
        if item is None or not item.copy:
            self.owner.copy_fix()
        else:
            self.owner.copy(item.copy, item.label)

    def action_copy_fix(self) -> None:
        """Copy the command that fixes what is wrong."""
        self.owner.copy_fix()

    def action_reveal(self) -> None:
        """Show one secret for a moment."""
        if not self.refused("reveal"):
            self.owner.revealing.toggle(self.selected)

    def action_surface(self) -> None:
        """Choose another program start."""
        from authtui.tui.dialogs.surface_menu import surface_menu

        surface_menu(self.owner)

    def action_generation(self) -> None:
        """Every generation side by side."""
        from authtui.tui.dialogs.generations_screen import GenerationsScreen

        self.app.push_screen(GenerationsScreen())

    def action_accounts(self) -> None:
        """Every home and account of this machine."""
        from authtui.tui.dialogs.accounts_screen import AccountsScreen

        if self.owner.accounts is None:
            self.owner.say("this shows no machine: its homes are not at hand", "muted")
        else:
            self.app.push_screen(AccountsScreen(self.owner.accounts))

    def action_layers(self) -> None:
        """The configuration as one table."""
        from authtui.tui.dialogs.dialog import Dialog
        from authtui.tui.views.layers import layers_doc

        self.app.push_screen(Dialog(layers_doc))

    def action_whatif(self) -> None:
        """Open the dialog that experiments on paper."""
        from authtui.tui.dialogs.whatif_screen import WhatIfScreen

        self.app.push_screen(WhatIfScreen())

    def action_load(self) -> None:
        """Read the machine again."""
        self.owner.load("load")

    def action_theme(self) -> None:
        """Change to the next theme."""
        self.owner.next_theme()

    def action_help(self) -> None:
        """The list of keys."""
        from authtui.tui.dialogs.dialog import help_screen

        self.app.push_screen(help_screen(self.owner.settings.keymap, self.KEYS))

    def action_quit(self) -> None:
        """Leave the app or the desk."""
        self.owner.exit()

    def action_act(self, name: str) -> None:
        """Show what a step of the lifecycle, or the fix, would send or change, then ask."""
        if self.refused(f"act({name!r})"):
            return
        if name == "fix":
            from authtui.tui.dialogs.repair_screen import offer_repairs

            offer_repairs(self.owner)
        else:
            self.owner.acts.preview(name)

    def action_cancel(self) -> None:
        """Stop the step that is under way."""
        self.owner.acts.cancel()

    def action_pause(self) -> None:
        """Hold the list of requests still, or let it follow again."""
        traffic = self.owner.traffic
        traffic.toggle_pause()
        self.owner.say("the requests are held still" if traffic.paused else "following", "muted", 2)
        self.update_all()

    def action_copy_curl(self) -> None:
        """Copy the selected request as a command."""
        self.owner.copy_curl(self.selected)

    def action_record(self) -> None:
        """Start to record a trace, after a look at its path, or end the recording."""
        if self.refused("record"):
            return
        if self.owner.recording.writer is not None:
            self.owner.recording.end()
            return
        from authtui.tui.dialogs.prompt import ask_trace

        ask_trace(self.owner)

    def action_export(self) -> None:
        """Write the requests to a file, after a look at its path."""
        from authtui.tui.dialogs.request_export import ask_export

        ask_export(self.owner)

    def action_report(self) -> None:
        """Show what a report for a ticket would say."""
        from authtui.tui.dialogs.report_screen import open_report

        open_report(self.owner)
