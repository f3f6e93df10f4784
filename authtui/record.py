"""`NamedTuple` as `typing` has it, made ten times faster to define.

Nearly every value that `authtui check` handles is a named tuple. Defining one with
`typing.NamedTuple` compiles a constructor from text and turns each annotation into an object:
0.3 ms a class, 25 ms for all of ours, a quarter of the command's life. This one does neither. To a
type checker it *is* `typing.NamedTuple`; at run time it has the same interface as far as the
project uses it. A metaclass does it because a type checker understands no other spelling;
tests/test_record.py holds the two side by side.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NamedTuple as NamedTuple
    from typing import Self
else:

    class _Record(tuple):
        __slots__ = ()
        _fields = ()
        _field_defaults = {}  # noqa: RUF012 - replaced by each class, changed by none

        def __new__(cls, *values: object, **named: object) -> Self:
            """Values by place or by name; what is left out takes its default."""
            fields = cls._fields
            if named or len(values) != len(fields):
                values = cls._complete(values, named)
            return tuple.__new__(cls, values)

        @classmethod
        def _complete(
            cls, values: tuple[object, ...], named: dict[str, object]
        ) -> tuple[object, ...]:
            fields, defaults = cls._fields, cls._field_defaults
            if len(values) > len(fields):
                raise TypeError(f"{cls.__name__} takes {len(fields)} values, {len(values)} given")
            rest = []
            for name in fields[len(values) :]:
                if name in named:
                    rest.append(named.pop(name))
                elif name in defaults:
                    rest.append(defaults[name])
                else:
                    raise TypeError(f"{cls.__name__} needs a value for {name}")
            if named:
                raise TypeError(f"{cls.__name__} takes no {', '.join(named)}")
            return (*values, *rest)

        @classmethod
        def _make(cls, values: Iterable[object]) -> Self:
            """From an iterable of values."""
            return cls(*values)

        def _replace(self, /, **changes: object) -> Self:
            """A copy with some fields changed."""
            made = type(self)(*map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"{type(self).__name__} has no {', '.join(changes)}")
            return made

        def _asdict(self) -> dict[str, object]:
            """The fields by name."""
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            inside = ", ".join(f"{n}={v!r}" for n, v in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({inside})"

        def __getnewargs__(self) -> tuple[object, ...]:
            """For copying and pickling."""
            return tuple(self)

    class _Definer(type):
        def __new__(mcs, name: str, bases: tuple[type, ...], body: dict[str, object]) -> type:
            """Turn the annotations of a class body into fields."""
            if bases == ():
                return super().__new__(mcs, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body.pop(field) for field in fields if field in body}
            for place, field in enumerate(fields):
                body[field] = property(itemgetter(place))
            body["_fields"] = body["__match_args__"] = fields
            body["_field_defaults"] = defaults
            body["__slots__"] = ()
            return type(name, (_Record,), body)

    class NamedTuple(metaclass=_Definer):
        """A tuple with named fields, defined as with `typing.NamedTuple`."""


__all__ = ["NamedTuple"]
