"""What every rule of the verdict needs, and how a verdict is made of a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix, Verdict
from authtui.checks.subject import variables_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.answers.findings import Kind, Surface
    from authtui.simulation.program_start import Case, ProgramStart


class VerdictRules:
    """One case on one surface; the groups of rules are written as subclasses."""

    def __init__(
        self, case: Case, starts: Mapping[Surface, ProgramStart], surface: Surface
    ) -> None:
        """Take what `surface` does as the thing to explain."""
        self.case = case
        self.starts = starts
        self.start = starts[surface]
        self.surface = surface
        self.config = case.observation.config
        self.environment = case.observation.environment
        self.store = case.ladder.store

    def variables_of(self, source: str) -> tuple[str, ...]:
        """The variables that a source consists of; none for what is stored."""
        return variables_of(self.environment, source)

    def unset(self, text: str, source: str) -> Fix:
        """The fix for a source that variables set: half a workload identity stops the client."""
        return Fix(text, f"unset {' '.join(self.variables_of(source))}")

    def make(
        self, kind: Kind, headline: str, sentence: str, culprit: str | None, *fixes: Fix
    ) -> Verdict:
        """A verdict with what the prediction of this surface says."""
        prediction = self.start.prediction
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
