"""Properties of every answer: the verdict, the lamps, the sources and the checks say one thing.

`AUTHTUI_DRAWN_STATES` sets how many states are drawn (20,000 take some minutes), and
`AUTHTUI_DRAWN_SEED` from which seed.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from tests.checks.build import observe
from tests.verdict.generated import KINDS, draw
from tests.verdict.properties import PROPERTIES, Answered

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT = int(os.environ.get("AUTHTUI_DRAWN_STATES", "960"))
SEED = int(os.environ.get("AUTHTUI_DRAWN_SEED", "4711"))


def answers_to(seed: int, count: int) -> list[Answered]:
    made = []
    for row in draw(seed, count):
        seen = observe(row.state)
        asked = Options(
            contract=row.state.contract, surface=row.state.surface, assumptions=row.state.assume
        )
        made.append(Answered(row, seen, assess(seen, asked)))
    return made


@pytest.fixture(scope="module")
def answers() -> list[Answered]:
    return answers_to(SEED, COUNT)


def test_every_kind_is_drawn_as_often(answers: list[Answered]) -> None:
    counted = Counter(row.drawn.kind for row in answers)
    assert set(counted) == set(KINDS)
    assert min(counted.values()) >= COUNT // len(KINDS)


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_nothing_contradicts_anything(
    holds: Callable[[Answered], str | None], answers: list[Answered]
) -> None:
    missed = Counter(
        (row.drawn.kind, row.drawn.state.contract, row.found.verdict.headline, said)
        for row in answers
        if (said := holds(row)) is not None
    )
    assert not missed
