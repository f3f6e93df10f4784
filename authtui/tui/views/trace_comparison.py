"""Two traces side by side, and below them what differs at the chosen pair."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authtui.tui.lines import BLANK, Doc, Item, LazySequence, Line, Span, clip, pad, rows_of, safe
from authtui.tui.views.context import note
from authtui.tui.views.events import name_of, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.model.events import Event
    from authtui.trace.compare import Difference, Pair
    from authtui.trace.reader import Trace

_MIDDLE: Final = 3
_STAND_IN: Final = re.compile(r"\b(?:acct-[A-Z]+|(?:user|agent|mail)-\d+)\b")
_GROUPS: Final = {
    "phase": "Lifecycle",
    "verdict": "Verdict",
    "client": "Client",
    "lamp": "Lamps",
    "source": "Sources",
    "claim": "Claims",
    "check": "Checks",
    "request": "Requests",
    "failure": "Failure",
}


def pairs_doc(
    left: Trace, right: Trace, pairs: Sequence[Pair] | None, first: int | None, width: int
) -> Doc:
    """The events of both, a pair a row; `first` is the pair that differs first."""
    side = (width - _MIDDLE - 2) // 2
    names = Line(
        (
            Span("  " + pad(clip("A  " + safe(left.name, 120), side), side), "title"),
            Span("   ", "border"),
            Span(clip("B  " + safe(right.name, 120), side), "title"),
        )
    )
    if pairs is None:
        read = (left.read + right.read) / max(1, left.size + right.size)
        words = f"Reading both and setting them side by side… {read:.0%}"
        return Doc("Two traces", [names, *note(words, width)])

    def row(number: int) -> Line:
        pair = pairs[number]
        one = left[pair.left] if pair.left is not None else None
        two = right[pair.right] if pair.right is not None else None
        mark, tone = _mark(pair)
        loud = number == first
        text = "text" if loud else "muted" if pair.same else "strong"
        return Line(
            (
                Span("» " if loud else "  ", "bad-strong"),
                Span(pad(_side(one, side), side), text if one else "faint"),
                Span(f" {mark} ", "bad-strong" if loud else tone),
                Span(_side(two, side), text if two else "faint"),
            ),
            item=number,
        )

    return Doc(
        "Two traces",
        LazySequence(len(pairs), row, [names]),
        LazySequence(len(pairs), lambda n: Item(f"pair.{n}", pairs[n])),
        info=(Span(_summary(pairs, first), "faint"),),
        rows_from=1,
        start=first or 0,
        texts=lambda n: _texts(left, right, pairs[n]),
    )


def _mark(pair: Pair) -> tuple[str, str]:
    if pair.same:
        return "=", "faint"
    if pair.left is None or pair.right is None:
        return ("<", "warn") if pair.right is None else (">", "warn")
    return "≠", "bad"


def _side(event: Event | None, width: int) -> str:
    if event is None:
        return clip("· nothing like it", width)
    name = pad(clip(name_of(event), 9), 9)
    return clip(f"{event.at:%H:%M:%S} {name} {words_of(event)}", width - 1)


def _texts(left: Trace, right: Trace, pair: Pair) -> str:
    one = left.words[pair.left] if pair.left is not None else ""
    two = right.words[pair.right] if pair.right is not None else ""
    return f"{one} {two} {_mark(pair)[0]}"


def _summary(pairs: Sequence[Pair], first: int | None) -> str:
    different = sum(1 for pair in pairs if not pair.same)
    if first is None:
        return f"{len(pairs):,} events, all alike"
    return f"{different:,} of {len(pairs):,} differ, first event {first + 1:,}"


def differences_doc(found: Sequence[Difference], which: str, width: int) -> Doc:
    """What the two states do not have in common, group by group."""
    lines: list[Line] = []
    items: list[Item] = []
    if any(_STAND_IN.search(d.left + d.right) for d in found):
        text = "acct-A, user-1 and the like are names within one file: B may give them to others."
        lines += note(text, width, "faint", 2)
    group = ""
    column = min(26, max((len(safe(d.name, 60)) + 2 for d in found), default=8))
    for difference in found:
        if difference.group != group:
            group = difference.group
            lines += [BLANK] if lines else []
            lines.append(Line((Span(f"  {_GROUPS.get(group, safe(group, 40))}", "title"),)))
        index = len(items)
        name = safe(difference.name, 60)
        copied = f"{name}: A {safe(difference.left, 400)} / B {safe(difference.right, 400)}"
        items.append(Item(f"{group}.{name}", difference, copied, "the difference"))
        for letter, value in (("A", difference.left), ("B", difference.right)):
            for number, text in enumerate(rows_of(value, width - column - 7, 3)):
                head = pad(clip(name, column - 1) if letter == "A" and number == 0 else "", column)
                lead = f"{letter} " if number == 0 else "  "
                tone = "muted" if letter == "A" else "text"
                spans = (Span("  " + head, "faint"), Span(lead, "accent"), Span(text, tone))
                lines.append(Line(spans, item=index))
    if not found:
        lines = note("The two states are the same there; times and marks aside.", width, "muted", 2)
    return Doc(which, lines, items)
