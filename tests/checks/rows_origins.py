"""States for the checks of where variables come from: check, state, status, words in it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.checks.build import KEY, OTHER_KEY, State, chatgpt

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.machine.observation import Observation


def _file(name: str, text: str) -> State:
    def prepare(home: Path) -> None:
        (home.parent / name).write_text(text, "utf-8")

    return State(prepare=prepare)


_EXPORTED = _file(".zshrc", f"# keys\nexport CODEX_API_KEY={KEY}\n")
_HERE = {"CODEX_API_KEY": KEY}


def _of_ada(seen: Observation) -> Observation:
    return seen._replace(home=seen.home._replace(owner="ada", chosen_by="option"))


def _copied(home: Path) -> None:
    shutil.copytree(home, home.parent / ".codex-copy")


ROWS: list[tuple[str, State, str | None, str]] = [
    ("variable.origin", _EXPORTED._replace(env=_HERE), "pass", "the same value as ~/.zshrc:2"),
    ("variable.origin", _EXPORTED, None, ""),
    ("variable.stale", _EXPORTED._replace(env={"CODEX_API_KEY": OTHER_KEY}), "warn", ".zshrc:2"),
    ("variable.stale", _EXPORTED._replace(env=_HERE), "pass", "~/.zshrc:2 sets"),
    (
        "variable.stale",
        _file(".zshrc", "export CODEX_API_KEY=$(pass codex)\n")._replace(env=_HERE),
        None,
        "",
    ),
    ("variable.stale", State(env=_HERE), None, ""),
    (
        "variable.only_in_file",
        _file(".env", f"CODEX_API_KEY={KEY}\n"),
        "warn",
        "~/.env:1 sets CODEX_API_KEY, which this process does not have",
    ),
    (
        "variable.only_in_file",
        _file(".env", f"CODEX_API_KEY={KEY}\n")._replace(auth=chatgpt()),
        "pass",
        "does not see it",
    ),
    ("variable.only_in_file", _EXPORTED._replace(env=_HERE), None, ""),
    ("home.another_user", State(env=_HERE, change=_of_ada), "warn", "belongs to ada"),
    ("home.another_user", State(change=_of_ada), "pass", "left out"),
    ("home.another_user", State(env=_HERE), None, ""),
    ("refresh.copies", State(chatgpt(), prepare=_copied), "warn", "~/.codex-copy/auth.json holds"),
    ("refresh.copies", State(chatgpt()), "pass", "no other home"),
    ("refresh.copies", State(), None, ""),
]
