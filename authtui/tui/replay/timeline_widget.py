"""The widget of the timeline: click or drag with the mouse, or move along it with the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.message import Message

from authtui.tui.lines import BLANK, action_at, fit
from authtui.tui.pane import Rows, TonedWidget
from authtui.tui.views.timeline import (
    MARGIN,
    TimelinePosition,
    column_of,
    columns_of,
    place_at,
    timeline_lines,
)

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType
    from textual.strip import Strip

ROWS: Final = 2
_TENTH: Final = 10


class Timeline(TonedWidget, can_focus=True):
    """Two rows: words about the moment, and the line with its marks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Back along the line", show=False),
        Binding("right", "move(1)", "On along the line", show=False),
        Binding("pageup", "move(-10)", "A tenth back", show=False),
        Binding("pagedown", "move(10)", "A tenth on", show=False),
        Binding("home", "screen.first", "The first event", show=False),
    ]

    class PlaceChosen(Message):
        """The user wants to be at another place."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self) -> None:
        """Nothing to show yet."""
        super().__init__(id="timeline")
        self.moment = TimelinePosition(0, b"", 0.0)
        self._dragging = False

    def show(self, moment: TimelinePosition) -> None:
        """Show another position in the trace."""
        if moment != self.moment:
            self.moment = moment
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One of the rows."""
        width = self.size.width
        lines = timeline_lines(self.moment, width, focused=self.has_focus)
        return self.strip(fit(lines[y] if y < len(lines) else BLANK, width)).crop(0, width)

    def action_move(self, step: int) -> None:
        """Along the line by columns; by tenths of it for ten."""
        moment = self.moment
        if not moment.total:
            return
        count, width = moment.total, self.size.width
        columns = columns_of(moment, width)
        if abs(step) >= _TENTH:
            goal = moment.place + max(1, count // _TENTH) * (1 if step > 0 else -1)
        elif count <= columns:
            # Fewer events than columns: each step is an event.
            goal = moment.place + step
        else:
            column = column_of(moment.place, count, columns)
            goal = place_at(column + step + MARGIN, moment, width)
        self.post_message(self.PlaceChosen(max(0, min(goal, count - 1))))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the line."""
        if event.y != 1:
            return
        self._dragging = True
        self.capture_mouse()
        self._travel(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the mouse while its button is held."""
        if self._dragging:
            self._travel(event.x)

    def on_mouse_up(self, event: events.MouseUp) -> None:  # noqa: ARG002 - Textual's signature
        """Stop following the mouse."""
        if self._dragging:
            self._dragging = False
            self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """A word that stands for an action."""
        if event.y == 0:
            line = timeline_lines(self.moment, self.size.width)[0]
            if action := action_at(fit(line, self.size.width), event.x):
                self.post_message(Rows.Pressed(action))

    def _travel(self, x: int) -> None:
        place = place_at(x, self.moment, self.size.width)
        if place != self.moment.place and self.moment.total:
            self.post_message(self.PlaceChosen(place))
