"""What the client does not tell, told for drawn states too: cause, culprit and fix, never a guess.

The states are the ones `drive_wide` runs real clients in, here without a client: whatever is
predicted to fail has a verdict that names something of that very state.
"""

from __future__ import annotations

import functools
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from authtui import contracts
from authtui.answers.findings import SURFACES
from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from tests.oracle import untold, wide_states
from tests.oracle.cases import Run, assumed, lay_out, observe

if TYPE_CHECKING:
    from authtui.answers.findings import Surface, Verdict
    from authtui.contracts import Contract

STATES = 40
_NO_CULPRIT = ("nothing-stored", "answer-not-from-auth-server")


def _runs(contract: Contract) -> list[Run]:
    draw = random.Random(f"told {contract.name}")  # noqa: S311 - a spread, not a secret
    signer = wide_states.new_signer(draw)
    agent = contract.agent_variable or "CODEX_ACCESS_TOKEN"
    version = contract.version or contract.name
    return [
        Run(state["case"], "exec", version, "drawn", "", state["given"], 1, "", "kept", None, [])
        for state in wide_states.states(STATES, draw, signer, agent)
    ]


@functools.cache
def _verdicts(name: str) -> tuple[tuple[Run, Surface, Verdict], ...]:
    """The verdict on every drawn state, for each program start."""
    found = []
    for run in _runs(contracts.BY_NAME[name]):
        with tempfile.TemporaryDirectory() as folder, lay_out(run, Path(folder)) as machine:
            seen = observe(machine)
        for surface in SURFACES:
            options = Options(contract=name, surface=surface, assumptions=assumed(run))
            found.append((run, surface, assess(seen, options).verdict))
    return tuple(found)


@pytest.mark.parametrize("name", [row.name for row in contracts.TABLE])
def test_whatever_fails_has_a_cause_a_culprit_of_that_state_and_a_fix(name: str) -> None:
    wrong = []
    for run, surface, verdict in _verdicts(name):
        if verdict.outcome == "ready":
            continue
        named = verdict.culprit is not None and untold.is_there(run, verdict.culprit)
        if not (verdict.sentence and verdict.fix and (named or verdict.kind in _NO_CULPRIT)):
            wrong.append(f"{run.case} {surface}: {verdict.culprit}: {verdict.sentence}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", [row.name for row in contracts.TABLE])
def test_a_deletion_is_announced_in_the_headline_with_what_causes_it(name: str) -> None:
    for run, surface, verdict in _verdicts(name):
        if verdict.deletes_stored_login:
            assert "delete" in verdict.headline, (run.case, surface)
            assert verdict.culprit is not None, (run.case, surface)


def test_the_drawn_states_fail_in_every_way_and_also_work() -> None:
    seen = {verdict.outcome for row in contracts.TABLE for _, _, verdict in _verdicts(row.name)}
    assert seen == {"ready", "degraded", "refused", "not-logged-in", "unreadable"}
