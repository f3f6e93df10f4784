"""Runs the app under a pilot, and reads what stands on its widgets."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from authtui.settings import Settings
from authtui.tui.app import AuthtuiApp
from authtui.tui.pane import Pane, Rows
from tests.tui import samples

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from authtui.model.session import AuthSession


@asynccontextmanager
async def running(
    story: str = "shadowed",
    size: tuple[int, int] = (120, 40),
    settings: Settings | None = None,
    session: AuthSession[Any] | None = None,
    **options: Any,  # noqa: ANN401 - those of the app
) -> AsyncIterator[tuple[AuthtuiApp, Pilot[None]]]:
    shown = session or samples.session(story)
    app = AuthtuiApp(shown, settings or Settings(theme="dark"), watch=False, **options)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


def words(widget: Pane | Rows) -> str:
    """The text of a widget, row by row."""
    return "\n".join(widget.render_line(y).text for y in range(widget.size.height))


def dialog(app: AuthtuiApp) -> str:
    """The text of the dialog on top."""
    return words(app.screen.query_one("#dialog", Pane))


def hints(app: AuthtuiApp) -> str:
    """The row below the dialog on top."""
    return words(app.screen.query_one("#footer", Rows))
