"""An experiment on paper: what can be taken away or set, and what would be different then."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from authtui.answers.differences import differences
from authtui.assessment.experiment import candidates, shown_assignment
from authtui.tui.lines import BLANK, Doc, Item, Line, Span, pad, rows_of, safe
from authtui.tui.views.context import note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.answers.differences import FactChange
    from authtui.answers.findings import Assessment
    from authtui.machine.observation import Observation

_LABEL = 14


class Toggle(NamedTuple):
    """One thing that can be switched: `without` a source, or a `NAME=VALUE` that was added."""

    key: str
    title: str
    where: str = ""
    given: bool = False


def toggles_of(seen: Observation, added: Sequence[str]) -> tuple[Toggle, ...]:
    """What this machine offers to take away, then what was added by hand."""
    found = [Toggle(*candidate) for candidate in candidates(seen)]
    found += [Toggle(text, f"with {_shown(text)}", "added", True) for text in added]
    return tuple(found)


def _shown(text: str) -> str:
    return shown_assignment(text).removeprefix("config:")


def whatif_doc(
    toggles: Sequence[Toggle],
    chosen: frozenset[str],
    before: Assessment | None,
    after: Assessment | None,
    width: int,
    problem: str = "",
) -> Doc:
    """The switches, and below them what changes."""
    lines: list[Line] = [*note("Nothing on this machine is touched.", width, "faint"), BLANK]
    items: list[Item] = []
    for toggle in toggles:
        on = toggle.key in chosen
        box = Span(" [✓] " if on else " [ ] ", "accent" if on else "faint")
        words = Span(safe(toggle.title, 200), "strong" if on else "text")
        lines.append(Line((box, words), (Span(safe(toggle.where, 60), "faint"),), len(items)))
        items.append(Item(toggle.key, toggle, safe(toggle.title, 400), "the experiment"))
    for key, title in (("+set", "set NAME=VALUE …"), ("+workspace", "force a workspace …")):
        lines.append(Line((Span("  +  ", "accent"), Span(title, "muted")), item=len(items)))
        items.append(Item(key))
    lines += [BLANK, Line((Span("  What would be different", "title"),))]
    if problem:
        lines += note(safe(problem), width, "bad", 2)
    elif before is None or after is None:
        lines += note("Switch something on.", width, "muted", 2)
    else:
        lines += _rows(differences(before, after), width)
    return Doc("What if", lines, items)


def _rows(found: Sequence[FactChange], width: int) -> list[Line]:
    if not found:
        return note("Nothing: the client would do exactly the same.", width, "muted", 2)
    lines: list[Line] = []
    column = min(22, max(_LABEL, *(len(safe(d.label, 60)) + 2 for d in found)))
    for row in found:
        label = safe(row.label, 60)
        for sign, tone, value in (("-", "muted", row.before), ("+", "strong", row.after)):
            for number, text in enumerate(rows_of(value, width - column - 6, 3)):
                head = pad(label if sign == "-" and number == 0 else "", column)
                lead = "  " if number else f"{sign} "
                lines.append(
                    Line((Span("  " + head, "faint"), Span(lead, "accent"), Span(text, tone)))
                )
    return lines
