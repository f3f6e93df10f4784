"""No files import each other in a circle: what one rests on stands below it.

An import for the type checker alone counts as any other: who reads a file reads its types too.
Two files may name each other where they are two halves of one thing in one room; a circle of
three is a knot, and so is any circle through a room's wall.
"""

from __future__ import annotations

import ast

from tests.architecture.test_rooms import ROOT, SOURCES

LONGEST_FILE = 800
LARGEST_CIRCLE = 2
ROOMS_WITHOUT_CIRCLES = ("tui",)

FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): (
        path.read_text(encoding="utf-8")
    )
    for path in SOURCES
}


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


def reached_from(module: str, graph: dict[str, set[str]]) -> set[str]:
    """Give every module that `module` imports, itself or through others."""
    reached: set[str] = set()
    waiting = list(graph[module])
    while waiting:
        if (found := waiting.pop()) not in reached:
            reached.add(found)
            waiting += graph[found]
    return reached


def circles_in(files: dict[str, str]) -> list[list[str]]:
    """Give the modules of each circle, sorted: those that reach one another."""
    graph = imports_of(files)
    reached = {module: reached_from(module, graph) for module in graph}
    circles = {
        tuple(sorted(other for other in found if module in reached[other]))
        for module, found in reached.items()
        if module in found
    }
    return sorted(map(list, circles))


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def test_a_circle_is_at_most_two_files_of_one_room() -> None:
    circles = circles_in(FILES)
    assert [ring for ring in circles if len(ring) > LARGEST_CIRCLE] == []
    assert [ring for ring in circles if len({room_of(module) for module in ring}) > 1] == []
    assert [ring for ring in circles if room_of(ring[0]) in ROOMS_WITHOUT_CIRCLES] == []


def test_no_import_is_relative() -> None:
    found = [
        f"{module}:{node.lineno}"
        for module, source in FILES.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert found == []


def test_no_file_is_too_long_to_be_one_thing() -> None:
    assert {
        m: count for m, text in FILES.items() if (count := text.count("\n")) > LONGEST_FILE
    } == {}


def test_an_import_for_types_alone_and_one_inside_a_function_close_a_circle() -> None:
    files = {
        "room.a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from room.b import B\n",
        "room.b": "def late() -> None:\n    from room import c\n",
        "room.c": "import room.a\n",
        "room.d": "import room.a\n",
    }
    assert circles_in(files) == [["room.a", "room.b", "room.c"]]
    files["room.c"] = ""
    assert circles_in(files) == []
