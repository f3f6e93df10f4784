"""Markdown in which data cannot become markup.

Everything that means something to a renderer (a mention, a link, an issue number, HTML, emphasis,
an emoji, mathematics) goes into code spans, where nothing does; the rest is words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_BACKSLASH: Final = "\u29f5"
_BACKTICK: Final = "\u02cb"
_WORD: Final = re.compile("[^\\W_]+(?:['\u2019\u2013-][^\\W_]+)*")
_BEFORE: Final = "(\u201c\u2018\"'"
_AFTER: Final = ".,;:!?)\u201d\u2019\"'\u2026"
_STOPS: Final = ".,;:!?\u2026"
# An address, an issue of a repository, a commit: what a ticket system makes a link of.
_LINK: Final = re.compile(r"(?i)(?:www|gh)\b.*|(?=.*[0-9])[0-9a-f]{7,}")
_MARKS: Final = frozenset("\u2014\u2013\u00b7\u2192\u2260\u2713\u2717/")


def code(text: object) -> str:
    """One code span; `—` for nothing."""
    shown = str(text).replace("`", _BACKTICK).replace("\n", " / ").strip()
    return f"`{shown}`" if shown else "—"


def prose(text: str) -> str:
    """A sentence: plain words as they are, everything else in a code span."""
    out: list[str] = []
    # A pair of backticks is how our own sentences mark what is typed.
    for place, part in enumerate(text.replace("\n", " / ").split("`")):
        if place % 2:
            out.append(code(part))
        else:
            out += map(_token, part.split())
    joined = ""
    for piece in out:
        joined += piece if not joined or piece[:1] in _AFTER else f" {piece}"
    return joined or "—"


def _token(token: str) -> str:
    if token in _MARKS or not token.strip(_STOPS):
        return token
    core = token.lstrip(_BEFORE).rstrip(_AFTER)
    before = token[: len(token) - len(token.lstrip(_BEFORE))]
    after = token[len(before) + len(core) :]
    if _WORD.fullmatch(core) and not _LINK.fullmatch(core) and not _begins_a_list(core, after):
        return token
    if set(core) & set("()\"'"):
        before, core, after = "", token.rstrip(_STOPS), token[len(token.rstrip(_STOPS)) :]
    return f"{before}{code(core)}{after}" if core else code(token)


def _begins_a_list(core: str, after: str) -> bool:
    return core.isdigit() and after[:1] in (".", ")")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table of cells already made safe; empty where there is no row."""
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    if not lines:
        return []
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *lines, ""]


def _cell(text: str) -> str:
    # A pipe ends a cell even inside a code span, unless a backslash stands before it; of two
    # backslashes some readers take the first for the second, so the text's own is another sign.
    own = re.sub(r"\\+(?=\|)", lambda found: _BACKSLASH * len(found.group()), text)
    return own.replace("|", "\\|")


def fenced(text: str) -> list[str]:
    """A block shown word for word."""
    return ["```text", *text.replace("`", _BACKTICK).split("\n"), "```", ""]


def bullets(items: Iterable[str]) -> Iterator[str]:
    """Give the items as a list, one line each."""
    for item in items:
        yield f"- {item}"
    yield ""
