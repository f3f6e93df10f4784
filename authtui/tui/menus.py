"""Short lists to choose from: the program start and the generation to judge for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.checks.findings import SURFACES
from authtui.contracts import TABLE
from authtui.tui.dialogs import ChooseScreen
from authtui.tui.lines import Doc, Item, Line, Span, pad
from authtui.tui.views.context import OUTCOME_WORDS, OUTCOMES, PROGRAMS

if TYPE_CHECKING:
    from authtui.tui.app import AuthtuiApp

_READS: Final = {
    "exec": "one task without a screen; reads every variable it knows",
    "login-status": "prints the stored login; tries nothing",
    "tui": "the full-screen client",
}


def surface_menu(app: AuthtuiApp) -> None:
    """Choose the program start to judge for."""
    if reason := app.reason_against("surface"):
        app.say(reason, "muted")
        return
    found = app.shown_state().assessment
    starts = {p.surface: p for p in found.predictions} if found else {}
    lines, items = [], []
    for index, name in enumerate(SURFACES):
        start = starts.get(name)
        glyph, colour = OUTCOMES[start.outcome] if start else ("·", "grey")
        here = found is not None and found.surface == name
        lines.append(
            Line(
                (
                    Span(f" {glyph} ", "muted" if colour == "grey" else colour),
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
            _reassess(app, surface=name)

    app.push_screen(ChooseScreen(Doc("Judge which program start?", lines, items)), chosen)


def generation_menu(app: AuthtuiApp) -> None:
    """Choose the client generation to judge for."""
    if reason := app.reason_against("generation"):
        app.say(reason, "muted")
        return
    found = app.shown_state().assessment
    lines, items = [], []
    for index, row in enumerate(TABLE):
        outcome = found.generations.get(row.name) if found else None
        glyph, colour = OUTCOMES.get(outcome or "", ("·", "grey"))
        words = OUTCOME_WORDS.get(outcome or "", "")
        here = found is not None and found.contract.name == row.name
        lines.append(
            Line(
                (
                    Span(f" {glyph} ", "muted" if colour == "grey" else colour),
                    Span(pad(row.name, 15), "strong"),
                    Span(pad(row.title, 36), "muted"),
                    Span(words, "faint"),
                ),
                (Span("← this one " if here else "", "faint"),),
                index,
            )
        )
        items.append(Item(row.name, row.name))

    def chosen(name: str | None) -> None:
        if name is not None:
            _reassess(app, contract=name)

    app.push_screen(ChooseScreen(Doc("Judge as which client?", lines, items)), chosen)


def _reassess(app: AuthtuiApp, **wanted: object) -> None:
    session = app.session
    options = session.options._replace(**wanted)
    cause = ", ".join(f"{name} {value}" for name, value in wanted.items())
    app.run_thread(lambda: session.reassess(options, cause), "reassess")
