"""Events of every type with values of every kind, and files made of them."""

from __future__ import annotations

import collections.abc
import functools
import json
import sys
import types
import typing
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from authtui.answers import findings
from authtui.answers import token_view as rows
from authtui.exchanges import records
from authtui.exchanges.records import Detail, RequestRecord
from authtui.machine import clues, observation, past_events, variable_places
from authtui.model import events as ev
from authtui.redaction import Secret
from authtui.trace.line_format import as_line, header
from authtui.trace.reader import Refusal, Trace, open_trace
from authtui.trace.writer import TraceWriter
from authtui.wire import connection
from tests.tui import homes
from tests.tui.samples import session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from authtui.model.session import AuthSession

AT = datetime(2026, 11, 13, 12, 0, tzinfo=UTC)
KEY = b"k" * 32
PLANTED = Secret("sk-proj-planted0Zq8vK2mWx7RtY4nLpB6cD9fG")

# A class with slots is made twice; the one that its module names is the one in use.
EVENT_TYPES: tuple[type[ev.Event], ...] = tuple(
    {
        kind.__name__: getattr(sys.modules[kind.__module__], kind.__name__)
        for kind in ev.Event.__subclasses__()
    }.values()
)
"""Every type of event that there is, whoever added it."""

_MODULES = (clues, past_events, variable_places, connection, records, observation, findings, rows)
_NAMES: dict[str, Any] = {
    **vars(typing),
    **{n: v for m in _MODULES for n, v in vars(m).items()},
    "datetime": datetime,
    "Secret": Secret,
    "Mapping": typing.Mapping,
}
_TEXT = st.text(max_size=30)
_ANYTHING = st.one_of(_TEXT, st.integers(), st.just({"account_id": "org-4711"}))
_MOMENTS = st.integers(31_536_000, 7_000_000_000).map(lambda n: datetime.fromtimestamp(n, UTC))


def types_of(made: Any) -> dict[str, Any]:  # noqa: ANN401 - a record's type
    """The fields of a record and their types, made of their annotations."""
    found: dict[str, Any] = {}
    for cls in reversed(made.__mro__):
        for name, text in vars(cls).get("__annotations__", {}).items():
            written = getattr(text, "__forward_arg__", text)
            found[name] = eval(written, dict(_NAMES))  # noqa: S307 - our own annotations
    names = [f.name for f in fields(made)] if is_dataclass(made) else made._fields
    # A record within one of its own kind says no more than the outer one.
    return {n: type(None) if made in typing.get_args(found[n]) else found[n] for n in names}


