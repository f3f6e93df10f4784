"""A workload identity that stops the client: what is wrong with it, and the two ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.phrases import clause, describe

if TYPE_CHECKING:
    from authtui.answers.findings import Verdict
    from authtui.simulation.selection import Failure
    from authtui.verdict.judged_case import JudgedCase


def explain_workload(judged: JudgedCase, failure: Failure) -> Verdict:
    """What is wrong with the workload identity that the variables select."""
    good = judged.store.credential
    names = judged.variables_of(failure.source)
    behind = ""
    if good:
        behind = f" The good {describe(good)} in {judged.store.name} is not used instead."
    missing = failure.text.rpartition(" requires ")[2]
    if (failure.field or "").startswith("forced_"):
        where = judged.config.where(failure.field or "")
        headline = f"{where} forbids the workload identity of this environment"
        other = Fix(f"change {failure.field} at {where}")
    elif failure.reason == f"{missing} is not set":
        headline = f"A workload identity is half configured: {missing} is not set"
        other = Fix(f"set {missing}")
    elif failure.network:
        headline = "The token of this workload cannot be exchanged for a login"
        other = Fix("ask who gives out the token whether the federation rule still holds")
    else:
        headline = f"{failure.where} keeps the workload identity from being used"
        other = Fix(f"put {failure.where} right")
    if good:
        headline += ", and a good login is not used"
    reason = clause(failure.reason)
    select = "selects" if len(names) == 1 else "select"
    return judged.verdict(
        "another-source-won" if good else "record-not-what-it-seems",
        headline,
        f"{' and '.join(names)} {select} a workload identity before every login, and there is no "
        f"way back: {reason}.{behind}",
        failure.where,
        judged.unset("unset the variables" if len(names) > 1 else "unset it", failure.source),
        other,
    )
