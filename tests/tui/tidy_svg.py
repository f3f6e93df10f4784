"""Making an exported picture readable everywhere, and the same from run to run."""

from __future__ import annotations

import re

_TEXT = re.compile(
    r'x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"([^>]*)>((?:&#160;)+)(?!&#160;|<)'
)
_CELL = 12.2
_NBSP = "&#160;"


def tidy(svg: str) -> str:
    """Start each text at its first letter: some viewers swallow leading spaces."""

    def moved(found: re.Match[str]) -> str:
        x, y, length, rest, spaces = found.groups()
        shift = _CELL * (len(spaces) // len(_NBSP))
        return f'x="{float(x) + shift:.1f}" y="{y}" textLength="{float(length) - shift:.1f}"{rest}>'

    return _TEXT.sub(moved, svg)


_NODE = re.compile(r"(<text [^>]*>)([^<]*)(</text>)")
_NAME = re.compile(r"terminal-\d+-")


def evened(svg: str, name: str) -> str:
    """What differs from run to run made even: marks, durations, the names of styles."""
    from tests.tui.story_pages import even, numbered

    marks = numbered("\n".join(node[1] for node in _NODE.findall(svg)))

    def changed(found: re.Match[str]) -> str:
        text = even(found[2].replace(_NBSP, "\xa0"), marks).replace(" ", "\xa0")
        return found[1] + text.replace("\xa0", _NBSP) + found[3]

    return _NAME.sub(f"terminal-{name}-", _NODE.sub(changed, svg))
