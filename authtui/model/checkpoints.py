"""States remembered at intervals, so that a past one is folded from near by, not from the start."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from authtui.model.state import AuthState


class Checkpoints:
    """The state after every so many events, by the number of the last of them.

    Args:
        every: How many events lie between two checkpoints.
        most: How many are kept; beyond that every second one is dropped, and `every` doubles.
    """

    def __init__(self, every: int, most: int = 1_000) -> None:
        self.every = every
        self._most = most
        self._numbers: list[int] = []
        self._states: list[AuthState] = []
        self._light = 0

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._numbers)

    def note(self, number: int, state: AuthState) -> bool:
        """Remember the state after event `number` if it is time to; whether it was."""
        if self._numbers and number - self._numbers[-1] < self.every:
            return False
        if not self._numbers and number < self.every:
            return False
        self._numbers.append(number)
        self._states.append(state)
        if len(self._numbers) > self._most:
            self.every *= 2
            del self._numbers[::2], self._states[::2]
            self._light //= 2
        return True

    def before(self, number: int) -> tuple[int, AuthState] | None:
        """The newest one that is not after event `number`."""
        place = bisect_right(self._numbers, number) - 1
        return None if place < 0 else (self._numbers[place], self._states[place])

    def forget_before(self, number: int) -> None:
        """Drop those that are older than event `number`."""
        if self._numbers and self._numbers[0] < number:
            place = bisect_right(self._numbers, number - 1)
            del self._numbers[:place], self._states[:place]
            self._light = max(0, self._light - place)

    def lighten_before(self, number: int) -> None:
        """Take headers and bodies out of the states that are older than event `number`."""
        while self._light < len(self._numbers) and self._numbers[self._light] < number:
            self._states[self._light] = self._states[self._light].without_details()
            self._light += 1
