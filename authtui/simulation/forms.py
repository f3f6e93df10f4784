"""Which client versions accept each form of credential that is found here. Pure.

A form is a way to store, spell or set a credential. A file that one version writes can stop
another, whose message names neither version.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from authtui import contracts
from authtui.credentials.environment import AGENT_VARIABLES
from authtui.record import NamedTuple
from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from authtui.contracts import Contract
    from authtui.machine.observation import Observation

    Accepts = Callable[[Contract], bool]


_FIELDS: Final = {
    "personal_access_token": "a personal access token in the record",
    "bedrock_api_key": "an Amazon Bedrock API key",
    "bedrock_access_keys": "Amazon Bedrock access keys",
}
"""Fields of a record that `DocumentRules` accepts or not, under the same names."""


class FormRow(NamedTuple):
    """One form. `since` is the first recorded release that accepts it, None where none does.

    `until` is the last one, where a later release refuses it again. `accepted_by` are the names of
    all rows of the table that accept it, the unreleased contract of April 2026 among them.
    """

    form: str
    where: str
    since: str | None
    until: str | None
    accepted_by: tuple[str, ...]

    @property
    def span(self) -> str:
        """`0.142.0 and later`, `0.122.0 to 0.123.0`, `no release`."""
        if self.since is None:
            return "no release"
        return f"{self.since} to {self.until}" if self.until else f"{self.since} and later"


def forms_here(observation: Observation) -> tuple[FormRow, ...]:
    """Every form found in the stored record, the environment and the configuration."""
    found = [*_of_the_record(observation), *_of_the_environment(observation)]
    found += _of_the_configuration(observation)
    return tuple(_row(form, where, accepts) for form, where, accepts in found)


def _row(form: str, where: str, accepts: Accepts) -> FormRow:
    taking = [row for row in contracts.TABLE if accepts(row)]
    released = [row.version for row in contracts.TABLE if row.released and row.version]
    versions = [row.version for row in taking if row.released and row.version]
    last = versions[-1] if versions and versions[-1] != released[-1] else None
    return FormRow(
        form, where, versions[0] if versions else None, last, tuple(row.name for row in taking)
    )


def _of_the_record(observation: Observation) -> Iterator[tuple[str, str, Accepts]]:
    from authtui.credentials.salvage import salvage

    data = observation.auth_file.data
    fields = salvage(data) if data is not None else None
    if fields is None:
        return
    name = "auth.json"
    mode = fields.get("auth_mode")
    if isinstance(mode, str):
        yield (
            f"auth_mode {mode}",
            name,
            partial(_takes_mode, mode),
        )
    form = _identity(fields)
    if form is not None:
        words, kinds = form
        yield words, name, lambda contract: contract.document.agent_form in kinds
    for field, words in _FIELDS.items():
        if fields.get(field) is not None:
            yield words, name, attrgetter(f"document.{field}")


def _identity(fields: Mapping[str, object]) -> tuple[str, tuple[str, ...]] | None:
    kept = fields.get("agent_identity")
    if isinstance(kept, Secret):
        return "an agent identity as a JWT", ("jwt", "any", "workspace-record-or-jwt")
    if isinstance(kept, Mapping) and "workspace_id" in kept:
        forms = ("workspace-record", "workspace-record-or-jwt")
        return "an agent identity record with workspace_id", forms
    if isinstance(kept, Mapping) and kept:
        return "an agent identity record with account_id", ("account-record", "any")
    return None


def _takes_mode(mode: str, contract: Contract) -> bool:
    return mode in contract.document.auth_modes


def _takes_identity_in(name: str, contract: Contract) -> bool:
    return contract.agent_variable == name


def _takes_access_token_in(name: str, contract: Contract) -> bool:
    return contract.agent_variable == name and contract.personal_access_tokens


def _of_the_environment(observation: Observation) -> Iterator[tuple[str, str, Accepts]]:
    for name in AGENT_VARIABLES:
        value = observation.environment.trimmed(name)
        if value is None:
            continue
        if value.startswith("at-"):
            yield (
                f"a personal access token in {name}",
                name,
                partial(_takes_access_token_in, name),
            )
        else:
            yield (
                f"an agent identity in {name}",
                name,
                partial(_takes_identity_in, name),
            )


def _of_the_configuration(observation: Observation) -> Iterator[tuple[str, str, Accepts]]:
    config = observation.config
    key = "forced_chatgpt_workspace_id"
    if isinstance(config.get(key), list):
        yield f"{key} as a list", config.where(key), lambda contract: contract.workspace_list
    if isinstance(config.get("profile"), str):
        yield (
            "a profile selected in config.toml",
            config.where("profile"),
            lambda contract: contract.profiles_in_config,
        )
    if config.get("features.use_agent_identity") is True:
        yield (
            "features.use_agent_identity with an effect",
            config.where("features.use_agent_identity"),
            lambda contract: contract.managed_identity != "none",
        )
