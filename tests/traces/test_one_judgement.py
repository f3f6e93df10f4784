"""The same evidence gives the same sentence: as it happens, written down, and opened again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.demo.story_file import read_names
from authtui.exchanges.records import RequestRecord
from authtui.model.state import AuthState, fold
from authtui.trace.reader import Trace, open_trace
from authtui.trace.replay import Replay
from authtui.trace.writer import TraceWriter
from tests.capture.build import Watched
from tests.demo.test_stories import played
from tests.traces.made import AT, KEY
from tests.tui import homes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authtui.model.events import Event

_NAMES = re.compile(r"\b(?:acct|org|user|workspace|agent)[-_][\w-]+")
CAPTURES = Path(__file__).parents[1] / "capture" / "recorded"


def said(state: AuthState) -> tuple[Any, ...] | None:
    """The one judgement of a moment, all that is told of it."""
    found = state.assessment
    if found is None:
        return None
    verdict, lamps = found.verdict, found.lamps
    return (
        verdict.outcome,
        verdict.kind,
        verdict.headline,
        verdict.sentence,
        verdict.culprit,
        verdict.client_message,
        verdict.client_exit,
        tuple((fix.text, fix.leads_to, fix.then) for fix in verdict.fix),
        tuple(lamp.light for lamp in lamps),
    )


def unnamed(value: object) -> Any:  # noqa: ANN401 - the same value
    """A value without the names that a trace gives to ids and places."""
    if isinstance(value, tuple):
        return tuple(map(unnamed, value))
    return _NAMES.sub("…", value) if isinstance(value, str) else value


def opened(path: Path, events: Iterable[Event]) -> Replay:
    writer = TraceWriter(path, key=KEY, clock=lambda: AT)
    state = AuthState()
    for event in events:
        state = fold(state, event)
        writer(state, event)
    writer.close()
    trace = open_trace(path)
    assert isinstance(trace, Trace)
    replay = Replay(trace)
    while replay.read_on(50):
        pass
    return replay


def differing(events: tuple[Event, ...], path: Path) -> list[object]:
    replay = opened(path, events)
    live = AuthState()
    wrong: list[object] = []
    for count, event in enumerate(events, 1):
        live = fold(live, event)
        there, here = unnamed(said(live)), unnamed(said(replay.state_after(count)))
        if there != here:
            pairs = zip(there or (), here or (), strict=False)
            wrong.append((count, event.kind, [pair for pair in pairs if pair[0] != pair[1]]))
    return wrong


@pytest.mark.parametrize("name", read_names())
def test_a_story_is_judged_alike_live_recorded_and_replayed(name: str, tmp_path: Path) -> None:
    session = played(name).session
    events = tuple(session.events)
    assert said(session.state) == said(session.state_at(events[-1].sequence))
    assert differing(events, tmp_path / "a.trace") == []


def captured(name: str) -> tuple[Event, ...]:
    run = json.loads((CAPTURES / name).read_text())
    seen = homes.read("healthy")
    found = assess(seen, Options("0.169.0"))
    shown = Watched(seen, found).start()
    for made in run["requests"]:
        fields = {key: value for key, value in made.items() if key in RequestRecord._fields}
        shown.call(**{k: v for k, v in fields.items() if not isinstance(v, dict | list)})
    shown.say(*run["said"], stream="stdout")
    return tuple(shown.end(run["exit"]).look(seen, found).events)


@pytest.mark.parametrize("name", sorted(path.name for path in CAPTURES.glob("*.json")))
def test_a_capture_is_judged_alike_live_recorded_and_replayed(name: str, tmp_path: Path) -> None:
    assert differing(captured(name), tmp_path / "a.trace") == []
