"""The desk of a trace: the same five panes, a timeline below them, and the keys of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.geometry import Size

from authtui.tui.desk import Desk
from authtui.tui.geometry import Box
from authtui.tui.keys import bindings
from authtui.tui.replay.replay_keys import REPLAY_KEYS
from authtui.tui.replay.timeline_widget import ROWS, Timeline

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from authtui.tui.keys import Key
    from authtui.tui.pane import Pane
    from authtui.tui.replay.replay_owner import ReplayOwner


class ReplayDesk(Desk, inherit_bindings=False):
    """Shows a moment of a trace."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(REPLAY_KEYS, first="play")
    KEYS: ClassVar[tuple[Key, ...]] = REPLAY_KEYS

    def __init__(self) -> None:
        """The parts of a desk and the timeline."""
        super().__init__()
        self.timeline = Timeline()
        self.panes["events"].follow = False
        self.panes["requests"].own_filter = None

    @property
    def owner(self) -> ReplayOwner:
        """The app, as the screens of a trace see it."""
        return cast("ReplayOwner", self.app)

    def compose(self) -> ComposeResult:
        """The timeline stands before the footer."""
        yield from super().compose()
        yield self.timeline

    def boxes(self, size: Size) -> dict[str, Box]:
        """The desk's, moved up by the rows of the timeline."""
        if size.height < 10:
            return super().boxes(size)
        boxes = super().boxes(Size(size.width, size.height - ROWS))
        footer = boxes["footer"]
        boxes["timeline"] = Box(0, footer.y, size.width, ROWS)
        boxes["footer"] = footer._replace(y=footer.y + ROWS)
        return boxes

    def fill(self, size: Size) -> None:
        """The panes, and the moment on the timeline."""
        super().fill(size)
        self.show_moment()

    def show_moment(self) -> None:
        """Draw the timeline anew."""
        self.timeline.show(self.owner.moment())

    def on_timeline_place_chosen(self, event: Timeline.PlaceChosen) -> None:
        """A click, a drag or a key on the timeline."""
        self.owner.go_to(event.place)

    def on_pane_chosen(self, event: Pane.Chosen) -> None:
        """Enter on an event travels to it; on anything else it opens its detail."""
        if event.pane is self.panes["events"]:
            place = self.owner.place_of_item(event.item)
            if place is not None and place != self.owner.place:
                self.owner.go_to(place)
                return
        super().on_pane_chosen(event)

    # ── the keys of time ───────────────────────────────────────────────────────────────────────

    def action_play(self) -> None:
        """Play or stand still; while a filter is typed, its keys are letters."""
        if self.pane.typing:
            self.pane.filter(self.pane.needle + " ")
        else:
            self.owner.toggle_play()

    def action_failure(self, step: int) -> None:
        """To the next failure, or the one before."""
        self.owner.go_to_failure(step)

    def action_alike(self, step: int) -> None:
        """To the next event of the same kind, or the one before."""
        self.owner.go_to_kind(None, step)

    def action_kind(self) -> None:
        """Choose a kind, and go to its next event."""
        self.owner.choose_kind()

    def action_go_to(self) -> None:
        """Ask for a number, a time, a part or words."""
        self.owner.ask_where()

    def action_again(self, step: int) -> None:
        """Search on for the same words."""
        self.owner.search_again(step)

    def action_speed(self, step: int) -> None:
        """Play faster or slower."""
        self.owner.change_speed(step)

    def action_first(self) -> None:
        """To the first event."""
        self.owner.go_to(0)

    def action_present(self) -> None:
        """To the last event."""
        self.owner.to_present()

    def action_timeline(self) -> None:
        """Move the focus to the timeline."""
        self.set_focus(self.timeline)

    def action_compare(self) -> None:
        """Two traces side by side."""
        self.owner.open_comparison()
