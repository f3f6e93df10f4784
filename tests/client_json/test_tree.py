"""The JSON reader: the client's words and places, and the tree it gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.client_json.scanner import NOT_UTF8
from authtui.client_json.structs import rust_debug, rust_float
from authtui.client_json.tree import JsonFault, Node, parse

# Texts and places as the client itself gives them.
FAULTS = [
    ("", "EOF while parsing a value", 1, 0),
    ("  \n\n", "EOF while parsing a value", 3, 0),
    ('{"a": 1,}', "trailing comma", 1, 9),
    ("[1,\n]", "trailing comma", 2, 1),
    ("// mine\n{}", "expected value", 1, 1),
    ("\ufeff{}", "expected value", 1, 1),
    ("{a: 1}", "key must be a string", 1, 2),
    ('{"a" 1}', "expected `:`", 1, 6),
    ('{"a": 1 "b": 2}', "expected `,` or `}`", 1, 9),
    ("[1 2]", "expected `,` or `]`", 1, 4),
    ("{}\n{}", "trailing characters", 2, 1),
    ("this", "expected ident", 1, 2),
    ("nul", "EOF while parsing a value", 1, 3),
    ('{"a": "b', "EOF while parsing a string", 1, 8),
    ('{"a"', "EOF while parsing an object", 1, 4),
    ("[1", "EOF while parsing a list", 1, 2),
    ('"a\tb"', "control character (\\u0000-\\u001F) found while parsing a string", 1, 3),
    ('"\\x41"', "invalid escape", 1, 3),
    ('"\\u12G4"', "invalid escape", 1, 7),
    ('"\\udc00"', "lone leading surrogate in hex escape", 1, 7),
    ('"\\ud800x"', "unexpected end of hex escape", 1, 8),
    ("01", "invalid number", 1, 2),
    ("-", "EOF while parsing a value", 1, 1),
    ("1.", "EOF while parsing a value", 1, 2),
    ("1.x", "invalid number", 1, 3),
    ("1e+", "EOF while parsing a value", 1, 3),
    ("é", "expected value", 1, 1),
    ('{"é": nix}', "expected ident", 1, 9),
]


@pytest.mark.parametrize(("text", "reason", "line", "column"), FAULTS)
def test_a_fault_has_the_clients_words_and_place(
    text: str, reason: str, line: int, column: int
) -> None:
    assert parse(text) == JsonFault(reason, line, column)


def test_an_error_prints_as_the_client_prints_it() -> None:
    assert str(parse('{"a": 1,}')) == "trailing comma at line 1 column 9"


def test_127_levels_are_read_and_128_are_too_many() -> None:
    assert isinstance(parse("[" * 127 + "]" * 127), Node)
    assert parse("[" * 128 + "]" * 128) == JsonFault("recursion limit exceeded", 1, 128)


def test_endless_nesting_is_an_answer_and_no_crash() -> None:
    assert isinstance(parse("[" * 1_000_000), JsonFault)


def test_bytes_that_are_not_utf_8_are_told_with_their_place() -> None:
    assert parse(b'{\n"a": "\xff"}') == JsonFault(NOT_UTF8, 2, 6)


def test_every_value_and_key_knows_its_place() -> None:
    node = parse('{\n  "a": [1, "x"],\n  "b": null\n}')
    assert isinstance(node, Node)
    first, second = node.value
    assert (first.key, first.line, first.column) == ("a", 2, 2)
    assert (first.value.line, first.value.column) == (2, 7)
    assert second.value.kind == "null"


def test_duplicate_keys_are_all_kept_and_the_last_one_counts() -> None:
    node = parse('{"a": 1, "a": 2}')
    assert isinstance(node, Node)
    assert [(member.key, member.value.value) for member in node.value] == [("a", 1), ("a", 2)]
    found = node.get("a")
    assert found is not None
    assert found.value == 2
    assert node.plain() == {"a": 2}


def test_numbers_beyond_64_bits_become_floats() -> None:
    kinds = {"18446744073709551615": "integer", "18446744073709551616": "float", "1e999": "float"}
    for text, kind in kinds.items():
        node = parse(text)
        assert isinstance(node, Node)
        assert node.kind == kind


def test_a_quoted_string_is_escaped_as_the_client_escapes_it() -> None:
    assert rust_debug('a"b\\\n\t\x1b') == '"a\\"b\\\\\\n\\t\\u{1b}"'


def test_a_float_is_written_as_the_client_writes_it() -> None:
    known = {
        1.5: "1.5",
        -0.0: "-0.0",
        1e16: "1e+16",
        1e15: "1000000000000000.0",
        1e-5: "0.00001",
        1.25e-7: "1.25e-7",
    }
    assert {value: rust_float(value) for value in known} == known


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), inner
    ),
    max_leaves=20,
)  # fmt: skip


@given(value=JSON, indent=st.sampled_from([None, 1, 2]), ascii_only=st.booleans())
def test_any_json_gives_the_tree_that_the_standard_reader_gives(
    value: Any,  # noqa: ANN401 - any JSON value
    indent: int | None,
    ascii_only: bool,
) -> None:
    node = parse(json.dumps(value, indent=indent, ensure_ascii=ascii_only))
    assert isinstance(node, Node)
    assert node.plain() == value


@given(data=st.binary() | st.text(alphabet='{}[]",:\\u0123e+-.ntf \n').map(str.encode))
def test_any_bytes_give_a_tree_or_an_error_inside_the_text(data: bytes) -> None:
    answer = parse(data)
    if isinstance(answer, JsonFault):
        assert 1 <= answer.line <= data.count(b"\n") + 1
        assert 0 <= answer.column <= len(data)
    else:
        assert answer.plain() == json.loads(data, parse_constant=float)
