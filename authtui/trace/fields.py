"""Declares which fields of a record a trace holds, and how each of them is written.

The types are those of the record itself: msgspec checks what is read against them, and says which
field is wrong. How a text is written is said field by field. A field that a declaration leaves out,
and a type that cannot be written, such as `Secret`, are errors of the declaration.
"""

from __future__ import annotations

import math
import re
import sys
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from types import GenericAlias, NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, Literal, TypeVar, Union

from msgspec import UNSET, Meta, UnsetType, ValidationError, convert, defstruct

from authtui.errors import AuthtuiError
from authtui.redaction import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.trace.stand_ins import StandIns

    Write = Callable[[Any, StandIns], Any]
    Restore = Callable[[Any], Any]

T = TypeVar("T")
LONGEST_READ: Final = 4_000
MOST_ITEMS: Final = 500
LARGEST: Final = 10**15
LABEL: Final = 400
TEXT: Final = 2_000
"""The most characters of a text that are written."""

_STRING: Final = Annotated[str, Meta(max_length=LONGEST_READ)]
_MOMENT: Final = Annotated[datetime, Meta(tz=True)]
_RANGE: Final = Meta(ge=-LARGEST, le=LARGEST)
_PLAIN: Final[Mapping[Any, Any]] = {
    str: _STRING,
    bool: bool,
    int: Annotated[int, _RANGE],
    float: Annotated[int, _RANGE] | Annotated[float, _RANGE],
    datetime: _MOMENT,
    NoneType: None,
}
_BY_LENGTH: Final = re.compile(r"<\d{1,9} characters(?:, #[0-9a-f]{6})?>")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
# What msgspec says of a value, in a few words of ours; the first that fits. It quotes content
# where a word is not among those allowed, so that none of its own sentences is shown.
_DAMAGES: Final = (
    ("Invalid enum", "not one of the words that it may be"),
    ("RFC3339", "not a time"),
    ("with a timezone", "a time without its zone"),
    ("Expected `str` of length", f"longer than {LONGEST_READ:,} characters"),
    ("of length <=", f"more than {MOST_ITEMS} items"),
    ("of length", "not a name and a value"),
    ("Expected `str", "not a string"),
    ("Expected `object", "not an object"),
    ("Expected `array", "not a list"),
    ("Expected `bool", "not true or false"),
    ("Expected `datetime", "not a time"),
    ("Expected `int` ", "a number out of range"),
    ("Expected `float` ", "a number out of range"),
    ("Expected `int | float", "not a number"),
    ("Expected `int", "not a whole number"),
)


class DamageError(AuthtuiError):
    """Why a value cannot be in a trace; `where` is the path of its field, which `under` extends."""

    def __init__(self, reason: str, where: str = "") -> None:
        """A plain statement, without any of the content."""
        super().__init__(reason)
        self.reason = reason
        self.where = where

    def under(self, name: str) -> DamageError:
        """The same with the name of the enclosing field put before the path."""
        dot = "." if self.where and not self.where.startswith("[") else ""
        return DamageError(self.reason, f"{name}{dot}{self.where}")

    def __str__(self) -> str:
        """`assessment.verdict.outcome: not one of the words that it may be`."""
        return f"{self.where}: {self.reason}" if self.where else self.reason


