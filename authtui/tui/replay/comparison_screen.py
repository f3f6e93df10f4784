"""The screen of two traces: their events above, what differs at the chosen pair below."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding
from textual.message import Message

from authtui.tui.dialogs.dialog import BACK, Dialog, Hint
from authtui.tui.geometry import Box
from authtui.tui.lines import Doc
from authtui.tui.pane import Pane
from authtui.tui.views.trace_comparison import differences_doc, pairs_doc

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.geometry import Size

    from authtui.trace.compare import Pair
    from authtui.trace.replay import Replay
    from authtui.tui.lines import Item
    from authtui.tui.replay.replay_owner import ReplayOwner
    from authtui.tui.views.context import ViewContext

WAIT_SECONDS = 0.2


class PairsPane(Pane):
    """The pairs; it says when another one is chosen."""

    class Moved(Message):
        """The cursor stands on another row."""

    _told = -1

    def _settle(self) -> None:
        super()._settle()
        if self.cursor != self._told:
            self._told = self.cursor
            self.post_message(self.Moved())


class ComparisonScreen(Dialog):
    """Which events belong together, and what the states differ in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next(1)", "Next difference", id="next-difference"),
        Binding("N", "next(-1)", "Difference before", id="previous-difference"),
        Binding("1", "show(0)", "Trace A there", id="show-a"),
        Binding("2", "show(1)", "Trace B there", id="show-b"),
        Binding("tab,shift+tab", "turn", "The other half"),
    ]
    HINTS: ClassVar[tuple[Hint, ...]] = (
        Hint("n", "next difference", "next(1)", "next-difference"),
        Hint("N", "previous", "next(-1)", "previous-difference"),
        Hint("1", "open A", "show(0)", "show-a"),
        Hint("2", "open B", "show(1)", "show-b"),
        Hint("Tab", "below", "turn"),
        BACK,
    )

    def __init__(self, left: Replay, right: Replay) -> None:
        """The pairs come from a worker, once both were read."""
        super().__init__(self._pairs_doc)
        self.left, self.right = left, right
        self.pairs: list[Pair] | None = None
        self.first: int | None = None
        self.pane = PairsPane(id="dialog")
        self.below = Pane(id="below")

    @property
    def owner(self) -> ReplayOwner:
        """The app, as the screens of a trace see it."""
        return cast("ReplayOwner", self.app)

    def compose(self) -> ComposeResult:
        """Both halves and the hints."""
        yield self.pane
        yield self.below
        yield self.footer

    def boxes(self, size: Size) -> dict[str, Box]:
        """The events take what they need, up to 45 percent of the screen."""
        width, room = size.width, size.height - 1
        self.fill(width - 4)
        upper = max(5, min(len(self.pane.doc.lines) + 2, room * 45 // 100))
        return {
            "dialog": Box(0, 0, width, upper),
            "below": Box(0, upper, width, room - upper),
            "footer": Box(0, room, width, 1),
        }

    def on_mount(self) -> None:
        """Wait until both were read, then pair their events."""
        self._wait()

    def _wait(self) -> None:
        if not (self.left.trace.done and self.right.trace.done):
            self.update_all()
            self.set_timer(WAIT_SECONDS, self._wait)
            return
        app = self.owner

        def work() -> None:
            from authtui.trace.compare import compare

            found = compare(self.left.events, self.right.events)
            app.call_from_thread(self._done, found)

        app.run_thread(work, "compare")

    def _done(self, pairs: list[Pair]) -> None:
        self.pairs = pairs
        from authtui.trace.compare import first_difference

        first = first_difference(pairs)
        self.first = None if first is None else first.number
        self.update_all()
        self.call_after_refresh(self._to, self.first or 0)

    def _pairs_doc(self, view: ViewContext, width: int) -> Doc:  # noqa: ARG002 - the shape of every content
        return pairs_doc(self.left.trace, self.right.trace, self.pairs, self.first, width)

    def fill(self, width: int) -> None:
        """Make both halves: the pairs, and what differs below them."""
        super().fill(width)
        self.below.show(self._differences(width))

    def _differences(self, width: int) -> Doc:
        places = self._places()
        if places is None:
            return Doc("What differs", [])
        from authtui.trace.compare import state_differences

        one, two = places
        found = state_differences(self.left.state_after(one + 1), self.right.state_after(two + 1))
        title = "What differs first" if self._pair_number() == self.first else "What differs here"
        where = f"after event {one + 1:,} of A, {two + 1:,} of B"
        return differences_doc(found, f"{title}: {where}", width)

    def _places(self) -> tuple[int, int] | None:
        chosen = self._pair_number()
        if self.pairs is None or chosen is None:
            return None
        from authtui.trace.compare import places_at

        return places_at(self.pairs, chosen)

    def _pair_number(self) -> int | None:
        item = self.pane.selected
        if item is None or not item.key.startswith("pair."):
            return None
        return int(item.key.removeprefix("pair."))

    def _to(self, number: int) -> None:
        self.pane.cursor = number
        self.pane.action_cursor(0)
        self.update_all()

    def on_pairs_pane_moved(self) -> None:
        """Another pair is chosen: show what differs there."""
        self.update_all()

    def on_pane_chosen(self, event: Pane.Chosen) -> None:
        """Enter shows trace A there."""
        event.stop()
        if event.pane is self.pane:
            self.action_show(0)

    def action_next(self, step: int) -> None:
        """To the next pair that differs, or the one before."""
        here = self._pair_number()
        if self.pairs is None or here is None:
            return
        places = range(here + step, len(self.pairs) if step > 0 else -1, step)
        goal = next((n for n in places if not self.pairs[n].same), None)
        if goal is None:
            self.owner.say(f"no difference {'after' if step > 0 else 'before'} this one", "muted")
        elif not self.pane.needle:
            self._to(goal)

    def action_show(self, index: int) -> None:
        """Leave for the five panes of one trace, at this event."""
        places = self._places()
        if places is None:
            return
        self.dismiss(None)
        self.owner.show_trace(index, places[index])

    def action_turn(self) -> None:
        """The other half takes the keys."""
        self.set_focus(self.below if self.focused is self.pane else self.pane)

    @property
    def selected(self) -> Item | None:
        """What is copied: the chosen difference."""
        return self.below.selected
