"""Lines of toned text: what every pane is made of, before any terminal or widget.

A view turns a state into a `Doc`; a widget paints it. Outside text enters a `Span` through
`safe()`, so nothing past this file needs to distrust its text again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar, overload

from rich.cells import cell_len, set_cell_size

from authtui.redaction import printable, redact_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.redaction import Secret

LONGEST = 4_000
"""Characters of one outside text that are laid out; the rest is counted, not shown."""


class Span(NamedTuple):
    """A run of text in one tone. `action` names what a click on it does."""

    text: str
    tone: str = "text"
    action: str | None = None


class Line(NamedTuple):
    """One row: `left` is cut with … where it must give way, `right` stands at the right edge.

    `item` is the index of the thing this row belongs to; None for rows that cannot be selected.
    """

    left: tuple[Span, ...] = ()
    right: tuple[Span, ...] = ()
    item: int | None = None


class Item(NamedTuple):
    """Something that can be selected. `key` stays the same from load to load."""

    key: str
    subject: object = None
    copy: str = ""
    label: str = ""
    secret: Secret | None = None


class Doc(NamedTuple):
    """The content of a pane. `rows_from` says that from that line on, line n is item n.

    `start` is the item that the cursor stands on at first: the one worth looking at. `texts` are
    the words of each item where they are cheaper to have than its lines.
    """

    title: str
    lines: Sequence[Line]
    items: Sequence[Item] = ()
    info: tuple[Span, ...] = ()
    tabs: tuple[Span, ...] = ()
    rows_from: int | None = None
    start: int = 0
    texts: Callable[[int], str] | None = None


BLANK = Line()
T = TypeVar("T")


class LazySequence(Sequence[T]):
    """A sequence whose members are made when they are looked at, after a few that stand ready.

    Ten thousand rows then cost what is on screen.
    """

    def __init__(self, count: int, make: Callable[[int], T], head: Sequence[T] = ()) -> None:
        """`make(n)` builds the n-th of `count` members after `head`."""
        self._count = count
        self._make = make
        self._head = tuple(head)

    def __len__(self) -> int:
        """How many there are, made or not."""
        return len(self._head) + self._count

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        """Make one, or the ones of a slice."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        if index < len(self._head):
            return self._head[index]
        return self._make(index - len(self._head))


def safe(text: object, limit: int = LONGEST) -> str:
    """Outside text, made harmless and bounded; what has the shape of a secret is not shown."""
    given = str(text)
    # Redacted before it is cut: half a secret may have no shape.
    shown = redact_text(given[: limit + LONGEST])
    if len(given) <= limit:
        return printable(shown)
    return f"{printable(shown[:limit])}… (+{len(given) - limit} characters)"


def clear(secret: Secret) -> str:
    """A secret in clear, because the user asked for it: the only way for one onto the screen."""
    return printable(secret.reveal(), LONGEST)


def width_of(text: str) -> int:
    """Terminal columns of a text."""
    return len(text) if text.isascii() else cell_len(text)


def clip(text: str, width: int) -> str:
    """At most `width` columns; a cut is shown by …."""
    if width <= 0:
        return ""
    if len(text) <= 4 * width and width_of(text) <= width:
        return text
    text = text[: 4 * width + 1]
    return set_cell_size(text, width - 1).rstrip() + "…"


def pad(text: str, width: int) -> str:
    """Cut or fill up a text to exactly `width` columns."""
    text = clip(text, width)
    return text + " " * (width - width_of(text))


def wrap(text: str, width: int, most: int = 1_000) -> list[str]:
    """Word-wrapped rows of at most `width` columns; the last of `most` rows is cut with …."""
    width = max(1, width)
    rows: list[str] = []
    rest = text.strip()
    while rest:
        # Nothing that fits is longer; measuring a long rest for each row would cost its square.
        if len(rows) == most - 1 or (len(rest) <= 4 * width and width_of(rest) <= width):
            rows.append(clip(rest, width))
            break
        taken = _take(rest, width)
        cut = rest.rfind(" ", 0, taken + 1)
        if cut <= width // 3:
            cut = taken
        rows.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return rows or [""]


def cut_rows(text: str, width: int) -> list[str]:
    """Harmless text in rows of at most `width` columns: joined, they are the text.

    A row ends behind a blank where one is near enough.
    """
    rows = []
    while text:
        taken = _take(text, max(1, width))
        blank = text.rfind(" ", 0, taken) + 1
        if len(text) > taken and blank > taken * 2 // 3:
            taken = blank
        rows.append(text[:taken])
        text = text[taken:]
    return rows


