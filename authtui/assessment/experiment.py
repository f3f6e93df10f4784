"""Experiments: the same observation with something unset, removed or set on paper. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.assessment.assess import assess
from authtui.configuration.config import USER_FILE, parse
from authtui.credentials.environment import WORKLOAD_VARIABLES
from authtui.machine.observation import (
    ConfigFacts,
    ConfigValue,
    EncryptedFacts,
    EnvironmentFacts,
    FileFacts,
    KeyringFacts,
    Observation,
)
from authtui.record import NamedTuple
from authtui.redaction import Secret, redact_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authtui.answers.findings import Assessment
    from authtui.assessment.options import Options

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
    observation: Observation, without: Sequence[str], given: Sequence[str]
) -> Observation | str:
    """The changed observation, or a sentence that says what is wrong with the request."""
    for name in without:
        changed = remove(observation, name)
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


def remove(observation: Observation, name: str) -> Observation | None:
    """The observation as if one source were not there; None where nothing of that name is."""
    environment = observation.environment
    if name == "auth.json":
        return observation._replace(auth_file=FileFacts(observation.auth_file.path))
    if name == "config.toml":
        # What stands in the layers of the system stays: only the user's file goes.
        return observation._replace(config=_without_user_file(observation.config))
    if name == ".env":
        return observation._replace(environment=_without_dotenv(environment))
    if name == "keyring":
        empty = KeyringFacts("absent", account=observation.keyring.account)
        return observation._replace(keyring=empty)
    if name == "encrypted store":
        gone = FileFacts(observation.encrypted.file.path)
        return observation._replace(encrypted=EncryptedFacts(gone, "absent"))
    if name == "workload identity":
        for variable in WORKLOAD_VARIABLES:
            environment = environment.without(variable)
        changed = environment.variables != observation.environment.variables
        return observation._replace(environment=environment) if changed else None
    if name.startswith(("config:", "model_providers.")):
        return _without_key(observation, name.removeprefix("config:"))
    if environment.get(name) is None:
        return None
    return observation._replace(environment=environment.without(name))


def _without_user_file(config: ConfigFacts) -> ConfigFacts:
    values = {key: value for key, value in config.values.items() if value.file != USER_FILE}
    rest = []
    for key, value in config.overridden:
        if value.file == USER_FILE:
            continue
        if key in values:
            rest.append((key, value))
        else:
            values[key] = value
    error = config.error if config.error and config.error.file != USER_FILE else None
    file = FileFacts(config.file.path)
    return config._replace(file=file, values=values, overridden=tuple(rest), error=error)


def _without_key(observation: Observation, key: str) -> Observation | None:
    config = observation.config

    def meant(name: str) -> bool:
        return name == key or name.startswith(f"{key}.")

    values = {name: value for name, value in config.values.items() if not meant(name)}
    if len(values) == len(config.values):
        return None
    rest = tuple(row for row in config.overridden if not meant(row[0]))
    return observation._replace(config=config._replace(values=values, overridden=rest))


def _without_dotenv(facts: EnvironmentFacts) -> EnvironmentFacts:
    variables = {}
    for name, given in facts.variables.items():
        if given.origin != "dotenv":
            variables[name] = given
        elif given.replaces is not None:
            variables[name] = given.replaces
    return EnvironmentFacts(variables, FileFacts(facts.dotenv.path))


def add(observation: Observation, name: str, value: str) -> Observation:
    """The observation as if a variable, or with `config:KEY` a configuration key, were set."""
    if not name.startswith("config:"):
        return observation._replace(environment=observation.environment.with_value(name, value))
    set_values = _config_values(name.removeprefix("config:"), value)
    values = {**observation.config.values, **set_values}
    return observation._replace(config=observation.config._replace(values=values))


def _config_values(key: str, value: str) -> Mapping[str, ConfigValue]:
    # The parser of the file itself reads it, so that a list, a truth value and a secret are the
    # same as there; what is no list, no table and no truth value is text.
    quoted = _quoted(value)
    literal = value in ("true", "false") or value.startswith(("[", "{", '"'))
    for written in (value, quoted) if literal else (quoted,):
        values, error = parse(f"{key} = {written}".encode("utf-8", "surrogatepass"), "--with")
        if error is None and "\n" not in key:
            return {name: given._replace(line=None, column=None) for name, given in values.items()}
    return {key: ConfigValue(value, "--with")}


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def shown_assignment(text: str) -> str:
    """`NAME=VALUE` to show: what is set for a variable may be a credential, or for some keys."""
    name, equals, value = text.partition("=")
    if not equals:
        return redact_text(text)
    if not name.startswith("config:"):
        return f"{redact_text(name)}={Secret(value)}"
    hidden = [v.value for v in _config_values(name.removeprefix("config:"), value).values()]
    if any(isinstance(found, Secret) for found in hidden):
        return f"{redact_text(name)}={Secret(value)}"
    return f"{redact_text(name)}={redact_text(value)}"
