"""Where a variable comes from: a line of a file, and a program that had it before."""

from __future__ import annotations

from typing import Literal

from authtui.record import NamedTuple

LineKind = Literal[
    "shell", "unexported", "alias", "dotenv", "direnv", "mise", "compose", "devcontainer",
    "systemd", "editor", "session",
]  # fmt: skip
"""What reads the line; of an `unexported` one and of a `dotenv` no started program learns."""


class VariableLine(NamedTuple):
    """A line that sets a variable; `mark` is a digest of the value, None where it is computed."""

    name: str
    file: str
    line: int
    kind: LineKind
    mark: bytes | None = None

    @property
    def where(self) -> str:
        """The place as messages show it: `~/.zshrc:12`."""
        return f"{self.file}:{self.line}"


class VariableHolder(NamedTuple):
    """The oldest program above this one that was started with a variable of the same value.

    Without a `pid` the shell above this program has set it itself, by a file of its own or by hand.
    """

    name: str
    program: str
    pid: int | None = None
