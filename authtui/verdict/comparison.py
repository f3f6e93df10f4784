"""Predicted and observed, side by side: what a captured program was expected to do, and did.

Pure. The prediction is the one that stood when the program started; what was observed comes from
the wire, from the program's own output and end, and from the stored login before and after.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from authtui.verdict.command_line import surface_of
from authtui.verdict.outcome_rows import (
    answer_rows,
    deletion_rows,
    exit_rows,
    message_rows,
    preparation_rows,
    refresh_rows,
    rotated_rows,
)
from authtui.verdict.program_messages import final_message
from authtui.verdict.request_rows import judged_rows, request_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authtui.answers.findings import Surface
    from authtui.exchanges.evidence import ObservedProgram
    from authtui.verdict.comparison_rows import Row, Status

_CONSEQUENCES: Final = ("sent", "answer", "login", "exit", "message")
"""What comes of the rest: no such row stands above the one that explains it."""
_UNNUMBERED: Final = sys.maxsize
_ORDER: Final[tuple[Status, ...]] = ("differs", "open", "same")


class Comparison(NamedTuple):
    """Every row, differences first. `surface` is None for a command that is not predicted."""

    rows: tuple[Row, ...] = ()
    surface: Surface | None = None
    message: str | None = None

    @property
    def differences(self) -> tuple[Row, ...]:
        """The rows that differ."""
        return tuple(row for row in self.rows if row.status == "differs")


def compare(program: ObservedProgram) -> Comparison:
    """The rows for a program at this moment."""
    surface = surface_of(program.command)
    expected = program.expected
    message = final_message(program)
    predictions = expected.predictions if expected is not None else ()
    prediction = next((p for p in predictions if p.surface == surface), None)
    if expected is None or prediction is None:
        return Comparison(_ordered(judged_rows(program)), surface, message)
    # A request is predicted only for the program start that was modelled.
    modelled = expected.surface == surface
    planned = expected.request if modelled else None
    rows = [
        *preparation_rows(program, prediction),
        *(request_rows(program, planned) if modelled else ()),
        *judged_rows(program),
        *answer_rows(program, prediction, planned),
        *refresh_rows(program, prediction),
        *rotated_rows(program),
        *deletion_rows(program, prediction),
        *exit_rows(program, prediction),
        *message_rows(program, prediction, message),
    ]
    return Comparison(_ordered(rows), surface, message)


class _LastComparison:
    """The last comparison: made once for each state, whoever asks."""

    made: tuple[ObservedProgram, Comparison] | None = None


def comparison_of(program: ObservedProgram) -> Comparison:
    """The comparison for a program as it is now."""
    made = _LastComparison.made
    if made is None or made[0] is not program:
        made = _LastComparison.made = (program, compare(program))
    return made[1]


def _ordered(rows: Iterable[Row]) -> tuple[Row, ...]:
    given = list(rows)
    differing = sorted((row for row in given if row.status == "differs"), key=_place)
    rest = (row for status in _ORDER[1:] for row in given if row.status == status)
    return (*differing, *rest)


def _place(row: Row) -> tuple[int, int]:
    """Where a difference stands: causes as the client runs into them, then what comes of them."""
    if row.id == "refresh" and "refused" in row.observed:
        return 0, 0
    if row.id in _CONSEQUENCES:
        return 3, _CONSEQUENCES.index(row.id)
    return 1, _UNNUMBERED if row.request is None else row.request