class Record(Generic[T]):
    """A declared record: writes it as the object of a line, and reads it back.

    Args:
        made: The type of the record, a named tuple or a dataclass.
        names: What the annotations of `made` name beside its own module.
        typed: The fields whose type says how they are written: numbers, flags, times, words of
            ours, and declared records.
        labels: The fields of short text.
        texts: The fields of longer text.
        ids: The fields that are written as a stand-in, with its kind: `acct`, `user`, `agent`.
        special: The fields with a way of their own.
        longest: The fields of text of another length, with the characters that are written of it.
        most: How many items of a field are written, where it is not the usual number.
        without: The fields that a trace never holds, with the values that they are read as.
        prepare: Makes a record fit to be written where that takes more than its fields one by one.
        last: The fields that are written after all others.
    """

    declared: Final[dict[Any, Record[Any]]] = {}

    def __init__(
        self,
        made: Callable[..., T],
        names: Mapping[str, object],
        typed: str = "",
        labels: str = "",
        texts: str = "",
        *,
        ids: Mapping[str, str] | None = None,
        special: Mapping[str, Write] | None = None,
        longest: Mapping[str, int] | None = None,
        most: Mapping[str, int] | None = None,
        without: Mapping[str, object] | None = None,
        prepare: Callable[[Any, StandIns], Any] | None = None,
        last: str = "",
    ) -> None:
        """Declare; TypeError where a field is left unsaid, or its type cannot be written."""
        ways: dict[str, object] = dict.fromkeys(typed.split(), None)
        ways |= dict.fromkeys(labels.split(), LABEL) | dict.fromkeys(texts.split(), TEXT)
        ways |= {**(longest or {}), **(ids or {}), **(special or {})}
        self.made = made
        self.without = dict(without or {})
        self.defaults = _defaults_of(made)
        hints = _hints_of(made, names)
        if sorted((*ways, *self.without)) != sorted(hints):
            wrong = {*ways, *self.without} ^ hints.keys()
            raise TypeError(f"{made}: not declared as it is: {', '.join(sorted(wrong))}")
        self.fields = sorted(ways, key=lambda name: (name in last.split(), list(hints).index(name)))
        self._needed = set(self.fields) - self.defaults.keys()
        limits = most or {}
        self._write = {
            n: _writer(hints[n], ways[n], limits.get(n, MOST_ITEMS)) for n in self.fields
        }
        self._restore = {name: _restorer(hints[name]) for name in self.fields}
        shapes = [(n, _shape(hints[n]) | UnsetType, UNSET) for n in self.fields]
        self.shape: object = defstruct(f"{getattr(made, '__name__', '')}Line", shapes, frozen=True)
        self._prepare = prepare
        self.declared[made] = self

    def write(self, value: T, names: StandIns) -> dict[str, object]:
        """The fields that differ from their defaults.

        Raises:
            DamageError: A field holds what its type does not allow.
        """
        if self._prepare is not None:
            value = self._prepare(value, names)
        written = {}
        for name, write in self._write.items():
            given = getattr(value, name)
            if name not in self.defaults or given != self.defaults[name]:
                written[name] = write(given, names)
        return written

    def read(self, given: object) -> T:
        """The record; unknown names are ignored, since a later version may add some.

        Raises:
            DamageError: What is given is not what `write` makes.
        """
        return self.make(self.read_fields(given))

    def read_fields(self, given: object) -> dict[str, object]:
        """The fields that are there."""
        return self._values(_checked(given, self.shape))

    def make(self, values: Mapping[str, object]) -> T:
        """The record of what was read; fields that are not there have their defaults."""
        missing = self._needed - values.keys()
        if missing:
            raise DamageError("missing", min(missing))
        return self.made(**self.without, **values)

    def restore(self, found: object) -> T:
        """The record of what was checked as part of another one."""
        return self.make(self._values(found))

    def _values(self, found: object) -> dict[str, object]:
        values = {}
        for name, restore in self._restore.items():
            value = getattr(found, name)
            if value is UNSET:
                continue
            try:
                values[name] = value if restore is None else restore(value)
            except DamageError as damage:
                raise damage.under(name) from None
        return values


def read_text(given: object) -> str:
    """A text of a line, if it cannot do anything to a terminal."""
    return _safe_text(_checked(given, _STRING))


def read_moment(given: object) -> datetime:
    """A time of a line."""
    return _in_utc(_checked(given, _MOMENT))