def rows_of(text: object, width: int, most: int = 1_000, more: str = "…") -> list[str]:
    """Outside text as harmless rows, its own line breaks kept; `more` ends what was cut."""
    given = redact_text(str(text)[: 2 * LONGEST])  # a secret may stand on several lines
    bounded = given if len(given) <= LONGEST else safe(given)
    rows = [row for part in bounded.splitlines() or [""] for row in wrap(safe(part), width, most)]
    if len(rows) <= most and not rows[-1].endswith("…"):
        return rows
    shown = rows[:most]
    last = shown[-1].removesuffix("…").rstrip()
    keep = width - width_of(more)
    cut = clip(last + "…", keep).removesuffix("…") + more if keep > 0 else "…"
    return [*shown[:-1], cut]


def _take(text: str, width: int) -> int:
    # How many characters fill `width` columns; at least one, so that wrapping always advances.
    if text[:width].isascii():
        return width
    used = 0
    for count, char in enumerate(text):
        used += cell_len(char)
        if used > width:
            return max(1, count)
    return len(text)


def spans_width(spans: Sequence[Span]) -> int:
    """Columns of several spans."""
    return sum(width_of(span.text) for span in spans)


def fit(line: Line, width: int) -> list[Span]:
    """The spans of a line laid out over exactly `width` columns."""
    right = list(line.right)
    room = width - spans_width(right)
    if right and room < width // 3:
        right = clip_spans(right, width - width // 3)
        room = width - spans_width(right)
    gap = 1 if right else 0
    left = clip_spans(line.left, max(0, room - gap))
    fill = room - spans_width(left)
    return [*left, Span(" " * fill, "text"), *right] if fill > 0 else [*left, *right]


def clip_spans(spans: Sequence[Span], width: int) -> list[Span]:
    """As many spans as fit, the last one cut with …."""
    if spans_width(spans) <= width:
        return list(spans)
    out: list[Span] = []
    room = width
    for span in spans:
        size = width_of(span.text)
        if size < room:
            out.append(span)
            room -= size
            continue
        bare = span.text.rstrip()
        fits = width_of(bare) <= room
        out.append(span._replace(text=pad(bare, room) if fits else clip(span.text + "…", room)))
        break
    return out


def action_at(spans: Sequence[Span], x: int) -> str | None:
    """The action of the span at column `x`."""
    for span in spans:
        x -= width_of(span.text)
        if x < 0:
            return span.action
    return None


def plain(line: Line) -> str:
    """The words of a line, for filters and tests."""
    return "".join(s.text for s in line.left) + " " + "".join(s.text for s in line.right)


def words_of_items(doc: Doc) -> Callable[[int], str]:
    """The words of each item by its index: its own text, or those of its lines."""
    if doc.texts is not None:
        return doc.texts
    words: dict[int, list[str]] = {}
    for line in doc.lines:
        if line.item is not None:
            words.setdefault(line.item, []).append(plain(line))
    return lambda index: " ".join(words.get(index, ()))


def narrow(doc: Doc, needle: str) -> Doc:
    """The items whose words contain `needle`, whatever its case."""
    wanted = needle.casefold()
    if doc.texts is not None and doc.rows_from is not None:
        return _narrow_rows(doc, doc.texts, doc.rows_from, needle)
    words = words_of_items(doc)
    kept = [i for i in range(len(doc.items)) if wanted in words(i).casefold()]
    index = {old: new for new, old in enumerate(kept)}
    lines = [line._replace(item=index[line.item]) for line in doc.lines if line.item in index]
    if not lines:
        return _nothing(doc, needle)
    return doc._replace(lines=lines, items=[doc.items[i] for i in kept], rows_from=None)


def _nothing(doc: Doc, needle: str) -> Doc:
    note = (Span(f"nothing here contains “{safe(needle, 60)}”", "muted"),)
    hint = Line((Span("esc clears the filter", "faint"),))
    return doc._replace(lines=(Line(note), hint), items=(), rows_from=None, start=0)


def _narrow_rows(doc: Doc, texts: Callable[[int], str], first: int, needle: str) -> Doc:
    # Ten thousand rows: only their words are made now, and the lines of those on screen later.
    wanted = needle.casefold()
    kept = [i for i in range(len(doc.items)) if wanted in texts(i).casefold()]
    if not kept:
        return _nothing(doc, needle)
    return doc._replace(
        lines=LazySequence(len(kept), lambda n: doc.lines[first + kept[n]]._replace(item=n)),
        items=LazySequence(len(kept), lambda n: doc.items[kept[n]]),
        rows_from=0,
    )
