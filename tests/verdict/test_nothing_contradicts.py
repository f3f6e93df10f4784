"""Properties of every answer: the verdict, the lamps, the sources and the checks say one thing.

`AUTHTUI_DRAWN_STATES` sets how many states are drawn (20,000 take some minutes), and
`AUTHTUI_DRAWN_SEED` from which seed.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from authtui import contracts
from authtui.answers.findings import marked_as
from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.commands.check import exit_code
from tests.checks.build import observe
from tests.verdict.generated import Drawn, draw

if TYPE_CHECKING:
    from authtui.answers.findings import Assessment

COUNT = int(os.environ.get("AUTHTUI_DRAWN_STATES", "750"))
SEED = int(os.environ.get("AUTHTUI_DRAWN_SEED", "4711"))


@pytest.fixture(scope="module")
def answers() -> list[tuple[Drawn, Assessment]]:
    return [
        (row, assess(observe(row.state), Options(contract=row.state.contract)))
        for row in draw(SEED, COUNT)
    ]


def ready(found: Assessment) -> bool:
    return marked_as(found.verdict.outcome, found.verdict.kind) == "ready"


def inherits(row: Drawn) -> bool:
    found = contracts.find(row.state.contract)
    assert found is not None
    return found[0].provider_inherits_login


def named(rows: list[tuple[Drawn, Assessment]]) -> list[tuple[str, str, str]]:
    return [(row.kind, row.state.contract, found.verdict.headline) for row, found in rows]


def test_every_kind_is_drawn_as_often(answers: list[tuple[Drawn, Assessment]]) -> None:
    counted = Counter(row.kind for row, _ in answers)
    assert min(counted.values()) >= COUNT // 15


def test_ready_is_not_said_beside_a_failing_check(
    answers: list[tuple[Drawn, Assessment]],
) -> None:
    wrong = [
        (row, found)
        for row, found in answers
        if found.verdict.outcome == "ready" and any(c.status == "fail" for c in found.checks)
    ]
    assert named(wrong) == []


def test_exit_code_zero_is_ready_and_nothing_else(
    answers: list[tuple[Drawn, Assessment]],
) -> None:
    wrong = [
        (row, found)
        for row, found in answers
        if (exit_code(found) == 0) != (found.verdict.outcome == "ready")
    ]
    assert named(wrong) == []


def test_a_ready_verdict_has_no_red_lamp_and_its_program_ends_well(
    answers: list[tuple[Drawn, Assessment]],
) -> None:
    wrong = []
    for row, found in answers:
        prediction = next(p for p in found.predictions if p.surface == found.surface)
        lights = {lamp.light for lamp in found.lamps}
        if found.verdict.outcome == "ready" and ("red" in lights or prediction.exit != 0):
            wrong.append((row, found))
        if found.verdict.outcome != "ready" and prediction.exit == 0 and prediction.ends:
            wrong.append((row, found))
    assert named(wrong) == []


def test_the_selected_source_is_the_selected_lamp(
    answers: list[tuple[Drawn, Assessment]],
) -> None:
    wrong = []
    for row, found in answers:
        selected = [source for source in found.sources if source.status == "selected"]
        if found.lamps.selected.light in ("red", "grey") and selected:
            wrong.append((row, found))
    assert named(wrong) == []


def test_no_fix_leads_to_what_is_wrong_already(
    answers: list[tuple[Drawn, Assessment]],
) -> None:
    wrong = [
        (row, found)
        for row, found in answers
        if any(fix.then == found.verdict.headline for fix in found.verdict.fix)
    ]
    assert named(wrong) == []


@pytest.mark.parametrize(
    "kind",
    [
        "empty refresh token",
        "dead proxy",
        "header variable missing",
        "foreign key",
        "commented",
        "nobody",
    ],
)
def test_what_cannot_work_is_never_ready(
    kind: str, answers: list[tuple[Drawn, Assessment]]
) -> None:
    found = [(row, answer) for row, answer in answers if row.kind == kind]
    if kind == "header variable missing":
        # Older clients send the stored login to a provider that names no key.
        found = [(row, answer) for row, answer in found if not inherits(row)]
    assert found
    wrong = [(row, answer) for row, answer in found if answer.verdict.outcome == "ready"]
    assert named(wrong) == []


@pytest.mark.parametrize("kind", ["login", "key"])
def test_what_works_is_ready(kind: str, answers: list[tuple[Drawn, Assessment]]) -> None:
    wrong = [(row, answer) for row, answer in answers if row.kind == kind and not ready(answer)]
    assert named(wrong) == []
