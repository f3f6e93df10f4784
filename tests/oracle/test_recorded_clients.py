"""Every recorded run of a real client, against what authtui predicts for the same machine.

One test a version and program: it runs all recordings of the pair and shows every difference.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from authtui.contracts import find
from authtui.simulation.program_start import make_case
from tests.oracle.cases import VERSIONS, Machine, Run, assumed, lay_out, observe, runs
from tests.oracle.comparison import (
    Difference,
    compare,
    compare_account,
    compare_doctor,
    compare_logout,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.simulation.program_start import Case

WITH_DOCTOR = tuple(v for v in VERSIONS if v >= "0.142")


def differences(
    command: str, version: str, against: Callable[[Run, Case, Machine], list[Difference]]
) -> list[str]:
    """All differences of one program of one version, ready to be read."""
    contract = find(version)
    assert contract is not None
    found = []
    for run in runs(command, version=version):
        with tempfile.TemporaryDirectory() as folder:
            with lay_out(run, Path(folder)) as machine:
                observation = observe(machine)
            case = make_case(observation, contract[0], assumed(run))
            found += [f"{run.name}: {run.title}\n  {d}" for d in against(run, case, machine)]
    return found


def _shown(found: list[str]) -> str:
    return f"{len(found)} differences\n" + "\n".join(found)


@pytest.mark.parametrize("version", VERSIONS)
def test_login_status_says_what_we_predict(version: str) -> None:
    found = differences("status", version, compare)
    assert not found, _shown(found)


@pytest.mark.parametrize("version", VERSIONS)
def test_exec_does_what_we_predict(version: str) -> None:
    found = differences("exec", version, compare)
    assert not found, _shown(found)


@pytest.mark.parametrize("version", WITH_DOCTOR)
def test_the_doctor_says_what_we_predict(version: str) -> None:
    found = differences("doctor", version, compare_doctor)
    assert not found, _shown(found)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_app_server_answers_what_we_predict(version: str) -> None:
    found = differences("account", version, compare_account)
    assert not found, _shown(found)


@pytest.mark.parametrize("version", VERSIONS)
def test_logout_leaves_what_we_predict(version: str) -> None:
    found = differences("logout", version, compare_logout)
    assert not found, _shown(found)
