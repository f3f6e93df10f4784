"""Every recorded run of a real client, against what authtui predicts for the same machine.

One test a version and program: it runs all recordings of the pair and shows every difference.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from authtui.checks.app_server import answer
from authtui.checks.courses import make_case
from authtui.checks.doctor import examine
from authtui.checks.logout import predict_logout
from authtui.contracts import find
from tests.oracle.cases import VERSIONS, Machine, Run, assumed, lay_out, observe, runs
from tests.oracle.comparison import Difference, compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.checks.courses import Case

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


def _compare_doctor(run: Run, case: Case, machine: Machine) -> list[Difference]:
    del machine
    if run.stopped:
        return []
    assert run.doctor is not None
    recorded, ours = run.doctor["auth"], examine(case)
    client = recorded and tuple(recorded[key] for key in ("status", "summary", "remediation"))
    said = ours and (ours.status, ours.summary, ours.remediation)
    return [] if said == client else [Difference("doctor", said, client)]


@pytest.mark.parametrize("version", WITH_DOCTOR)
def test_the_doctor_says_what_we_predict(version: str) -> None:
    found = differences("doctor", version, _compare_doctor)
    assert not found, _shown(found)


def _compare_account(run: Run, case: Case, machine: Machine) -> list[Difference]:
    if run.stopped:
        return []
    ours = answer(case)
    if not run.answers:
        stops = run.text[run.text.find("Error:") :].strip()
        said = machine.neutral(ours.stops)
        return [] if said == stops else [Difference("end", said, stops)]
    read = run.answers["account/read"]
    if "error" in read:
        said = machine.neutral(ours.error)
        text = read["error"]["message"]
        return [] if said == text else [Difference("error", said, text)]
    account = read["account"] or {}
    pairs = [
        ("account", ours.account, account.get("type")),
        ("method", ours.auth_method, run.answers["getAuthStatus"]["authMethod"]),
        ("requires login", ours.requires_openai_auth, read["requiresOpenaiAuth"]),
    ]
    if ours.plan is not None:
        pairs.append(("plan", ours.plan, account.get("planType")))
    return [Difference(name, us, client) for name, us, client in pairs if us != client]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_app_server_answers_what_we_predict(version: str) -> None:
    found = differences("account", version, _compare_account)
    assert not found, _shown(found)


def _compare_logout(run: Run, case: Case, machine: Machine) -> list[Difference]:
    ours = predict_logout(case)
    pairs = [
        ("exit", ours.exit, run.exit),
        ("text", machine.neutral(ours.says), run.text.strip()),
        ("deletion", ours.deletes_stored_login, run.login_after == "deleted"),
    ]
    return [Difference(name, us, client) for name, us, client in pairs if us != client]


@pytest.mark.parametrize("version", VERSIONS)
def test_logout_leaves_what_we_predict(version: str) -> None:
    found = differences("logout", version, _compare_logout)
    assert not found, _shown(found)
