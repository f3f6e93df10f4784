"""No files import each other in a circle: what one rests on stands below it.

An import for the type checker alone counts as any other: who reads a file reads its types too.
"""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS_WITHOUT_CIRCLES = ("tui",)


def imports_of(files: dict[str, str]) -> dict[str, set[str]]:
    """Give what each module imports of the others; `files` are sources by module name."""
    graph: dict[str, set[str]] = {}
    for module, source in files.items():
        found: set[str] = set()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    found.add(inner if inner in files else node.module)
        graph[module] = (found & files.keys()) - {module}
    return graph


def circle_in(files: dict[str, str]) -> list[str]:
    """Give the modules of one circle in order, its first again at the end; none where none is."""
    try:
        TopologicalSorter(imports_of(files)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("room", ROOMS_WITHOUT_CIRCLES)
def test_no_files_of_a_room_import_each_other_in_a_circle(room: str) -> None:
    paths = sorted((ROOT / "authtui" / room).rglob("*.py"))
    assert paths
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): (
            path.read_text(encoding="utf-8")
        )
        for path in paths
    }
    assert circle_in(files) == []


def test_an_import_for_types_alone_and_one_inside_a_function_close_a_circle() -> None:
    files = {
        "room.a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from room.b import B\n",
        "room.b": "def late() -> None:\n    from room import c\n",
        "room.c": "import room.a\n",
    }
    found = circle_in(files)
    assert found[0] == found[-1]
    assert set(found) == set(files)
    files["room.c"] = ""
    assert circle_in(files) == []
