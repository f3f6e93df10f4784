"""The loud block while a program is watched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authtui.tui.views.program_panes import comparison_of, program_of
from authtui.verdict.captured_program import judge_program, judge_start

if TYPE_CHECKING:
    from authtui.tui.views.context import ViewContext


def with_run(view: ViewContext) -> ViewContext:
    """The view whose verdict tells of the watched program instead of the prediction alone."""
    found = view.assessment
    if found is None:
        return view
    program = program_of(view)
    if program is None:
        failure = view.state.failure if view.state.phase == "failed" else None
        verdict = judge_start(found.verdict, failure)
    else:
        verdict = judge_program(program, comparison_of(program), found)
    return view._replace(state=replace(view.state, assessment=found._replace(verdict=verdict)))
