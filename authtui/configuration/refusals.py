"""What stops the client while it reads its configuration: one value, told in two ways.

The layers are merged and read as one. `exec` and the interactive client print what is wrong with
that; `login status` then looks for the first layer that is wrong by itself, and names its file and
line. Source: recordings of released clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.configuration.config import is_hidden, join_key, picture, split_key
from authtui.configuration.config_rules import validate
from authtui.configuration.merging import as_tree
from authtui.configuration.requirements import requirements_fault
from authtui.machine.observation import ConfigFault
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from authtui.configuration.key_faults import KeyFault
    from authtui.configuration.key_table import KeyTable
    from authtui.configuration.toml_reader import KeyPath, TomlDocument
    from authtui.contracts import Contract
    from authtui.machine.observation import ConfigFacts, ConfigLayer

# A program start asks for them before it reads the rest, and then prints the line.
_OF_TRUST: Final = ("projects", "project_root_markers")
_BY_LAYER: Final = ("shell_environment_policy", "include_only")


_LEGACY_PROFILE: Final = (
    '--profile `{name}` cannot be used while {path} contains legacy `profile = "{name}"` or '
    "`[profiles.{name}]` config; move those settings into {home}/{name}.config.toml and remove the "
    "legacy profile selector/table. See "
    "https://developers.openai.com/codex/config-advanced#profiles for more information."
)


class ConfigRefusal(NamedTuple):
    """What `login status` and `doctor` say, and what `exec` and the interactive client say."""

    status: ConfigFault
    start: ConfigFault


def refused_configuration(config: ConfigFacts, contract: Contract) -> ConfigRefusal | None:
    """What stops a client while it reads its configuration, or None."""
    legacy = _legacy_profile(config)
    if legacy is not None:
        return ConfigRefusal(legacy, legacy)
    if not config.requirements:
        if config.error is not None:
            return ConfigRefusal(config.error, config.error)
        if not config.values:
            return None
    from authtui.configuration.key_table import key_table

    table = key_table(contract.version) if contract.version else None
    required = requirements_fault(config, table) if table else None
    if config.error is not None and (required is None or _is_read_first(config)):
        return ConfigRefusal(config.error, config.error)
    if required is not None:
        return ConfigRefusal(required, required)
    if table is not None:
        return _by_types(config, table, contract.starts_read_first)
    error = validate(config.values, contract)
    if error is None:
        return None
    for key in contract.starts_read_first:
        given = config.values.get(key)
        found = validate({key: given}, contract) if given is not None else None
        if found is not None:
            return ConfigRefusal(error, found)
    return ConfigRefusal(error, error)


def _is_read_first(config: ConfigFacts) -> bool:
    """Whether what cannot be read is a file that is read before the requirements."""
    return any(layer.error and layer.kind == "managed" for layer in config.layers)


def _legacy_profile(config: ConfigFacts) -> ConfigFault | None:
    name = config.profile
    user = next((layer for layer in config.layers if layer.kind == "user"), None)
    if name is None or user is None:
        return None
    start = ("profiles", name)
    for key, value in user.values.items():
        if (key == "profile" and value.value == name) or split_key(key)[:2] == start:
            path = user.file.path
            home = path.rpartition("/")[0]
            said = _LEGACY_PROFILE.format(name=name, path=path, home=home)
            return ConfigFault(said, user.name, value.line, value.column, whole=said)
    return None


def _by_types(config: ConfigFacts, table: KeyTable, first: tuple[str, ...]) -> ConfigRefusal | None:
    from authtui.configuration.key_faults import key_faults

    found = _of_one_layer(config, table)
    if found is not None:
        return found
    faults = [_concealed(fault) for fault in key_faults(as_tree(config.values), table)]
    if not faults:
        return None
    status = None
    for layer in config.layers:
        own = key_faults(as_tree(layer.values), table)
        if own:
            status = _placed(_concealed(own[0]), layer)
            break
    if any(fault.key[:1] == (key,) for key in _OF_TRUST for fault in faults) and status is not None:
        return ConfigRefusal(status, status._replace(key=None))
    chosen = _first(faults, first)
    start = _told(chosen, config)
    if status is None:
        return ConfigRefusal(_told(faults[0], config), start)
    return ConfigRefusal(status._replace(at_start=None), start)


def _first(faults: list[KeyFault], first: tuple[str, ...]) -> KeyFault:
    ahead = (fault for key in first for fault in faults if fault.key[:1] == (key,))
    return next(ahead, faults[0])


def _of_one_layer(config: ConfigFacts, table: KeyTable) -> ConfigRefusal | None:
    """What is looked at in every layer by itself: a higher one does not help."""
    if join_key(_BY_LAYER) not in config.values:
        return None
    from authtui.configuration.key_faults import key_faults

    for layer in config.layers:
        for fault in key_faults(as_tree(layer.values), table):
            if fault.key[:2] == _BY_LAYER:
                above = fault._replace(place=_BY_LAYER[:1])
                status = _placed(above, layer)
                return ConfigRefusal(status, status._replace(key=None))
    return None


def _told(fault: KeyFault, config: ConfigFacts) -> ConfigFault:
    """A fault of the merged configuration, with the place where its value was set."""
    path = fault.place
    while path and join_key(_names(path)) not in config.values:
        path = path[:-1]
    value = config.values.get(join_key(_names(path))) if path else None
    below = f"{join_key(_names(fault.place))}."
    if value is None or value.value == {}:
        value = next((v for key, v in config.values.items() if key.startswith(below)), value)
    where = (value.file, value.line, value.column) if value else ("config.toml", None, None)
    reason = fault.at_start or fault.reason
    return ConfigFault(fault.reason, *where, ".".join(_names(fault.named)), reason)


def _placed(fault: KeyFault, layer: ConfigLayer) -> ConfigFault:
    """A fault of one layer, with the place that the client names, and the line as a picture."""
    document = _document(layer)
    key = ".".join(_names(fault.named))
    if document is None or fault.place not in document.spans or not fault.placed:
        value = layer.values.get(join_key(_names(fault.place)))
        line, column = (value.line, value.column) if value else (None, None)
        return ConfigFault(fault.reason, layer.name, line, column, key)
    start, end = document.spans[fault.place]
    line, column = document.place(start)
    width = min(end, _end_of_line(document.text, start)) - start
    shown = f"{fault.reason}\n{picture(document.text, line, column, width)}"
    return ConfigFault(fault.reason, layer.name, line, column, key, shown)


def _document(layer: ConfigLayer) -> TomlDocument | None:
    if layer.file.data is None or layer.error is not None:
        return None
    from authtui.configuration.toml_reader import read

    return read(layer.file.data.decode("utf-8").removeprefix("\ufeff"))


def _end_of_line(text: str, start: int) -> int:
    found = text.find("\n", start)
    return len(text) if found < 0 else found


def _names(path: KeyPath) -> tuple[str, ...]:
    """A key without the places in arrays."""
    return tuple(part for part in path if isinstance(part, str))


def _concealed(fault: KeyFault) -> KeyFault:
    """A fault whose words do not repeat a secret."""
    names = _names(fault.key)
    if not names or not is_hidden(names) or 'string "' not in fault.reason:
        return fault
    return fault._replace(reason=_without_text(fault.reason), at_start=None)


def _without_text(reason: str) -> str:
    before, _, rest = reason.partition('string "')
    return f"{before}string{rest[rest.rindex(chr(34)) + 1 :]}"
