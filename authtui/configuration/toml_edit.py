"""Changes one key of somebody's TOML text and nothing else: comments, order and spelling stay.

Every change is proven before it is given: the new text is read again, and must hold what the old
one held but for that key.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any, Final

from authtui.configuration.toml_reader import TomlError, read
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER: Final = re.compile(r"^[ \t]*\[", re.MULTILINE)
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_MARK: Final = "\ufeff"


class EditRefusal(NamedTuple):
    """Why a text is not changed, as a clause; the text stays as it was."""

    reason: str


def set_value(text: str, path: tuple[str, ...], value: bool | int | str) -> str | EditRefusal:
    """The text with one key set: in its place, or as a new line in its table."""
    wanted = _tree(text)
    if isinstance(wanted, EditRefusal):
        return wanted
    tree, spans = wanted
    inner = tree
    for part in path[:-1]:
        inner = inner.setdefault(part, {})
        if not isinstance(inner, dict):
            return EditRefusal(f"{'.'.join(path)} cannot stand in what is no table")
    inner[path[-1]] = value
    shown = _written(value)
    if path in spans:
        start, end = spans[path]
        return _proven((f"{text[:start]}{shown}{text[end:]}",), tree)
    return _proven(_with_new_line(text, path, shown, spans), tree)


def remove_value(text: str, path: tuple[str, ...]) -> str | EditRefusal:
    """The text without the line of one key; as it is where the key is not there."""
    wanted = _tree(text)
    if isinstance(wanted, EditRefusal):
        return wanted
    tree, spans = wanted
    inner: object = tree
    for part in path[:-1]:
        inner = inner.get(part) if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or path[-1] not in inner or path not in spans:
        return text
    del inner[path[-1]]
    start, end = spans[path]
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    return _proven((text[:first] + (text[last + 1 :] if last >= 0 else ""),), tree)


def _tree(
    text: str,
) -> tuple[dict[str, Any], dict[tuple[str | int, ...], tuple[int, int]]] | EditRefusal:
    mark = len(_MARK) if text.startswith(_MARK) else 0
    try:
        found = read(text[mark:])
    except TomlError as error:
        return EditRefusal(f"it is not valid TOML: {error.reason}")
    spans = {path: (start + mark, end + mark) for path, (start, end) in found.spans.items()}
    return copy.deepcopy(found.tree), spans


def _proven(
    candidates: Iterator[str] | tuple[str, ...], wanted: dict[str, object]
) -> str | EditRefusal:
    for text in candidates:
        found = _tree(text)
        if not isinstance(found, EditRefusal) and found[0] == wanted:
            return text
    return EditRefusal("the key cannot be changed without changing more")


def _with_new_line(
    text: str,
    path: tuple[str, ...],
    shown: str,
    spans: dict[tuple[str | int, ...], tuple[int, int]],
) -> Iterator[str]:
    end = "\r\n" if "\r\n" in text else "\n"
    line = f"{_key(path[-1])} = {shown}{end}"
    whole = text if not text or text.endswith("\n") else f"{text}{end}"
    table = path[:-1]
    if not table:
        # Behind the last key of the top, that is before the first header; else at the very start.
        for header in _HEADER.finditer(text):
            yield f"{text[: header.start()]}{line}{text[header.start() :]}"
            break
        else:
            yield f"{whole}{line}"
        mark = len(_MARK) if text.startswith(_MARK) else 0
        yield f"{text[:mark]}{line}{text[mark:]}"
        return
    if table in spans:
        behind = whole.find("\n", spans[table][0]) + 1
        yield f"{whole[:behind]}{line}{whole[behind:]}"
    yield f"{whole}{end if whole else ''}[{'.'.join(map(_key, table))}]{end}{line}"


def _key(part: str) -> str:
    return part if _BARE.fullmatch(part) else _quoted(part)


def _written(value: bool | int | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else _quoted(value)


def _quoted(text: str) -> str:
    known = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    shown = (known.get(c) or (c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}") for c in text)
    return f'"{"".join(shown)}"'
