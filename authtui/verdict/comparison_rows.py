"""A row of the comparison: one fact, what was expected of it, and what was seen."""

from __future__ import annotations

from typing import Literal, NamedTuple

Status = Literal["differs", "open", "same"]
NOT_YET = "not seen yet"


class Row(NamedTuple):
    """One fact, both sides of it, and a sentence of what the difference means.

    `request` is the number of the record that shows it.
    """

    id: str
    label: str
    expected: str
    observed: str
    status: Status
    meaning: str = ""
    request: int | None = None


def row(
    id: str,  # noqa: A002 - the field's name
    label: str,
    expected: str,
    observed: str,
    same: bool,
    meaning: str,
    request: int | None = None,
) -> Row:
    """A row of which both sides are known."""
    return Row(id, label, expected, observed, "same" if same else "differs", meaning, request)
