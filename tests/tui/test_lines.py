from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from authtui.tui.lines import (
    Doc,
    Item,
    Line,
    Span,
    action_at,
    clip,
    fit,
    narrow,
    pad,
    plain,
    safe,
    spans_width,
    width_of,
    wrap,
)

texts = st.text(max_size=60).map(safe)


@given(texts, st.integers(0, 80))
def test_clipped_text_never_exceeds_its_width(text: str, width: int) -> None:
    assert width_of(clip(text, width)) <= width


@given(texts, st.integers(1, 80))
def test_padded_text_has_exactly_its_width(text: str, width: int) -> None:
    assert width_of(pad(text, width)) == width


@given(st.lists(texts, max_size=5), st.lists(texts, max_size=3), st.integers(1, 160))
def test_a_line_fills_exactly_the_width_it_is_given(
    left: list[str], right: list[str], width: int
) -> None:
    line = Line(tuple(Span(t) for t in left), tuple(Span(t) for t in right))
    assert spans_width(fit(line, width)) == width


@given(texts, st.integers(2, 60))
def test_wrapping_loses_no_word_and_stays_within_the_width(text: str, width: int) -> None:
    rows = wrap(text, width)
    assert all(width_of(row) <= width for row in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())


def test_a_cut_is_shown() -> None:
    assert clip("authentication", 8) == "authent…"
    assert wrap("one two three four", 9, most=1) == ["one two…"]


def test_padding_alone_is_cut_without_a_mark() -> None:
    spans = fit(Line((Span("ab   "),), (Span("right"),)), 9)
    assert "".join(s.text for s in spans) == "ab  right"


def test_a_click_finds_the_span_under_it() -> None:
    spans = (Span("ab"), Span("copy", action="copy"))
    assert action_at(spans, 1) is None
    assert action_at(spans, 2) == "copy"
    assert action_at(spans, 99) is None


def test_a_filter_keeps_whole_items_and_says_when_nothing_is_left() -> None:
    lines = [
        Line((Span("one"),), item=0),
        Line((Span("└ detail"),), item=0),
        Line((Span("two"),), item=1),
    ]
    doc = Doc("Things", lines, [Item("1"), Item("2")])
    kept = narrow(doc, "DETAIL")
    assert [item.key for item in kept.items] == ["1"]
    assert len(kept.lines) == 2
    assert "nothing here contains" in plain(narrow(doc, "zebra").lines[0])
