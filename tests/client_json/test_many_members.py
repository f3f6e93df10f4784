"""What is passed over in one step is what would be passed over step by step."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.client_json import scanner
from authtui.client_json.scanner import JsonReadError
from authtui.client_json.structs import Field, Reader

FIELDS = (Field("mode", Reader.read_text), Field("key", Reader.read_text))
PIECES = st.sampled_from(
    [
        '"x":1', '"x":"a,\\"b\\":"', '"m\\u006fde":"z"', '"mode":"y"', '"key":"k"',
        '"x":[1,{"a":[]}]', '"x":{"a":"b"}', '"x":01', '"x":1.', '"x":-', '"x":nul', '"x":NaN',
        '"x":"\\ud800"', '"é":"ü"', '"x":"\x01"', '"\\n":true', '"x" : null ', '"x":1e400',
        '"x":[NaN]', '"x":[1', "x", '"x":"a,","\\u003az":1', '"":""',
        '"x":[[[1],[ ]],[{"a":[[]]}] ]', '"x":[[[]]', '"x":[{"a":[[}]]', '"x":[[]]]', '"x":[[,]]',
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=8).map(lambda parts: "{" + ",".join(parts) + "}")


def read(text: str) -> object:
    reader = Reader(text.encode())
    try:
        found: object = reader.read_whole("Record", FIELDS)
    except JsonReadError as failure:
        found = str(failure)
    return found, reader.unknown, reader.lines


@given(TEXTS)
def test_a_long_text_is_read_as_a_short_one(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "_LONG", 10**9)
        step_by_step = read(text)
        patch.setattr(scanner, "_LONG", -1)
        assert read(text) == step_by_step


def test_of_very_many_unknown_members_the_first_are_named() -> None:
    reader = Reader(json.dumps({f"k{n}": n for n in range(20_000)} | {"mode": "m"}).encode())
    assert reader.read_whole("Record", FIELDS)["mode"] == "m"
    assert reader.unknown[:3] == ["k0", "k1", "k2"]
    assert 100 <= len(reader.unknown) < 20_000
