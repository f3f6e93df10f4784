"""What the client refuses in a configuration: every key by its type, in the client's words.

The client reads its configuration into typed structures, one value after the other, and stops at
the first that does not fit. The types are data (`key_table`); this module knows how the client's
reader goes through them: which words it has for what does not fit, which place it names, and where
it loses the place (below a structure that collects keys it does not know by name).
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from authtui.client_json.structs import rust_debug
from authtui.configuration.key_rules import RULES
from authtui.configuration.toml_reader import Moment
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from authtui.configuration.key_table import KeyTable
    from authtui.configuration.toml_reader import KeyPath

_RANGES: Final = {
    "u8": (0, 2**8),
    "u16": (0, 2**16),
    "u32": (0, 2**32),
    "u64": (0, 2**64),
    "usize": (0, 2**64),
    "i32": (-(2**31), 2**31),
    "i64": (-(2**63), 2**63),
}
_WORDS: Final = {"s": "a string", "b": "a boolean", "p": "path string", "f64": "f64"}
_UNIT_ONLY: Final = "invalid type: unit variant, expected string only"
_DATE_KEY: Final = "$__toml_private_datetime"


class KeyFault(NamedTuple):
    """A value that the client refuses.

    `key` is the value itself. `place` is the value whose place the client names, `named` the key
    that it names at a program start: the same, but where it has lost them on the way. `at_start`
    is the reason as a program start words it, where that is another one. `placed` is false where
    the client names no place at all.
    """

    reason: str
    key: KeyPath
    place: KeyPath
    named: KeyPath
    at_start: str | None = None
    placed: bool = True


class _Where(NamedTuple):
    """Where the reader stands: the value, and what it would name of it.

    `buffered`: the value was put aside as a whole before it is read, so that nothing below it has
    a place of its own.
    """

    key: KeyPath = ()
    place: KeyPath = ()
    named: KeyPath = ()
    buffered: bool = False

    def below(self, part: str | int) -> _Where:
        key = (*self.key, part)
        if self.buffered:
            return self._replace(key=key)
        named = self.named if isinstance(part, int) else (*self.named, part)
        return _Where(key, key, named)

    def known_as(self, part: str, name: str) -> _Where:
        """Below, under the key's first spelling where the file has another one."""
        below = self.below(part)
        return below if self.buffered else below._replace(named=(*self.named, name))

    def put_aside(self) -> _Where:
        return self._replace(buffered=True)


def key_faults(
    tree: Mapping[str, object], table: KeyTable, root: str | None = None
) -> list[KeyFault]:
    """All values of a configuration that the client refuses, in the order in which it meets them.

    Args:
        tree: The configuration as plain values, tables in the order of the file.
        table: The types of the keys.
        root: The structure that the whole is; that of a configuration if it is not given.

    Returns:
        The faults; the client stops at the first.
    """
    reader = _Reader(table)
    reader.read(root or table.root, tree, _Where())
    return [_of_features(fault, tree) for fault in reader.faults]


def described(value: object, *, dated: str = "map") -> str:
    """What the client calls a value that is of the wrong type."""
    if isinstance(value, bool):
        return f"boolean `{str(value).lower()}`"
    if isinstance(value, int):
        return f"integer `{value}`"
    if isinstance(value, float):
        return f"floating point `{_float(value)}`"
    if isinstance(value, list):
        return "sequence"
    if isinstance(value, Moment):
        return dated
    return f"string {rust_debug(value)}" if isinstance(value, str) else "map"


def one_of(words: Iterable[str]) -> str:
    """The words that the client would have taken, as it lists them."""
    quoted = [f"`{word}`" for word in words]
    if len(quoted) < 3:
        return " or ".join(quoted)
    return f"one of {', '.join(quoted)}"


def _of_features(fault: KeyFault, tree: Mapping[str, object]) -> KeyFault:
    """For a flag the client names the place of the first of them that is neither true nor false."""
    if fault.place != ("features",) or not isinstance(tree["features"], dict):
        return fault
    first = next((k for k, v in tree["features"].items() if not isinstance(v, bool)), None)
    return fault if first is None else fault._replace(place=("features", first))


def _each(fits: Iterable[bool]) -> bool:
    """Whether all fit; each is read, also behind one that does not."""
    return False not in list(fits)


