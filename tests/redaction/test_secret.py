"""A secret cannot get out by accident, only by `reveal()`."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

VALUE = "sk-proj-Zq8vK2mWx7RtY4nLpB6cD9fGhJ3sA5eU1oTiXQwE"
SECRET = Secret(VALUE)


class _Tuple(NamedTuple):
    key: Secret


@dataclass(frozen=True)
class _Record:
    key: Secret


def _logged() -> str:
    out = io.StringIO()
    logger = logging.Logger("made-up")
    logger.addHandler(logging.StreamHandler(out))
    logger.warning("key %s %r", SECRET, SECRET)
    return out.getvalue()


def _fail() -> NoReturn:
    raise ValueError("wrong key", SECRET)


def _raised() -> str:
    try:
        _fail()
    except ValueError:
        return traceback.format_exc()


def _printed() -> str:
    out = io.StringIO()
    print(SECRET, [SECRET], {"key": SECRET}, file=out)
    return out.getvalue()


WAYS: dict[str, Callable[[], str]] = {
    "str": lambda: str(SECRET),
    "repr": lambda: repr(SECRET),
    "f-string": lambda: f"{SECRET} {SECRET!r} {SECRET!s} {SECRET!a} {SECRET:>80}",
    "format": lambda: "{} {:.500} {!r}".format(SECRET, SECRET, SECRET),  # noqa: UP032
    "percent": lambda: "%s %r" % (SECRET, SECRET),  # noqa: UP031
    "print": _printed,
    "log": _logged,
    "traceback": _raised,
    "in a tuple": lambda: repr(_Tuple(SECRET)),
    "in a dataclass": lambda: repr(_Record(SECRET)),
    "in containers": lambda: repr(([SECRET], {SECRET: SECRET}, {SECRET})),
    "json with default=str": lambda: json.dumps(SECRET, default=str),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_writing_a_secret_shows_any_part_of_it(way: str) -> None:
    text = WAYS[way]()
    assert "API key" in text
    assert not any(VALUE[at : at + 6] in text for at in range(len(VALUE) - 5))


def test_what_is_shown_is_class_length_and_a_mark() -> None:
    assert str(SECRET) == f"▒▒▒▒ API key, {len(VALUE)} characters, #{SECRET.fingerprint}"


def test_reveal_is_the_way_out() -> None:
    assert SECRET.reveal() == VALUE


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_refuses_to_be_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="not to be pickled"):
        pickle.dumps(SECRET, protocol)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_secret_refuses_to_be_copied_into_who_knows_what(
    copied: Callable[[object], object],
) -> None:
    with pytest.raises(TypeError, match="not to be pickled"):
        copied(SECRET)


def test_json_refuses_a_secret() -> None:
    with pytest.raises(TypeError):
        json.dumps({"key": SECRET})


def test_a_secret_has_no_attributes_to_list() -> None:
    with pytest.raises(TypeError):
        vars(SECRET)
    assert not hasattr(SECRET, "__dict__")


def test_a_secret_is_not_its_value() -> None:
    plain: object = VALUE
    assert plain != SECRET
    assert not isinstance(SECRET, str)


@given(st.text(), st.text())
def test_secrets_compare_by_value_and_so_does_their_mark(one: str, other: str) -> None:
    assert (Secret(one) == Secret(other)) == (one == other)
    assert hash(Secret(one)) == hash(Secret(one))
    assert Secret(one).fingerprint == Secret(one).fingerprint


@given(st.text(alphabet=st.characters()))
def test_any_text_at_all_can_be_held_and_marked(value: str) -> None:
    secret = Secret(value)
    assert len(secret) == len(value)
    assert bool(secret) == bool(value)
    assert len(secret.fingerprint) == 6
    assert str(secret)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("sk-abc", "API key"),
        ("at-abc", "personal access token"),
        ("eyJhbGciOiJub25lIn0.e30.", "JWT"),
        ("-----BEGIN PRIVATE KEY-----", "private key"),
        ("MC4CAQAwBQYDK2VwBCIEIAAA", "private key"),
        ("  \t", "blank"),
        ("hello", "text"),
    ],
)
def test_the_class_is_told_by_shape(value: str, kind: str) -> None:
    assert Secret(value).kind == kind


def test_an_empty_secret_says_so() -> None:
    assert str(Secret("")) == "empty"
