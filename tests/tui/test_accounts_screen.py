"""The table of every home and account: read by a worker, whole at 80 columns, no address in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from authtui.answers.findings import Person
from authtui.assessment.accounts import HomeAccount
from tests.tui.drive import dialog, running

MARK = b"m"
ROWS = (
    HomeAccount(
        "~/.codex",
        "ready",
        "Ready: ChatGPT login of acct-1",
        "a ChatGPT login",
        Person(email="ada@example.org", plan="Pro", place="auth.json",
               expires_at=datetime(2026, 12, 1, tzinfo=UTC)),
        (MARK,),
        running=(42,),
        profiles=(("work", "Ready: API key"),),
    ),
    HomeAccount("~/.codex-copy", "ready", "Ready", "a ChatGPT login", None, (MARK,)),
    HomeAccount("~/.codex/auth.json.bak", "ready", "Ready", "a ChatGPT login", holder="backup"),
    HomeAccount("~/.codex-\x1b[31mred", "not-logged-in", "Nobody is logged in here"),
)  # fmt: skip


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_every_place_is_told_with_whose_login_it_is(size: tuple[int, int]) -> None:
    async with running(size=size, accounts=lambda: ROWS) as (app, pilot):
        await pilot.press("A")
        await app.workers.wait_for_complete()
        await pilot.pause()
        text = dialog(app)
    assert "~/.codex" in text
    assert "the same refresh token lies in ~/.codex-copy" in text
    assert "used by running programs: 42" in text
    assert "profile work: Ready: API key" in text
    assert "ada@example.org" not in text
    assert "\x1b" not in text


async def test_a_place_can_be_copied() -> None:
    async with running(accounts=lambda: ROWS) as (app, pilot):
        await pilot.press("A")
        await app.workers.wait_for_complete()
        await pilot.press("down", "c")
        assert app.clipboard == "~/.codex-copy"


async def test_where_there_is_no_home_it_says_so() -> None:
    async with running(accounts=lambda: ()) as (app, pilot):
        await pilot.press("A")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "no home of Codex" in dialog(app)
