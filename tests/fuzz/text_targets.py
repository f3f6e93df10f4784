"""Readers and writers of text under test that need no home: each takes any bytes."""

from __future__ import annotations

import base64
import datetime
import json
import math
import re
import tomllib
from typing import Any, Final
from urllib.parse import quote

from authtui.configuration.shown_line import shown_line
from authtui.configuration.toml_edit import EditRefusal, remove_value, set_value
from authtui.configuration.toml_reader import Moment, TomlDocument, TomlError, read
from authtui.known_secrets import KnownSecrets
from authtui.redaction import secretive
from authtui.trace.declarations import EVENTS
from authtui.trace.fields import DamageError
from authtui.trace.line_format import as_line, event_tree, head_of, parse, read_event
from authtui.trace.stand_ins import MachineNames, StandIns
from tests.fuzz.oracles import assert_hidden, planted

_SPLIT: Final = "\n%%\n"
_NAME_PLACE: Final = re.compile(r"\s*\[")
_NAMES: Final = StandIns(MachineNames())
_MOMENTS: Final = (datetime.date, datetime.time)


def _toml(text: str) -> TomlDocument | TomlError:
    try:
        return read(text)
    except TomlError as error:
        return error


def _same(ours: Any, theirs: Any) -> bool:  # noqa: ANN401 - TOML values
    if isinstance(theirs, dict):
        pairs = [(ours[name], value) for name, value in theirs.items()]
        return ours.keys() == theirs.keys() and all(_same(*pair) for pair in pairs)
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    if isinstance(theirs, _MOMENTS):
        return isinstance(ours, Moment)
    if isinstance(theirs, str) and isinstance(ours, str):
        # The standard library changes line ends, but not those that are written as escapes.
        return ours.replace("\r\n", "\n") == theirs.replace("\r\n", "\n")
    nan = isinstance(theirs, float) and math.isnan(theirs)
    return type(ours) is type(theirs) and (ours == theirs or (nan and math.isnan(ours)))


def toml_reader(data: bytes) -> None:
    """TOML: a mistake has a place in the text, a value stands where it is said to stand."""
    text = data.decode("utf-8", "replace")
    found = _toml(text)
    if isinstance(found, TomlError):
        assert 0 <= found.start <= len(text)
        assert found.start < found.end
        assert found.reason
        return
    for start, end in found.spans.values():
        assert 0 <= start <= end <= len(text)
        line, column = found.place(start)
        assert found.starts[line - 1] + column - 1 == start
    try:
        known = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return  # version 1.1 takes more
    assert _same(found.tree, known)


def toml_edit(data: bytes) -> None:
    """A key is set and removed, or the text is left alone; nothing else changes."""
    key, _, text = data.decode("utf-8", "replace").partition(_SPLIT)
    path = tuple(key.split("."))
    before = _toml(text.removeprefix("\ufeff"))
    value = (True, -5, f'{key}"\\\n\x7f')[len(data) % 3]
    changed = set_value(text, path, value)
    if isinstance(changed, EditRefusal):
        assert changed.reason
        return
    assert isinstance(before, TomlDocument)
    inner = read(changed.removeprefix("\ufeff")).tree
    for part in path[:-1]:
        inner = inner[part]
    assert inner[path[-1]] == value
    gone = remove_value(changed, path)
    if isinstance(gone, str):
        tree = read(gone.removeprefix("\ufeff")).tree
        assert path != (key,) or key not in tree


def config_line(data: bytes) -> None:
    """A line of a configuration as it is shown: as long as it was, and without its secret."""
    line = data.decode("utf-8", "replace").replace("\n", " ")
    shown = shown_line(line)
    assert len(shown) == len(line)
    secret = planted(data).decode()
    for written in (f'token = "{secret}', f"{line}{secret}", f"{line}={secret}"):
        name = _NAME_PLACE.match(written) is not None  # a name is hidden where it looks like a key
        if not name or secretive(secret):
            assert_hidden(secret, shown_line(written))


def known_secrets(data: bytes) -> None:
    """What was learned is found in any text, as it is and encoded; places lie in the text."""
    secret, _, around = data.decode("utf-8", "surrogateescape").partition(_SPLIT)
    known = KnownSecrets()
    known.learn(secret, planted(data).decode())
    hidden = planted(data).decode()
    texts = [around, f"{around}{hidden}", f"{hidden} {around}", f"{around}{secret}"]
    raw = hidden.encode()
    texts += [
        f"{around} {form}" for form in (quote(hidden), raw.hex(), f"{hidden[:9]}\n{hidden[9:]}")
    ]
    texts.append(f"{around} {base64.b64encode(raw).decode()}")
    for number, text in [*enumerate(texts)][len(data) % 4 :: 4]:
        found = known.find(text)
        ends = [0, *(one.end for one in found)]
        assert all(before <= one.start < one.end for before, one in zip(ends, found, strict=False))
        assert ends[-1] <= len(text)
        kept = (
            "".join(text[e : f.start] for e, f in zip(ends, found, strict=False)) + text[ends[-1] :]
        )
        if number in (1, 2):
            assert hidden not in kept
        elif number > 3:
            assert found, "an encoded secret was not found"


def trace_event(data: bytes) -> None:
    """A line of a trace: refused, or an event that is written again as it was read."""
    try:
        tree = parse(data)
        if head_of(tree) != "n" or not isinstance(tree.get("n"), int):
            return
        event = read_event(tree)
    except DamageError:
        return
    assert event.kind in EVENTS
    try:
        again = as_line(event_tree(event, _NAMES))
    except DamageError:
        return
    line = json.loads(again)
    assert line["kind"] == event.kind
    assert read_event(line) is not None
