"""What every screen of the app has in common: parts in named boxes, one of them the footer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from textual.geometry import Region, Spacing
from textual.layout import Layout, WidgetPlacement
from textual.screen import Screen, ScreenResultType

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.layout import ArrangeResult
    from textual.widget import Widget

    from authtui.tui.geometry import Box
    from authtui.tui.owner import Owner
    from authtui.tui.pane import Rows


class BoxLayout(Layout):
    """Places each widget in the box of its id; one without a box is left out."""

    name = "boxes"

    def arrange(
        self,
        parent: Widget,
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002 - Textual's signature
    ) -> ArrangeResult:
        """The placements of the children."""
        boxes = cast("BoxedScreen[Any]", parent).boxes(size)
        return [
            WidgetPlacement(Region(*boxes[child.id]), _ORIGIN, _NO_SPACING, child)
            for child in children
            if child.id in boxes
        ]


_LAYOUT: Final = BoxLayout()
_NO_SPACING: Final = Spacing()
_ORIGIN: Final = Region(0, 0, 0, 0).offset


class BoxedScreen(Screen[ScreenResultType]):
    """A screen that makes its content for a size and says where each part stands."""

    footer: Rows

    @property
    def layout(self) -> Layout:
        """The layout that places widgets by `boxes`."""
        return _LAYOUT

    @property
    def owner(self) -> Owner:
        """The app, as its screens see it."""
        return cast("Owner", self.app)

    def refused(self, action: str) -> bool:
        """Say why an action cannot be done now, where it cannot."""
        reason = self.owner.reason_against(action)
        if reason is not None:
            self.owner.say(reason, "warn")
        return reason is not None

    def boxes(self, size: Size) -> dict[str, Box]:
        """Make the content for a terminal of that size; the box of each visible part by its id."""
        raise NotImplementedError

    def update_all(self) -> None:
        """The state changed: make the content anew and place it."""
        # A child's request clears the screen's cached arrangement; the screen's own does not.
        self.footer.refresh(layout=True)

    def update_frame(self) -> None:
        """Only the header and the footer changed."""
        raise NotImplementedError

    def on_rows_pressed(self, event: Rows.Pressed) -> None:
        """A click on a word that stands for an action."""
        self.call_later(self.run_action, event.action)
