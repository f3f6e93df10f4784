"""Which generation of the client to model, and the same observation under every one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from authtui import contracts
from authtui.answers.findings import ContractChoice
from authtui.record import NamedTuple
from authtui.simulation.predictions import predict
from authtui.simulation.program_start import make_case, with_features

if TYPE_CHECKING:
    from authtui.answers.findings import Prediction, Surface
    from authtui.assessment.options import Options
    from authtui.contracts import Contract
    from authtui.machine.observation import Observation


class GenerationRow(NamedTuple):
    """One generation's answer. `uses` names the source `exec` would use, None where it has none.

    `first` marks the oldest released client that can read that source's form, restrictions aside.
    `installed` are the versions found on this machine that this row stands for.
    """

    name: str
    title: str
    version: str | None
    released: bool
    predictions: Mapping[Surface, Prediction]
    uses: str | None = None
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
        starts = predict(make_case(seen, contract, options.assumptions))
        start = starts["exec"]
        credential = start.credential
        reads = credential is not None and start.failure is None
        first = reads and contract.released and not found_first
        found_first = found_first or first
        rows.append(
            GenerationRow(
                contract.name,
                contract.title,
                contract.version,
                contract.released,
                {name: each.prediction for name, each in starts.items()},
                credential.source if credential else None,
                first,
                tuple(installed.get(contract.name, ())),
            )
        )
    return tuple(rows)


def choose_contract(observation: Observation, wanted: str) -> tuple[Contract, ContractChoice]:
    """The generation to model: as asked, else the installed client's, else by the state's shape.

    Raises:
        ValueError: the name is neither a generation nor a client version.
    """
    if wanted != "auto":
        found = contracts.find(wanted)
        if found is None:
            names = ", ".join(contracts.GENERATIONS)
            raise ValueError(f"unknown contract {wanted!r}; names are {names}, or a client version")
        contract, note = found
        given = contracts.parse_version(wanted) is not None
        version = wanted if given else contract.version
        return contract, ContractChoice(contract.name, contract.title, "option", version, note)
    for client in observation.clients:
        found = contracts.find(client.version) if client.version else None
        if found is not None:
            contract, note = found
            return contract, ContractChoice(
                contract.name, contract.title, "installed-client", client.version, note
            )
    by_shape = _contract_of_shape(observation)
    contract = contracts.BY_NAME[by_shape or "current"]
    chosen_by = "state" if by_shape else "default"
    return contract, ContractChoice(contract.name, contract.title, chosen_by)


def _contract_of_shape(observation: Observation) -> str | None:
    """The generation whose mark the state bears, or None."""
    from authtui.credentials.salvage import salvage

    data = observation.auth_file.data
    fields = salvage(data) if data is not None and b"agent_identity" in data else None
    kept = fields.get("agent_identity") if fields else None
    if isinstance(kept, Mapping) and "workspace_id" in kept:
        return "first"
    for value in (kept, observation.environment.trimmed("CODEX_AGENT_IDENTITY")):
        shape = _shape_of_token(value)
        if shape:
            return shape
    if observation.environment.trimmed("CODEX_AGENT_IDENTITY"):
        return "explicit"
    return None


def _shape_of_token(value: object) -> str | None:
    from authtui.redaction import Secret
    from authtui.tokens.jwt import decode

    text = value.reveal() if isinstance(value, Secret) else value
    if not isinstance(text, str):
        return None
    claims = decode(text).claims or {}
    if "workspace_id" in claims and "account_id" not in claims:
        return "identity-only"
    return None
