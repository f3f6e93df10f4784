"""How the app behind a screen talks to its server; Textual loads it by name (`TEXTUAL_DRIVER`)."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual.drivers.web_driver import WebDriver
from textual.messages import ExitApp

if TYPE_CHECKING:
    from textual.app import App
    from textual.geometry import Size


class Driver(WebDriver):
    """Textual's own driver, but it ends with its server and opens nothing in the browser."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | Size | None = None,
    ) -> None:
        """As Textual calls it."""
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._write = partial(_write_while_heard, self.fileno)

    def run_input_thread(self) -> None:
        """Read until the server closes its end: without it nobody could ever end the app."""
        super().run_input_thread()
        self._app.post_message(ExitApp())

    def open_url(self, url: str, new_tab: bool = True) -> None:
        """Nothing: what is shown is data, and the page leads nowhere else."""


def _write_while_heard(fileno: int, data: bytes) -> int:
    with suppress(BrokenPipeError):  # the server is gone, and the app is about to follow
        return os.write(fileno, data)
    return len(data)
