"""The case that is judged, on the surface that was asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix, Verdict
from authtui.checks.subject import variables_of, with_line
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.answers.findings import Kind, Surface
    from authtui.configuration.config import ProviderFacts
    from authtui.contracts import Contract
    from authtui.machine.observation import ConfigFacts, EnvironmentFacts, Observation
    from authtui.simulation.program_start import Case, ProgramStart
    from authtui.simulation.selection import JudgedSource


class JudgedCase(NamedTuple):
    """What every rule is given: the case, how each surface starts, and the surface to explain."""

    case: Case
    starts: Mapping[Surface, ProgramStart]
    surface: Surface

    @property
    def start(self) -> ProgramStart:
        """What the surface in question does."""
        return self.starts[self.surface]

    @property
    def observation(self) -> Observation:
        """What was found on the machine."""
        return self.case.observation

    @property
    def contract(self) -> Contract:
        """How the client's generation behaves."""
        return self.case.contract

    @property
    def provider(self) -> ProviderFacts:
        """Where model requests go."""
        return self.case.provider

    @property
    def config(self) -> ConfigFacts:
        """The configuration in force."""
        return self.observation.config

    @property
    def environment(self) -> EnvironmentFacts:
        """The variables as the client sees them."""
        return self.observation.environment

    @property
    def store(self) -> JudgedSource:
        """What the store in force holds."""
        return self.case.ladder.store

    def variables_of(self, source: str) -> tuple[str, ...]:
        """The variables that a source consists of; none for what is stored."""
        return variables_of(self.environment, source)

    def unset(self, text: str, source: str) -> Fix:
        """The fix for a source that variables set: half a workload identity stops the client."""
        names = self.variables_of(source)
        if len(names) == 1:
            text = with_line(self.environment, names[0], text)
        return Fix(text, f"unset {' '.join(names)}", unsets=names)

    def verdict(
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
