"""The configuration as one release and one program reads it. Pure.

`login status`, `doctor` and `logout` know no profile and nothing that a workspace delivers; a
program start knows both. Source: the clients 0.128, 0.144 and 0.169, and recordings of bundles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.configuration.merging import remerged
from authtui.contracts import PROJECT_LEAVES_OUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.contracts import Contract
    from authtui.machine.observation import ConfigFacts, ConfigLayer


def effective(
    config: ConfigFacts, contract: Contract, *, at_start: bool, delivered: bool = False
) -> ConfigFacts:
    """The configuration for one release.

    Args:
        config: All layers.
        contract: The release.
        at_start: For `exec` and the interactive client, else for the other commands.
        delivered: What the workspace delivered counts: it is for this login, and not too old.
    """
    if not at_start or contract.profiles_in_config:
        config = config._replace(profile=None)
    if not config.layers:
        return config
    layers = tuple(_that_count(config, contract, at_start=at_start, delivered=delivered))
    newest = contract.requirements_decide and contract.project_leaves_out == PROJECT_LEAVES_OUT
    if layers == config.layers and newest:
        return config
    return remerged(
        config,
        layers,
        left_out=contract.project_leaves_out,
        required=contract.requirements_decide,
    )


def _that_count(
    config: ConfigFacts, contract: Contract, *, at_start: bool, delivered: bool
) -> Iterator[ConfigLayer]:
    for layer in config.layers:
        if layer.kind == "profile" and not (at_start and not contract.profiles_in_config):
            continue
        if layer.kind in ("bundle", "bundle-requirements") and delivered:
            yield layer._replace(ignored=None)
        else:
            yield layer
