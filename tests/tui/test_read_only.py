"""A read-only screen: every key that does something is dim, says why, and does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authtui.settings import Settings
from authtui.tui.keys import ACT, KEYS, changes_something
from tests.tui.drive import running, words

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.tui.keys import Key

LOCKED = [k for k in KEYS if changes_something(k.action)]
LOOKING = {"copy", "copy-fix", "copy-curl", "cancel", "pause"}


def test_whatever_does_something_is_locked_unless_it_is_known_to_be_harmless() -> None:
    assert {k.id for k in KEYS if k.group == ACT} - {k.id for k in LOCKED} == LOOKING
    named = {"load", "register", "assert", "logout", "refresh", "restore", "load-live", "export"}
    assert named <= {k.id for k in LOCKED}


@pytest.mark.parametrize("key", LOCKED, ids=lambda key: key.id)
async def test_a_locked_key_says_why_and_opens_nothing(key: Key) -> None:
    async with running(read_only=True) as (app, pilot):
        screens, events = len(app.screen_stack), len(app.session.events)
        await pilot.press(key.keys.split(",")[0])
        await pilot.pause()
        assert "this screen is read-only" in words(app.desk.footer)
        assert (len(app.screen_stack), len(app.session.events)) == (screens, events)


async def test_the_palette_and_the_mouse_are_locked_too() -> None:
    async with running(read_only=True) as (app, pilot):
        await app.desk.run_action("load")
        await pilot.pause()
        assert "this screen is read-only" in words(app.desk.footer)


async def test_a_locked_key_is_dim_in_the_footer() -> None:
    async with running() as (free, _), running(read_only=True) as (locked, _):
        for app, dim in ((free, False), (locked, True)):
            assert (app.reason_against("load") is not None) is dim
            assert app.reason_against("verdict") is None


async def test_looking_goes_on() -> None:
    async with running(read_only=True) as (app, pilot):
        await pilot.press("v")
        assert len(app.screen_stack) == 2
        await pilot.press("escape", "c")
        assert app.clipboard == "CODEX_API_KEY"


async def test_a_theme_is_for_this_screen_alone(tmp_path: Path) -> None:
    settings = Settings(theme="dark", path=str(tmp_path / "config.toml"))
    async with running(read_only=True, settings=settings) as (app, pilot):
        await pilot.press("t")
        await app.workers.wait_for_complete()
        assert app.theme == "authtui-light"
    assert list(tmp_path.iterdir()) == []
