"""Whatever data says, in Markdown it is words or code: no link, mention, HTML or list."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.redaction import printable
from authtui.report.markdown import code, fenced, prose, table

NASTY = st.lists(
    st.sampled_from(
        [
            "`",
            "``",
            "<img src=x onerror=alert(1)>",
            "<!-- x",
            "[a](http://b.example)",
            "![a](//b)",
            "@everyone",
            "@org/team",
            "#123",
            "GH-12",
            "org/repo#1",
            "https://evil.example/?a=b",
            "www.evil.example",
            "a@b.example",
            "$x^2$",
            ":tada:",
            "**b**",
            "_i_",
            "~~s~~",
            "|",
            "\\|",
            "\n",
            "---",
            "# h",
            "> q",
            "1.",
            "2)",
            "- ",
            "* ",
            "+ ",
            "&amp;",
            "&lt;",
            "[x]",
            "[^1]",
            "a5f3c9e1d2b",
            "\t",
            "word",
            "don't",
            "acct-A",
        ]
    ),
    max_size=12,
).map(" ".join) | st.text(max_size=60)
SPAN = re.compile("`[^`]*`")
ALIVE = re.compile(r"[<>@#$&*_~\[\]\\|{}^=+]|://|(?i:\bwww\.|\bgh-\d)")


def outside(text: str) -> str:
    """What stands outside code spans."""
    assert text.count("`") % 2 == 0
    return SPAN.sub("", text)


@given(NASTY)
def test_outside_of_code_spans_stand_only_words_and_stops(text: str) -> None:
    shown = prose(printable(text))
    assert not ALIVE.search(outside(shown))
    assert "\n" not in shown


@given(NASTY)
def test_no_paragraph_begins_a_list_or_a_heading(text: str) -> None:
    assert not re.match(r"\s*(?:\d+[.)]|[-+*#>=])(?:\s|$)", prose(printable(text)))
    assert not re.match(r"\s{4,}", prose(printable(text)))


@given(NASTY)
def test_a_code_span_is_closed_and_stays_on_its_line(text: str) -> None:
    shown = code(printable(text))
    assert shown == "—" or (shown.startswith("`") and shown.endswith("`"))
    assert shown.count("`") in (0, 2)
    assert "\n" not in shown


@given(st.lists(NASTY, min_size=2, max_size=4))
def test_a_table_has_as_many_cells_in_each_row_as_in_its_head(cells: list[str]) -> None:
    lines = table(["head"] * len(cells), [[code(printable(c)) for c in cells]])
    pipes = [len(re.findall(r"(?<!\\)\|", line)) for line in lines[:3]]
    assert len(set(pipes)) == 1


@given(NASTY)
def test_nothing_ends_a_block_of_text_early(text: str) -> None:
    lines = fenced(text)
    assert [n for n, line in enumerate(lines) if line.lstrip().startswith("```")] == [
        0,
        len(lines) - 2,
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ready: ChatGPT login of acct-A", "Ready: ChatGPT login of acct-A"),
        ("config.toml:3 requires acct-B.", "`config.toml:3` requires acct-B."),
        ("`codex doctor` says ok", "`codex doctor` says ok"),
        ("the server answered 401, why?", "the server answered 401, why?"),
        ('belongs to Some("acct-A"). Gone.', 'belongs to `Some("acct-A")`. Gone.'),
        ("“quoted words” (in brackets)", "“quoted words” (in brackets)"),
        ("1. no list", "`1`. no list"),
        ("see #123 and @ada", "see `#123` and `@ada`"),
        ("deadbeef1 GH-12 www.x.y", "`deadbeef1` `GH-12` `www.x.y`"),
        ("", "—"),
    ],
)
def test_sentences_stay_readable(text: str, shown: str) -> None:
    assert prose(text) == shown
