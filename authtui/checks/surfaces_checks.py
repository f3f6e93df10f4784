"""Programs of the client that disagree about the same machine (SURF)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.differences import PROGRAMS
from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import described, kind_of, stored, unset_where, where_set
from authtui.simulation.doctor import predict_doctor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.answers.findings import Outcome, Surface
    from authtui.checks.registry import Subject
    from authtui.simulation.program_start import ProgramStart

_FINDS: Final[Mapping[Outcome, str]] = {
    "ready": "a usable credential",
    "degraded": "the wrong credential, or none",
    "refused": "a credential that a restriction forbids",
    "unreadable": "a credential that it cannot read",
    "not-logged-in": "no login",
}


def _words(start: ProgramStart) -> str:
    prediction, credential = start.prediction, start.credential
    what: list[str] = []
    if credential is None or prediction.outcome != "ready":
        what.append(prediction.outcome)
    if credential is not None:
        what.append(described(credential))
    says = (prediction.says or "").strip().splitlines()
    return f"{': '.join(what)}, exit {prediction.exit}" + (f", says: {says[0]}" if says else "")


def _source(start: ProgramStart) -> str | None:
    credential = start.credential
    return credential.source if credential else None


def _what_each_finds(starts: Mapping[Surface, ProgramStart]) -> str:
    """`codex exec` against the first program that finds something else."""
    run = starts["exec"]
    mine = (run.prediction.outcome, _source(run))
    name, other = next(
        (name, start)
        for name, start in starts.items()
        if (start.prediction.outcome, _source(start)) != mine
    )
    used, theirs = _source(run), _source(other)
    if used == theirs:
        used, theirs = _FINDS[mine[0]], _FINDS[other.prediction.outcome]
    return f"`codex exec` finds {used or 'nothing'}, `{PROGRAMS[name]}` finds {theirs or 'nothing'}"


@check(
    "surfaces.disagree",
    "SURF",
    "The client's programs give different answers",
    source="recorded clients 0.122 to 0.169",
    modes=(9,),
)
def _disagree(subject: Subject) -> Finding:
    starts = subject.starts
    different = {(start.prediction.outcome, _source(start)) for start in starts.values()}
    evidence = tuple(f"{PROGRAMS[name]}: {_words(start)}" for name, start in starts.items())
    status, run = starts["login-status"].prediction, starts["exec"].prediction
    if len(different) == 1:
        return Finding("pass", f"all three programs agree: {run.outcome}", evidence)
    if status.exit == 0 and run.exit != 0:
        says = (status.says or "").splitlines()[0] if status.says else "logged in"
        summary = f"`codex login status` says “{says}”, but `codex exec` fails"
    elif status.exit != 0 and run.exit == 0:
        summary = "`codex login status` fails, but `codex exec` works"
    else:
        summary = _what_each_finds(starts)
    return Finding(
        "warn",
        summary,
        evidence,
        "The programs read different places: status does not look at CODEX_API_KEY, providers, "
        "expiry or (in older clients) restrictions. A good answer of one proves nothing for "
        "another.",
    )


@check(
    "surfaces.exec_only_key",
    "SURF",
    "CODEX_API_KEY is read by `codex exec` alone",
    source="codex-rs/exec/src/lib.rs",
    modes=(4, 9),
)
def _exec_only_key(subject: Subject) -> Finding | None:
    if not subject.observation.environment.trimmed("CODEX_API_KEY"):
        return None
    other = subject.starts["tui"].credential
    if other is not None and other.source == "CODEX_API_KEY":
        return None
    theirs = f"{other.source} ({kind_of(other)})" if other else "nothing, and ask you to sign in"
    return Finding(
        "pass" if subject.surface == "exec" else "warn",
        f"`codex exec` uses CODEX_API_KEY; the interactive client and status use {theirs}",
        why="Only non-interactive programs enable this variable. So the same shell can bill an API "
        "key in one program and a ChatGPT plan in the other.",
        fix=unset_where(subject, "CODEX_API_KEY"),
        where=where_set(subject, "CODEX_API_KEY"),
    )


@check(
    "surfaces.doctor",
    "SURF",
    "What `codex doctor` would say, and whether it is true",
    source="codex-rs/cli/src/doctor.rs",
    modes=(9,),
)
def _doctor(subject: Subject) -> Finding | None:
    report = predict_doctor(subject.case)
    if report is None:
        return None
    run = subject.starts["exec"].prediction
    evidence = (
        f"doctor: {report.status}, {report.summary}",
        *(f"doctor: {issue}" for issue in report.issues),
        f"codex exec: {run.outcome}, exit {run.exit}",
    )
    if report.status == "ok" and run.exit != 0:
        return Finding(
            "warn",
            f"`codex doctor` says “{report.summary}”, but `codex exec` fails",
            evidence,
            "Doctor checks whether something is there, not whether it can be used: an expired "
            "token, a blank variable and OPENAI_API_KEY, which nothing reads, all count.",
        )
    if report.status == "fail" and run.exit == 0:
        return Finding(
            "warn",
            f"`codex doctor` says “{report.summary}”, but `codex exec` works",
            evidence,
            "Doctor looks at the store by its shape; what `codex exec` selects is another place.",
        )
    return Finding(
        "pass", f"`codex doctor` says “{report.summary}”, which agrees with exec", evidence
    )


@check(
    "surfaces.status_is_no_read",
    "SURF",
    "What `codex login status` does besides reading",
    source="recorded clients 0.128 to 0.169",
    modes=(62,),
)
def _status_is_no_read(subject: Subject) -> Finding | None:
    start = subject.starts["login-status"]
    credential = start.credential
    if credential is None:
        return None
    if credential.mode == "agent_identity" and subject.contract.agent.verified:
        record = credential.document.agent_record if credential.document else None
        if record is not None and record.task_id:
            return Finding("pass", "`codex login status` reads only: the record carries its task")
        rules = subject.contract.registration
        seconds = f"{rules.attempts * rules.task_seconds:g}"
        return Finding(
            "pass",
            "`codex login status` does more than read: it fetches the key set and registers a task",
            (f"with a dead backend it takes 10 s for the key set, {seconds} s for the task",),
            "Each call registers a new task for the agent identity; `codex exec` does so several "
            "times. authtui never does: looking here sends nothing.",
        )
    if credential.mode == "personal_access_token":
        return Finding(
            "pass",
            "`codex login status` does more than read: it asks the server whose access token this "
            "is",
            why="The token names no account by itself, so the client asks the whoami endpoint.",
        )
    return Finding("pass", "`codex login status` reads only; it tests nothing against a server")


@check(
    "surfaces.versions",
    "SURF",
    "Copies of the client on this machine",
    source="codex-rs/cli",
    modes=(26,),
)
def _versions(subject: Subject) -> Finding | None:
    clients = subject.observation.clients
    if not clients:
        return None
    evidence = tuple(f"{c.path}: {c.version or 'version unknown'} ({c.found_by})" for c in clients)
    versions = {client.version for client in clients if client.version}
    first = clients[0]
    if len(versions) < 2:
        known = ", ".join(versions) or "of unknown version"
        count = f"{len(clients)} copies" if len(clients) > 1 else "one copy"
        return Finding("pass", f"{count} of the client found: {known}", evidence)
    others = ", ".join(sorted({c.version or "unknown" for c in clients[1:]} - {first.version}))
    return Finding(
        "warn",
        f"{len(clients)} copies of the client differ: {first.path} is "
        f"{first.version or 'unknown'}, others are {others}",
        evidence,
        "Each program runs its own copy: an editor or an app may start another version than the "
        "shell, with other variables, other file formats and other messages.",
        Fix("see which copies the shell finds", "type -a codex"),
        first.path,
    )


@check(
    "surfaces.login_kept",
    "SURF",
    "Whether logging out leaves something behind",
    source="codex-rs/cli/src/login.rs (logout)",
    modes=(4,),
)
def _login_kept(subject: Subject) -> Finding | None:
    winner = subject.starts["exec"].credential
    if winner is None or stored(subject) is None:
        return None
    left = []
    if winner.source != subject.store.name:
        left.append(f"{winner.source}, which stays in force")
    if subject.observation.auth_file.link_target:
        left.append(f"the file behind the link, {subject.observation.auth_file.link_target}")
    if not left:
        return Finding("pass", "`codex logout` would leave nobody logged in here")
    return Finding(
        "pass",
        f"`codex logout` would leave {' and '.join(left)}",
        why="Logging out deletes stored records. Variables, other homes and the target of a "
        "symbolic link are not touched.",
    )
