"""Where the real client leaves its user in the dark, and whether authtui does not.

`figures()` counts, for the recorded runs of `exec` that failed, how often the client's own output
names what has to change, and how often the verdict of authtui does.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from authtui.simulation.predictions import predict
from authtui.simulation.program_start import make_case
from tests.oracle.cases import Run, judge, recorded

if TYPE_CHECKING:
    from authtui.answers.findings import Surface, Verdict
    from authtui.simulation.program_start import Case

UNNAMED_401 = "a 401 that does not name its cause"
DISAGREEMENT = "login status says one thing, exec does another"
DOCTOR_SEES_NOTHING = "doctor sees nothing wrong, exec fails"
WRONG_DELETION = "a login deleted for the fault of another credential"
KINDS = (UNNAMED_401, DISAGREEMENT, DOCTOR_SEES_NOTHING, WRONG_DELETION)


class Untold(NamedTuple):
    """One recorded run of `exec` with its kinds of silence, and the verdict on it."""

    run: Run
    kinds: tuple[str, ...]
    verdict: Verdict

    @property
    def named_by_client(self) -> bool:
        """Whether anything the client printed names the variable, or the file, at fault."""
        culprit = self.verdict.culprit
        return culprit is not None and culprit.split(":")[0] in self.run.text

    @property
    def named_by_us(self) -> bool:
        """Whether the verdict says why, names what is at fault, and says what to do."""
        verdict = self.verdict
        nothing = verdict.kind == "nothing-stored"
        culprit = verdict.culprit is not None and is_there(self.run, verdict.culprit)
        network = verdict.kind == "answer-not-from-auth-server"
        return bool(verdict.sentence and verdict.fix) and (culprit or nothing or network)


def is_there(run: Run, culprit: str) -> bool:
    """Whether the culprit is something of this set-up: a variable that is set, or a file."""
    given = run.given
    name, _, line = culprit.partition(":")
    dotenv = given["other"].get("dotenv") or ""
    if given["env"].get(name) is not None or f"{name}=" in dotenv or name == ".env":
        return True
    if name == "CODEX_HOME":
        return True
    if name == "config.toml":
        config = given["config_toml"] or ""
        return not line or int(line) <= config.count("\n") + 1
    if name in ("auth.json", "keyring"):
        stored = given["auth_json"] is not None or given.get("auth_json_base64") is not None
        return stored or name == "keyring"
    return False


def collect(runs: tuple[Run, ...] | None = None) -> list[Untold]:
    """Every failed run of `exec` about which the client keeps silent in one of the four ways.

    Of the runs recorded for us, unless others are given.
    """
    looked_at = recorded() if runs is None else runs
    others = {(run.version, run.case, run.command): run for run in looked_at}
    found = []
    for run in looked_at:
        if run.command != "exec" or run.stopped:
            continue
        kinds = tuple(_kinds(run, others))
        if not kinds:
            continue
        with tempfile.TemporaryDirectory() as folder:
            # Where `exec` works, it is `login status` that needs explaining.
            surface: Surface = "exec" if run.exit else "login-status"
            case, assessment, _ = judge(run, Path(folder), surface)
        if WRONG_DELETION in kinds and _deleted_all_the_same(case):
            kinds = tuple(kind for kind in kinds if kind != WRONG_DELETION)
        if kinds:
            found.append(Untold(run, kinds, assessment.verdict))
    return found


def _deleted_all_the_same(case: Case) -> bool:
    """Whether the stored login itself breaks the restriction, with every variable unset."""
    environment = case.observation.environment
    for name in tuple(environment.variables):
        environment = environment.without(name)
    observation = case.observation._replace(environment=environment)
    alone = make_case(observation, case.contract, case.assumptions)
    return predict(alone)["exec"].prediction.deletes_stored_login


def _kinds(run: Run, others: dict[tuple[str, str, str], Run]) -> list[str]:
    status = others.get((run.version, run.case, "status"))
    doctor = others.get((run.version, run.case, "doctor"))
    kinds = []
    if run.exit and "401 Unauthorized: Missing bearer" in run.text:
        kinds.append(UNNAMED_401)
    if status is not None and not status.stopped and (status.exit == 0) != (run.exit == 0):
        kinds.append(DISAGREEMENT)
    auth = doctor.doctor and doctor.doctor["auth"] if doctor is not None else None
    if run.exit and auth and auth["status"] != "fail":
        kinds.append(DOCTOR_SEES_NOTHING)
    variable = any(name.startswith("CODEX_") for name in run.given["env"])
    if run.login_after == "deleted" and variable:
        kinds.append(WRONG_DELETION)
    return kinds


class Figure(NamedTuple):
    """Of `runs` runs, how many the client explains, and how many authtui does."""

    kind: str
    runs: int
    client: int
    authtui: int


def figures(found: list[Untold] | None = None) -> list[Figure]:
    """The counts, one row a kind of silence."""
    cases = collect() if found is None else found
    rows = []
    for kind in KINDS:
        of_kind = [case for case in cases if kind in case.kinds]
        rows.append(
            Figure(
                kind,
                len(of_kind),
                sum(case.named_by_client for case in of_kind),
                sum(case.named_by_us for case in of_kind),
            )
        )
    return rows
