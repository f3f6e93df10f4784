"""One-variable experiments: the same observation with one thing changed. Touches nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.credentials.observation import (
    ConfigFacts,
    ConfigValue,
    FileFacts,
    KeyringFacts,
    Observation,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def apply(
    observation: Observation, without: Sequence[str], given: Sequence[str]
) -> Observation | str:
    """The changed observation, or a sentence that says what is wrong with the request."""
    for name in without:
        changed = remove(observation, name)
        if changed is None:
            known = (
                "auth.json, config.toml, keyring, a key as config:KEY, or a variable that is set"
            )
            return f"--without {name}: there is no such source; known are {known}"
        observation = changed
    for text in given:
        name, equals, value = text.partition("=")
        if not name or not equals:
            return f"--with {text}: expected NAME=VALUE"
        observation = add(observation, name, value)
    return observation


def remove(observation: Observation, name: str) -> Observation | None:
    """The observation as if one source were not there; None where nothing of that name is."""
    if name == "auth.json":
        return observation._replace(auth_file=FileFacts(observation.auth_file.path))
    if name == "config.toml":
        return observation._replace(config=ConfigFacts(FileFacts(observation.config.file.path)))
    if name == "keyring":
        empty = KeyringFacts("absent", account=observation.keyring.account)
        return observation._replace(keyring=empty)
    if name.startswith("config:"):
        key = name.removeprefix("config:")
        if key not in observation.config.values:
            return None
        values = {k: v for k, v in observation.config.values.items() if k != key}
        return observation._replace(config=observation.config._replace(values=values))
    if observation.environment.get(name) is None:
        return None
    return observation._replace(environment=observation.environment.without(name))


def add(observation: Observation, name: str, value: str) -> Observation:
    """The observation as if a variable, or with `config:KEY` a configuration key, were set."""
    if not name.startswith("config:"):
        return observation._replace(environment=observation.environment.with_value(name, value))
    key = name.removeprefix("config:")
    plain: object = {"true": True, "false": False}.get(value, value)
    values = {**observation.config.values, key: ConfigValue(plain, "--with")}
    return observation._replace(config=observation.config._replace(values=values))
