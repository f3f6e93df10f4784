"""Where a variable comes from, and what is only in a file that nobody has read (ENVH)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import same_lines, sets_again, unset_where
from authtui.credentials.environment import CREDENTIAL_VARIABLES, CREDENTIALS, ENDPOINTS, NETWORK

if TYPE_CHECKING:
    from authtui.checks.registry import Subject
    from authtui.machine.observation import EnvironmentFacts
    from authtui.machine.variable_places import LineKind

_SOURCE: Final = "files of shells and programs, and /proc"
_NAMED: Final = (*CREDENTIALS, "CODEX_HOME", *ENDPOINTS, *NETWORK)
_READERS: Final[dict[LineKind, str]] = {
    "shell": "read by new shells",
    "unexported": "not exported there",
    "alias": "in an alias",
    "dotenv": "read by no shell",
    "direnv": "set by direnv",
    "mise": "set by mise",
    "compose": "set by docker compose in its containers",
    "devcontainer": "set in the devcontainer",
    "systemd": "set by systemd for a service",
    "editor": "set by the editor in its terminal",
    "session": "set when the session begins",
}


def _names(subject: Subject) -> list[str]:
    own = subject.case.provider.env_key
    return list(dict.fromkeys((*([own] if own else []), *_NAMED)))


def _from_the_process(environment: EnvironmentFacts, name: str) -> bool:
    variable = environment.get(name)
    return variable is not None and variable.origin == "environment" and bool(variable.value)


@check("variable.origin", "ENVH", "Where a variable was set", source=_SOURCE, modes=(21,))
def _origin(subject: Subject) -> Finding | None:
    environment = subject.observation.environment
    told: list[tuple[str, str]] = []
    for name in _names(subject):
        if not _from_the_process(environment, name):
            continue
        same = same_lines(environment, name)
        told += [
            (f"{name}: the same value as {r.where}, {_READERS[r.kind]}", r.where) for r in same
        ]
        told += [
            (f"{name}: {row.where} computes it", row.where)
            for row in environment.lines
            if row.name == name and row.mark is None and not same
        ]
        told += [
            (
                f"{name}: {held.program} (process {held.pid}) was started with it"
                if held.pid is not None
                else f"{name}: set by {held.program} itself, by one of its files or by hand",
                "environment",
            )
            for held in environment.holders
            if held.name == name
        ]
    if not told:
        return None
    return Finding("pass", told[0][0], [text for text, _ in told], where=told[0][1])


@check(
    "variable.stale", "ENVH", "A variable is what its file says now", source=_SOURCE, modes=(21, 37)
)
def _stale(subject: Subject) -> Finding | None:
    environment = subject.observation.environment
    for name in (*CREDENTIAL_VARIABLES, subject.case.provider.env_key or ""):
        if not _from_the_process(environment, name):
            continue
        rows = [r for r in environment.lines if r.name == name and r.kind in ("shell", "session")]
        if not rows:
            continue
        again = sets_again(environment, name)
        if again is not None:
            return Finding("pass", f"{name} has the value that {again.where} sets")
        if any(row.mark is None for row in rows):
            continue
        first = rows[0]
        return Finding(
            "warn",
            f"{name} has another value here than {first.where} sets",
            [f"{row.where} sets {name}" for row in rows],
            "A shell reads its files once, when it is started, and what it starts keeps the "
            "variables of that moment: after a change of the file the old value is still used.",
            Fix("start a new shell, or read the file again", 'exec "$SHELL" -l'),
            first.where,
        )
    return None


@check(
    "variable.only_in_file",
    "ENVH",
    "A key that is only in a file has no effect",
    source="codex-rs/arg0/src/lib.rs ($CODEX_HOME/.env alone is read)",
    modes=(9, 19),
)
def _only_in_file(subject: Subject) -> Finding | None:
    environment, own = subject.observation.environment, subject.case.provider.env_key
    names = (*([own] if own else []), *CREDENTIALS)
    rows = [r for r in environment.lines if r.name in names and environment.get(r.name) is None]
    if not rows:
        return None
    first = min(rows, key=lambda row: names.index(row.name))
    outcome = subject.start.prediction.outcome
    waited = outcome == "not-logged-in" or (first.name == own and outcome != "ready")
    here = f"{first.where} sets {first.name}, which this process does not have"
    fix = Fix("hand the variables of the file on", f"set -a; . {first.file}; set +a")
    if first.kind in ("shell", "session"):
        fix = Fix("start a new shell, which reads it", 'exec "$SHELL" -l')
    return Finding(
        "warn" if waited else "pass",
        f"{here}: Codex does not see it",
        [f"{row.where} sets {row.name}: {_READERS[row.kind]}" for row in rows],
        "Codex reads the variables that it is started with, and the .env of its own home; it reads "
        "no .env of a project, and no file of a shell.",
        fix,
        first.where,
    )


@check(
    "home.another_user",
    "HOST",
    "Whose home and whose variables are judged",
    source="the owner of the directory",
    modes=(27,),
)
def _another_user(subject: Subject) -> Finding | None:
    seen = subject.observation
    if seen.home.owner is None or seen.home.chosen_by != "option":
        return None
    left = seen.environment.left_out
    mine = [n for n in _names(subject) if _from_the_process(seen.environment, n)]
    if mine:
        return Finding(
            "warn",
            f"the home belongs to {seen.home.owner}, and is judged with variables of this process",
            [f"taken from here: {name}" for name in mine],
            "The client of that user has the variables of its own shell.",
            unset_where(subject, mine[0]),
            mine[0],
        )
    return Finding(
        "pass",
        f"the home belongs to {seen.home.owner}: variables of this process are left out",
        [f"left out: {name}" for name in left],
        where="environment",
    )
