"""What is said of a trace that could be read only up to some line."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from authtui.tui.dialogs.dialog import BACK, COPY, Dialog, Hint
from authtui.tui.lines import BLANK, Doc, Item, Line, Span, safe
from authtui.tui.views.context import note

if TYPE_CHECKING:
    from authtui.trace.reader import Trace
    from authtui.tui.views.context import ViewContext


def damage_doc(trace: Trace, width: int) -> Doc:
    """The file, the line, the reason, and what is shown all the same."""
    damage = trace.damage
    reason = safe(damage.reason, 400) if damage else ""
    where = f"line {damage.line:,} of {safe(trace.name, 80)}" if damage else ""
    shown = f"The {len(trace):,} events before it are shown." if len(trace) else "Nothing is shown."
    lines = [
        Line((Span("  ✗ ", "bad"), Span(where, "bad-strong")), item=0),
        *[line._replace(item=0) for line in note(reason, width, "text", 4)],
        BLANK,
        *note("Reading ended there, and nothing after it was looked at.", width, "text", 2),
        *note(shown, width, "text", 2),
        BLANK,
        *note(
            "A file that was edited, or damaged on its way, cannot be trusted beyond that line. "
            "Ask for it again, as a file and not as pasted text.",
            width,
            "muted",
            2,
        ),
    ]
    return Doc(
        "This trace is damaged", lines, [Item("damage", None, f"{where}: {reason}", "the reason")]
    )


class DamageScreen(Dialog):
    """Stands on the desk once; leaving it shows what could be read."""

    HINTS: ClassVar[tuple[Hint, ...]] = (BACK._replace(words="what was read"), COPY)

    def __init__(self, trace: Trace) -> None:
        def make(_view: ViewContext, width: int) -> Doc:
            return damage_doc(trace, width)

        super().__init__(make)
