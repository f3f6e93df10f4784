"""The clues that a trace keeps of an observation, made while the secrets are still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.configuration.config import selected_provider
from authtui.credentials.environment import CREDENTIAL_VARIABLES
from authtui.credentials.marks import marks_of, runtimes_of
from authtui.machine.clues import Clues, RuntimeClue, SecretClue
from authtui.verdict.observed_request import named_hosts
from authtui.verdict.observed_trouble import trusted_file

if TYPE_CHECKING:
    from authtui.machine.observation import Observation
    from authtui.trace.stand_ins import StandIns


def with_clues(observation: Observation, names: StandIns) -> Observation:
    """The observation with its clues; runtime ids get stand-ins."""
    if observation.clues is not None:
        return observation
    # A variable that holds no credential leaves no mark: a short value could be guessed from it.
    named = {*CREDENTIAL_VARIABLES, selected_provider(observation.config).env_key}
    secrets = (
        SecretClue(mark, place.source, place.field)
        for mark, places in marks_of(observation).items()
        for place in places
        if place.field or place.source in named
    )
    runtimes = tuple(RuntimeClue(*found) for found in runtimes_of(observation).items())
    for found in runtimes:
        names.of("agent", found.runtime)
    hosts = tuple(sorted(named_hosts(observation, None)))
    clues = Clues(tuple(secrets), runtimes, hosts, trusted_file(observation))
    return observation._replace(clues=clues)
