"""What a field of a trace may hold: each codec writes its value as JSON and reads it back.

A codec reads only what it would have written, and says what is wrong otherwise. There is none for
a `Secret`, and none that writes a value of unknown type: what has no codec is not in a trace.
"""

from __future__ import annotations

import math
import re
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from authtui.redaction import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from authtui.trace.stand_ins import StandIns

T = TypeVar("T")
LONGEST_READ: Final = 4_000
MOST_ITEMS: Final = 500
LARGEST: Final = 10**15
_BY_LENGTH: Final = re.compile(r"<\d{1,9} characters(?:, #[0-9a-f]{6})?>")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


class DamageError(Exception):
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
        """`assessment.verdict.outcome: not one of ready, refused`."""
        return f"{self.where}: {self.reason}" if self.where else self.reason


class Codec(Protocol[T]):
    """Writes a value, and reads it back."""

    def write(self, value: T, names: StandIns) -> Any:  # noqa: ANN401 - a JSON value
        """The value as JSON, redacted."""

    def read(self, given: object) -> T:
        """The value back.

        Raises:
            DamageError: What is given is not what `write` makes.
        """


class Text:
    """Text: redacted, safe to show, and bounded."""

    def __init__(self, limit: int = 2_000) -> None:
        """Write at most `limit` characters."""
        self._limit = limit

    def write(self, value: str, names: StandIns) -> str:
        """The text without secrets, ids and names."""
        return names.text(value, self._limit)

    def read(self, given: object) -> str:
        """The text, if it cannot do anything to a terminal."""
        if not isinstance(given, str):
            raise DamageError("not a string")
        if len(given) > LONGEST_READ:
            raise DamageError(f"longer than {LONGEST_READ:,} characters")
        if given.isascii() and given.isprintable():
            return given
        if _CONTROL.search(given):
            raise DamageError("a control character in a string")
        return "\n".join(printable(row) for row in given.split("\n"))


class Id:
    """An id that is written as a stand-in."""

    def __init__(self, kind: str) -> None:
        """`kind` is the beginning of the stand-in: `acct`, `user`, `agent`."""
        self._kind = kind

    def write(self, value: str, names: StandIns) -> str:
        """Its stand-in."""
        return names.of(self._kind, value)

    def read(self, given: object) -> str:
        """The stand-in."""
        return TEXT.read(given)


class Word:
    """One of a few words."""

    def __init__(self, words: Iterable[str]) -> None:
        """`words` are all that are allowed."""
        self._words = frozenset(words)

    def write(self, value: str, names: StandIns) -> str:  # noqa: ARG002 - a codec's signature
        """The word.

        Raises:
            DamageError: It is none of them.
        """
        return str(self.read(value))

    def read(self, given: object) -> Any:  # noqa: ANN401 - a literal type of the caller
        """The word."""
        if not isinstance(given, str) or given not in self._words:
            raise DamageError(f"not one of {', '.join(sorted(self._words))}")
        return given


class _Flag:
    def write(self, value: bool, names: StandIns) -> bool:  # noqa: ARG002 - a codec's signature
        return bool(value)

    def read(self, given: object) -> bool:
        if given is not True and given is not False:
            raise DamageError("not true or false")
        return given


class _Whole:
    def write(self, value: int, names: StandIns) -> int:  # noqa: ARG002 - a codec's signature
        return max(-LARGEST, min(int(value), LARGEST))

    def read(self, given: object) -> int:
        if type(given) is not int:
            raise DamageError("not a whole number")
        if not -LARGEST <= given <= LARGEST:
            raise DamageError("a number out of range")
        return given


class _Real:
    def write(self, value: float, names: StandIns) -> float | int:  # noqa: ARG002 - a codec's signature
        number = float(value)
        if not math.isfinite(number):
            return 0
        return max(-LARGEST, min(round(number, 3), LARGEST))

    def read(self, given: object) -> float:
        if type(given) not in (int, float):
            raise DamageError("not a number")
        number: float = given  # type: ignore[assignment] # an int or a float, by the line above
        if not math.isfinite(number) or not -LARGEST <= number <= LARGEST:
            raise DamageError("a number out of range")
        return number


class _Moment:
    def write(self, value: datetime, names: StandIns) -> str:  # noqa: ARG002 - a codec's signature
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")

    def read(self, given: object) -> datetime:
        if not isinstance(given, str) or len(given) > 40:
            raise DamageError("not a time")
        try:
            moment = datetime.fromisoformat(given)
        except ValueError:
            raise DamageError("not a time") from None
        if moment.tzinfo is None:
            raise DamageError("a time without its zone")
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise DamageError("a time out of range") from None


