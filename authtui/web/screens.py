"""One screen: the app in a process of its own, and the browser's end of it."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Sequence

    from aiohttp.web import WebSocketResponse

ENDS_WITHIN: Final = 4.0
"""Seconds that an app has to quit by itself before it is terminated."""
COLUMNS: Final = (20, 500)
ROWS: Final = (5, 200)


class Screen(AppService):
    """The app behind one page. A browser sends keys and sizes; nothing else is accepted."""

    def __init__(self, words: Sequence[str], socket: WebSocketResponse) -> None:
        """`words` is the command; no shell reads it."""
        super().__init__(
            words[0],
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._close,
            download_manager=DownloadManager(),
        )
        self._words = tuple(words)
        self._socket = socket

    async def _close(self) -> None:
        await self._socket.close()

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        environment = self._build_environment(clamped(width, COLUMNS), clamped(height, ROWS))
        environment["TEXTUAL_DRIVER"] = "authtui.web.driver:Driver"
        self._process = process = await asyncio.create_subprocess_exec(
            *self._words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C is for the server, which then ends its screens
        )
        self._stdin = process.stdin
        return process

    async def hear(self, text: str) -> None:
        """Act on one message of the page."""
        match read_message(text):
            case "keys", keys:
                await self.send_bytes(keys)
            case "size", (width, height):
                await self.set_terminal_size(width, height)
            case "ping", data:
                await self.remote_write_str(json.dumps(["pong", data]))
            case "blur", _:
                await self.blur()
            case "focus", _:
                await self.focus()

    async def on_meta(self, data: bytes) -> None:
        """Close the page when the app ends; the app asks for nothing else that is granted."""
        if json.loads(data).get("type") == "exit":
            await self.remote_close()

    async def on_packed(self, payload: bytes) -> None:
        """Nothing: no file leaves through the browser."""

    async def run(self) -> None:
        """Pass on what the app draws; however it ends, the page is closed."""
        try:
            await super().run()
        finally:
            with suppress(Exception):  # the page may have gone first
                await self.remote_close()

    async def stop(self) -> None:
        """Ask the app to quit, and terminate it if it does not; it has ended when this returns."""
        process = self._process
        if process is None:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(super().stop(), ENDS_WITHIN)
        for end in (process.terminate, process.kill):
            if process.returncode is not None:
                break
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 1)
                break
            with suppress(ProcessLookupError):
                end()
        await process.wait()


def read_message(text: str) -> tuple[str, Any] | None:
    """A page's message: ("keys", bytes), ("size", (columns, rows)), ("ping", data), or its focus.

    None for anything else: a browser may send whatever it likes.
    """
    try:
        envelope = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match envelope:
        case ["stdin", str(keys)]:
            return "keys", keys.encode("utf-8", "replace")
        case ["resize", {"width": int(width), "height": int(height)}]:
            return "size", (clamped(width, COLUMNS), clamped(height, ROWS))
        case ["ping", str() | int() | float() as data]:
            return "ping", data
        case [("blur" | "focus") as name, *_]:
            return name, None
    return None


def clamped(number: Any, bounds: tuple[int, int]) -> int:  # noqa: ANN401 - whatever a page sent
    """A size within bounds; the lower bound for what is not a number."""
    try:
        return max(bounds[0], min(int(number), bounds[1]))
    except (TypeError, ValueError, OverflowError):
        return bounds[0]
