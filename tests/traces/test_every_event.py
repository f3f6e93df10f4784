"""Every type of event is written and read back; whoever adds one hears of it here."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from authtui.model import events as ev
from authtui.redaction import Secret
from authtui.trace.declarations import EVENTS
from authtui.trace.fields import Record
from authtui.trace.line_format import as_line, event_tree, parse, read_event
from authtui.trace.reader import is_failure
from authtui.trace.stand_ins import StandIns
from tests.traces.made import AT, EVENT_TYPES, PLANTED, everything, records_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def field_names(made: Any) -> tuple[str, ...]:  # noqa: ANN401 - a dataclass or a named tuple
    """The fields of a record's type."""
    return tuple(f.name for f in fields(made)) if is_dataclass(made) else made._fields


def test_every_type_of_event_is_declared() -> None:
    assert {kind.__name__ for kind in EVENT_TYPES} == set(EVENTS)


def test_every_field_of_every_record_is_declared_or_left_out_on_purpose() -> None:
    for made, record in Record.declared.items():
        named = (*record.fields, *record.without)
        assert sorted(named) == sorted(field_names(made)), made


class Kept(NamedTuple):
    name: str
    key: Secret
    size: int = 0


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ({"labels": "name", "typed": "size"}, "not declared as it is.*key"),
        ({"labels": "name", "typed": "size other", "without": {"key": None}}, "other"),
        ({"labels": "name key", "typed": "size"}, "it is not said how .*Secret"),
        ({"labels": "name", "typed": "size key"}, "it is not said how .*Secret"),
        ({"typed": "name size", "without": {"key": None}}, "it is not said how .*str"),
    ],
)
def test_a_field_that_nobody_declared_and_a_secret_cannot_be_in_a_trace(
    declared: dict[str, Any], reason: str
) -> None:
    with pytest.raises(TypeError, match=reason):
        Record(Kept, {"Secret": Secret}, **declared)
    assert Kept not in Record.declared


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
@settings(max_examples=10, phases=[Phase.explicit, Phase.generate])
@given(data=st.data())
def test_what_was_written_is_read_back_whole(kind: type[ev.Event], data: st.DataObject) -> None:
    event = data.draw(records_of(kind))
    object.__setattr__(event, "sequence", max(1, event.sequence))
    names = StandIns(key=b"k" * 32)
    line = as_line(event_tree(event, names))
    back = read_event(parse(line[:-1]))
    assert type(back) is kind
    assert (back.sequence, back.at) == (event.sequence, event.at)
    assert PLANTED.reveal() not in line.decode()
    assert not any(isinstance(value, Secret) for value in _values(back))
    # What was read is what a trace can hold: written again, it is the same.
    assert as_line(event_tree(read_event(parse(line[:-1])), _resumed(names))) == line


def _resumed(names: StandIns) -> StandIns:
    again = StandIns(key=b"k" * 32)
    for name, _ in names.fresh():
        again.alias(name, name)
    return again


def _values(value: Any) -> Iterator[Any]:  # noqa: ANN401 - any value
    yield value
    if isinstance(value, tuple):
        for item in value:
            yield from _values(item)
    elif hasattr(value, "__dataclass_fields__"):
        for name in field_names(type(value)):
            yield from _values(getattr(value, name))


def test_an_event_of_the_watched_program_keeps_no_prompt() -> None:
    names = StandIns()
    started = ev.ChildStarted(
        1, AT, "capture", 1, ("/opt/bin/codex", "exec", "--json", "-c", "a=b", "refactor billing")
    )
    said = ev.ChildSaid(
        2, AT, "capture", 1, "stderr", ("refactor billing", "ERROR: unexpected status 401", "")
    )
    back = [read_event(event_tree(event, names)) for event in (started, said)]
    assert back[0] == ev.ChildStarted(
        1, AT, "capture", 1, ("codex", "exec", "--json", "-c", "<3 characters>", "<16 characters>")
    )
    assert back[1] == ev.ChildSaid(
        2, AT, "capture", 1, "stderr", ("<16 characters>", "ERROR: unexpected status 401", "")
    )
    assert "billing" not in " ".join(everything(back))


@pytest.mark.parametrize(
    ("event", "failure"),
    [
        (ev.Failed(1, AT, "x", "load", "it failed"), True),
        (ev.Asserted(1, AT, "x", 401), True),
        (ev.Asserted(1, AT, "x", 200), False),
        (ev.ChildEnded(1, AT, "x", 1, 1), True),
        (ev.ChildEnded(1, AT, "x", 1, 0), False),
        (ev.RotationSeen(1, AT, "x", "codex", "#1", None, accepted=False), True),
        (ev.Told(1, AT, "x", "text", 1, 2), False),
    ],
)
def test_what_counts_as_a_failure(event: ev.Event, failure: bool) -> None:
    assert is_failure(event) is failure
