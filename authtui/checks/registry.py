"""The register of checks: one small function each, pure, with an id, a group and a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.checks.findings import CheckResult, CheckStatus, Fix
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from authtui.checks.findings import Surface
    from authtui.checks.program_start import Case, ProgramStart

GROUPS = {
    "SRC": "Which credential wins, and what it shadows",
    "SURF": "Programs of the client that disagree",
    "STORE": "Where credentials are kept",
    "FILE": "Files, owners and modes",
    "PARSE": "Whether records can be read",
    "CLAIMS": "What the tokens say",
    "BIND": "Accounts, users and workspaces agree",
    "POL": "Restrictions and what they would delete",
    "LIFE": "Expiry and refresh",
    "ROUTE": "Where requests go",
    "ENVH": "Hygiene of variables",
    "HOST": "The kind of place this runs in",
    "IDJ": "Agent identity token",
    "IDK": "Agent identity key",
    "REQ": "Request authorization (the review findings on #18177)",
}


class Subject(NamedTuple):
    """What a check looks at: the case, what every surface does, and the surface asked for."""

    case: Case
    starts: Mapping[Surface, ProgramStart]
    surface: Surface

    @property
    def start(self) -> ProgramStart:
        """What the surface asked for does."""
        return self.starts[self.surface]


class Answer(NamedTuple):
    """What a check function returns; `None` instead of an Answer means: does not apply."""

    status: CheckStatus
    summary: str
    evidence: Sequence[str] = ()
    why: str = ""
    fix: Fix | None = None
    where: str = ""


class Check(NamedTuple):
    """One registered check. `modes` are the ranks of the failure catalogue it recognises."""

    id: str
    group: str
    title: str
    source: str
    function: Callable[[Subject], Answer | None]
    modes: tuple[int, ...] = ()


REGISTER: list[Check] = []


def check(
    id: str,  # noqa: A002 - the word users see
    group: str,
    title: str,
    *,
    source: str,
    modes: tuple[int, ...] = (),
) -> Callable[[Callable[[Subject], Answer | None]], Callable[[Subject], Answer | None]]:
    """Register a check function under an id such as `workspace.forced`."""

    def register(
        function: Callable[[Subject], Answer | None],
    ) -> Callable[[Subject], Answer | None]:
        REGISTER.append(Check(id, group, title, source, function, modes))
        return function

    return register


_ORDER: dict[str, int] = {"fail": 0, "warn": 1, "unknown": 2, "pass": 3}


def run_checks(subject: Subject) -> tuple[CheckResult, ...]:
    """Every check that applies, failing first, in the order of registration within a status."""
    results = []
    for entry in REGISTER:
        answer = entry.function(subject)
        if answer is not None:
            results.append(
                CheckResult(
                    id=entry.id,
                    status=answer.status,
                    summary=answer.summary,
                    evidence=tuple(answer.evidence),
                    why=answer.why,
                    fix=answer.fix,
                    source=entry.source,
                    group=entry.group,
                    where=answer.where,
                )
            )
    results.sort(key=lambda result: _ORDER[result.status])
    return tuple(results)
