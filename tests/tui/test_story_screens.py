"""What a viewer sees, page by page, as text at both sizes; `AUTHTUI_ACCEPT=1` takes new screens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from authtui.demo.story import read_names
from tests.tui.story_pages import screen_text, telling, turn

SCREENS = Path(__file__).with_name("story_screens")
RULE = "\n" + "=" * 20 + " {} " + "=" * 20 + "\n"


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
@pytest.mark.parametrize("name", read_names())
async def test_every_page_looks_as_it_did(name: str, size: tuple[int, int], tmp_path: Path) -> None:
    pages = []
    folder = tmp_path / "stage"
    folder.mkdir()
    async with telling(name, size, folder=folder) as (app, pilot):
        assert app.walk is not None
        while True:
            title = "The fix" if app.walk.page.kind == "offer" else app.walk.step.title
            pages.append(RULE.format(title or app.walk.step.do) + screen_text(app))
            if app.walk.at_end or app.walk.ending_early:
                break
            await turn(app, pilot)
    seen = "\n".join(pages).replace(str(tmp_path), "/made-up")
    path = SCREENS / f"{name}-{size[0]}x{size[1]}.txt"
    if os.environ.get("AUTHTUI_ACCEPT") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(seen, encoding="utf-8")
    assert seen == path.read_text(encoding="utf-8")
