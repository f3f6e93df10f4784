"""What the keys of the desk do; `desk` says what it looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from authtui.tui.pane import Pane
from authtui.tui.screen import BoxedScreen

if TYPE_CHECKING:
    from authtui.tui.keys import Key
    from authtui.tui.lines import Item


class DeskActions(BoxedScreen[None]):
    """The actions, and the panes that they act on.

    `active` names the pane that was focused last; `token` is the tab of the claims; `matrix`
    replaces the list of checks by the table of who says which account.
    """

    KEYS: ClassVar[tuple[Key, ...]]
    panes: dict[str, Pane]
    active: str
    token = 0
    matrix = False

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
        from authtui.tui.sheets.sheet import DetailScreen

        self.app.push_screen(DetailScreen.of_verdict())

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
        self.owner.revealing.toggle(self.selected)

    def action_surface(self) -> None:
        """Choose another program start."""
        from authtui.tui.sheets.surface import surface_menu

        surface_menu(self.owner)

    def action_generation(self) -> None:
        """Every generation side by side."""
        from authtui.tui.sheets.generations import GenerationsScreen

        self.app.push_screen(GenerationsScreen())

    def action_whatif(self) -> None:
        """Experiments on paper."""
        from authtui.tui.sheets.whatif import WhatIfScreen

        self.app.push_screen(WhatIfScreen())

    def action_load(self) -> None:
        """Read the machine again."""
        self.owner.load("load")

    def action_theme(self) -> None:
        """The next theme."""
        self.owner.next_theme()

    def action_help(self) -> None:
        """The list of keys."""
        from authtui.tui.sheets.sheet import help_screen

        self.app.push_screen(help_screen(self.owner.settings.keymap, self.KEYS))

    def action_quit(self) -> None:
        """Leave."""
        self.owner.exit()

    def action_act(self, name: str) -> None:
        """Show what a step of the lifecycle would send or change, then ask."""
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
        from authtui.tui.traffic import copy_curl

        copy_curl(self.owner, self.selected)

    def action_record(self) -> None:
        """Start to record a trace, after a look at its path, or end the recording."""
        self.owner.recording.toggle()

    def action_export(self) -> None:
        """Write the requests to a file, after a look at its path."""
        from authtui.tui.traffic import ask_export

        ask_export(self.owner)

    def action_report(self) -> None:
        """Show what a report for a ticket would say."""
        from authtui.tui.sheets.report import open_report

        open_report(self.owner)
