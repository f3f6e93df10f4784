"""An observation with something unset, removed, set or edited on paper. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.configuration.config import parse
from authtui.configuration.merging import changed_layers, with_options
from authtui.credentials.environment import WORKLOAD_VARIABLES
from authtui.machine.observation import (
    ConfigFacts,
    ConfigLayer,
    ConfigValue,
    EncryptedFacts,
    EnvironmentFacts,
    FileFacts,
    KeyringFacts,
    Observation,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.answers.findings import Edit


def without(observation: Observation, name: str) -> Observation | None:
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
    left = changed_layers(config, lambda layer: None if layer.kind == "user" else layer)
    return left._replace(file=FileFacts(config.file.path))


def _without_key(observation: Observation, key: str) -> Observation | None:
    config = observation.config

    def meant(name: str) -> bool:
        return name == key or name.startswith(f"{key}.")

    def without_it(layer: ConfigLayer) -> ConfigLayer:
        values = {name: value for name, value in layer.values.items() if not meant(name)}
        return layer._replace(values=values)

    if not any(map(meant, config.values)):
        return None
    return observation._replace(config=changed_layers(config, without_it))


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
    set_values = config_values(name.removeprefix("config:"), value)
    config = with_options(observation.config, "--with", set_values)
    return observation._replace(config=config)


def config_values(key: str, value: str) -> Mapping[str, ConfigValue]:
    """Read a value for a key as the configuration would: dotted keys to values."""
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


def with_edit(observation: Observation, edit: Edit) -> Observation | None:
    """The observation after an edit of a file; None where it is not known what that changes."""
    if edit.content is not None:
        if edit.file != observation_file(observation):
            return None
        data = edit.content.reveal().encode("utf-8", "surrogateescape")
        return observation._replace(auth_file=observation.auth_file._replace(data=data))
    if edit.key is None:
        return None
    if edit.file == ".env":
        return without(observation, edit.key)
    if edit.value is None:
        return _without_key(observation, edit.key)
    return add(observation, f"config:{edit.key}", edit.value)


def observation_file(observation: Observation) -> str:
    """The name of the file that holds the stored record."""
    return observation.auth_file.path.replace("\\", "/").rpartition("/")[2]
