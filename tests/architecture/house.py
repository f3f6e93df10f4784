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
    said = first_words(path if path.exists() else PACKAGE / f"{room}.py")
    return said.partition(". ")[0].rstrip(".")


def first_words(path: Path) -> str:
    """The first paragraph that a file says of itself."""
    source = path.read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").split("\n\n")[0].replace("\n", " ")


def files_as_markdown() -> str:
    """Every file of every room with its first words, in the order of the floors."""
    rooms = [room for floor in floors() for room in floor if (PACKAGE / room).is_dir()]
    rows = []
    for room in rooms:
        rows += ["", f"**{room}**", ""]
        for path in sorted((PACKAGE / room).rglob("*.py")):
            if path.name != "__init__.py":
                name = path.relative_to(PACKAGE / room).with_suffix("")
                rows.append(f"- `{name.as_posix()}`: {first_words(path)}")
    return "\n".join(rows[1:])


def as_markdown() -> str:
    """One row a room; those beside each other on a floor are joined by a line."""
    rows = []
    for floor in floors():
        for number, room in enumerate(floor):
            beside = len(floor) > 1
            edge = {0: "┌", len(floor) - 1: "└"}.get(number, "│") if beside else " "
            rows.append(f" {edge} {room:<13} {words_of(room)}".rstrip())
    return "\n".join(["```", *rows, "```"])
