"""No secret gets out of any place in which it stands, by mistake or by design."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.canaries.canary import leaks
from tests.canaries.kinds import CANARIES, SHAPED
from tests.canaries.outputs import (
    GENERATIONS,
    commands_of,
    lay_out,
    observed,
    reports_of,
    said_of,
)
from tests.canaries.places import PLACES, worlds

if TYPE_CHECKING:
    from pathlib import Path

EACH = 2
"""Kinds planted in each place; every kind gets its turn in many."""


def kinds_for(place: str, count: int) -> list[str]:
    start = PLACES.index(place) * count
    return [SHAPED[(start + n) % len(SHAPED)] for n in range(count)]


def test_every_kind_has_its_turn_in_several_places() -> None:
    turns = [kind for place in PLACES for kind in kinds_for(place, EACH)]
    assert min(turns.count(kind) for kind in SHAPED) >= 5


@pytest.mark.parametrize("place", PLACES)
def test_check_and_explain_say_nothing_of_it(place: str, tmp_path: Path) -> None:
    for number, kind in enumerate(kinds_for(place, EACH)):
        world = worlds(CANARIES[kind].value)[place]
        seen = observed(world, tmp_path / str(number))
        generation = GENERATIONS[number % len(GENERATIONS)]
        for name in ("current", generation):
            for output, text in said_of(seen, name).items():
                assert leaks(text) == set(), f"{kind} in {place}: {output}"


@pytest.mark.parametrize("place", PLACES)
def test_no_report_says_anything_of_it(place: str, tmp_path: Path) -> None:
    (kind,) = kinds_for(place, 1)
    seen = observed(worlds(CANARIES[kind].value)[place], tmp_path)
    for output, text in reports_of(seen).items():
        assert leaks(text) == set(), f"{kind} in {place}: {output}"


@pytest.mark.parametrize("place", PLACES)
def test_no_other_command_says_anything_of_it(place: str, tmp_path: Path) -> None:
    kind = kinds_for(place, EACH)[-1]
    world = worlds(CANARIES[kind].value)[place]
    home = lay_out(world, tmp_path)
    for output, text in commands_of(home, tmp_path, world.env).items():
        assert leaks(text) == set(), f"{kind} in {place}: {output}"
