"""What the desk and the comparison ask of the app that shows a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from authtui.tui.owner import Owner

if TYPE_CHECKING:
    from authtui.tui.lines import Item
    from authtui.tui.views.timeline import TimelinePosition


class ReplayOwner(Owner, Protocol):
    """The app of a trace as its screens see it; `place` counts the events from 0."""

    place: int

    def moment(self) -> TimelinePosition:
        """Give what the timeline shows."""

    def place_of_item(self, item: Item) -> int | None:
        """Find the event that a row shows."""

    def go_to(self, place: int) -> None:
        """Show the moment after the event at a place."""

    def go_to_failure(self, step: int) -> None:
        """Go to the nearest failure."""

    def go_to_kind(self, kind: str | None, step: int) -> None:
        """Go to the nearest event of a kind; None stands for that of the present one."""

    def choose_kind(self) -> None:
        """Offer the kinds of events to choose from."""

    def ask_where(self) -> None:
        """Ask where to go."""

    def search_again(self, step: int) -> None:
        """Go to the nearest event with the words that were sought last."""

    def toggle_play(self) -> None:
        """Play, or stand still."""

    def change_speed(self, step: int) -> None:
        """Play faster or slower."""

    def open_comparison(self) -> None:
        """Show the two traces side by side."""

    def show_trace(self, index: int, place: int) -> None:
        """Show one of the traces at a place."""
