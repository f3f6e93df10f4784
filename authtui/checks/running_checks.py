"""Programs of the client that run now, and hold what they read when they were started (HOST)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.simulation.running import outdated_programs

if TYPE_CHECKING:
    from authtui.checks.registry import Subject
    from authtui.machine.observation import RunningProgram
    from authtui.simulation.running import Outdated

RESTART = Fix("restart the background server", "codex app-server daemon restart")
_KINDS = {
    "interactive": "`codex`",
    "exec": "`codex exec`",
    "app-server": "an app server",
    "background-server": "the background server of `codex`",
    "mcp-server": "`codex mcp-server`",
}


def program_words(program: RunningProgram) -> str:
    """A running program in words: `the background server of `codex` (process 12, since …)`."""
    since = f", since {program.started:%Y-%m-%d %H:%M:%S}Z" if program.started else ""
    version = f", {program.version}" if program.version else ""
    host = f" of {program.host}" if program.host else ""
    return f"{_KINDS[program.kind]}{host} (process {program.pid}{version}{since})"


@check(
    "host.running",
    "HOST",
    "Running programs hold the login that is stored now",
    source="clients 0.157.0, 0.169.0 and 0.171.0, run: app-server --managed-daemon",
    modes=(29,),
)
def _running(subject: Subject) -> Finding | None:
    programs = subject.observation.running
    if not programs:
        return None
    outdated = outdated_programs(subject.case)
    evidence = [program_words(program) for program in programs]
    if not outdated:
        return Finding("pass", f"{_count(len(programs))} with what is stored now", evidence)
    first = outdated[0]
    changed = " and ".join(first.files)
    was = "was" if len(first.files) == 1 else "were"
    return Finding(
        "warn",
        f"{program_words(first.program)} was started before {changed} {was} changed",
        evidence,
        "A program of Codex reads its login, its settings and its variables once, when it is "
        "started. It goes on with the login that it read then"
        + ("." if first.certain else ", unless it was the one that renewed it."),
        _fix(first),
        f"process {first.program.pid}",
    )


def _count(number: int) -> str:
    return "a program of Codex runs" if number == 1 else f"{number} programs of Codex run"


def _fix(outdated: Outdated) -> Fix:
    if outdated.program.kind == "background-server":
        return RESTART
    where = outdated.program.host
    return Fix(f"restart {where}" if where else f"end process {outdated.program.pid} and start it")
