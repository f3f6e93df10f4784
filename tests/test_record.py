"""The quick `NamedTuple` behaves as the one of `typing`, which a type checker takes it for."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import TYPE_CHECKING, Any

import pytest

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Quick(NamedTuple):
    a: int
    b: str = "two"

    @property
    def both(self) -> str:
        return f"{self.a}{self.b}"


class Usual(typing.NamedTuple):
    a: int
    b: str = "two"

    @property
    def both(self) -> str:
        return f"{self.a}{self.b}"


@pytest.mark.parametrize(
    "use",
    [
        lambda made: tuple(made(1)),
        lambda made: tuple(made(b="x", a=1)),
        lambda made: made(1, "x").both,
        lambda made: made(1) == (1, "two") == made(1, "two"),
        lambda made: hash(made(1)),
        lambda made: made._fields,
        lambda made: made._field_defaults,
        lambda made: made.__match_args__,
        lambda made: made(1)._asdict(),
        lambda made: tuple(made(1)._replace(b="y")),
        lambda made: tuple(made._make([3, "z"])),
        lambda made: repr(made(1)).removeprefix(made.__name__),
        lambda made: pickle.loads(pickle.dumps(made(1))) == made(1),  # noqa: S301 - just made
        lambda made: type(copy.deepcopy(made(1))) is made,
    ],
)
def test_it_does_what_a_named_tuple_does(use: Callable[[Any], object]) -> None:
    assert use(Quick) == use(Usual)


@pytest.mark.parametrize(
    "misuse",
    [
        lambda made: made(),
        lambda made: made(1, "x", 3),
        lambda made: made(1, c=2),
        lambda made: made(1, "x", b="y"),
        lambda made: setattr(made(1), "a", 2),
        lambda made: setattr(made(1), "c", 2),
        lambda made: made(1)._replace(c=2),
    ],
)
def test_it_refuses_what_a_named_tuple_refuses(misuse: Callable[[Any], object]) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError)):
        misuse(Usual)
    with pytest.raises((TypeError, ValueError, AttributeError)):
        misuse(Quick)


def test_its_values_are_matched_by_place() -> None:
    match Quick(1):
        case Quick(a, b):
            assert (a, b) == (1, "two")
