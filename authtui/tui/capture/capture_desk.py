"""The desk while a program is watched: predicted beside observed comes first."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from authtui.tui.capture.capture_keys import CAPTURE_KEYS
from authtui.tui.capture.watched_program import leave_question
from authtui.tui.desk import PARTS, Desk, PaneSpec
from authtui.tui.geometry import DRAWER, RUN_PANES, Box, is_small, plan_run
from authtui.tui.keys import KEYS, bindings
from authtui.tui.lines import Line, Span, clip, safe
from authtui.tui.views.program_panes import compare_doc, program_doc, program_of, standing
from authtui.tui.views.program_verdict import with_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from textual.binding import BindingType
    from textual.geometry import Size

    from authtui.tui.keys import Key
    from authtui.tui.views.context import ViewContext


_PARTS = {
    **PARTS,
    "compare": PaneSpec("6", "Compare", compare_doc),
    "program": PaneSpec("7", "Program", program_doc),
}


class CaptureDesk(Desk):
    """The same desk with two panes more; sources, claims and checks share one place."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(CAPTURE_KEYS)
    AUTO_FOCUS = "#compare"
    KEYS: ClassVar[tuple[Key, ...]] = (*KEYS, *CAPTURE_KEYS)
    PARTS: ClassVar[Mapping[str, PaneSpec]] = {name: _PARTS[name] for name in RUN_PANES}

    def __init__(self) -> None:
        """The output of the program is followed as it comes."""
        super().__init__()
        self.drawer = "sources"
        self.panes["program"].follow = True
        self.panes["compare"].holds = False  # what differs comes first, whatever was looked at

    def place(self, width: int, height: int) -> dict[str, Box]:
        """The boxes; the drawer is the one of its panes that was asked for last."""
        if self.active in DRAWER:
            self.drawer = self.active
        return plan_run(width, height, self._wants, self.active, self.drawer)

    def verdict_view(self, view: ViewContext) -> ViewContext:
        """The verdict tells what came of the prediction."""
        return with_run(view)

    def fill(self, size: Size) -> None:
        """Make the content; where there is room, the drawer shows the names of its panes."""
        super().fill(size)
        if not is_small(size.width, size.height):
            self.panes[self.drawer].heading = tuple(self._drawer_tabs())

    def _drawer_tabs(self) -> Iterator[Span]:
        for name in DRAWER:
            tone = "title" if name == self.drawer else "faint"
            if name == self.active:
                tone = "tab"
            part = self.PARTS[name]
            yield Span(f" {part.number} {part.title} ", tone, f"pane('{name}')")

    def head(self, view: ViewContext, width: int) -> Line:
        """What is watched, and how it stands."""
        program = program_of(view)
        found = view.assessment
        left = [Span("  authtui", "key"), Span("   capture ", "muted")]
        if program is not None:
            # The path stands in the detail; here the words behind it say more.
            first, *rest = program.command or ("",)
            command = safe(" ".join((PurePath(first).name, *rest)), 400)
            left.append(Span(clip(command, max(12, width // 3)), "code"))
        if found is not None and width >= 100:
            left += [Span("   ", "faint"), Span(safe(found.contract.title), "muted", "generation")]
        if program is None:
            failed = view.state.phase == "failed"
            words, tone = ("✗ not started  ", "bad") if failed else ("starting  ", "faint")
            return Line(tuple(left), (Span(words, tone),))
        glyph, tone, words = standing(program, view.now)
        return Line(tuple(left), (Span(f"{glyph} ", tone), Span(f"{words}  ", "muted")))

    # ── what its keys do ───────────────────────────────────────────────────────────────────────

    def action_stop_program(self) -> None:
        """End the program; the app stays."""
        if self.owner.watched is None:
            self.owner.say("this is a trace; no program runs", "muted")
        else:
            self.owner.watched.stop()

    def action_again(self) -> None:
        """Start the same command again."""
        if self.owner.watched is None:
            self.owner.say("this is a trace; nothing can be started", "muted")
        else:
            self.owner.watched.begin()

    def action_quit(self) -> None:
        """Leave; a running program is asked about first."""
        watched = self.owner.watched
        if watched is None or not watched.holds_the_app:
            # Asked a second time while it takes its time: the command ends it by force.
            self.owner.exit()
            return

        def answered(answer: str | None) -> None:
            if answer == "leave":
                watched.leave()

        from authtui.tui.dialogs.dialog import ChooseScreen

        self.app.push_screen(ChooseScreen(leave_question(watched.program)), answered)
