"""A key of somebody's configuration is changed in its place, and all the rest stays as it is."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.configuration.toml_edit import EditRefusal, remove_value, set_value

TEXT = """\
# top
model = "gpt"  # the model
list = [
  "[a]", # no header
]

[features] # flags
one = true

[model_providers."my corp"]
base_url = 'https://corp.example'
"""


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        (("model",), "other", '"gpt"  #', '"other"  #'),
        (("features", "one"), False, "one = true", "one = false"),
        (("model_providers", "my corp", "base_url"), "x", "'https://corp.example'", '"x"'),
    ],
)
def test_a_value_is_changed_in_its_place(
    path: tuple[str, ...], value: str | bool, before: str, after: str
) -> None:
    assert set_value(TEXT, path, value) == TEXT.replace(before, after)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("store",), 'store = "file"\n'),
        (("features", "two"), 'two = "file"\n'),
        (("new", "table", "a key"), '\n[new.table]\n"a key" = "file"\n'),
        (("model_providers", "my corp", "name"), 'name = "file"\n'),
    ],
)
def test_a_new_key_is_a_new_line_in_its_table(path: tuple[str, ...], line: str) -> None:
    changed = set_value(TEXT, path, "file")
    assert isinstance(changed, str)
    assert line in changed
    assert changed.replace(line, "", 1) == TEXT


def test_a_key_is_removed_with_its_line() -> None:
    assert remove_value(TEXT, ("features", "one")) == TEXT.replace("one = true\n", "")
    assert remove_value(TEXT, ("not", "there")) == TEXT


@pytest.mark.parametrize("text", ["a = ", "[a", "a = 1\na = 2"])
def test_a_text_that_is_no_toml_is_left_alone(text: str) -> None:
    assert isinstance(set_value(text, ("b",), 1), EditRefusal)
    assert isinstance(remove_value(text, ("a",)), EditRefusal)


def test_what_is_no_table_takes_no_key() -> None:
    assert isinstance(set_value("a = 1\n", ("a", "b"), 1), EditRefusal)


@given(
    st.dictionaries(st.text(min_size=1, max_size=6), st.text(max_size=12) | st.booleans()),
    st.text(min_size=1, max_size=6),
    st.text(max_size=20) | st.booleans() | st.integers(-(2**40), 2**40),
)
def test_whatever_is_set_is_what_is_read(
    document: dict[str, str | bool], key: str, value: str | bool | int
) -> None:
    import tomli_w

    for table in ((), ("t",)):
        text = tomli_w.dumps({**document, "t": dict(document)} if "t" not in document else {})
        changed = set_value(text, (*table, key), value)
        if isinstance(changed, EditRefusal):
            assert (table, key) == ((), "t")
            continue
        found = tomllib.loads(changed)
        for part in table:
            found = found[part]
        assert found[key] == value
