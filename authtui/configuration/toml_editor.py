"""Changing one key of a TOML text: comments, order, blanks and line ends stay. Pure.

The reader says where each value stands; only that piece, or one new line, is written. The result is
read again: where it does not say what was wanted, nothing is given back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authtui.configuration.config import join_key
from authtui.configuration.toml_reader import TomlError, read

if TYPE_CHECKING:
    from collections.abc import Mapping

Keys = tuple[str, ...]


def set_key(text: str, keys: Keys, value: str) -> str | None:
    """Give a key another value, or add it to its table.

    Args:
        text: The whole file.
        keys: The keys down to the value.
        value: The new value as TOML writes it, such as `true` or `"file"`.

    Returns:
        The new text, or None where the file is no TOML or has no place for the key.
    """
    try:
        document = read(text)
        wanted = read(f"x = {value}").tree["x"]
    except (TomlError, RecursionError):
        return None
    span = document.spans.get(keys)
    if span is not None and not isinstance(_value_at(document.tree, keys), dict):
        changed = text[: span[0]] + value + text[span[1] :]
    else:
        changed = _added(text, document.tree, document.spans.get(keys[:-1]), keys, value)
    return changed if _says(changed, keys, wanted) else None


def remove_key(text: str, keys: Keys) -> str | None:
    """Take the line of a key out; None where it shares its lines with others, or is not there."""
    try:
        document = read(text)
    except (TomlError, RecursionError):
        return None
    span = document.spans.get(keys)
    if span is None:
        return None
    start = text.rfind("\n", 0, span[0]) + 1
    end = text.find("\n", span[1])
    changed = text[:start] + ("" if end < 0 else text[end + 1 :])
    try:
        left = read(changed).tree
    except (TomlError, RecursionError):
        return None
    return changed if left == _without(document.tree, keys) else None


def _added(
    text: str, tree: Mapping[str, Any], header: tuple[int, int] | None, keys: Keys, value: str
) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    if len(keys) == 1:
        # A key without a table stands before the first table.
        line = f"{join_key(keys)} = {value}{newline}"
        return _after_mark(text, line)
    table = _value_at(tree, keys[:-1])
    line = f"{join_key(keys[-1:])} = {value}{newline}"
    in_header = header is not None and text[text.rfind("\n", 0, header[0]) + 1 :].lstrip(
        " \t"
    ).startswith("[")
    if isinstance(table, dict) and header is not None and in_header:
        end = text.find("\n", header[1])
        if end < 0:
            return f"{text}{newline}{line}"
        return text[: end + 1] + line + text[end + 1 :]
    if table is None:
        gap = "" if not text or text.endswith("\n") else newline
        return f"{text}{gap}{newline if text else ''}[{join_key(keys[:-1])}]{newline}{line}"
    return text


def _after_mark(text: str, line: str) -> str:
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    return mark + line + text[len(mark) :]


def _value_at(tree: Mapping[str, Any], keys: Keys) -> Any:  # noqa: ANN401 - any TOML value
    found: Any = tree
    for key in keys:
        if not isinstance(found, dict) or key not in found:
            return None
        found = found[key]
    return found


def _without(tree: Mapping[str, Any], keys: Keys) -> dict[str, Any]:
    copy = dict(tree)
    if len(keys) == 1:
        copy.pop(keys[0], None)
    else:
        copy[keys[0]] = _without(copy[keys[0]], keys[1:])
    return copy


def _says(text: str, keys: Keys, wanted: Any) -> bool:  # noqa: ANN401 - any TOML value
    try:
        return bool(_value_at(read(text).tree, keys) == wanted)
    except (TomlError, RecursionError):
        return False
