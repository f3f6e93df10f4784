"""Experiments: the same observation with something unset, removed or set on paper. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.assessment.assess import assess
from authtui.assessment.changed import add, config_values, without
from authtui.record import NamedTuple
from authtui.redaction import Secret, redact_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.answers.findings import Assessment
    from authtui.assessment.options import Options
    from authtui.machine.observation import (
        Observation,
    )

FORCED: Final = "config:forced_chatgpt_workspace_id"
"""The key whose setting forces a workspace."""
_KNOWN: Final = (
    "auth.json, config.toml, .env, keyring, encrypted store, workload identity, a provider as "
    "model_providers.NAME, a key or table as config:KEY, or a variable that is set"
)
_NOT_THERE: Final = ("not-probed", "absent", "no-backend")


class Candidate(NamedTuple):
    """One thing that can be removed: its name for `--without`, that in words, and where it is."""

    name: str
    title: str
    where: str


def candidates(seen: Observation) -> tuple[Candidate, ...]:
    """Everything found here that an experiment can remove, variables first."""
    found = [
        Candidate(name, f"unset {name}", ".env" if given.origin == "dotenv" else "environment")
        for name, given in seen.environment.variables.items()
        if given.origin != "experiment"
    ]
    if seen.auth_file.exists:
        found.append(Candidate("auth.json", "without auth.json", "file"))
    if seen.keyring.status not in _NOT_THERE:
        found.append(Candidate("keyring", "without the keyring entry", seen.keyring.status))
    if seen.encrypted.file.exists:
        found.append(Candidate("encrypted store", "without the encrypted store", "file"))
    if any(given.origin == "dotenv" for given in seen.environment.variables.values()):
        found.append(Candidate(".env", "without .env", "file"))
    if seen.config.file.exists:
        found.append(Candidate("config.toml", "without config.toml", "file"))
    found += [
        Candidate(f"config:{key}", f"without {key}", value.where)
        for key, value in seen.config.values.items()
    ]
    return tuple(found)


def apply(
    observation: Observation, removed: Sequence[str], given: Sequence[str]
) -> Observation | str:
    """The changed observation, or a sentence that says what is wrong with the request."""
    for name in removed:
        changed = without(observation, name)
        if changed is None:
            return f"--without {name}: there is no such source; known are {_KNOWN}"
        observation = changed
    for text in given:
        name, equals, value = text.partition("=")
        if not name.removeprefix("config:") or not equals:
            return f"--with {shown_assignment(text)}: expected NAME=VALUE"
        observation = add(observation, name, value)
    return observation


def assess_other(changed: Observation, options: Options, before: Assessment) -> Assessment:
    """The answer for a changed observation, under the generation that judged it unchanged.

    Chosen anew, the generation might follow from the shape of what was changed.
    """
    found = assess(changed, options._replace(contract=before.contract.name))
    return found._replace(contract=before.contract)


def shown_assignment(text: str) -> str:
    """`NAME=VALUE` to show: what is set for a variable may be a credential, or for some keys."""
    name, equals, value = text.partition("=")
    if not equals:
        return redact_text(text)
    if not name.startswith("config:"):
        return f"{redact_text(name)}={Secret(value)}"
    hidden = [v.value for v in config_values(name.removeprefix("config:"), value).values()]
    if any(isinstance(found, Secret) for found in hidden):
        return f"{redact_text(name)}={Secret(value)}"
    return f"{redact_text(name)}={redact_text(value)}"
