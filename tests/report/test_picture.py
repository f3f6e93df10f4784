"""The picture is text and shapes: well-formed, escaped, and nothing falls out of it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.report.as_svg import WIDTH, as_svg, clipped, columns, wrapped
from authtui.report.redactor import Redactor
from tests.report.samples import HOMES, KEY, MACHINE, made_report

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {f"{SVG}{name}" for name in ("svg", "title", "rect", "text")}
PLAIN = {
    *("x", "y", "width", "height", "rx", "fill", "stroke", "font-size", "font-weight"),
    *("textLength", "lengthAdjust", "viewBox", "role", "font-family"),
    "{http://www.w3.org/XML/1998/namespace}space",
}


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 - our own text


@pytest.mark.parametrize("story", HOMES)
def test_only_shapes_and_text_with_plain_attributes_are_in_it(story: str) -> None:
    root = parsed(as_svg(made_report(story)))
    for element in root.iter():
        assert element.tag in ALLOWED
        assert set(element.attrib) <= PLAIN
        assert not any(re.search(r"url|:\s*//|javascript", v) for v in element.attrib.values())


@pytest.mark.parametrize("story", HOMES)
def test_every_text_stands_inside_the_picture(story: str) -> None:
    root = parsed(as_svg(made_report(story)))
    height = float(root.attrib["height"])
    for text in root.iter(f"{SVG}text"):
        right = float(text.attrib["x"]) + float(text.attrib["textLength"])
        assert right <= WIDTH - 20, text.text
        assert 0 < float(text.attrib["y"]) < height


def test_markup_in_data_is_text() -> None:
    report = made_report("shadowed")
    nasty = '<script>alert("x")</script> & ]]> <a href="javascript:1">'
    headline = Redactor(MACHINE, KEY).text(nasty)
    root = parsed(as_svg(report._replace(verdict=report.verdict._replace(headline=headline))))
    assert "".join(root.itertext()).count("<script>") >= 1
    assert {element.tag for element in root.iter()} <= ALLOWED


def test_the_verdict_the_lamps_and_the_failing_checks_are_in_it() -> None:
    words = " ".join(parsed(as_svg(made_report("workspace-token"))).itertext())
    assert "Codex would delete your stored login" in words
    for word in ("stored", "selected", "sent", "accepted", "workspace.forced", "✗ acct-A"):
        assert word in words


@given(st.text(max_size=80), st.integers(1, 40))
def test_a_clipped_text_fits(text: str, width: int) -> None:
    assert columns(clipped(text, width)) <= width


@given(st.text(max_size=200), st.integers(4, 40), st.integers(1, 4))
def test_wrapped_lines_fit_and_are_bounded(text: str, width: int, most: int) -> None:
    lines = wrapped(text, width, most)
    assert 1 <= len(lines) <= most
    assert all(columns(line) <= width for line in lines)