def moment_text(value: datetime) -> str:
    """A time as a line has it."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def by_length(text: str) -> str:
    """How long a text is, in place of a text that may be anything."""
    return text if not text or _BY_LENGTH.fullmatch(text) else f"<{len(text)} characters>"


def _checked(given: object, shape: Any) -> Any:  # noqa: ANN401 - a type, and a value of it
    try:
        return convert(given, shape)
    except ValidationError as error:
        # The path stands at the end: a word that is quoted before it may look like one.
        said, found, place = str(error).rpartition(" - at `$")
        said, place = (said, place.rstrip("`").removeprefix(".")) if found else (place, "")
        words = next((words for sign, words in _DAMAGES if sign in said), "not what it may be")
        raise DamageError(words, place) from None
    except UnicodeError:
        raise DamageError("half a character in a word") from None


def _defaults_of(made: Any) -> dict[str, Any]:  # noqa: ANN401 - a record's type
    if not is_dataclass(made):
        return dict(made._field_defaults)
    return {f.name: f.default for f in fields(made) if f.default is not MISSING}


def _hints_of(made: object, names: Mapping[str, object]) -> dict[str, object]:
    # Most of the types are imported for type checkers alone, so they are not in the module.
    own = vars(sys.modules[made.__module__])
    return typing.get_type_hints(made, localns={**names, **own})


# ── what a type comes to: its form in a line, how it is written, how it is restored ────────────


def _shape(hint: object) -> object:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if hint in Record.declared:
        return Record.declared[hint].shape
    if origin is Literal:
        return hint
    if origin in (Union, UnionType):
        return reduce(or_, map(_shape, inner))
    if origin is tuple and inner[-1] is not Ellipsis:
        return GenericAlias(tuple, tuple(map(_shape, inner)))
    if origin not in (tuple, Mapping):
        raise TypeError(f"a trace holds no {hint}")
    held = (_shape(inner[0]), ...) if origin is tuple else (_STRING, _shape(inner[1]))
    many: object = GenericAlias(tuple if origin is tuple else dict, held)
    return Annotated[many, Meta(max_length=MOST_ITEMS)]


def _writer(hint: Any, way: Any, most: int) -> Write:  # noqa: ANN401 - a type, and a way
    if callable(way):
        written: Write = way
        return written
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, UnionType):
        one = _writer(next(a for a in inner if a is not NoneType), way, most)
        return lambda value, names: None if value is None else one(value, names)
    if origin is tuple:
        each = _writer(inner[0], way, most)
        return lambda value, names: [each(v, names) for v in value[:most]]
    if origin is Mapping:
        held = _writer(inner[1], way, most)
        return lambda value, names: {names.text(k): held(v, names) for k, v in value.items()}
    if origin is Literal:
        return lambda value, _: _one_of(value, inner)
    if hint in Record.declared:
        return Record.declared[hint].write
    if hint is str and isinstance(way, str):
        return lambda value, names: names.of(way, value)
    if hint is str and way is not None:
        return lambda value, names: names.text(value, way)
    if hint is not str and hint in _WRITERS:
        return _WRITERS[hint]
    raise TypeError(f"it is not said how {hint} is written")


def _one_of(value: object, words: Sequence[object]) -> object:
    if value not in words:
        raise DamageError("not one of the words that it may be")
    return value


def _rounded(value: float) -> float | int:
    number = float(value)
    return max(-LARGEST, min(round(number, 3), LARGEST)) if math.isfinite(number) else 0


_WRITERS: Final[Mapping[object, Write]] = {
    bool: lambda value, _: bool(value),
    int: lambda value, _: max(-LARGEST, min(int(value), LARGEST)),
    float: lambda value, _: _rounded(value),
    datetime: lambda value, _: moment_text(value),
}


def _restorer(hint: object) -> Restore | None:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint is str:
        return _safe_text
    if hint is datetime:
        return _in_utc
    if hint in Record.declared:
        return Record.declared[hint].restore
    if origin in (Union, UnionType):
        one = _restorer(next(a for a in inner if a is not NoneType))
        return one and (lambda value: None if value is None else one(value))
    if origin is Mapping:
        held = _restorer(inner[1]) or (lambda value: value)
        return lambda value: {_safe_text(k): held(v) for k, v in value.items()}
    item = _restorer(inner[0]) if origin is tuple else None
    return item and (lambda value: _each(item, value))


def _each(restore: Restore, values: Sequence[object]) -> tuple[object, ...]:
    found = []
    for number, value in enumerate(values):
        try:
            found.append(restore(value))
        except DamageError as damage:
            raise damage.under(f"[{number}]") from None
    return tuple(found)


def _safe_text(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    if _CONTROL.search(text):
        raise DamageError("a control character in a string")
    return "\n".join(printable(row) for row in text.split("\n"))


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise DamageError("a time out of range") from None
