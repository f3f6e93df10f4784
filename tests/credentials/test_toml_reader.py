"""TOML as the client reads it: what it takes, its words and places for what it refuses."""

from __future__ import annotations

import json
import math
import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from authtui.configuration.config import parse
from authtui.configuration.toml_reader import Moment, TomlError, read

if TYPE_CHECKING:
    from collections.abc import Iterator

# What client 0.169 said of each text, once with the line drawn: line, column, width, words.
ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent / "toml_words.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("row", [row for row in ROWS if len(row) > 1], ids=lambda row: row[0])
def test_a_mistake_is_told_in_the_clients_words_at_its_place(row: list[Any]) -> None:
    text, line, column, width, reason = row
    values, error = parse(f"{text}\n".encode())
    assert not values
    assert error is not None
    assert (error.line, error.column, error.reason) == (line, column, reason)
    assert error.at_start is not None
    assert len(error.at_start) - len(error.at_start.rstrip("^")) == width


@pytest.mark.parametrize("row", [row for row in ROWS if len(row) == 1], ids=lambda row: row[0])
def test_what_the_client_reads_is_read(row: list[Any]) -> None:
    assert parse(f"{row[0]}\n".encode())[1] is None


def test_toml_1_1_is_read_as_the_client_reads_it() -> None:
    text = 't = {\n  a = "\\e\\x41", # one\n  b = [1, 2,],\n}\nat = 07:32\n'
    assert read(text).tree == {"t": {"a": "\x1bA", "b": [1, 2]}, "at": "07:32"}


KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
LEAVES = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20),
    st.floats(),
    st.dates(),
    st.times().map(lambda moment: moment.replace(fold=0)),
    st.datetimes().map(lambda moment: moment.replace(fold=0)),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
# Pieces of documents, right and wrong, in any order.
LINES = st.sampled_from(
    [row[0] for row in ROWS if "number" not in row[-1] and " value" not in row[-1]]
    + ["[a]", "[a.b]", "[[a]]", "[[a.b]]", "[c]", "a.b = 1", "b.c = 1", "b = 2", "x = 1", "d = {}"]
    + ["[a.b.c]", "a.b.c = 1", "c.d = {e = 1}", "[c.d]", "y = [1, {z = 2}]", '"x" = 1', "'y' = 2"]
)


def same(ours: Any, theirs: Any) -> bool:  # noqa: ANN401 - TOML values
    """Whether both readers mean the same value; ours keeps moments as their text."""
    if isinstance(theirs, dict):
        pairs = [(ours[key], below) for key, below in theirs.items()]
        return list(ours) == list(theirs) and all(same(*pair) for pair in pairs)
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, date | time | datetime):
        moment = ours.replace("t", "T").replace("z", "Z")
        return isinstance(ours, Moment) and type(theirs).fromisoformat(moment) == theirs
    if isinstance(theirs, float) and math.isnan(theirs):
        return math.isnan(ours)
    return type(ours) is type(theirs) and bool(ours == theirs)


def leaves(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    if path:
        yield path
    for key, below in pairs:
        yield from leaves(below, (*path, key))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=4), st.booleans())
def test_every_document_means_what_it_means_to_the_standard_parser(
    tree: dict[str, Any], multiline: bool
) -> None:
    text = tomli_w.dumps(tree, multiline_strings=multiline)
    document = read(text)
    assert same(document.tree, tomllib.loads(text))
    lines = text.split("\n")
    for path in leaves(document.tree):
        start, end = document.spans[path]
        assert 0 <= start < end <= len(text)
        line, column = document.place(start)
        assert 1 <= column <= len(lines[line - 1])
        key = path[-1]
        if isinstance(key, str) and key.isascii() and key.isalnum():
            assert key in lines[line - 1]


@settings(max_examples=400, deadline=None)
@given(st.lists(LINES, max_size=5))
def test_what_the_standard_parser_takes_is_taken_with_the_same_meaning(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    try:
        tree = tomllib.loads(text)
    except ValueError:
        return
    assert same(read(text).tree, tree)


@settings(max_examples=400, deadline=None)
@given(st.text(st.sampled_from("ab=.[]{}\"'#,\n\r\\ \t1_-:eu"), max_size=40))
def test_any_text_is_a_document_or_is_refused_at_a_place_in_it(text: str) -> None:
    refused = None
    try:
        document = read(text)
    except TomlError as error:
        refused = error
    if refused is not None:
        assert 0 <= refused.start <= len(text)
        assert refused.end > refused.start
    else:
        assert all(path in document.spans for path in leaves(document.tree))
