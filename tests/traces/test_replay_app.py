"""A trace on the screen: every key of time, the mouse on the timeline, a damage, two traces."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from authtui.settings import Settings
from authtui.trace.reader import Trace, open_trace
from authtui.trace.replay import Replay
from authtui.tui.dialogs.dialog import ChooseScreen, DetailScreen, Dialog
from authtui.tui.dialogs.prompt import Prompt
from authtui.tui.keys import LIST_KEYS
from authtui.tui.replay.comparison_screen import ComparisonScreen
from authtui.tui.replay.damage_screen import DamageScreen
from authtui.tui.replay.replay_app import LONGEST_WAIT, ReplayApp, describe
from authtui.tui.replay.replay_keys import REPLAY_KEYS
from authtui.tui.replay.timeline_widget import Timeline
from tests.traces.made import busy, lines_of, told, write
from tests.tui.drive import dialog, hints, words

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from textual.pilot import Pilot


def replay_of(path: Path) -> Replay:
    trace = open_trace(path)
    assert isinstance(trace, Trace)
    return Replay(trace, describe)


@asynccontextmanager
async def shown(
    *paths: Path, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[ReplayApp, Pilot[None]]]:
    replays = [replay_of(path) for path in paths]
    other = replays[1] if len(replays) > 1 else None
    app = ReplayApp(replays[0], Settings(theme="dark"), other=other)
    async with app.run_test(size=size) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()
        yield app, pilot


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("trace") / "a.trace", busy(requests=20))


def failures(app: ReplayApp) -> list[int]:
    found, at = [], -1
    while (place := app.replay.next_failure(at, 1)) is not None:
        found.append(place)
        at = place
    return found


def on_top(kind: type[object]) -> Callable[[ReplayApp], bool]:
    return lambda app: isinstance(app.screen, kind)


def focused(name: str) -> Callable[[ReplayApp], bool]:
    return lambda app: app.focused is app.desk.panes[name]


def footer(text: str) -> Callable[[ReplayApp], bool]:
    return lambda app: text in words(app.desk.footer)


CASES: dict[str, tuple[tuple[str, ...], Callable[[ReplayApp], object]]] = {
    "play": ((), lambda app: app.playing),
    "later": ((), lambda app: app.place == 1),
    "earlier": (("full_stop", "full_stop"), lambda app: app.place == 1),
    "next-failure": (("n",), lambda app: app.place == failures(app)[1]),
    "previous-failure": (("n", "n"), lambda app: app.place == failures(app)[0]),
    "go-to": ((), on_top(Prompt)),
    "again": ((), footer("nothing was searched for yet")),
    "back-again": ((), footer("nothing was searched for yet")),
    "kind": ((), on_top(ChooseScreen)),
    "next-alike": (
        (),
        lambda app: app.place > 40 and app.replay.trace.kinds[app.place] == "Loaded",
    ),
    "previous-alike": (("end", "comma", "comma"), lambda app: app.place == 0),
    "faster": ((), lambda app: app.speed == 2),
    "slower": ((), lambda app: app.speed == 0.5),
    "first-event": (("n",), lambda app: app.place == 0),
    "present": ((), lambda app: app.place == len(app.replay.trace) - 1),
    "timeline": ((), lambda app: isinstance(app.focused, Timeline)),
    "compare": ((), footer("open two traces")),
    "details": ((), on_top(DetailScreen)),
    "verdict": ((), on_top(DetailScreen)),
    "filter": ((), lambda app: app.desk.panes["sources"].typing),
    "matrix": ((), lambda app: app.desk.matrix),
    "copy": ((), lambda app: bool(app.clipboard)),
    "copy-fix": ((), lambda app: app.clipboard == "codex login"),
    "copy-curl": (("end", "4"), lambda app: app.clipboard.startswith("curl -sS")),
    "theme": ((), lambda app: app.theme == "authtui-light"),
    "help": ((), on_top(Dialog)),
    "quit": ((), lambda app: app._exit),
    "pane-sources": (("2",), focused("sources")),
    "pane-claims": ((), focused("claims")),
    "pane-checks": ((), focused("checks")),
    "pane-requests": ((), focused("requests")),
    "pane-events": ((), focused("events")),
    "next-pane": ((), focused("claims")),
    "previous-pane": ((), focused("events")),
    "next-token": ((), lambda app: app.desk.token == 1),
    "previous-token": ((), lambda app: app.desk.token == 1),
}


def test_every_key_of_a_trace_has_a_case_here() -> None:
    assert set(CASES) == {key.id for key in REPLAY_KEYS}


def test_no_key_of_a_trace_is_bound_twice() -> None:
    # Space plays, in a list too; PgDn still turns its pages.
    every = [name for key in REPLAY_KEYS for name in key.keys.split(",")]
    assert len(every) == len(set(every))
    lists = {name for key in LIST_KEYS for name in key.keys.split(",")}
    assert set(every) & lists == {"space"}


@pytest.mark.parametrize(
    ("name", "press"), [(key.id, name) for key in REPLAY_KEYS for name in key.keys.split(",")]
)
async def test_the_key_does_what_it_says(name: str, press: str, path: Path) -> None:
    before, holds = CASES[name]
    async with shown(path) as (app, pilot):
        await pilot.press(*before, press)
        await pilot.pause()
        assert holds(app)


async def test_every_pane_follows_the_event(path: Path) -> None:
    async with shown(path) as (app, pilot):
        assert "none yet" in words(app.desk.panes["requests"])
        await pilot.press("full_stop", "full_stop")
        assert "… sent" in words(app.desk.panes["requests"])
        assert "✗ refused" in words(app.desk.panes["events"])
        await pilot.press("full_stop")
        assert "✓ 200" in words(app.desk.panes["requests"])
        await pilot.press("comma", "comma", "comma")
        assert "none yet" in words(app.desk.panes["requests"])
        assert app.place == 0


async def test_the_panes_show_stand_ins_and_no_ids(path: Path) -> None:
    async with shown(path) as (app, pilot):
        await pilot.press("m")
        text = words(app.desk.verdict) + words(app.desk.panes["checks"])
        assert "acct-A" in text
        assert "org_" not in text


async def test_the_ends_are_said_and_not_passed(path: Path) -> None:
    async with shown(path) as (app, pilot):
        await pilot.press("comma")
        assert "this is the first event" in words(app.desk.footer)
        await pilot.press("end", "full_stop")
        assert "this is the last event" in words(app.desk.footer)
        await pilot.press("n")
        assert "no failure after this event" in words(app.desk.footer)


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("7", 6),
        ("1,000", -1),
        ("50%", 22),
        ("12:01:10", 3),
        ("2026-11-13 12:01:10Z", 3),
        ("responses 401", 15),
        ("server refused", -1),
    ],
)
async def test_going_to_a_number_a_time_a_part_or_words(typed: str, place: int, path: Path) -> None:
    async with shown(path) as (app, pilot):
        app._asked(typed)
        await pilot.pause()
        count = len(app.replay.trace)
        assert app.place == (place if place >= 0 else count - 1)


async def test_a_search_goes_on_and_back(path: Path) -> None:
    async with shown(path) as (app, pilot):
        await pilot.press("colon", *"answer POST", "enter")
        found = app.place
        await pilot.press("semicolon")
        assert app.place > found
        await pilot.press("apostrophe")
        assert app.place == found


async def test_choosing_a_kind_goes_to_its_next_event(path: Path) -> None:
    async with shown(path) as (app, pilot):
        await pilot.press("K")
        assert "failed" in dialog(app)
        app.screen.dismiss("Failed")
        await pilot.pause()
        assert app.replay.trace.kinds[app.place] == "Failed"


async def test_enter_on_an_event_travels_there_and_then_opens_it(path: Path) -> None:
    async with shown(path) as (app, pilot):
        await pilot.press("5", "down", "down", "enter")
        assert app.place == 2
        await pilot.press("enter")
        assert isinstance(app.screen, DetailScreen)


async def test_filtering_the_events_takes_a_space_as_a_letter(path: Path) -> None:
    async with shown(path) as (app, pilot):
        await pilot.press("5", "slash", *"again", "space")
        assert app.desk.panes["events"].needle == "again "
        assert not app.playing


async def test_playing_goes_on_by_the_clock_and_begins_anew_at_the_end(path: Path) -> None:
    async with shown(path) as (app, _):
        # Nothing is awaited here, so the app's own clock does not tick in between.
        app.toggle_play()
        app._play_on(1.0)
        assert app.place == 1
        app._play_on(2.5)
        assert app.place == 3
        app._play_on(10_000)
        assert app.place == len(app.replay.trace) - 1
        assert not app.playing
        app.toggle_play()
        assert app.place == 0
        assert app.playing


async def test_a_wait_of_an_hour_is_played_in_seconds(tmp_path: Path) -> None:
    path = tmp_path / "a.trace"
    late = told(2, at="2026-11-13T13:00:00Z")
    path.write_bytes(lines_of(told(1), late))
    async with shown(path) as (app, _):
        app.toggle_play()
        app._play_on(LONGEST_WAIT - 0.5)
        assert app.place == 0
        app._play_on(0.6)
        assert app.place == 1


async def test_dragging_over_the_timeline_travels(path: Path) -> None:
    async with shown(path) as (app, pilot):
        line = app.desk.timeline
        await pilot.mouse_down(line, offset=(60, 1))
        middle = app.place
        assert 15 < middle < 30
        await pilot.hover(line, offset=(100, 1))
        assert app.place > middle
        await pilot.mouse_up(line, offset=(100, 1))
        there = app.place
        await pilot.hover(line, offset=(5, 1))
        assert app.place == there
        await pilot.click(line, offset=(2, 1))
        assert app.place == 0


async def test_the_timeline_takes_keys_of_its_own(path: Path) -> None:
    async with shown(path) as (app, pilot):
        await pilot.press("6", "right", "right")
        assert app.place == 2
        await pilot.press("left")
        assert app.place == 1
        await pilot.press("pagedown")
        assert app.place == 1 + len(app.replay.trace) // 10
        await pilot.press("pageup")
        assert app.place == 1
        await pilot.press("end", "home")
        assert app.place == 0


async def test_a_click_on_its_words_does_what_they_say(path: Path) -> None:
    async with shown(path) as (app, pilot):
        await pilot.click(app.desk.timeline, offset=(3, 0))
        assert app.playing
        await pilot.click(app.desk.timeline, offset=(12, 0))
        assert isinstance(app.screen, Prompt)


async def test_a_trace_reveals_and_does_nothing(path: Path) -> None:
    async with shown(path) as (app, _):
        assert app.reason_against("reveal") == "a trace holds no secret to reveal"
        assert app.reason_against("act('logout')") is not None
        assert app.reason_against("surface") is not None
        app.load("load")
        assert app.place == 0


async def test_a_damage_is_stated_over_what_could_be_read(tmp_path: Path) -> None:
    path = tmp_path / "hurt.trace"
    path.write_bytes(lines_of(told(1), told(2)) + b'{"n":3,"at":5}\n')
    async with shown(path) as (app, pilot):
        assert isinstance(app.screen, DamageScreen)
        assert "line 4 of hurt.trace" in dialog(app)
        assert "The 2 events before it are shown." in dialog(app)
        await pilot.press("escape")
        assert not isinstance(app.screen, DamageScreen)
        assert "event 1 of 2" in words_of(app)


def words_of(app: ReplayApp) -> str:
    line = app.desk.timeline
    return "\n".join(line.render_line(y).text for y in range(2))


async def test_a_cut_last_line_is_a_notice(path: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.trace"
    cut.write_bytes(path.read_bytes()[:-130])
    async with shown(cut) as (app, _):
        assert "its last line is cut off" in words(app.desk.footer)


async def test_two_traces_open_on_what_differs_first(path: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "b.trace", busy("shadowed", 20))
    async with shown(path, other) as (app, pilot):
        await app.workers.wait_for_complete()
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, ComparisonScreen)
        assert "A  a.trace" in dialog(app)
        assert "B  b.trace" in dialog(app)
        below = words(screen.below)
        assert "What differs first: after event 1 of A, 1 of B" in below
        assert "A refused" in below
        assert "B ready" in below
        await pilot.press("n")
        assert "What differs here: after event 2 of A, 1 of B" in words(screen.below)
        await pilot.press("N", "N")
        assert "no difference before this one" in hints(app)
        await pilot.press("2")
        assert app.screen is app.desk
        assert app.replay is app.replays[1]
        assert "CODEX_API_KEY wins" in words(app.desk.verdict)
        await pilot.press("d")
        assert isinstance(app.screen, ComparisonScreen)
        await pilot.press("tab")
        assert app.focused is app.screen.below
        await pilot.press("c")
        assert "A " in app.clipboard
        await pilot.press("tab", "enter")
        assert app.replay is app.replays[0]


async def test_two_equal_traces_are_said_to_be_alike(path: Path) -> None:
    async with shown(path, path) as (app, pilot):
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "all alike" in dialog(app)
        assert isinstance(app.screen, ComparisonScreen)
        assert "The two states are the same there" in words(app.screen.below)


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (40, 9), (200, 60)])
async def test_it_stands_at_every_size(size: tuple[int, int], path: Path) -> None:
    async with shown(path, size=size) as (app, pilot):
        await pilot.press("n", "space")
        await pilot.pause()
        if size[1] >= 10:
            assert f"of {len(app.replay.trace)}" in words_of(app)
        assert len(words_of(app).splitlines()[-1]) <= size[0]


async def test_an_empty_recording_opens_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "empty.trace"
    path.write_bytes(lines_of())
    async with shown(path) as (app, pilot):
        await pilot.press("full_stop", "n", "greater_than_sign", "end", "space")
        assert "no event yet" in words_of(app)


async def test_nothing_in_a_trace_or_its_name_speaks_to_the_terminal(tmp_path: Path) -> None:
    hostile = "[red]x[/] \u202e [@click=app.quit]y[/]"
    content = lines_of(told(1, text=hostile, cause=hostile), told(2, text=hostile))
    one, two = tmp_path / "a\x1b[31m.trace", tmp_path / "b\u202e[b].trace"
    one.write_bytes(content + b'{"n":3,"at":"\\u001b[2J"}\n')
    two.write_bytes(lines_of(told(1, text=hostile)))
    async with shown(one, two) as (app, pilot):
        await app.workers.wait_for_complete()
        await pilot.pause()
        drawn = ""
        while app.screen is not app.desk:
            drawn += dialog(app) + hints(app)
            await pilot.press("escape")
        await pilot.press("5", "end", "enter")
        drawn += words(app.desk.header) + words_of(app) + words(app.desk.panes["events"])
        assert "\x1b" not in drawn
        assert "\u202e" not in drawn
        assert "[red]x[/]" in drawn


async def test_filtering_the_events_of_a_trace_looks_through_all_of_them(path: Path) -> None:
    async with shown(path) as (app, pilot):
        await pilot.press("5", "slash", *"answer", "enter")
        assert len(app.desk.panes["events"].doc.items) == 20
        await pilot.press("down", "enter")
        assert app.replay.trace.kinds[app.place] == "RequestFinished"
