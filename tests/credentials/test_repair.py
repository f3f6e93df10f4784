"""A record that is nearly JSON loses what JSON does not know, and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.credentials.repair import repair_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "flaws"),
    [
        (b"\xef\xbb\xbf{}", [("byte order mark", 1)]),
        (b'{"a": 1,}', [("trailing comma", 1)]),
        (b'{\n"a": [1, 2,\n],\n}\n', [("trailing comma", 2), ("trailing comma", 3)]),
        (b'{\n// no\n"a": "//yes" /* no */}', [("comment", 2), ("comment", 3)]),
    ],
)
def test_each_flaw_is_named_with_its_line(text: bytes, flaws: list[tuple[str, int]]) -> None:
    repair = repair_json(text)
    assert repair is not None
    assert list(repair.flaws) == flaws
    json.loads(repair.data)


def test_a_line_that_held_only_a_comment_goes_with_it() -> None:
    repair = repair_json(b'{\n  // mine\n  "a": 1\n}\n')
    assert repair is not None
    assert repair.data == b'{\n  "a": 1\n}\n'


@given(JSON)
def test_what_is_json_needs_no_repair(value: object) -> None:
    assert repair_json(json.dumps(value).encode()) is None


@given(JSON, st.sampled_from([",", " // end", "/* x */"]))
def test_a_repaired_text_says_what_it_said(value: object, flaw: str) -> None:
    text = json.dumps({"v": value}, indent=1)
    end = text.rindex("}")
    repair = repair_json(f"{text[:end].rstrip()}{flaw}\n{text[end:]}".encode())
    assert repair is not None
    assert json.loads(repair.data) == {"v": value}


@given(st.binary(max_size=300))
def test_any_bytes_are_answered(data: bytes) -> None:
    repair = repair_json(data)
    assert repair is None or len(repair.data) <= len(data)
