"""Fixes proven on paper: each is applied to a copy of the observation and judged again. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import marked_as
from authtui.assessment.changed import with_edit, without
from authtui.simulation.predictions import predict
from authtui.simulation.program_start import make_case
from authtui.verdict.judge import judge

if TYPE_CHECKING:
    from authtui.answers.findings import CheckResult, Fix, Outcome, Surface, Verdict
    from authtui.contracts import Contract
    from authtui.machine.observation import Observation
    from authtui.simulation.assumptions import Assumptions

_WORTH: Final = {"ready": 4, "degraded": 3, "refused": 2, "unreadable": 1, "not-logged-in": 0}
"""How far each outcome is from one that works; where nobody is logged in, everything is to do."""


_REMOTE: Final = frozenset({"SSH", "container", "cloud IDE"})
"""Marks of places whose localhost a browser elsewhere does not reach."""


def with_proven_fixes(
    verdict: Verdict,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
    surface: Surface,
) -> Verdict:
    """Order the fixes of a verdict by what they lead to, and leave out those that do not help.

    A fix that ends in ready comes first, then one that ends in something better, then those of
    which only doing them shows. One that leads nowhere is dropped, and so is one that makes it
    worse, unless nothing better is known: then what it leads to is told with it.
    """
    if not verdict.fix:
        return verdict
    before = _worth(verdict)
    proven: list[tuple[int, Fix]] = []
    for fix in verdict.fix:
        changed = _changed(observation, fix)
        if changed is None:
            proven.append((1, fix))
            continue
        case = make_case(changed, contract, assumptions)
        after = judge(case, predict(case), surface)
        worth = _worth(after)
        if after.headline == verdict.headline:
            continue
        done = marked_as(after.outcome, after.kind) == "ready"
        then = None if done else after.headline
        outcome: Outcome = "degraded" if after.outcome == "ready" and not done else after.outcome
        rank = 3 if done else 2 if worth >= before else 0
        proven.append((rank, fix._replace(leads_to=outcome, then=then)))
    if any(rank for rank, _ in proven):
        proven = [row for row in proven if row[0]]
    proven.sort(key=lambda row: -row[0])
    fixes = [fix for _, fix in proven]
    if fixes:
        fixes[0] = fixes[0]._replace(text=fixes[0].text.removeprefix("or "))
    return verdict._replace(fix=tuple(fixes))


def with_one_advice(checks: tuple[CheckResult, ...], verdict: Verdict) -> tuple[CheckResult, ...]:
    """The checks, where those that fail for the culprit of the verdict advise what it does."""
    if verdict.culprit is None or not verdict.fix:
        return checks
    best = verdict.fix[0]
    return tuple(
        check._replace(fix=best)
        if check.where == verdict.culprit and check.status == "fail" and check.fix is not None
        else check
        for check in checks
    )


def at_a_remote_place(fix: Fix, marks: frozenset[str]) -> Fix:
    """A fix where a browser cannot call back: the login is by a code that is typed elsewhere."""
    if fix.command is None or not fix.command.endswith("codex login") or not marks & _REMOTE:
        return fix
    return fix._replace(command=f"{fix.command} --device-auth")


def _worth(verdict: Verdict) -> int:
    return _WORTH[marked_as(verdict.outcome, verdict.kind)]


def _changed(observation: Observation, fix: Fix) -> Observation | None:
    """The observation after a fix; None where it does something that cannot be done on paper."""
    if fix.edit is not None:
        return with_edit(observation, fix.edit)
    if not fix.unsets:
        return None
    changed: Observation | None = observation
    for name in fix.unsets:
        changed = without(changed, name) if changed is not None else None
    return changed
