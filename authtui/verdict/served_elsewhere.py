"""The interactive client that a background server serves, with what that one read long ago.

Source: clients 0.169.0 and 0.171.0, run: after auth.json was replaced, after `codex logout`, and
after `forced_login_method` was changed, `codex` went on with what its server had read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.checks.running_checks import RESTART, program_words
from authtui.simulation.running import outdated_server

if TYPE_CHECKING:
    from authtui.answers.findings import Verdict
    from authtui.simulation.running import Outdated
    from authtui.verdict.judged_case import JudgedCase


def explain_server(judged: JudgedCase) -> Verdict | None:
    """The verdict where a server that was started before the last change answers for `codex`."""
    found = outdated_server(judged.case) if judged.surface == "tui" else None
    if found is None or not found.certain:
        return None
    changed = " and ".join(found.files)
    was = "was" if len(found.files) == 1 else "were"
    verdict = judged.verdict(
        "another-source-won",
        f"`codex` is served by a program started before {changed} {was} changed",
        f"T{program_words(found.program)[1:]} serves every `codex` of this home, with the "
        f"login, the settings and the variables that it was started with. {changed} {was} changed "
        "after that: `codex exec` and a `codex` with any -c use what is there now, plain `codex` "
        "does not.",
        f"process {found.program.pid}",
        RESTART,
    )
    return verdict._replace(
        outcome="degraded", client_message=None, client_exit=0, deletes_stored_login=False
    )


def assumed_of_server(judged: JudgedCase) -> tuple[str, ...]:
    """What has to be assumed of a server of which one cannot see what it holds."""
    found = outdated_server(judged.case) if judged.surface == "tui" else None
    if found is not None and not found.certain:
        return (_renewed(found),)
    nobody = judged.start.prediction.outcome == "not-logged-in"
    for program in judged.observation.running if judged.contract.background_server else ():
        if judged.surface == "tui" and nobody and program.kind == "background-server":
            return (f"process {program.pid}, which serves `codex`, holds no login either",)
    return ()


def _renewed(found: Outdated) -> str:
    return (
        f"process {found.program.pid}, which serves `codex`, holds this login: it was started "
        "before auth.json was written, or renewed it itself"
    )