def _float(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else str(value)
    text = format(Decimal(repr(value)), "f")
    return text if "." in text else f"{text}.0"


def _kind(value: object) -> str:
    """The name that the client's TOML library has for a value."""
    if isinstance(value, bool):
        return "boolean"
    names = {int: "integer", float: "float", list: "array", Moment: "datetime", str: "string"}
    return names.get(type(value), "table")


class _Reader:
    """Goes through a configuration as the client does. Each method says whether the value fits."""

    def __init__(self, table: KeyTable) -> None:
        self.table = table
        self.faults: list[KeyFault] = []

    def refuse(
        self, where: _Where, reason: str, at_start: str | None = None, *, placed: bool = True
    ) -> bool:
        at_start = None if at_start == reason else at_start
        self.faults.append(
            KeyFault(reason, where.key, where.place, where.named, at_start, placed=placed)
        )
        return False

    def mistyped(self, where: _Where, value: object, expected: str) -> bool:
        reason = f"invalid type: {described(value)}, expected {expected}"
        if isinstance(value, Moment):
            text = described(str(value))
            return self.refuse(where, reason, f"invalid type: {text}, expected {expected}")
        return self.refuse(where, reason)

    def fits(self, kind: str, value: object) -> bool:
        """Whether a value would be taken, without a word about it."""
        reader = _Reader(self.table)
        return reader.read(kind, value, _Where().put_aside())

    def read(self, kind: str, value: object, where: _Where) -> bool:
        mark = kind[:1]
        if mark == "*":
            return True
        if mark == "!":
            rule, _, kind = kind[1:].partition(" ")
            return self.read(kind, value, where) and self.looked_at(rule, value, where)
        if mark == "[":
            return self.sequence(kind[1:], value, where)
        if mark == "{":
            return self.map(kind[1:], value, where)
        if "|" in kind or mark == "'":
            return self.variant(kind.removeprefix("'"), value, where)
        if mark == "?":
            return self.untagged(kind[1:], value, where)
        if mark == "@":
            return self.tagged(kind[1:], value, where)
        if kind in _RANGES or kind[1:] in _RANGES:
            return self.integer(kind, value, where)
        if kind in _WORDS:
            return self.plain(kind, value, where)
        if kind == "k":
            return self.binding(value, where)
        return self.structure(kind, value, where)

    def looked_at(self, rule: str, value: object, where: _Where) -> bool:
        refusal = RULES[rule](value)
        return self.refuse(where, refusal) if refusal else True

    def binding(self, value: object, where: _Where) -> bool:
        if isinstance(value, list):
            kind = "!binding s"
            return _each(self.read(kind, item, where.below(n)) for n, item in enumerate(value))
        if not isinstance(value, str):
            expected = "a keybinding string or a list of keybinding strings"
            return self.mistyped(where, value, expected)
        return self.looked_at("binding", value, where)

    def plain(self, kind: str, value: object, where: _Where) -> bool:
        if kind == "b":
            right = isinstance(value, bool)
        elif kind == "f64":
            right = isinstance(value, int | float) and not isinstance(value, bool)
        else:
            # A date is a string to the reader, but not once it has been put aside.
            right = isinstance(value, str)
            if isinstance(value, Moment) and where.buffered:
                self.refuse(where, f"invalid type: map, expected {_WORDS[kind]}")
                return False
        return right or self.mistyped(where, value, _WORDS[kind])

    def integer(self, kind: str, value: object, where: _Where) -> bool:
        nonzero = kind not in _RANGES
        plain = kind[1:] if nonzero else kind
        expected = f"a nonzero {plain}" if nonzero else plain
        if not isinstance(value, int) or isinstance(value, bool):
            return self.mistyped(where, value, expected)
        low, high = _RANGES[plain]
        if low <= value < high and (value or not nonzero):
            return True
        return self.refuse(where, f"invalid value: integer `{value}`, expected {expected}")

    def sequence(self, kind: str, value: object, where: _Where) -> bool:
        if not isinstance(value, list):
            return self.mistyped(where, value, "a sequence")
        return _each(self.read(kind, item, where.below(n)) for n, item in enumerate(value))

    def map(self, kind: str, value: object, where: _Where) -> bool:
        if not isinstance(value, dict):
            return self.mistyped(where, value, "a map")
        return _each(self.read(kind, item, where.below(key)) for key, item in value.items())

    def variant(self, kind: str, value: object, where: _Where) -> bool:
        variants = dict(word.partition("=")[::2] for word in kind.split("|"))
        if isinstance(value, dict):
            return self.variant_table(variants, value, where)
        if isinstance(value, Moment) and where.buffered:
            listed = one_of(variants)
            words = f"unknown variant `{_DATE_KEY}`, expected {listed}"
            return self.refuse(where, words, f"unknown variant `{value}`, expected {listed}")
        if not isinstance(value, str) or isinstance(value, Moment):
            if where.buffered:
                return self.mistyped(where, value, "string or map")
            return self.refuse(where, "wanted string or table", _UNIT_ONLY)
        if value not in variants:
            return self.refuse(where, f"unknown variant `{value}`, expected {one_of(variants)}")
        if variants[value]:
            words = "invalid type: unit variant, expected newtype variant"
            return self.refuse(where, words)
        return True

    def variant_table(
        self, variants: Mapping[str, str], table: Mapping[str, object], where: _Where
    ) -> bool:
        """A table of one key: another spelling of the variant, and the only one that holds more."""
        if len(table) != 1:
            found = "more than 1 element" if table else "found 0 elements"
            words = f"wanted exactly 1 element, {found}"
            if where.buffered:
                words = "invalid value: map, expected map with a single key"
            return self.refuse(where, words)
        name, value = next(iter(table.items()))
        if name not in variants:
            return self.refuse(where, f"unknown variant `{name}`, expected {one_of(variants)}")
        at = where.below(name)._replace(named=where.named)
        if variants[name]:
            return self.read(variants[name], value, at)
        if isinstance(value, dict | list) and not value:
            return True
        if where.buffered:
            return self.mistyped(at, value, "unit")
        if isinstance(value, dict | list):
            return self.refuse(at, "expected empty table")
        return self.refuse(at, f"expected table, found {_kind(value)}")

    def untagged(self, kind: str, value: object, where: _Where) -> bool:
        name, _, kinds = kind.partition(":")
        choices = kinds.split(",")
        if isinstance(value, Moment) and "s" in choices:
            return True
        if any(self.fits(choice, value) for choice in choices):
            return True
        words = f"data did not match any variant of untagged enum {name}"
        return self.refuse(where, words)

    def tagged(self, kind: str, value: object, where: _Where) -> bool:
        """A table whose `type` says what else it holds."""
        variants = self.table.variants(kind)
        if not isinstance(value, dict | list):
            return self.mistyped(where, value, f"internally tagged enum {kind}")
        below = where.below("type")
        tag = value.get("type") if isinstance(value, dict) else value[0] if value else None
        if tag is None:
            return self.refuse(where, "missing field `type`")
        if not isinstance(tag, str):
            return self.mistyped(below, tag, "variant identifier")
        if tag not in variants:
            return self.refuse(below, f"unknown variant `{tag}`, expected {one_of(variants)}")
        name, aside = f"{kind}::{tag}", where.put_aside()
        if isinstance(value, list):
            return self.elements(name, value[1:], aside)
        return self.fields(name, {k: v for k, v in value.items() if k != "type"}, aside)

    def structure(self, kind: str, value: object, where: _Where) -> bool:
        shape = self.table.shape(kind)
        if isinstance(value, dict):
            return self.fields(kind, value, where)
        if isinstance(value, list) and not shape.maps_only:
            return self.elements(kind, value, where)
        return self.mistyped(where, value, shape.title)

    def fields(self, kind: str, value: Mapping[str, object], where: _Where) -> bool:
        shape = self.table.shape(kind)
        good = True
        seen: set[str] = set()
        rest: list[tuple[str, str, object]] = []
        for key, item in value.items():
            name = shape.aliases.get(key, key)
            inner = shape.fields.get(name)
            if inner is None:
                if shape.closed:
                    words = f"unknown field `{key}`, expected {one_of(shape.listed)}"
                    good = self.refuse(where.below(key)._replace(named=where.named), words)
                elif shape.others is not None:
                    rest.append((key, shape.others, item))
                continue
            if inner.startswith("~"):
                rest.append((key, inner[1:], item))
                continue
            if name in seen:
                good = self.refuse(where.below(key), f"duplicate field `{name}`")
            seen.add(name)
            good = self.read(inner, item, where.known_as(key, name)) and good
        for key, inner, item in rest:
            good = self.read(inner, item, where.put_aside().below(key)) and good
        for name in shape.needed:
            if name not in seen:
                good = self.refuse(where, f"missing field `{name}`")
                break
        return good

    def elements(self, kind: str, value: list[object], where: _Where) -> bool:
        """A structure that is written as an array: its fields in their order."""
        shape = self.table.shape(kind)
        kinds = list(shape.fields.values())
        good = True
        for n, (inner, item) in enumerate(zip(kinds, value, strict=False)):
            good = self.read(inner, item, where.below(n)) and good
        if good and shape.first_needed is not None and len(value) < len(kinds):
            count = max(len(value), shape.first_needed)
            elements = "element" if len(kinds) == 1 else "elements"
            if count < len(kinds):
                words = f"invalid length {count}, expected {shape.title} with {len(kinds)}"
                return self.refuse(where, f"{words} {elements}")
        if good and len(value) > len(kinds):
            words = f"invalid length {len(value)}, expected fewer elements in array"
            return self.refuse(where, words, placed=False)
        return good
