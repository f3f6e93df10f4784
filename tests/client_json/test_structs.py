"""Structs: which error the client's library gives, and where it puts it."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.client_json.scanner import JsonReadError
from authtui.client_json.structs import Field, Reader, optional

FIELDS = (
    Field("a", Reader.read_text, optional=False),
    Field("n", Reader.read_usize, optional=False),
    Field("f", Reader.read_bool, optional=False),
    Field("p", lambda reader: reader.read_untagged_text("Plan"), optional=False),
)
WITH_OPTIONAL = (*FIELDS, Field("o", optional(Reader.read_text)))


def failure(text: str) -> JsonReadError:
    with pytest.raises(JsonReadError) as caught:
        Reader(text.encode()).read_whole("Claims", FIELDS)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "Eof at line 1 column 0"),
        ("[", "Eof at line 1 column 1"),
        ("[]", "Data at line 1 column 2"),
        ('["x"', "Eof at line 1 column 4"),
        ('["x", 1, true, "q", 5]', "Syntax at line 1 column 21"),
        ('{"a":1e999}', "Data at line 1 column 10"),
        ('{"n":1e999}', "Syntax at line 1 column 10"),
        ('{"z":-', "Syntax at line 1 column 6"),
        ("{", "Eof at line 1 column 1"),
        ("{}", "Data at line 1 column 2"),
        ('{"a":5}', "Data at line 1 column 6"),
        ('{"a":[1]}', "Data at line 1 column 5"),
        ('{"a":null}', "Data at line 1 column 9"),
        ('{"n":-1}', "Data at line 1 column 7"),
        ('{"n":"x"}', "Data at line 1 column 8"),
        ('{"p":[1]}', "Data at line 1 column 9"),
        ('{"p":[1],"a":5}', "Data at line 1 column 8"),
        ('{"a":"x","a":"y"}', "Data at line 1 column 12"),
        ('{\n "z":[{"deep":[1,2]}],\n "f":1}', "Data at line 3 column 6"),
        ('{"a":"x","a"}', "Data at line 1 column 13"),
        ('{"a":"x",}', "Syntax at line 1 column 10"),
        ('{"a" "x"}', "Syntax at line 1 column 6"),
        ('{"a":"x"', "Eof at line 1 column 8"),
        ("{'a':1}", "Syntax at line 1 column 2"),
        ('{"a":"x","n":1,"f":true,"p":"q"} x', "Syntax at line 1 column 34"),
        ('{"a":"\\q"}', "Syntax at line 1 column 8"),
        ('{"a":"\x01"}', "Syntax at line 1 column 7"),
    ],
)
def test_errors_stand_where_the_client_s_library_puts_them(text: str, expected: str) -> None:
    assert failure(text).concealed == f"invalid credential JSON ({expected})"


@given(st.binary(max_size=80))
def test_any_bytes_are_a_struct_or_an_error(data: bytes) -> None:
    for text in (data, b'{"z":' + data + b"}", b'{"o":' + data + b"}"):
        with suppress(JsonReadError):
            Reader(text).read_whole("Claims", WITH_OPTIONAL)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_unknown_fields_are_skipped_whatever_they_hold(value: object) -> None:
    sound = {"z": value, "a": "x", "n": 1, "f": True, "p": "q"}
    found = Reader(json.dumps(sound).encode("utf-8")).read_whole("Claims", FIELDS)
    assert found == {"a": "x", "n": 1, "f": True, "p": "q"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("-1", "invalid value: integer `-1`, expected usize"),
        ("-0", "invalid type: floating point `-0.0`, expected usize"),
        ("1.5", "invalid type: floating point `1.5`, expected usize"),
        ("1e30", "invalid type: floating point `1e+30`, expected usize"),
        ('"7"', 'invalid type: string "7", expected usize'),
    ],
)
def test_a_count_says_what_stands_in_its_place(value: str, said: str) -> None:
    assert failure(f'{{"n":{value}}}').reason == said


def test_the_largest_count_fits() -> None:
    text = '{"a":"","n":18446744073709551615,"f":true,"p":"","o":null}'
    assert Reader(text.encode()).read_whole("Claims", WITH_OPTIONAL)["n"] == 2**64 - 1


def test_a_hidden_error_keeps_its_class() -> None:
    assert [failure(text).category for text in ("", "{]", "{}")] == ["Eof", "Syntax", "Data"]
