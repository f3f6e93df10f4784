"""Where the client's own programs leave a user in the dark, the verdict does not."""

from __future__ import annotations

import pytest

from tests.oracle import own, untold
from tests.oracle.cases import Run


@pytest.fixture(scope="module")
def cases() -> list[untold.Untold]:
    return untold.collect()


@pytest.fixture(scope="module")
def own_cases() -> list[untold.Untold]:
    return untold.collect(tuple(Run(**run) for run in own.read()))


@pytest.mark.parametrize("kind", untold.KINDS)
def test_the_verdict_names_them_in_the_runs_that_the_project_made_itself(
    kind: str, own_cases: list[untold.Untold]
) -> None:
    left = [
        f"{case.run.name}: {case.verdict.culprit}: {case.verdict.sentence}"
        for case in own_cases
        if kind in case.kinds and not case.named_by_us
    ]
    assert not left, "\n".join(left)


@pytest.mark.parametrize("kind", untold.KINDS)
def test_the_verdict_names_cause_culprit_and_fix_where_the_client_is_silent(
    kind: str, cases: list[untold.Untold]
) -> None:
    left = [
        f"{case.run.name}: {case.verdict.culprit}: {case.verdict.sentence}"
        for case in cases
        if kind in case.kinds and not case.named_by_us
    ]
    assert not left, "\n".join(left)


def test_the_figures_say_how_much_more_is_told(cases: list[untold.Untold]) -> None:
    rows = {row.kind: row for row in untold.figures(cases)}
    assert rows[untold.UNNAMED_401].runs > 150
    for row in rows.values():
        assert row.authtui == row.runs, row
        assert row.client <= row.runs // 20, row


def test_a_deletion_for_another_credentials_fault_is_announced_with_the_variable(
    cases: list[untold.Untold],
) -> None:
    for case in cases:
        if untold.WRONG_DELETION in case.kinds:
            assert case.verdict.deletes_stored_login, case.run.name
            assert case.verdict.culprit in case.run.given["env"], case.run.name
            assert "delete" in case.verdict.headline, case.run.name


def test_the_verdict_mentions_the_doctor_where_it_sees_nothing(
    cases: list[untold.Untold],
) -> None:
    for case in cases:
        if untold.DOCTOR_SEES_NOTHING in case.kinds:
            assert "codex doctor" in case.verdict.sentence, case.run.name
