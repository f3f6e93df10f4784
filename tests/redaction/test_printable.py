"""Text from outside can do nothing to a terminal and hides nothing from a reader."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.redaction import printable

ANY = st.text(alphabet=st.characters(), max_size=300)
NASTY = st.lists(
    st.sampled_from(
        [
            "\x1b]0;title\x07",
            "\x1b[2J",
            "\x9b31m",
            "\u202e",
            "\u200b",
            "\ufeff",
            "\r\n",
            "\x7f",
            "e\u0301\u0301\u0301\u0301",
            "\U000e0041",
            "\ud800",
            "\x00",
            "a",
            "ß",
            "漢",
            "👩‍👩‍👧",
        ]
    ),
    max_size=30,
).map("".join)
FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(ANY | NASTY)
def test_no_control_format_or_bidirectional_character_gets_through(text: str) -> None:
    shown = printable(text)
    assert not {unicodedata.category(char) for char in shown} & FORBIDDEN
    shown.encode("utf-8")


@given(ANY | NASTY)
def test_what_is_printable_stays_as_it_is(text: str) -> None:
    assert printable(printable(text)) == printable(text)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=200))
def test_plain_text_is_not_touched(text: str) -> None:
    assert printable(text) == text


@given(ANY | NASTY, st.integers(1, 50))
def test_a_limit_bounds_the_text_and_says_what_was_left_out(text: str, limit: int) -> None:
    shown = printable(text, limit)
    if len(text) > limit:
        assert shown.endswith(f"… (+{len(text) - limit} characters)")
    else:
        assert shown == printable(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("a\nb\tc\rd", "a␊b␉c␍d"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("\x7f", "␡"),
        ("user\u202egnp.exe", "user⟨U+202E⟩gnp.exe"),
        ("acct\u200b-1", "acct⟨U+200B⟩-1"),
        ("\udcff", "⟨U+DCFF⟩"),
        ("naïve café 漢字 👍", "naïve café 漢字 👍"),
    ],
)
def test_what_cannot_be_seen_is_shown(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_tower_of_combining_marks_is_cut_to_two() -> None:
    assert printable("Z" + "\u0301" * 500) == "Z" + "\u0301" * 2
