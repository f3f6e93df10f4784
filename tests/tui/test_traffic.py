"""The live list of requests: it follows, holds still, filters, and hands out nothing secret."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from textual.events import MouseScrollUp

from authtui.exchanges.records import RequestRecord
from authtui.tui.dialogs.prompt import Prompt
from tests.tui.drive import dialog, hints, running, words
from tests.tui.samples import NOW, REQUESTS, session

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from authtui.assessment.options import Options
    from authtui.model.session import AuthSession
    from authtui.tui.app import AuthtuiApp
    from authtui.tui.pane import Pane
    from tests.tui.conftest import Until


def with_requests() -> AuthSession[Options]:
    shown = session("healthy")
    shown._state = replace(shown.state, requests=REQUESTS)
    return shown


def many(count: int) -> list[RequestRecord]:
    return [
        RequestRecord(
            n,
            NOW + timedelta(seconds=n),
            "POST" if n % 3 else "GET",
            "chatgpt.com",
            f"/backend-api/codex/responses/n={n}",
            status=(200, 401, 503)[n % 3],
            milliseconds=float(n % 90),
            meaning="the model answered",
        )
        for n in range(1, count + 1)
    ]


def requests(app: AuthtuiApp) -> Pane:
    return app.desk.panes["requests"]


async def test_new_requests_appear_at_the_end_and_the_list_follows(until: Until) -> None:
    shown = session("healthy")
    async with running(session=shown) as (app, pilot):
        await pilot.press("4")
        for record in many(500):
            shown.request_started(record._replace(status=None))
            shown.request_finished(record)
        await until(pilot, lambda: "n=500" in words(requests(app)))
        assert "500" in words(requests(app)).splitlines()[0]


async def test_p_holds_the_list_still_and_counts_what_waits(until: Until) -> None:
    shown = session("healthy")
    async with running(session=shown) as (app, pilot):
        shown.request_finished(many(1)[0])
        await until(pilot, lambda: "n=1" in words(requests(app)))
        await pilot.press("4", "p")
        for record in many(20):
            shown.request_finished(record)
        await until(pilot, lambda: "20 new" in words(requests(app)))
        assert "n=20" not in words(requests(app))
        await pilot.press("p")
        await until(pilot, lambda: "n=20" in words(requests(app)))


async def test_the_filter_language_keeps_what_it_says_and_explains_what_it_cannot_read() -> None:
    async with running(session=with_requests()) as (app, pilot):
        await pilot.press("4", "slash", "x")
        requests(app).filter("status:4xx not is:waiting")
        await pilot.pause()
        assert "1 of 5" in words(requests(app)).splitlines()[0]
        await pilot.press("escape")
        assert app.traffic.log.count == 5
        await pilot.press("slash", *"status:m")
        assert "a status is a number" in words(requests(app))
        await pilot.press("escape", "slash", *"zzz")
        assert "No request is like that" in words(requests(app))


async def test_the_detail_decodes_the_assertion_and_compares_the_clocks() -> None:
    async with running(session=with_requests(), size=(120, 50)) as (app, pilot):
        await pilot.press("4", "end", "up", "enter")
        text = dialog(app)
        assert "✓ valid for the agent's own key" in text
        assert "! 91 s behind the server's" in text
        assert "assertion refused" in text
        assert "task-made-up-0001" not in text
        assert "as curl" in hints(app)
        await pilot.press("C")
        assert app.clipboard.startswith("curl -sS")
        assert "$CODEX_ASSERTION" in app.clipboard


async def test_export_shows_the_path_first_and_writes_a_new_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running(session=with_requests()) as (app, pilot):
        await pilot.press("e")
        assert isinstance(app.screen, Prompt)
        assert ".har" in dialog(app)
        assert list(tmp_path.iterdir()) == []
        await pilot.press("enter")
        await until(pilot, lambda: list(tmp_path.glob("*.har")))
        await until(pilot, lambda: "wrote 5 entries" in words(app.desk.footer))
        path = next(tmp_path.glob("*.har"))
        assert len(json.loads(path.read_text())["log"]["entries"]) == 5
        assert "org_mine" not in path.read_text()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        await pilot.press("e", "enter")
        await until(pilot, lambda: "not written: File exists" in words(app.desk.footer))


async def test_a_presentation_exports_nothing_and_says_why() -> None:
    async with running(session=with_requests(), presenter=True) as (app, pilot):
        await pilot.press("e")
        assert "export is locked" in words(app.desk.footer)


async def test_the_wheel_scrolls_without_moving_the_cursor() -> None:
    shown = session("healthy")
    shown._state = replace(shown.state, requests=tuple(many(100)))
    async with running(session=shown) as (app, pilot):
        await pilot.press("4")
        pane = requests(app)
        cursor, top = pane.cursor, pane.top
        await pilot._post_mouse_events([MouseScrollUp], "#requests", offset=(5, 2))
        assert pane.top == top - 3
        assert pane.cursor == cursor


async def test_a_click_selects_a_request_and_a_second_one_opens_it() -> None:
    async with running(session=with_requests()) as (app, pilot):
        await pilot.click("#requests", offset=(10, 1))
        first = requests(app).cursor
        await pilot.click("#requests", offset=(10, 2))
        assert requests(app).cursor == first + 1
        await pilot.click("#requests", offset=(10, 2), times=2)
        await pilot.pause()
        assert app.screen is not app.desk


async def test_ten_thousand_rows_are_drawn_and_filtered_to_the_right_ones() -> None:
    shown = session("healthy")
    shown._state = replace(shown.state, requests=tuple(many(10_000)))
    async with running(session=shown) as (app, pilot):
        await pilot.press("4", "slash", *"n=9999")
        assert app.traffic.log.count == 1
        await pilot.press("escape", "home")
        assert "n=1 " in words(requests(app))
