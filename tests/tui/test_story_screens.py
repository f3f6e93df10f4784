"""What a viewer sees, page by page, as text at both sizes; `AUTHTUI_ACCEPT=1` takes new screens."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from authtui.demo.story_file import read_names
from tests.tui.story_pages import screen_text, telling, turn

if TYPE_CHECKING:
    from collections.abc import Iterator

SCREENS = Path(__file__).with_name("story_screens")
RULE = "\n" + "=" * 20 + " {} " + "=" * 20 + "\n"


@pytest.fixture
def stage() -> Iterator[Path]:
    # Paths stand on the screens: theirs has the same length everywhere.
    with TemporaryDirectory(prefix="authtui-screen-", dir="/tmp") as folder:
        yield Path(folder)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
@pytest.mark.parametrize("name", read_names())
async def test_every_page_looks_as_it_did(name: str, size: tuple[int, int], stage: Path) -> None:
    pages = []
    async with telling(name, size, folder=stage) as (app, pilot):
        assert app.walk is not None
        while True:
            title = "The fix" if app.walk.page.kind == "offer" else app.walk.step.title
            pages.append(RULE.format(title or app.walk.step.do) + screen_text(app))
            if app.walk.at_end or app.walk.ending_early:
                break
            await turn(app, pilot)
    seen = "\n".join(pages)
    path = SCREENS / f"{name}-{size[0]}x{size[1]}.txt"
    if os.environ.get("AUTHTUI_ACCEPT") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(seen, encoding="utf-8")
    assert seen == path.read_text(encoding="utf-8")
