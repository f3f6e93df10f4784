"""The register of checks: one small pure function each, with an id, a group and a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from authtui.answers.findings import CheckResult, CheckStatus, Fix
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from authtui.answers.findings import Surface
    from authtui.contracts import Contract
    from authtui.machine.observation import Observation
    from authtui.simulation.program_start import Case, ProgramStart
    from authtui.simulation.selection import JudgedSource

Group = Literal[
    "SRC", "SURF", "STORE", "FILE", "PARSE", "CLAIMS", "BIND", "POL",
    "LIFE", "ROUTE", "ENVH", "HOST", "IDJ", "IDK", "REQ",
]  # fmt: skip
GROUPS: Final[Mapping[Group, str]] = {
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
    "ENVH": "What variables hold",
    "HOST": "The kind of place this runs in",
    "IDJ": "Agent identity: the token",
    "IDK": "Agent identity: the key",
    "REQ": "Request authorization: the review findings on #18177 and #18811",
}
"""What the checks of a group are about."""


class Subject(NamedTuple):
    """What a check looks at: the case, what every surface does, and the surface asked for."""

    case: Case
    starts: Mapping[Surface, ProgramStart]
    surface: Surface

    @property
    def observation(self) -> Observation:
        """What was seen on this machine."""
        return self.case.observation

    @property
    def contract(self) -> Contract:
        """The generation of the client that is modelled."""
        return self.case.contract

    @property
    def store(self) -> JudgedSource:
        """What the configured store mode leads to."""
        return self.case.ladder.store

    @property
    def start(self) -> ProgramStart:
        """What the surface asked for does."""
        return self.starts[self.surface]


class Finding(NamedTuple):
    """What a check function returns; None instead of one means that it does not apply.

    `where` is the file with its line, the variable or the setting that the finding is about.
    `run_checks` makes a `CheckResult` of it.
    """

    status: CheckStatus
    summary: str
    evidence: Sequence[str] = ()
    why: str = ""
    fix: Fix | None = None
    where: str = ""


class Check(NamedTuple):
    """One registered check. `modes` are the ranks of the failure modes it recognises.

    `hints` are those that it only warns of: what it looks at is there before anything has failed.
    """

    id: str
    group: Group
    title: str
    source: str
    function: Callable[[Subject], Finding | None]
    modes: tuple[int, ...] = ()
    hints: tuple[int, ...] = ()


REGISTER: list[Check] = []
_ORDER: dict[CheckStatus, int] = {"fail": 0, "warn": 1, "unknown": 2, "pass": 3}


def check(
    id: str,  # noqa: A002 - the word users see
    group: Group,
    title: str,
    *,
    source: str,
    modes: tuple[int, ...] = (),
    hints: tuple[int, ...] = (),
) -> Callable[[Callable[[Subject], Finding | None]], Callable[[Subject], Finding | None]]:
    """Register a check function under an id such as `workspace.forced`."""

    def register(
        function: Callable[[Subject], Finding | None],
    ) -> Callable[[Subject], Finding | None]:
        REGISTER.append(Check(id, group, title, source, function, modes, hints))
        return function

    return register


def run_checks(subject: Subject) -> tuple[CheckResult, ...]:
    """Every check that applies, failing first, in the order of the register within a status."""
    results = []
    for entry in REGISTER:
        found = entry.function(subject)
        if found is not None:
            results.append(
                CheckResult(
                    id=entry.id,
                    status=found.status,
                    summary=found.summary,
                    evidence=tuple(found.evidence),
                    why=found.why,
                    fix=found.fix,
                    source=entry.source,
                    group=entry.group,
                    where=found.where,
                )
            )
    results.sort(key=lambda result: _ORDER[result.status])
    return tuple(results)
