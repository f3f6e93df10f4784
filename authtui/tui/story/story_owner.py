"""What the desk of a story asks of the app that tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from authtui.tui.owner import Owner

if TYPE_CHECKING:
    from authtui.demo.walk import Walk


class StoryOwner(Owner, Protocol):
    """The app of the stories as its desk sees it.

    `walk` is the way through the story on stage; `pace` turns the pages, after so many seconds.
    """

    walk: Walk | None
    pace: float | None

    @property
    def command(self) -> str:
        """The fix on offer, as text to copy."""

    def open_menu(self) -> None:
        """Offer every story to choose from."""

    def restart(self) -> None:
        """Tell the story from the beginning."""

    def next_page(self) -> None:
        """Turn to the next page."""

    def previous_page(self) -> None:
        """Turn back to the page before."""

    def do_fix(self) -> None:
        """Perform what is offered."""

    def guess(self, index: int) -> None:
        """Take a guess at the cause."""

    def toggle_play(self) -> None:
        """Let the pages turn by themselves, or stop that."""

    def change_pace(self, step: int) -> None:
        """Wait a shorter or a longer time between pages."""
