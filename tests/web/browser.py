"""A real headless Chromium, driven by its own debugging protocol; and a running `authtui serve`."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import subprocess
import sys
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    "--window-size=1280,800",
)
SECONDS = 30.0


class Serving:
    """A running `authtui serve`: its link, its address, and what it has said so far."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process = process
        self._out = folder / "out"
        deadline = time.monotonic() + SECONDS
        while "Ctrl-C" not in self.said and time.monotonic() < deadline:
            assert process.poll() is None, (folder / "err").read_text()
            time.sleep(0.02)
        self.link = self.said.splitlines()[0]
        self.address = self.link.partition("/open/")[0]

    @property
    def said(self) -> str:
        return self._out.read_text()

    def apps(self) -> list[int]:
        """The processes behind its screens."""
        command = ["pgrep", "-P", str(self.process.pid)]
        return [
            int(word)
            for word in subprocess.run(
                command, capture_output=True, text=True, check=False
            ).stdout.split()
        ]


@contextmanager
def serving(folder: Path, home: Path, *words: str) -> Iterator[Serving]:
    folder.mkdir(exist_ok=True)
    user = folder / "user"
    user.mkdir(exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL")}
    command = [sys.executable, "-m", "authtui", f"--home={home}", "serve", *words]
    with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
        process = subprocess.Popen(
            command, stdout=out, stderr=err, text=True, env={**kept, "HOME": str(user)}
        )
    try:
        yield Serving(process, folder)
    finally:
        process.kill()
        process.wait()


class Page:
    """One tab. Everything it asks for and every byte its socket brings is kept."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.addresses: list[str] = []
        self.drawn = bytearray()
        self.sockets_closed = 0
        self.problems: list[str] = []
        self._socket = socket
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for message in self._socket:
            told = message.json()
            if "id" in told:
                self._answers.pop(told["id"]).set_result(told)
                continue
            given = told["params"]
            match told["method"]:
                case "Network.requestWillBeSent":
                    self.addresses.append(given["request"]["url"])
                case "Network.webSocketCreated":
                    self.addresses.append(given["url"])
                case "Network.webSocketFrameReceived":
                    data = given["response"]["payloadData"]
                    if given["response"]["opcode"] == 2:
                        self.drawn += base64.b64decode(data)
                case "Network.webSocketClosed":
                    self.sockets_closed += 1
                case "Runtime.exceptionThrown" | "Log.entryAdded":
                    self.problems.append(str(given))

    async def call(self, method: str, **given: object) -> dict[str, Any]:
        number = len(self._answers) + time.monotonic_ns() % 10**9
        self._answers[number] = asyncio.get_running_loop().create_future()
        answer = self._answers[number]
        await self._socket.send_json({"id": number, "method": method, "params": given})
        told = await asyncio.wait_for(answer, SECONDS)
        assert "error" not in told, told
        result: dict[str, Any] = told["result"]
        return result

    async def start(self) -> None:
        for domain in ("Page", "Network", "Runtime", "Log"):
            await self.call(f"{domain}.enable")

    async def go(self, address: str) -> None:
        await self.call("Page.navigate", url=address)

    async def value(self, expression: str) -> object:
        told = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return told["result"].get("value")

    async def until(self, true: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + SECONDS
        while not true():
            assert time.monotonic() < deadline, f"{what}; drawn: {bytes(self.drawn[-3000:])!r}"
            await asyncio.sleep(0.05)

    async def until_drawn(self, text: str) -> None:
        await self.until(lambda: text.encode() in self.drawn, f"{text!r} was never drawn")

    async def press(self, key: str) -> None:
        """A key of one letter."""
        self.drawn.clear()
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if kind == "keyDown" else {}
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, **text)

    async def picture(self) -> bytes:
        told = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(told["data"])


@asynccontextmanager
async def browser(profile: Path) -> AsyncIterator[Callable[[], Any]]:
    """A Chromium with an empty profile; gives what opens a tab."""
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *FLAGS,
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with aiohttp.ClientSession() as client:
            told = profile / "DevToolsActivePort"
            deadline = time.monotonic() + SECONDS
            while not (told.exists() and told.read_text().count("\n")):
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)
            port = told.read_text().split()[0]

            async def tab() -> Page:
                async with client.put(f"http://127.0.0.1:{port}/json/new") as answer:
                    address = (await answer.json())["webSocketDebuggerUrl"]
                page = Page(await client.ws_connect(address, max_msg_size=0))
                await page.start()
                return page

            yield tab
    finally:
        process.terminate()
        await process.wait()
