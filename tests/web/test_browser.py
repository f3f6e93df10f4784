"""The page in a real Chromium: it shows the app, takes keys, and reaches nothing but its server."""

from __future__ import annotations

import asyncio
import json
import os
import re
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.tui.homes import HOMES, NOW
from tests.web.browser import CHROMIUM, Page, browser, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.web.browser import Serving

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
PICTURE = "AUTHTUI_BROWSER_PICTURE"
"""Where the picture of the documentation is written, when it is asked for."""


@asynccontextmanager
async def shown(tmp_path: Path) -> AsyncIterator[tuple[Page, Serving]]:
    """The link of a new server, opened in an empty browser."""
    home, made = tmp_path / "serve" / "user" / ".codex", HOMES["wrong-workspace"]
    home.mkdir(parents=True)
    (home / "auth.json").write_text(json.dumps(made.auth))
    (home / "auth.json").chmod(0o600)
    (home / "config.toml").write_text(made.config)
    async with browser(tmp_path / "profile") as tab:
        with serving(tmp_path / "serve", home, f"--now={NOW.isoformat()}") as served:
            page = await tab()
            await page.go(served.link)
            await page.until_drawn("Sources")
            yield page, served


async def test_it_shows_the_app_takes_keys_and_ends_with_it(tmp_path: Path) -> None:
    async with shown(tmp_path) as (page, served):
        await page.until_drawn("Checks")
        await asyncio.sleep(1)  # what was drawn has to reach the picture
        first = await page.picture()
        if PICTURE in os.environ:
            Path(os.environ[PICTURE]).write_bytes(first)
        await page.press("?")
        await page.until_drawn("Keys and words")
        await asyncio.sleep(1)
        assert await page.picture() != first
        await page.press("q")
        await page.press("q")
        await page.until(lambda: page.sockets_closed == 1, "the screen never ended")
        notice = "getComputedStyle(document.querySelector('.ended')).display"
        assert await page.value(notice) == "block"
        # The button opens the next one, with the same session.
        await page.value("document.getElementById('again').click()")
        page.drawn.clear()
        await page.until_drawn("Sources")
        assert served.said.count("a screen was opened") == 2


async def test_the_page_asks_only_its_own_server_and_nothing_it_loads_fails(tmp_path: Path) -> None:
    async with shown(tmp_path) as (page, served):
        await asyncio.sleep(1)
        own = served.address.removeprefix("http://")
        assert len(page.addresses) > 6
        for address in page.addresses:
            assert re.fullmatch(rf"(http|ws)://{re.escape(own)}/.*|data:,", address), address
        assert [p for p in page.problems if "WebGL" not in p] == []
        # Nor could it: what a page is told to fetch from elsewhere is refused by its own rules.
        fetched = "fetch('http://127.0.0.2:9/').then(() => 'fetched', e => e.name)"
        told = await page.call("Runtime.evaluate", expression=fetched, awaitPromise=True)
        assert told["result"]["value"] == "TypeError"
        assert any("Content Security Policy" in p for p in page.problems)
        assert await page.value("window.open('http://127.0.0.2:9/')") is None


async def test_the_address_bar_keeps_no_way_in_and_no_script_sees_the_cookie(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path) as (page, served):
        assert "/open/" not in str(await page.value("location.href"))
        assert await page.value("document.cookie") == ""
        token = served.link.rpartition("/")[2]
        assert token not in str(await page.value("document.documentElement.outerHTML"))


async def test_a_second_browser_is_refused_in_words(tmp_path: Path) -> None:
    async with shown(tmp_path) as (_, served), browser(tmp_path / "other") as tab:
        page = await tab()
        for address, words in ((served.link, "opens once"), (served.address, "one browser only")):
            await page.go(address)
            await asyncio.sleep(0.5)
            assert words in str(await page.value("document.body.innerText"))
