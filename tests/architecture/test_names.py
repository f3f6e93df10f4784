"""A name stands for one thing, and what is called an error is one."""

from __future__ import annotations

import ast
from collections import defaultdict

from tests.architecture.test_rooms import PACKAGE, SOURCES

CLASSES = [
    (node, path.relative_to(PACKAGE))
    for path in SOURCES
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.ClassDef)
]


def bases(node: ast.ClassDef) -> set[str]:
    return {base.id for base in node.bases if isinstance(base, ast.Name)}


def test_every_class_name_stands_for_one_thing() -> None:
    places = defaultdict(list)
    for node, path in CLASSES:
        places[node.name].append(f"{path}:{node.lineno}")
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_an_error_is_an_exception_and_an_exception_is_an_error_of_ours() -> None:
    built_in = {"Exception", "BaseException", "ValueError", "RuntimeError", "OSError", "TypeError"}
    errors = {node.name: bases(node) for node, _ in CLASSES if node.name.endswith("Error")}
    ours = {"AuthtuiError"}
    while found := {name for name, parents in errors.items() if parents & ours} - ours:
        ours |= found
    assert set(errors) == ours
    raised = {node.name for node, _ in CLASSES if bases(node) & (built_in | ours)}
    assert raised == ours


def test_a_docstring_says_more_than_a_name_could() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno} {said}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and (said := ast.get_docstring(node)) is not None
        and len(said.split()) <= 3
    ]
    assert found == []
