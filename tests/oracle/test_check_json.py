"""The same recordings through `authtui check --json`: what a program that reads it is told."""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from authtui.answers.findings import AppServerAnswer, Logout, PlannedRequest, Prediction
from authtui.commands import ProcessContext, check
from authtui.simulation.assumptions import Assumptions
from tests.oracle.cases import (
    NOW,
    VERSIONS,
    Machine,
    Run,
    assumed,
    key_set_file,
    lay_out,
    runs,
)
from tests.oracle.comparison import (
    SURFACE,
    Difference,
    account_differs,
    compare_prediction,
    doctor_differs,
    logout_differs,
)
from tests.oracle.trim import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

# Figures that may only get better: facts that agree, of all facts compared.
FLOORS = {
    "exit": 1.0,
    "text": 0.98,
    "deletion": 1.0,
    "request": 1.0,
    "outcome": 1.0,
    "mode": 1.0,
    "code": 1.0,
}


def _arguments(run: Run) -> list[str]:
    given = [
        "--json",
        "--contract",
        run.version,
        "--now",
        NOW.isoformat(),
        "--jwks",
        str(key_set_file()),
    ]
    for name, value in assumed(run)._asdict().items():
        if value not in (None, Assumptions._field_defaults[name]):
            given += ["--assume", f"{name}={value}"]
    return given


def _document(run: Run, machine: Machine) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    check.add_arguments(parser)
    # As on the command line, where the options may also stand before the command.
    from authtui.commands.options import add_common

    outer = argparse.ArgumentParser(add_help=False)
    add_common(outer)
    arguments = parser.parse_args(_arguments(run), outer.parse_args([]))
    out, err = io.StringIO(), io.StringIO()
    code = check.run(arguments, ProcessContext(machine.environ, io.StringIO(), out, err))
    assert err.getvalue() == ""
    document = json.loads(out.getvalue())
    assert isinstance(document, dict)
    document["exit"] = code
    return document


def _differences(run: Run, document: dict[str, Any], machine: Machine) -> list[Difference]:
    surface = SURFACE[run.command]
    [found] = [p for p in document["predictions"] if p["surface"] == surface]
    prediction = Prediction(
        surface=surface,
        exit=found["exit"],
        says=found["says"],
        deletes_stored_login=found["deletes_stored_login"],
        outcome=found["outcome"],
        mode=found["mode"],
        ends=found["ends"],
    )
    request = document["request"] and PlannedRequest(**document["request"])
    return compare_prediction(run, prediction, request, machine.neutral(found["says"]))


def _others(run: Run, document: dict[str, Any], machine: Machine) -> list[Difference]:
    """The client's other programs: what the document says of them, against what they did."""
    found = document[{"account": "app_server"}.get(run.command, run.command)]
    if run.command == "doctor":
        keys = ("status", "summary", "remediation")
        return doctor_differs(run, found and tuple(found[key] for key in keys))
    if run.command == "account":
        return account_differs(run, AppServerAnswer(**found), machine)
    return logout_differs(run, Logout(**found), machine)


def _each(version: str) -> Iterator[tuple[list[Run], Machine, dict[str, Any]]]:
    # One document answers for every program that was run on the same machine.
    cases: dict[str, list[Run]] = {}
    for run in runs(*COMMANDS, version=version):
        cases.setdefault(run.case, []).append(run)
    for same in cases.values():
        with tempfile.TemporaryDirectory() as folder, lay_out(same[0], Path(folder)) as machine:
            yield same, machine, _document(same[0], machine)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_json_predicts_what_every_program_did(version: str) -> None:
    wrong: dict[str, list[str]] = {fact: [] for fact in FLOORS}
    others: list[str] = []
    seen = 0
    for same, machine, document in _each(version):
        for run in same:
            if run.command not in SURFACE:
                others += [f"{run.name}\n  {d}" for d in _others(run, document, machine)]
                continue
            seen += 1
            for difference in _differences(run, document, machine):
                wrong[difference.fact].append(f"{run.name}\n  {difference}")
            if run.command == "exec" and not _code_fits(run, document):
                wrong["code"].append(f"{run.name}: exec {run.exit}, check {document['exit']}")
    assert not others, "\n".join(others)
    for fact, floor in FLOORS.items():
        agreeing = 1 - len(wrong[fact]) / seen
        assert agreeing >= floor, f"{fact}: {agreeing:.3f} of {seen}\n" + "\n".join(wrong[fact])


def _code_fits(run: Run, document: dict[str, Any]) -> bool:
    """Ready exactly where `exec` worked, and never exit 0 where it failed."""
    if run.stopped:
        return bool(document["exit"])
    if (document["verdict"]["outcome"] == "ready") != (run.exit == 0):
        return False
    return bool(document["exit"] != 0 or run.exit == 0)


@pytest.fixture(autouse=True)
def unknown_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which ports were open where the clients were recorded is not known."""
    monkeypatch.setattr("authtui.credentials.observe.read_listening_ports", lambda _: None)


def _without_origins(document: dict[str, Any]) -> dict[str, Any]:
    """Without the one check that asks who started this very process."""
    checks = [found for found in document["checks"] if found["id"] != "variable.origin"]
    return {**document, "checks": checks}


@pytest.mark.parametrize("number", [0, 200, 400, 600, 800])
def test_the_program_itself_gives_the_same_document(number: int) -> None:
    run = runs("exec")[number]
    with tempfile.TemporaryDirectory() as folder, lay_out(run, Path(folder)) as machine:
        inside = _document(run, machine)
        done = subprocess.run(
            [sys.executable, "-m", "authtui", "check", *_arguments(run)],
            env={**machine.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == inside.pop("exit"), done.stderr
    assert _without_origins(json.loads(done.stdout)) == _without_origins(inside)