class Maybe(Generic[T]):
    """A value, or None."""

    def __init__(self, codec: Codec[T]) -> None:
        """What it is when it is there."""
        self._codec = codec

    def write(self, value: T | None, names: StandIns) -> Any:  # noqa: ANN401 - a JSON value
        """The value or null."""
        return None if value is None else self._codec.write(value, names)

    def read(self, given: object) -> T | None:
        """The value or None."""
        return None if given is None else self._codec.read(given)


class Many(Generic[T]):
    """Several of a kind, in order; more than `most` are cut when written."""

    def __init__(self, codec: Codec[T], most: int = MOST_ITEMS) -> None:
        """What each is."""
        self._codec = codec
        self._most = most

    def write(self, value: Sequence[T], names: StandIns) -> list[Any]:
        """Each."""
        return [self._codec.write(item, names) for item in value[: self._most]]

    def read(self, given: object) -> tuple[T, ...]:
        """Each."""
        if not isinstance(given, list):
            raise DamageError("not a list")
        if len(given) > MOST_ITEMS:
            raise DamageError(f"more than {MOST_ITEMS} items")
        found = []
        for number, item in enumerate(given):
            try:
                found.append(self._codec.read(item))
            except DamageError as damage:
                raise damage.under(f"[{number}]") from None
        return tuple(found)


class Named(Generic[T]):
    """Values by a word of ours, such as the name of a client generation."""

    def __init__(self, codec: Codec[T]) -> None:
        """What each is."""
        self._codec = codec

    def write(self, value: Mapping[str, T], names: StandIns) -> dict[str, Any]:
        """Each."""
        return {TEXT.write(k, names): self._codec.write(v, names) for k, v in value.items()}

    def read(self, given: object) -> dict[str, T]:
        """Each."""
        if not isinstance(given, dict):
            raise DamageError("not an object")
        if len(given) > MOST_ITEMS:
            raise DamageError(f"more than {MOST_ITEMS} items")
        return {TEXT.read(k): self._codec.read(v) for k, v in given.items()}


class Record(Generic[T]):
    """A named tuple or a dataclass, with a codec for each of its fields.

    `left_out` has the fields that a trace never holds, with the values that they are read as.
    `prepare` makes a record fit to be written where that takes more than its fields one by one.
    """

    def __init__(
        self,
        made: Callable[..., T],
        fields: Mapping[str, Codec[Any]],
        left_out: Mapping[str, Any] | None = None,
        prepare: Callable[[Any, StandIns], Any] | None = None,
    ) -> None:
        """`made` is the type of the record."""
        self.made = made
        self.fields = dict(fields)
        self.left_out = dict(left_out or {})
        self.defaults = defaults_of(made)
        self._needed = {name for name in self.fields if name not in self.defaults}
        self._prepare = prepare

    def write(self, value: T, names: StandIns) -> dict[str, Any]:
        """The fields that differ from their defaults."""
        if self._prepare is not None:
            value = self._prepare(value, names)
        written = {}
        for name, codec in self.fields.items():
            given = getattr(value, name)
            if name not in self.defaults or given != self.defaults[name]:
                written[name] = codec.write(given, names)
        return written

    def read(self, given: object) -> T:
        """The record; unknown names are ignored, since a later version may add some."""
        values = self.read_fields(given)
        missing = self._needed - values.keys()
        if missing:
            raise DamageError("missing", min(missing))
        return self.made(**self.left_out, **values)

    def read_fields(self, given: object) -> dict[str, Any]:
        """The fields that are there."""
        if not isinstance(given, dict):
            raise DamageError("not an object")
        values = {}
        for name, item in given.items():
            codec = self.fields.get(name)
            if codec is None:
                continue
            try:
                values[name] = codec.read(item)
            except DamageError as damage:
                raise damage.under(name) from None
        return values


def by_length(text: str) -> str:
    """How long a text is, in place of a text that may be anything."""
    return text if not text or _BY_LENGTH.fullmatch(text) else f"<{len(text)} characters>"


def defaults_of(made: Any) -> dict[str, Any]:  # noqa: ANN401 - a dataclass or a named tuple
    """The defaults of a record's type."""
    if not is_dataclass(made):
        return dict(made._field_defaults)
    found = {f.name: f.default for f in fields(made) if f.default is not MISSING}
    made_later = {f.name: f.default_factory for f in fields(made)}
    return found | {n: make() for n, make in made_later.items() if make is not MISSING}


TEXT: Final = Text()
LABEL: Final = Text(400)
FLAG: Final = _Flag()
WHOLE: Final = _Whole()
REAL: Final = _Real()
MOMENT: Final = _Moment()
