"""A hostile or damaged file is refused, by line, with a reason; nothing else ever happens."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.trace import reader
from authtui.trace.fields import DamageError
from authtui.trace.line_format import (
    LARGEST_FILE,
    LONGEST_LINE,
    event_tree,
    parse,
    read_event,
)
from authtui.trace.reader import Refusal, Trace, open_trace
from authtui.trace.replay import Replay
from authtui.trace.stand_ins import StandIns
from tests.traces.made import busy, lines_of, read, told, write

if TYPE_CHECKING:
    from pathlib import Path

HEAD = lines_of()
OK = json.dumps(told(1)).encode() + b"\n"


def damage_of(path: Path) -> Refusal:
    found = open_trace(path)
    if isinstance(found, Refusal):
        return found
    while not found.done:
        found.scan(50)
    found.close()
    assert found.damage is not None
    return found.damage


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"\n", 1, "not JSON at column 1"),
        (b"hello\n", 1, "not JSON at column 1"),
        (b"\x7fELF\0\0\0", 1, "a file of bytes, not of text"),
        (b'{"n": 1}\n', 1, "not a trace of authtui: it does not begin with a header"),
        (b"[1]\n", 1, "not an object"),
        (b'{"authtui_trace": 2}\n', 1, "version 2; this program reads version 1"),
        (b'{"authtui_trace": "1"}\n', 1, "a version that is not a number"),
        (b'{"authtui_trace": 1}\n', 1, "not a time"),
        (HEAD + HEAD, 2, "a second header"),
        (HEAD + b"{}\n", 2, "not a line that a trace has"),
        (HEAD + b'{"n":1,"end":"x"}\n', 2, "not a line that a trace has"),
        (HEAD + OK + OK, 3, "event 1 after event 1"),
        (HEAD + b"\n" + OK, 2, "not JSON at column 1"),
        (HEAD + b'{"n":1,\n', 2, "not JSON at column 8"),
        (HEAD + b'\xff{"n":1}\n', 2, "not UTF-8 at byte 1"),
        (HEAD + b'{"n":1,"at":"\x1b[2J"}\n', 2, "a control character at column 14"),
        (HEAD + b'{"n":NaN}\n', 2, "NaN, which is not a JSON number"),
        (HEAD + b'{"n":-Infinity}\n', 2, "Infinity, which is not a JSON number"),
        (HEAD + b'{"n":' + b"9" * 5_000 + b"}\n", 2, "a number out of range"),
        (HEAD + b'{"n":1e999}\n', 2, "a number out of range"),
        (HEAD + b'{"n":1,"n":2}\n', 2, "a name used twice in an object"),
        (HEAD + b'{"n":' + b"[" * 100_000 + b"\n", 2, "nested too deeply"),
        (HEAD + b'{"n":' + b"[" * 50 + b"]" * 50 + b"}\n", 2, "nested too deeply"),
        (HEAD + b'{"end":"explosion","at":"2026-11-13T12:00:00Z"}\n', 2, "end: not one of"),
        (HEAD + b'{"skipped":-1}\n', 2, "skipped: not a number of events"),
        (HEAD + b'{"name":1,"mark":"x"}\n', 2, "not a string"),
        (HEAD + b"x" * (LONGEST_LINE + 10), 2, "longer than 4 MB"),
    ],
)
def test_what_is_wrong_is_said_by_line(
    content: bytes, line: int, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.trace"
    path.write_bytes(content)
    found = damage_of(path)
    assert found.line == line
    assert found.reason.startswith(reason)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "Exploded"}, "kind: an unknown kind of event"),
        ({"kind": ["Told"]}, "kind: an unknown kind of event"),
        ({"n": 0}, "n: not a number of an event"),
        ({"n": True}, "n: not a number of an event"),
        ({"n": 1.5}, "n: not a number of an event"),
        ({"n": 10**13}, "n: not a number of an event"),
        ({"at": "yesterday"}, "at: not a time"),
        ({"at": "2026-11-13T12:00:00"}, "at: a time without its zone"),
        ({"at": 5}, "at: not a time"),
        ({"text": 5}, "text: not a string"),
        ({"text": "\u001b]52;c;aGk=\u0007"}, "text: a control character in a string"),
        ({"text": "x" * 5_000}, "text: longer than 4,000 characters"),
        ({"step": "1"}, "step: not a whole number"),
        ({"step": True}, "step: not a whole number"),
        ({"step": 10**16}, "step: a number out of range"),
        ({"kind": "Failed"}, "reason: missing"),
        ({"kind": "RequestStarted", "request": []}, "request: not an object"),
        ({"kind": "LoggedOut", "removed": "all"}, "removed: not a list"),
        ({"kind": "LoggedOut", "removed": ["x"] * 600}, "removed: more than 500 items"),
        ({"kind": "LoggedOut", "removed": ["x", 1]}, "removed[1]: not a string"),
        (
            {"kind": "ChildSaid", "number": 1, "lines": [], "stream": "\x1b - at `$.text`"},
            "stream: not one of the words that it may be",
        ),
        (
            {"kind": "Loaded", "observation": {}, "assessment": {"like": 7}},
            "assessment.like: not the number of an earlier look",
        ),
    ],
)
def test_what_is_wrong_in_an_event_is_said_by_field(
    change: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.trace"
    path.write_bytes(lines_of({**told(1), **change}))
    assert str(damage_of(path)) == f"line 2: {reason}"


@pytest.mark.parametrize("change", [{"at": "\ud800"}, {"\ud800": 1}])
def test_half_a_character_is_said_too(change: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "a.trace"
    path.write_bytes(HEAD + json.dumps({**told(1), **change}).encode() + b"\n")
    assert str(damage_of(path)) == "line 2: half a character in a word"


def test_the_events_before_a_damage_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.trace"
    path.write_bytes(lines_of(told(1), told(2)) + b"[]\n" + OK)
    found = open_trace(path)
    assert isinstance(found, Trace)
    replay = Replay(found)
    assert str(found.damage) == "line 4: not an object"
    assert len(found) == 2
    assert replay.state.last == found[1]


def test_fields_that_a_later_version_may_add_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.trace"
    path.write_bytes(lines_of(told(1, mood="good")))
    assert len(read(path)) == 1


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    for name, reason in (
        ("pipe", "it is a pipe, not a file"),
        (".", "it is a directory, not a file"),
        ("empty", "it is empty"),
        ("none", "No such file or directory"),
        ("a\0b", "not a valid file name"),
    ):
        assert open_trace(f"{tmp_path}/{name}") == Refusal(reason)
    assert open_trace("/dev/null") == Refusal("it is a device, not a file")


def test_a_file_of_ten_gigabytes_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.write(HEAD)
        file.truncate(10 * 1024**3)
    found = open_trace(path)
    assert isinstance(found, Refusal)
    most = LARGEST_FILE // 1024**2
    assert found.reason == f"it holds 10,240 MB, and no more than {most} MB are read"


def test_more_events_than_anybody_records_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MOST_EVENTS", 2)
    path = tmp_path / "a.trace"
    path.write_bytes(lines_of(told(1), told(2), told(3)))
    assert damage_of(path).reason == "more than 2 events"


def test_a_file_that_changes_while_it_is_open_harms_nobody(tmp_path: Path) -> None:
    path = write(tmp_path / "a.trace", busy())
    trace = read(path)
    with path.open("r+b") as file:
        file.truncate(100)
    for event in trace:
        assert event.kind == "Failed"
        assert "changed while it was open" in getattr(event, "reason", "")
    trace.close()


def test_invisible_characters_are_made_visible(tmp_path: Path) -> None:
    path = tmp_path / "a.trace"
    path.write_bytes(lines_of(told(1, text="a\u202eb")))
    event = read(path)[0]
    assert getattr(event, "text", "") == "a⟨U+202E⟩b"


LINE = st.one_of(
    st.binary(max_size=80),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["n", "at", "kind", "cause", "end", "like", "assessment", "x"]),
                inner,
            )
        ),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
)


@given(st.lists(LINE, max_size=6))
def test_no_file_at_all_makes_it_fall(lines: list[bytes]) -> None:
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        file.write(HEAD + b"\n".join(lines))
        file.flush()
        trace = open_trace(file.name)
        assert isinstance(trace, Trace)
        while not trace.done:
            trace.scan(3)
        assert trace.damage is None or trace.damage.line
        trace.close()


ODD: list[Any] = [None, True, -1, 10**20, 0.5, "", "\x1b[31m", "x" * 5_000, [], {}, [{}], [[]]]
ODD += ["\ud800", {"\ud800": 1}, ["\ud800"]]
WHOLE = [event_tree(event, StandIns()) for event in busy(requests=2).events]


@given(st.data())
def test_no_changed_field_makes_it_fall(data: st.DataObject) -> None:
    tree = json.loads(json.dumps(data.draw(st.sampled_from(WHOLE))))
    place: Any = tree
    while True:
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(st.sampled_from(ODD))
    with suppress(DamageError):
        assert "\x1b" not in repr(read_event(parse(json.dumps(tree).encode())))
