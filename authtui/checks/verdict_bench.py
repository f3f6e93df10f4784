"""What every rule of the verdict needs, gathered once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.checks.findings import Fix, Kind, Verdict
from authtui.credentials.environment import WORKLOAD_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.checks.courses import Case, Course
    from authtui.checks.findings import Surface
    from authtui.credentials.selection import Place

VARIABLES = ("CODEX_API_KEY", "CODEX_AGENT_IDENTITY", "CODEX_ACCESS_TOKEN", *WORKLOAD_VARIABLES)
LOGIN = Fix("log in again", "codex login")


class Bench:
    """One case on one surface, and the making of a verdict from a sentence."""

    def __init__(self, case: Case, courses: Mapping[Surface, Course], surface: Surface) -> None:
        """Take the course of `surface` as the one to explain."""
        self.case = case
        self.courses = courses
        self.course = courses[surface]
        self.surface = surface
        self.config = case.observation.config
        self.environment = case.observation.environment
        self.store: Place = case.places.store

    def make(
        self, kind: Kind, headline: str, sentence: str, culprit: str | None, *fixes: Fix
    ) -> Verdict:
        """A verdict with what the prediction of this surface says."""
        prediction = self.course.prediction
        return Verdict(
            outcome=prediction.outcome,
            kind=kind,
            mode=prediction.mode,
            headline=headline,
            sentence=sentence,
            culprit=culprit,
            client_message=prediction.says,
            client_exit=prediction.exit,
            deletes_stored_login=prediction.deletes_stored_login,
            assumes=prediction.assumes,
            fix=fixes,
        )
