"""The two widgets: `Pane` shows a document with a cursor, `Rows` shows a few fixed lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from authtui.tui.keys import LIST_KEYS, bindings
from authtui.tui.lines import BLANK, Doc, Line, Span, action_at, clip_spans, fit, narrow, safe
from authtui.tui.lines import spans_width as width_of_spans
from authtui.tui.theme import TONES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual import events
    from textual.binding import BindingType

    from authtui.tui.lines import Item

_PLAIN = Style()


class TonedWidget(Widget):
    """A widget that paints spans; colours come from the theme's tones, never from data."""

    def tones(self) -> Mapping[str, Style]:
        """The styles of the present theme, by tone."""
        return TONES.get(self.app.theme) or TONES["authtui-dark"]

    def strip(self, spans: Sequence[Span], base: Style = _PLAIN) -> Strip:
        """Spans as a strip of the widget's background."""
        tones = self.tones()
        ground = self.rich_style + base
        segments = []
        for span in spans:
            style = tones.get(span.tone, _PLAIN)
            segments.append(Segment(span.text, ground + style))
        return Strip(segments)


class Rows(TonedWidget):
    """A few lines that cannot be selected: header, verdict, footer."""

    class Pressed(Message):
        """A span with an action was clicked."""

        def __init__(self, action: str) -> None:
            """Carry the action's name."""
            super().__init__()
            self.action = action

    def __init__(self, *, bar: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """`bar`: a coloured stroke at the left edge and a tinted ground."""
        super().__init__(id=id)
        self.lines: list[Line] = []
        self.tint = ""
        self.bar = bar

    def set_lines(self, lines: Sequence[Line], tint: str = "") -> None:
        """Show other lines, if they differ from those shown."""
        if lines != self.lines or tint != self.tint:
            self.lines, self.tint = list(lines), tint
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of the block."""
        width = self.size.width
        line = self.lines[y] if y < len(self.lines) else BLANK
        ground = self.tones().get(f"tint-{self.tint}", _PLAIN) if self.tint else _PLAIN
        if not self.bar:
            return self.strip(fit(line, width), ground).crop(0, width)
        colour = "faint" if self.tint in ("", "grey") else self.tint
        spans = [Span("▌", colour), *fit(line, width - 1)]
        return self.strip(spans, ground).crop(0, width)

    def on_click(self, event: events.Click) -> None:
        """Run what the span under the pointer stands for."""
        if event.y < len(self.lines):
            inset = 1 if self.bar else 0
            spans = fit(self.lines[event.y], self.size.width - inset)
            if action := action_at(spans, event.x - inset):
                self.post_message(self.Pressed(action))


class Pane(TonedWidget, can_focus=True):
    """A bordered list on the line API: it costs what is on screen, not what it holds."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(LIST_KEYS)

    class Chosen(Message):
        """Enter or a second click on a row."""

        def __init__(self, pane: Pane, item: Item) -> None:
            """Carry the pane and the row's item."""
            super().__init__()
            self.pane = pane
            self.item = item

    def __init__(self, number: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """`number` is the key that turns to the pane; it stands before the title."""
        super().__init__(id=id)
        self.number = number
        self.heading: tuple[Span, ...] | None = None
        """Stands instead of number, title and tabs: the names of all panes where one is shown."""
        self.source = Doc("", ())
        """What was given to show; `doc` is what the filter leaves of it."""
        self.doc = self.source
        self.cursor = 0
        self.top = 0
        self.needle = ""
        self.typing = False
        self.follow = False
        """Whether a cursor on the last row stays on the last row as rows arrive."""
        self.holds = True
        """Whether the cursor moves with the thing it is on."""
        self.own_filter: Callable[[str], str | None] | None = None
        """Filters where the content is made, instead of here; a sentence where it cannot."""
        self.problem: str | None = None
        self._firsts: list[int] | None = None

    # ── content ────────────────────────────────────────────────────────────────────────────────

    def show(self, doc: Doc) -> None:
        """Show a document; the cursor stays on the same thing if it is still there."""
        if doc == self.source and doc.rows_from is None:
            return
        held = self.selected
        at_end = self.follow and self.cursor >= len(self.doc.items) - 1
        fresh = held is None and not (self.needle and self.own_filter is None)
        self.source = doc
        self._narrow()
        if fresh:
            self.cursor, self.top = doc.start, 0
        if at_end:
            self.cursor = max(0, len(self.doc.items) - 1)
        elif self.holds and held is not None and self.doc.rows_from is None:
            for index, item in enumerate(self.doc.items):
                if item.key == held.key:
                    self.cursor = index
                    break
        self._settle()

    def _narrow(self) -> None:
        mine = self.needle and self.own_filter is None
        self.doc = narrow(self.source, self.needle) if mine else self.source
        self._firsts = None

    @property
    def selected(self) -> Item | None:
        """The item under the cursor."""
        items = self.doc.items
        return items[self.cursor] if 0 <= self.cursor < len(items) else None

    @property
    def inside(self) -> int:
        """Rows of content that fit."""
        return max(0, self.size.height - 2)

    def span_of(self, index: int) -> tuple[int, int]:
        """First and last line of an item."""
        if self.doc.rows_from is not None:
            return self.doc.rows_from + index, self.doc.rows_from + index
        if self._firsts is None:
            firsts = [0] * len(self.doc.items)
            for number in range(len(self.doc.lines) - 1, -1, -1):
                item = self.doc.lines[number].item
                if item is not None:
                    firsts[item] = number
            self._firsts = firsts
        first = last = self._firsts[index]
        while last + 1 < len(self.doc.lines) and self.doc.lines[last + 1].item == index:
            last += 1
        return first, last

    def _settle(self) -> None:
        count, total, room = len(self.doc.items), len(self.doc.lines), self.inside
        if room == 0:
            return
        self.cursor = max(0, min(self.cursor, count - 1))
        if count:
            first, last = self.span_of(self.cursor)
            if self.cursor == 0 and last < room:
                first = 0
            if self.cursor == count - 1:
                last = min(total - 1, max(last, first + room - 1))
            if first < self.top:
                self.top = first
            elif last >= self.top + room:
                self.top = last - room + 1
        self.top = max(0, min(self.top, total - room))
        self.refresh()

    # ── painting ───────────────────────────────────────────────────────────────────────────────

    def render_line(self, y: int) -> Strip:
        """One row: the frame with its title, or a line of content between its sides."""
        width, height = self.size
        edge = "border-focus" if self.has_focus else "border"
        if width < 4:
            return self.strip([Span(" " * width)])
        if y == 0:
            return self.strip(self._title(width, edge)).crop(0, width)
        if y == height - 1:
            return self.strip(self._foot(width, edge)).crop(0, width)
        index = self.top + y - 1
        line = self.doc.lines[index] if index < len(self.doc.lines) else BLANK
        right = self._thumb(y - 1, edge)
        chosen = self.has_focus and line.item is not None and line.item == self.cursor
        spans = fit(line, width - 4)
        if not chosen:
            return self.strip([Span("│ ", edge), *spans, Span(" "), right]).crop(0, width)
        first, _ = self.span_of(self.cursor)
        mark = Span("▸" if index == first else " ", "key")
        middle = self.strip([mark, *spans, Span(" ")], self.tones()["cursor"])
        return Strip.join([self.strip([Span("│", edge)]), middle, self.strip([right])]).crop(
            0, width
        )

    def _title(self, width: int, edge: str) -> list[Span]:
        name = "title-focus" if self.has_focus else "title"
        spans = [Span("╭─ ", edge)]
        if self.heading is not None:
            spans += self.heading
        else:
            if self.number:
                spans.append(Span(f"{self.number} ", "key" if self.has_focus else "faint"))
            spans.append(Span(self.doc.title, name))
            spans += [Span(" ─ ", edge), *self.doc.tabs] if self.doc.tabs else []
        spans.append(Span(" ", edge))
        info = [Span(" ", edge), *self.doc.info, Span(" ─╮", edge)] if self.doc.info else []
        if not info or width_of_spans(spans) + width_of_spans(info) + 1 > width:
            info = [Span("╮", edge)]
        spans = clip_spans(spans, width - width_of_spans(info))
        fill = width - width_of_spans(spans) - width_of_spans(info)
        return [*spans, Span("─" * fill, edge), *info]

    def _foot(self, width: int, edge: str) -> list[Span]:
        spans = [Span("╰", edge)]
        if self.typing or self.needle:
            spans += [Span("─ /", edge), Span(safe(self.needle, 200), "accent")]
            spans += [Span("▏" if self.typing else "", "accent"), Span(" ", edge)]
            spans += [Span(safe(self.problem, 200) + " ", "bad")] if self.problem else []
        elif self.heading is not None and self.doc.tabs:
            spans += [Span("─ ", edge), *self.doc.tabs, Span(" ", edge)]
        below = len(self.doc.lines) - self.top - self.inside
        tail = [Span(f" {below} more ↓ ", "faint")] if below > 0 else []
        tail.append(Span("─╯" if tail else "╯", edge))
        spans = clip_spans(spans, width - width_of_spans(tail))
        fill = width - width_of_spans(spans) - width_of_spans(tail)
        return [*spans, Span("─" * fill, edge), *tail]

    def _thumb(self, row: int, edge: str) -> Span:
        total, room = len(self.doc.lines), self.inside
        if total <= room or room < 2:
            return Span("│", edge)
        size = max(1, room * room // total)
        start = (room - size) * self.top // max(1, total - room)
        return Span("┃", "muted") if start <= row < start + size else Span("│", edge)

    # ── moving ─────────────────────────────────────────────────────────────────────────────────

    def action_cursor(self, step: int) -> None:
        """Move by rows; where nothing can be selected, scroll."""
        if self.doc.items:
            target = self.cursor + step
            if not 0 <= target < len(self.doc.items):
                self.top += step
            self.cursor = target
        else:
            self.top += step
        self._settle()

    def action_page(self, step: int) -> None:
        """Move by what fits on screen."""
        if not self.doc.items:
            self.top += step * max(1, self.inside - 1)
        elif self.doc.rows_from is not None:
            self.cursor += step * max(1, self.inside - 1)
        else:
            goal = self.span_of(self.cursor)[0] + step * max(1, self.inside - 1)
            candidates = range(len(self.doc.items))
            self.cursor = min(candidates, key=lambda i: abs(self.span_of(i)[0] - goal))
        self._settle()

    def point_at(self, index: int) -> None:
        """Put the cursor on an item."""
        self.cursor = index
        self._settle()

    def action_edge(self, side: int) -> None:
        """To the first or the last row."""
        self.cursor = 0 if side < 0 else len(self.doc.items) - 1
        self.top = 0 if side < 0 else len(self.doc.lines)
        self._settle()

    def on_resize(self) -> None:
        """Keep the cursor in sight, and as much above it as fits."""
        self.top = 0
        self._settle()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll without moving the cursor."""
        self._wheel(3, event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll without moving the cursor."""
        self._wheel(-3, event)

    def _wheel(self, step: int, event: events.MouseEvent) -> None:
        event.stop()
        self.top = max(0, min(self.top + step, len(self.doc.lines) - self.inside))
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Select the row, open the one that is selected already, or do what the title offers."""
        if event.y in (0, self.size.height - 1):
            frame = self._foot if event.y else self._title
            self._press(frame(self.size.width, ""), event.x)
            return
        index = self.top + event.y - 1
        if index >= len(self.doc.lines):
            return
        line = self.doc.lines[index]
        if line.item is None:
            self._press(fit(line, self.size.width - 4), event.x - 2)
            return
        if line.item == self.cursor and event.chain > 1:
            self.choose()
        self.cursor = line.item
        self._settle()

    def _press(self, spans: Sequence[Span], x: int) -> None:
        if action := action_at(spans, x):
            self.post_message(Rows.Pressed(action))

    def choose(self) -> None:
        """Ask for the detail of the selected row."""
        if (item := self.selected) is not None:
            self.post_message(self.Chosen(self, item))

    # ── filter ─────────────────────────────────────────────────────────────────────────────────

    def start_filter(self) -> None:
        """Take the keys as filter text until enter or escape."""
        self.typing = True
        self.refresh()

    def filter(self, needle: str) -> None:
        """Keep the rows that contain the text."""
        held = self.selected
        self.needle = needle
        if self.own_filter is not None:
            # Whoever made the content knows its own language, and makes it anew.
            self.problem = self.own_filter(needle)
            self.refresh()
            return
        self._narrow()
        self.cursor = 0
        for index, item in enumerate(self.doc.items if self.doc.rows_from is None else ()):
            if held is not None and item.key == held.key:
                self.cursor = index
        self.top = 0
        self._settle()

    def on_key(self, event: events.Key) -> None:
        """While filtering, keys are text; otherwise escape clears the filter."""
        if not self.typing:
            if event.key == "escape" and self.needle:
                event.stop()
                event.prevent_default()
                self.filter("")
            return
        if event.key in ("tab", "shift+tab", "up", "down", "ctrl+q", "ctrl+c"):
            self.typing = False
            return
        event.stop()
        event.prevent_default()
        if event.key == "enter":
            self.typing = False
            self.refresh()
        elif event.key == "escape":
            self.typing = False
            self.filter("")
        elif event.key == "backspace":
            self.filter(self.needle[:-1])
        elif event.character and event.is_printable:
            self.filter(self.needle + event.character)

    def on_blur(self) -> None:
        """Stop taking keys as text."""
        self.typing = False
