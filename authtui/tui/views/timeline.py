"""The line of time below a trace: where one is, what happened where, and how far it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from authtui.trace.reader import FAILURE, LOOK, QUIET, REQUEST, STEP
from authtui.tui.lines import Line, Span, clip, safe
from authtui.tui.views.context import clock, span_words

if TYPE_CHECKING:
    from datetime import datetime

MARGIN: Final = 2
_ROOMY: Final = 100
_LOOKS: Final = {
    FAILURE: ("✗", "bad"),
    LOOK: ("●", "accent"),
    STEP: ("○", "good"),
    REQUEST: ("·", "muted"),
    QUIET: ("─", "border"),
}


class TimelinePosition(NamedTuple):
    """What the line shows. `marks` has a byte an event; `part` is how much was read, up to 1."""

    place: int
    marks: bytes | bytearray
    part: float
    at: datetime | None = None
    first: datetime | None = None
    words: str = ""
    speed: float = 1.0
    playing: bool = False

    @property
    def total(self) -> int:
        """How many events there are so far."""
        return len(self.marks)


def columns_of(moment: TimelinePosition, width: int) -> int:
    """How many columns the part that was read takes."""
    return max(1, int((width - 2 * MARGIN) * min(1.0, moment.part)))


def column_of(place: int, count: int, columns: int) -> int:
    """The column of a place."""
    return round(place * (columns - 1) / (count - 1)) if count > 1 else 0


def place_at(x: int, moment: TimelinePosition, width: int) -> int:
    """The place of the event under column `x` of the widget, clipped to what there is."""
    columns, count = columns_of(moment, width), moment.total
    column = max(0, min(x - MARGIN, columns - 1))
    return round(column * (count - 1) / (columns - 1)) if columns > 1 and count > 1 else 0


def speed_words(speed: float) -> str:
    """Say a speed in words, such as `4x` or `1/4x`."""
    return f"{speed:.0f}x" if speed >= 1 else f"1/{1 / speed:.0f}x"


def timeline_lines(moment: TimelinePosition, width: int, *, focused: bool = False) -> list[Line]:
    """A row of words, and the line itself."""
    return [_words(moment, width), _track(moment, width, focused=focused)]


def _words(moment: TimelinePosition, width: int) -> Line:
    state = Span(
        f"  {'▶' if moment.playing else '‖'} {speed_words(moment.speed):<5}",
        "accent" if moment.playing else "muted",
        "play",
    )
    if not moment.total:
        return Line((state, Span("no event yet", "muted")))
    spans = [
        state,
        Span(f"event {moment.place + 1:,}", "strong", "go_to"),
        Span(f" of {moment.total:,}{'+' if moment.part < 1 else ''}", "muted", "go_to"),
    ]
    if moment.at is not None and moment.first is not None:
        after = moment.at - moment.first
        day = f"{moment.at:%Y-%m-%d} " if width >= _ROOMY else ""
        spans.append(Span(f"   {day}{clock(moment.at)}", "muted"))
        if after.total_seconds() >= 1:
            spans.append(Span(f"   +{span_words(after)}", "faint"))
    spans.append(Span("   " + safe(moment.words, 400), "text"))
    failures = moment.marks.count(bytes([FAILURE]))
    if moment.part < 1:
        tail = Span(f"  reading, {moment.part:.0%}  ", "accent")
    elif failures:
        one = "failure" if failures == 1 else "failures"
        tail = Span(f"  ✗ {failures:,} {one}  ", "bad", "failure(1)")
    else:
        tail = Span("  no failure  ", "faint")
    return Line(tuple(spans), (tail._replace(text=clip(tail.text, max(4, width // 3))),))


def _track(moment: TimelinePosition, width: int, *, focused: bool) -> Line:
    columns = columns_of(moment, width)
    rest = width - 2 * MARGIN - columns
    best = _buckets(moment.marks, columns)
    here = column_of(moment.place, moment.total, columns) if moment.total else -1
    spans = [Span(" " * (MARGIN - 1), "text"), Span("├", "border-focus" if focused else "border")]
    for column, mark in enumerate(best):
        glyph, tone = _LOOKS[mark]
        if column == here:
            spans.append(Span("◆", "tab"))
        elif mark == QUIET:
            spans.append(Span("━" if column < here else "─", "accent" if column < here else tone))
        else:
            spans.append(Span(glyph, tone))
    spans.append(Span("╌" * rest, "faint"))
    spans.append(Span("┤", "border-focus" if focused else "border"))
    return Line(tuple(spans))


def _buckets(marks: bytes | bytearray, columns: int) -> list[int]:
    count = len(marks)
    best = [QUIET] * columns
    if count <= 4 * columns:
        for place in range(count):
            column = column_of(place, count, columns)
            best[column] = max(best[column], marks[place])
        return best
    # Many events a column: the loudest of each slice, found by the speed of bytes.
    for column in range(columns):
        part = marks[column * count // columns : (column + 1) * count // columns]
        best[column] = next((m for m in (FAILURE, LOOK, STEP, REQUEST) if m in part), QUIET)
    return best
