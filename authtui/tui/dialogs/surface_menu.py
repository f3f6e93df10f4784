"""The list of surfaces, the programs of the client that start, to judge for; `s` opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.differences import PROGRAMS
from authtui.answers.findings import SURFACES
from authtui.tui.dialogs.dialog import ChooseScreen
from authtui.tui.lines import Doc, Item, Line, Span, pad
from authtui.tui.views.context import outcome_mark

if TYPE_CHECKING:
    from authtui.tui.owner import Owner

_READS: Final = {
    "exec": "one task without a screen; reads every variable it knows",
    "login-status": "prints the stored login; contacts no server",
    "tui": "the full-screen client",
}


def surface_menu(app: Owner) -> None:
    """Choose the surface to judge for."""
    if reason := app.reason_against("surface"):
        app.say(reason, "muted")
        return
    found = app.shown_state().assessment
    starts = {p.surface: p for p in found.predictions} if found else {}
    lines, items = [], []
    for index, name in enumerate(SURFACES):
        start = starts.get(name)
        glyph, tone = outcome_mark(start.outcome) if start else ("·", "muted")
        here = found is not None and found.surface == name
        lines.append(
            Line(
                (
                    Span(f" {glyph} ", tone),
                    Span(pad(PROGRAMS[name], 22), "strong"),
                    Span(_READS[name], "muted"),
                ),
                (Span("← this one " if here else "", "faint"),),
                index,
            )
        )
        items.append(Item(name, name))

    def chosen(name: str | None) -> None:
        if name is not None:
            app.reassess(surface=name)

    app.push_screen(ChooseScreen(Doc("Judge which surface?", lines, items)), chosen)
