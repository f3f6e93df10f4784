"""Copies of the client that no shell starts: of editors, of the desktop app, of the Windows side.

Found without running them. Source of the places: reports of openai/codex (`openai.chatgpt-*` of
editors, `packages/standalone`), and the package layouts of Homebrew and npm.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_EDITORS: Final = (
    (".vscode", "VS Code"),
    (".vscode-insiders", "VS Code Insiders"),
    (".vscode-server", "VS Code, from afar"),
    (".cursor", "Cursor"),
    (".cursor-server", "Cursor, from afar"),
    (".windsurf", "Windsurf"),
    (".windsurf-server", "Windsurf, from afar"),
)
_IN_HOME: Final = (
    (".codex/packages/standalone/current/codex", "standalone package"),
    (".codex/packages/standalone/current/bin/codex", "standalone package"),
    ("Applications/Codex.app/Contents/Resources/codex", "the desktop app"),
)
_OF_THE_MACHINE: Final = (
    ("Applications/Codex.app/Contents/Resources/codex", "the desktop app"),
    ("opt/homebrew/bin/codex", "Homebrew"),
    ("home/linuxbrew/.linuxbrew/bin/codex", "Homebrew"),
    ("usr/local/Caskroom/codex/*/codex*", "Homebrew"),
    ("mnt/c/Users/*/AppData/Local/OpenAI/Codex/bin/codex.exe", "the Windows side"),
    (
        "mnt/c/Users/*/AppData/Roaming/npm/node_modules/@openai/codex/bin/codex.js",
        "the Windows side, npm",
    ),
)
_EXTENSION: Final = re.compile(r"openai\.chatgpt-(\d+(?:\.\d+){1,3})")


class OtherCopy(NamedTuple):
    """A program, who starts it, and the home that it uses where nobody names another."""

    path: Path
    starter: str
    home: str = "~/.codex"


def find_other_copies(user: str | None, root: Path) -> Iterator[OtherCopy]:
    """Find the copies of editors, of packages and of the Windows side, in a fixed order.

    Args:
        user: The home directory of the user.
        root: The directory below which the programs of the machine lie.
    """
    if user and "\0" not in user and Path(user).is_absolute():
        for folder, editor in _EDITORS:
            for path in _matching(Path(user, folder), "extensions/openai.chatgpt-*/bin/*/codex*"):
                found = _EXTENSION.search(str(path))
                version = f", extension {found[1]}" if found else ""
                yield OtherCopy(path, f"{editor}{version}")
        for pattern, starter in _IN_HOME:
            for path in _matching(Path(user), pattern):
                yield OtherCopy(path, starter)
    for pattern, starter in _OF_THE_MACHINE:
        for path in _matching(root, pattern):
            windows = re.search(r"mnt/c/Users/([^/]+)/", str(path))
            home = f"C:\\Users\\{windows[1]}\\.codex" if windows else "~/.codex"
            yield OtherCopy(path, starter, home)


def _matching(folder: Path, pattern: str) -> Iterator[Path]:
    try:
        yield from (path for path in sorted(folder.glob(pattern)) if path.is_file())
    except OSError:
        return
