"""The server behind `authtui serve`: the link, the page, and a screen for each open page."""

from __future__ import annotations

import asyncio
import logging
import re
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

import textual_serve
from aiohttp import WSMsgType, web

from authtui.web.access import COOKIE, Access
from authtui.web.screens import Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiohttp.typedefs import Handler, Middleware

MOST_SCREENS: Final = 4
"""Pages that can be open at the same time; each has a process."""
LARGEST_MESSAGE: Final = 256 * 1024
_HERE: Final = Path(__file__).parent
_TERMINAL: Final = Path(textual_serve.__file__).parent / "static"
_DEAD: Final = (
    "This link is not valid: it opens once, and it was opened before, or it was not copied whole. "
    "Start `authtui serve` again for a new one."
)
_CLOSED: Final = (
    "This page is open to one browser only: the one that opened the link of `authtui serve` first."
)
_WRONG_NAME: Final = (
    "authtui is not served under this name. Open the link that `authtui serve` printed, as it is."
)
_NOT_THIS_PAGE: Final = "A screen can be opened by the page of authtui only."
_FULL: Final = f"{MOST_SCREENS} screens are open, which is the most; close one and reload."
_LOOKING_AHEAD: Final = "This link opens once; a browser's prefetch does not open it."
_HEADERS: Final = {
    # The page may load and reach what this server gives, and nothing else in the world.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; font-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self' ws://127.0.0.1:$port ws://localhost:$port; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "authtui",
}


class WebServer:
    """Serves one app to one browser. `tell` is given plain sentences of what happened."""

    def __init__(self, words: Sequence[str], port: int, tell: Callable[[str], None]) -> None:
        """`words` is the command of the app behind each screen."""
        self.access = Access(port)
        self._words = tuple(words)
        self._headers = {k: v.replace("$port", str(port)) for k, v in _HEADERS.items()}
        self._tell = tell
        self._screens: dict[Screen, web.WebSocketResponse] = {}
        self._ending = False

    def application(self) -> web.Application:
        """Make what aiohttp serves: the link, the page and its screen."""
        app = web.Application(middlewares=[self._guard()])
        path, router = self.access.path, app.router
        router.add_get("/open/{token}", self._open, allow_head=False)
        router.add_get(f"{path}/", self._page)
        router.add_get(f"{path}/screen", self._screen, allow_head=False)
        for name in ("page.css", "page.js"):
            router.add_get(f"{path}/{name}", partial(_file, _HERE / name))
        router.add_static(f"{path}/terminal", _TERMINAL)
        app.on_response_prepare.append(self._add_headers)
        app.on_shutdown.append(self._end)
        return app

    def _guard(self) -> Middleware:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not self.access.is_address(request.headers.get("Host")):
                return _refused(_WRONG_NAME)
            opening = request.path.startswith("/open/")
            if not opening and not self.access.knows(request.cookies.get(COOKIE)):
                return _refused(_CLOSED)
            try:
                return await handler(request)
            except web.HTTPException as answer:
                return _said(answer.status, f"{answer.reason}.")

        return guard

    async def _open(self, request: web.Request) -> web.StreamResponse:
        """Exchange the link's token for the cookie, and lead on to the page."""
        if "Sec-Purpose" in request.headers or "Purpose" in request.headers:
            # A browser that fetches links ahead of a click would use the link up.
            return _said(503, _LOOKING_AHEAD)
        cookie = self.access.exchange(request.match_info["token"])
        if cookie is None:
            self._tell("a link that is not valid was refused")
            return _refused(_DEAD)
        # No redirect: after a click on a page elsewhere (a mail, a chat) the browser would follow
        # it without the cookie, which is for this site's own links.
        answer = _html("open.html", page=f"{self.access.path}/")
        answer.set_cookie(
            COOKIE, cookie, path=f"{self.access.path}/", httponly=True, samesite="Strict"
        )
        self._tell("the link was opened; nobody else can use it")
        return answer

    async def _page(self, request: web.Request) -> web.StreamResponse:
        """The page, with the address of its screen."""
        return _html("page.html", screen=f"ws://{request.headers['Host']}{self.access.path}/screen")

    async def _screen(self, request: web.Request) -> web.StreamResponse:
        """One screen: its app lives as long as the connection."""
        headers = request.headers
        if not self.access.is_own_page(headers.get("Origin"), headers.get("Host")):
            return _refused(_NOT_THIS_PAGE)
        if self._ending or len(self._screens) >= MOST_SCREENS:
            return _said(503, _FULL)
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=LARGEST_MESSAGE)
        screen = Screen(self._words, socket)
        self._screens[screen] = socket
        try:
            await socket.prepare(request)
            query = request.query
            await screen.start(_number(query.get("width"), 80), _number(query.get("height"), 24))
            self._tell(f"a screen was opened ({len(self._screens)} open)")
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await screen.hear(message.data)
        finally:
            await screen.stop()
            self._screens.pop(screen, None)
            if not self._ending:
                self._tell(f"a screen was closed ({len(self._screens)} open)")
        return socket

    async def _add_headers(self, _request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(self._headers)

    async def _end(self, _app: web.Application) -> None:
        """First the apps, then their connections."""
        self._ending = True
        open_now = tuple(self._screens.items())
        await asyncio.gather(*(screen.stop() for screen, _ in open_now))
        await asyncio.gather(*(socket.close() for _, socket in open_now), return_exceptions=True)


async def serve(
    words: Sequence[str],
    port: int,
    *,
    started: Callable[[str], None],
    tell: Callable[[str], None],
) -> signal.Signals:
    """Serve until a signal asks to stop; which one it was.

    `port` 0 takes a free one. `started` gets the link. Raises OSError when the port cannot be had.
    """
    for name in ("aiohttp", "textual-serve", "asyncio"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    asked: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()

    def ask(number: signal.Signals) -> None:
        if not asked.done():
            asked.set_result(number)

    with suppress(AttributeError, NotImplementedError):  # Windows: Ctrl-C interrupts instead
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, ask, number)
    listening = _listen(port)
    server = WebServer(words, listening.getsockname()[1], tell)
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=5)
    try:
        await runner.setup()
        await web.SockSite(runner, listening).start()
        started(server.access.link)
        return await asked
    finally:
        await runner.cleanup()
        listening.close()


def _listen(port: int) -> socket.socket:
    """A socket at the loopback address: the port is known before anything is served there."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # there it would let two programs share a port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("127.0.0.1", port))
        made.listen()
    except OSError:
        made.close()
        raise
    return made


async def _file(path: Path, _request: web.Request) -> web.StreamResponse:
    return web.FileResponse(path)


def _html(name: str, **values: str) -> web.Response:
    text = Template((_HERE / name).read_text(encoding="utf-8")).substitute(values)
    return web.Response(text=text, content_type="text/html", charset="utf-8")


def _refused(sentence: str) -> web.Response:
    return _said(403, sentence)


def _said(status: int, sentence: str) -> web.Response:
    return web.Response(status=status, text=f"{sentence}\n", charset="utf-8")


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch("[0-9]{1,6}", text) else otherwise