def values_of(kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - a type
    """Values of a type, of ordinary size."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return st.one_of([st.none() if a is type(None) else values_of(a) for a in inner])
    if origin is typing.Literal:
        return st.sampled_from(inner)
    if origin is tuple:
        if inner[-1] is Ellipsis:
            return st.lists(values_of(inner[0]), max_size=3).map(tuple)
        return st.tuples(*map(values_of, inner))
    if origin is frozenset:
        return st.frozensets(values_of(inner[0]), max_size=3)
    if origin is collections.abc.Mapping:
        return st.dictionaries(_TEXT, values_of(inner[1]), max_size=2)
    plain = {
        Any: _ANYTHING,
        object: _ANYTHING,
        bytes: st.just(PLANTED.reveal().encode()),
        str: _TEXT,
        bool: st.booleans(),
        int: st.integers(0, 10**9),
        float: st.floats(-(10**6), 10**6).map(lambda x: round(x, 2)),
        datetime: _MOMENTS,
        Secret: st.just(PLANTED),
        type(None): st.none(),
    }
    if kind in plain:
        return plain[kind]
    return _cached(kind)


def records_of(made: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - a record's type
    """Records of a type, every field filled."""
    return st.builds(made, **{name: values_of(kind) for name, kind in types_of(made).items()})


_cached = functools.cache(records_of)


def filled(kind: Any, text: str) -> Any:  # noqa: ANN401 - a type, and a value of it
    """A value of a type in which every text is the given one, and every field is there."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return filled(next(a for a in inner if a is not type(None)), text)
    if origin is typing.Literal:
        return inner[0]
    if origin is tuple:
        return tuple(filled(a, text) for a in inner if a is not Ellipsis)
    if origin is frozenset:
        return frozenset([filled(inner[0], text)])
    if origin is collections.abc.Mapping:
        return {text: filled(inner[1], text)}
    plain = {str: text, bool: True, int: 7, float: 1.5, datetime: AT, object: text, Any: text}
    plain |= {Secret: Secret(text), bytes: text.encode()}
    if kind is type(None):
        return None
    if kind in plain:
        return plain[kind]
    return kind(**{name: filled(field, text) for name, field in types_of(kind).items()})


def record(number: int, **more: Any) -> RequestRecord:  # noqa: ANN401 - fields of a record
    at = AT + timedelta(seconds=number)
    made = RequestRecord(number, at, "POST", "chatgpt.com", "/backend-api/codex/responses")
    return made._replace(**more)


def busy(story: str = "wrong-workspace", requests: int = 20, refused: int = 7) -> AuthSession[Any]:
    """A session in which something happens."""
    shown = session(story)
    for number in range(1, requests + 1):
        shown.request_started(record(number, authorization="Bearer JWT"))
        status = 401 if number % refused == 0 else 200
        colour = "fail" if status == 401 else "ok"
        shown.request_finished(
            record(number, authorization="Bearer JWT", status=status, colour=colour)
        )
    shown.load("again")
    shown.fail("register", "the server refused it")
    return shown


def case() -> AuthSession[Any]:
    """What a user recorded: an old variable, a refused request, the variable unset, an answer."""
    shown = session("shadowed")
    shown.request_started(record(1, authorization="Bearer sk-", credential_mark="#5b2c19"))
    refused = record(1, authorization="Bearer sk-", credential_mark="#5b2c19", status=401)
    meaning = "the key was refused: it is of another project, or revoked"
    detail = Detail(
        (("Authorization", "Bearer sk- <51 characters, #5b2c19>"),),
        (("Date", "Fri, 13 Nov 2026 12:01:10 GMT"), ("x-request-id", "req_4711")),
        None,
        '{"error": {"code": "invalid_api_key", "message": "Incorrect API key provided"}}',
    )
    shown.request_finished(
        refused._replace(
            colour="fail", meaning=meaning, milliseconds=112.0, request_id="req_4711", detail=detail
        )
    )
    shown.publish(
        lambda n, at: ev.Asserted(n, at, "assert", 401, "Bearer sk-", "chatgpt.com", True, meaning)
    )
    shown.note_change("environment", ("CODEX_API_KEY is no longer set",))
    shown.adopt(homes.read("healthy"), "a watched file changed")
    shown.request_started(record(2, authorization="Bearer JWT", credential_mark="#9a01f3"))
    answered = record(2, authorization="Bearer JWT", credential_mark="#9a01f3", status=200)
    shown.request_finished(
        answered._replace(colour="ok", meaning="the model answered", milliseconds=640.0)
    )
    shown.publish(
        lambda n, at: ev.Asserted(
            n, at, "assert", 200, "Bearer JWT", "chatgpt.com", True, "the model answered"
        )
    )
    return shown


def write(path: Path, shown: AuthSession[Any], **options: Any) -> Path:  # noqa: ANN401 - those of a writer
    """A trace of everything that a session holds."""
    writer = TraceWriter(path, key=KEY, clock=lambda: AT, **options)
    for event in shown.events:
        writer(shown.state, event)
    writer.close()
    return path


def read(path: Path) -> Trace:
    """A trace, read to its end."""
    trace = open_trace(path)
    assert not isinstance(trace, Refusal), trace
    while not trace.done:
        trace.scan(100)
    return trace


def lines_of(*trees: dict[str, Any]) -> bytes:
    """A file of a header and these lines."""
    return b"".join(map(as_line, (header("authtui 0.1.0", AT), *trees)))


def told(number: int, **more: object) -> dict[str, Any]:
    """The line of a simple event."""
    return {
        "n": number,
        "at": "2026-11-13T12:00:00Z",
        "kind": "Told",
        "cause": "story",
        "text": "once",
        "step": 1,
        "steps": 2,
        **more,
    }


def everything(value: Any) -> Sequence[str]:  # noqa: ANN401 - any value
    """Every text in a value, secrets revealed."""
    if isinstance(value, Secret):
        return [value.reveal()]
    if isinstance(value, str):
        return [value]
    if isinstance(value, bytes):
        return [value.decode("utf-8", "replace")]
    if is_dataclass(value) and not isinstance(value, type):
        return [t for f in fields(value) for t in everything(getattr(value, f.name))]
    if isinstance(value, dict) or hasattr(value, "items"):
        return [t for k, v in value.items() for t in (*everything(k), *everything(v))]
    if isinstance(value, (tuple, list)):
        return [t for item in value for t in everything(item)]
    return [json.dumps(str(value))]
