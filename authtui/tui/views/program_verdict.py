"""The loud block before a watched program runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authtui.tui.views.program_panes import program_of
from authtui.verdict.captured_program import judge_start

if TYPE_CHECKING:
    from authtui.tui.views.context import ViewContext


def with_run(view: ViewContext) -> ViewContext:
    """The view before a program runs: its verdict tells of the start. Later the state does."""
    found = view.assessment
    if found is None or program_of(view) is not None:
        return view
    failure = view.state.failure if view.state.phase == "failed" else None
    verdict = judge_start(found.verdict, failure)
    return view._replace(state=replace(view.state, observed=found._replace(verdict=verdict)))
