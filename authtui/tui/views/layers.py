"""The configuration as one table: who sets each value, on which line, and what it overrides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.redaction import Secret
from authtui.tui.lines import Doc, Item, Line, Span, clip, safe
from authtui.tui.views.context import note

if TYPE_CHECKING:
    from authtui.answers.findings import ConfigRow
    from authtui.tui.views.context import ViewContext


def layers_doc(view: ViewContext, width: int) -> Doc:
    """Each key with the value that counts; below it those that do not, and why."""
    title = "The configuration, layer by layer"
    found = view.assessment
    if found is None or not found.layers:
        return Doc(title, note("No file of the configuration sets anything here.", width))
    lines: list[Line] = []
    items: list[Item] = []
    for index, row in enumerate(found.layers):
        lines += _row(row, width, index)
        items.append(Item(f"{row.layer}:{row.where}:{row.key}", row, safe(row.where), "the place"))
    culprit = found.verdict.culprit
    start = next((i for i, row in enumerate(found.layers) if row.where == culprit), 0)
    return Doc(title, lines, items, start=start)


def _row(row: ConfigRow, width: int, index: int) -> list[Line]:
    tone = "strong" if row.decided else "faint"
    glyph = "●" if row.decided else "○"
    text = clip(f" {glyph} {safe(row.key, 80)} = {_value(row.value)}", width)
    where = Span(f"{safe(row.where, 60)} · {row.layer} ", "muted")
    lines = [Line((Span(text, tone),), (where,), index)]
    said = f"overrides {', '.join(row.overrides)}" if row.overrides else row.note or ""
    if not said and not row.decided:
        said = "overridden"
    if said:
        lines.append(Line((Span(f"     {safe(said)}", "muted"),), item=index))
    return lines


def _value(value: object) -> str:
    if isinstance(value, Secret):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return safe(value, 80)
