"""The model catalogue that `model_catalog_json` names: what the client refuses in it.

Only the fields that have to be there are known; the others may hold anything. Source: the client
0.169, field by field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.client_json.scanner import JsonReadError, custom
from authtui.client_json.structs import Field, Reader
from authtui.client_json.tree import read_any

if TYPE_CHECKING:
    from collections.abc import Callable

_SHELLS: Final = ("default", "local", "shell_command", "unified_exec", "disabled")
_MODEL: Final = "ModelInfoWithLegacyBaseInstructions"


def catalog_fault(path: str, data: bytes) -> str | None:
    """Why the client does not take a catalogue, in its words, or None."""
    reader = Reader(data)
    try:
        found = reader.read_whole("ModelsResponse", _FIELDS)
    except JsonReadError as failure:
        return f"failed to parse model_catalog_json path `{path}` as JSON: {failure}"
    if not found["models"]:
        return f"model_catalog_json path `{path}` must contain at least one model"
    return None


def _list(read: Callable[[Reader], object]) -> Callable[[Reader], list[object]]:
    def items(reader: Reader) -> list[object]:
        scanner = reader.scanner
        if scanner.start() != 0x5B:
            raise reader.wrong_type("a sequence")
        scanner.enter()
        found: list[object] = []
        while scanner.next_item(first=not found):
            found.append(read(reader))
        scanner.depth += 1
        scanner.at += 1
        return found

    return items


def _any(reader: Reader) -> object:
    return read_any(reader.scanner).plain()


def _words(*words: str) -> Callable[[Reader], str]:
    return lambda reader: reader.read_variant(words)


def _model(reader: Reader) -> dict[str, object]:
    found = reader.read_struct(_MODEL, _MODEL_FIELDS)
    messages = found["model_messages"]
    template = messages.get("instructions_template") if isinstance(messages, dict) else None
    if found["base_instructions"] is None and template is None:
        slug = found["slug"]
        raise reader.scanner.placed(
            custom(
                f"model `{slug}` is missing both `base_instructions` and "
                "`model_messages.instructions_template`"
            )
        )
    return found


def _truncation(reader: Reader) -> dict[str, object]:
    return reader.read_struct("TruncationPolicyConfig", _TRUNCATION_FIELDS)


def _needed(name: str, read: Callable[[Reader], object]) -> Field:
    return Field(name, read, optional=False)


_TRUNCATION_FIELDS: Final = (_needed("mode", _words("bytes", "tokens")), _needed("limit", _any))
_MODEL_FIELDS: Final = (
    _needed("slug", Reader.read_text),
    _needed("display_name", Reader.read_text),
    _needed("supported_reasoning_levels", _list(_any)),
    _needed("shell_type", _words(*_SHELLS)),
    _needed("visibility", _words("list", "hide", "none")),
    _needed("supported_in_api", Reader.read_bool),
    _needed("priority", _any),
    _needed("support_verbosity", Reader.read_bool),
    _needed("truncation_policy", _truncation),
    _needed("experimental_supported_tools", _list(_any)),
    Field("base_instructions", _any),
    Field("model_messages", _any),
)
_FIELDS: Final = (_needed("models", _list(_model)),)
