"""The types of every key of config.toml, as data: one file for each client that changed them.

`keys/VERSION.json` maps the names of the client's structures to their keys, in the client's order:

| type | takes |
|---|---|
| `s` `b` `p` `f64` | a text, true or false, a path, a number |
| `u8` … `u64`, `usize`, `i32`, `i64` | a whole number of that size |
| `nu64` | a whole number that is not zero |
| `a|b|c=Name`, `'a` | one of these words; `c` is written as a table that holds a `Name` |
| `[T` `{T` `*` | a list of T, a table of T, anything |
| `?Name:T,U` | T or U; `Name` is what the client calls the choice |
| `@Name` | a table whose `type` says what else it holds |
| `!rule T` | a T that a rule of `key_rules` looks at once it has been read |
| `k` | a key binding or a list of them |
| `~T` | T, read after the keys that the structure knows itself, without a place of its own |
| `=key` | another spelling of `key` |
| `Name` | the structure of that name |

Under the empty key stands what holds for the structure as a whole: `need:a,b` (must be there),
`map` (cannot be written as a list), `closed` (takes no other keys), `len:N` (as a list it needs
its element N), and `title:…` where the client calls
it otherwise. The key `*` is the type of all keys that are not listed.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER: Final = Path(__file__).parent / "keys"
_ROOT: Final = "ConfigToml"
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Shape(NamedTuple):
    """A structure of the client: its keys with their types, and what else holds for it."""

    title: str
    fields: dict[str, str]
    aliases: Mapping[str, str] = _NONE
    others: str | None = None
    needed: tuple[str, ...] = ()
    maps_only: bool = False
    closed: bool = False
    first_needed: int | None = None
    listed: tuple[str, ...] = ()


class KeyTable:
    """The types that one client knows."""

    def __init__(self, version: str, types: dict[str, Any]) -> None:
        """Keep the types; a structure is taken apart when it is first asked for."""
        self.version = version
        self.root = _ROOT
        self._types = types
        self._shapes: dict[str, Shape] = {}

    def shape(self, name: str) -> Shape:
        """The structure of that name; `Name::word` is a variant of a tagged one."""
        found = self._shapes.get(name)
        if found is None:
            found = self._shapes[name] = self._taken_apart(name)
        return found

    def variants(self, name: str) -> dict[str, Any]:
        """What a tagged structure can be."""
        found: dict[str, Any] = self._types[f"@{name}"]
        return found

    def _taken_apart(self, name: str) -> Shape:
        owner, _, variant = name.partition("::")
        rows = dict(self.variants(owner)[variant] if variant else self._types[owner])
        flags = dict(word.partition(":")[::2] for word in rows.pop("", "").split())
        others = rows.pop("*", None)
        aliases = {key: kind[1:] for key, kind in rows.items() if kind.startswith("=")}
        fields = {key: kind for key, kind in rows.items() if key not in aliases}
        title = f"struct {owner}"
        if variant:
            title = f"struct variant {owner}::{variant.title().replace('_', '')}"
        if "title" in flags:
            title = f"struct {flags['title']}"
        return Shape(
            title,
            fields,
            aliases,
            others,
            tuple(flags["need"].split(",")) if "need" in flags else (),
            "map" in flags,
            "closed" in flags,
            int(flags["len"]) if "len" in flags else None,
            tuple(rows),
        )


@cache
def key_table(version: str) -> KeyTable | None:
    """The types that a client of that version knows, or None: what no table tells is not judged."""
    wanted = _number(version)
    known = sorted((_number(path.stem), path) for path in _FOLDER.glob("*.json"))
    fitting = [path for number, path in known if number <= wanted]
    if not fitting:
        return None
    return KeyTable(fitting[-1].stem, json.loads(fitting[-1].read_bytes()))


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("-")[0].split(".") if part.isdigit())
