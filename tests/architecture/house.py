"""The house of rooms as a picture: floors from the import plan, words from the rooms themselves."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "authtui"


def floors() -> list[list[str]]:
    """The rooms of each floor, top floor first: the layers that `lint-imports` holds them to."""
    plan = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = plan["tool"]["importlinter"]["contracts"]
    [layers] = [c["layers"] for c in contracts if c["id"] == "floors"]
    found = [[room.strip(" ()") for room in layer.split("|")] for layer in layers]
    return [floor for floor in found if floor != ["__main__"]]


def words_of(room: str) -> str:
    """The first sentence that a room says of itself."""
    path = PACKAGE / room / "__init__.py"
    source = (path if path.exists() else PACKAGE / f"{room}.py").read_text(encoding="utf-8")
    said = (ast.get_docstring(ast.parse(source)) or "").split("\n\n")[0].replace("\n", " ")
    return said.partition(". ")[0].rstrip(".")


def as_markdown() -> str:
    """One row a room; those beside each other on a floor are joined by a line."""
    rows = []
    for floor in floors():
        for number, room in enumerate(floor):
            beside = len(floor) > 1
            edge = {0: "┌", len(floor) - 1: "└"}.get(number, "│") if beside else " "
            rows.append(f" {edge} {room:<13} {words_of(room)}".rstrip())
    return "\n".join(["```", *rows, "```"])
