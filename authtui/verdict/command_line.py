"""The client's command line, as far as it has to be understood to put options into it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.answers.findings import Surface

_CLIENT_NAMES: Final = ("codex", "codex.exe", "codex.cmd", "codex.js")


def is_client(command: Sequence[str]) -> bool:
    """Whether the command is the client itself, by its file's name."""
    return bool(command) and PurePath(command[0]).name.lower() in _CLIENT_NAMES


def subcommand_of(command: Sequence[str]) -> str | None:
    """The client's subcommand: the first word that is no option and no option's value."""
    place = _place_of_subcommand(command)
    return None if place is None else command[place]


def surface_of(command: Sequence[str]) -> Surface | None:
    """Which program start a command line is; None for one that is not predicted."""
    if not is_client(command):
        return None
    name = subcommand_of(command)
    if name in ("exec", "e"):
        return "exec"
    if name == "login":
        return "login-status" if "status" in command else None
    return "tui" if name in (None, "resume", "fork") else None


def nearest_surface(command: Sequence[str]) -> Surface:
    """Which program start a command of the client reads its variables like."""
    name = subcommand_of(command)
    if name in ("exec", "e", "review"):
        return "exec"
    return "login-status" if name == "login" else "tui"


def place_of_options(command: Sequence[str]) -> int:
    """Where options of ours stand: in front, or before the command line's own `-c`.

    Clients up to 0.142 forget what stands before the subcommand when there is a `-c` behind it,
    and of two the later wins: ours may not hide one of the user's.
    """
    subcommand = _place_of_subcommand(command)
    if subcommand is not None:
        for place in range(subcommand + 1, len(command)):
            if command[place] == "--":
                break
            if command[place] in ("-c", "--config") or command[place].startswith("--config="):
                return place
    return 1


def _place_of_subcommand(command: Sequence[str]) -> int | None:
    place = 1
    while place < len(command):
        word = command[place]
        if not word.startswith("-"):
            return place if word in _SUBCOMMANDS else None
        place += 2 if word in _WITH_VALUE else 1
    return None


_WITH_VALUE: Final = frozenset(
    [
        "-c", "--config", "-m", "--model", "-p", "--profile", "-C", "--cd", "-s", "--sandbox", "-a",
        "--ask-for-approval", "-i", "--image", "--enable", "--disable", "--add-dir", "--remote",
        "--local-provider",
    ]
)  # fmt: skip
_SUBCOMMANDS: Final = frozenset(
    [
        "exec", "e", "review", "login", "logout", "mcp", "mcp-server", "app-server", "apply", "a",
        "resume", "fork", "cloud", "doctor", "features", "completion", "sandbox", "debug", "plugin",
        "remote-control", "exec-server",
    ]
)  # fmt: skip


def sets_itself(command: Sequence[str], key: str) -> bool:
    """Whether the command line sets a key of config.toml by `-c` or `--config`."""
    for before, word in pairwise(command):
        text = word.removeprefix("--config=")
        if (before in ("-c", "--config") or text != word) and text.startswith(f"{key}="):
            return True
    return False
