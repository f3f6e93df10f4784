"""The same observation under every generation of the client, side by side. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui import contracts
from authtui.checks.assess import with_features
from authtui.checks.courses import make_case
from authtui.checks.predictions import predict
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.checks.assess import Options
    from authtui.checks.findings import Prediction, Surface
    from authtui.credentials.observation import Observation


class GenerationRow(NamedTuple):
    """One generation's answer. `uses` names the source `exec` would use, None where it has none.

    `accepts` is whether that source's form is one the generation can read, policy aside. `first`
    marks the oldest released client that does. `installed` are the versions found on this machine
    that this row stands for.
    """

    name: str
    title: str
    version: str | None
    released: bool
    predictions: Mapping[Surface, Prediction]
    uses: str | None = None
    accepts: bool = False
    first: bool = False
    installed: tuple[str, ...] = ()

    @property
    def deletes(self) -> bool:
        """Whether some program start would delete the stored login."""
        return any(found.deletes_stored_login for found in self.predictions.values())


def compare_generations(observation: Observation, options: Options) -> tuple[GenerationRow, ...]:
    """One row for each generation of the table, oldest first. A few milliseconds a row."""
    seen = with_features(observation, options.features)
    installed: dict[str, list[str]] = {}
    for client in observation.clients:
        known = contracts.find(client.version) if client.version else None
        if known is not None and client.version is not None:
            installed.setdefault(known[0].name, []).append(client.version)
    rows: list[GenerationRow] = []
    found_first = False
    for contract in contracts.TABLE:
        courses = predict(make_case(seen, contract, options.assumptions))
        course = courses["exec"]
        credential = course.violation.credential if course.violation else course.credential
        accepts = credential is not None and course.failure is None
        first = accepts and contract.released and not found_first
        found_first = found_first or first
        rows.append(
            GenerationRow(
                contract.name,
                contract.title,
                contract.version,
                contract.released,
                {name: each.prediction for name, each in courses.items()},
                credential.source if credential else None,
                accepts,
                first,
                tuple(installed.get(contract.name, ())),
            )
        )
    return tuple(rows)
