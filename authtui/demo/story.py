"""Stories as data: a login to start with, steps, and what each step has to come to.

A story is one TOML file in the folder `stories` beside this module; its name is the file's.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from authtui.checks.findings import SURFACES
from authtui.contracts import find
from authtui.demo.backend.faults import ENDPOINTS, Fault, FaultError, checked
from authtui.demo.backend.guide import LOGINS, Login
from authtui.lifecycle.transitions import ACTIONS
from authtui.record import NamedTuple

FOLDER: Final = Path(__file__).with_name("stories")
CHANGES: Final = ("set", "unset")
LIGHTS: Final = ("grey", "green", "amber", "red")

_STORY: Final[dict[str, type]] = {
    "title": str,
    "about": str,
    "contract": str,
    "surface": str,
    "login": str,
    "agent_feature": bool,
    "environment": dict,
    "faults": list,
    "steps": list,
}
_STEP: Final[dict[str, type]] = {
    "do": str,
    "says": str,
    "name": str,
    "value": str,
    "preview": bool,
    "done": bool,
    "accepted": str,
    "status": int,
    "authorization": str,
    "answered": list,
}
_FAULT: Final[dict[str, type]] = {"endpoint": str, "kind": str, "value": object, "times": int}


class Step(NamedTuple):
    """One step: what is done, what is said to it, and what it has to come to.

    `do` is a transition of the lifecycle, or `set` or `unset` of the variable `name`. `preview`
    tells first what would be sent and changed. Expected where given: `done`, the `accepted`
    lamp, the `status` and `authorization` of the request of an assert, and the endpoints of the
    backend that answered a request with success.
    """

    do: str
    says: str = ""
    name: str = ""
    value: str = ""
    preview: bool = False
    done: bool = True
    accepted: str | None = None
    status: int | None = None
    authorization: str | None = None
    answered: tuple[str, ...] = ()


class Story(NamedTuple):
    """What is on the machine at first, what goes wrong at the backend, and the steps."""

    name: str
    title: str
    about: str
    login: Login
    steps: tuple[Step, ...]
    contract: str = "current"
    surface: str = "exec"
    agent_feature: bool = False
    environment: tuple[tuple[str, str], ...] = ()
    faults: tuple[Fault, ...] = ()


def read_names(folder: Path = FOLDER) -> tuple[str, ...]:
    """The names of the stories in a folder, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def read_story(name: str, folder: Path = FOLDER) -> Story | str:
    """The story of that name, or a sentence that says what is wrong with it."""
    if name not in read_names(folder):
        return f"there is no story {name!r}"
    try:
        tree = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return f"the story {name} cannot be read: {error}"
    return parse_story(name, tree)


def parse_story(name: str, tree: dict[str, Any]) -> Story | str:
    """A story from its parsed file, or a sentence that names the first mistake."""
    problem = _problem(tree)
    if problem is not None:
        return f"the story {name}: {problem}"
    given = dict(tree)
    steps = tuple(_step(table) for table in given.pop("steps"))
    environment = tuple(given.pop("environment", {}).items())
    faults = tuple(Fault(**fault) for fault in given.pop("faults", []))
    return Story(name=name, steps=steps, environment=environment, faults=faults, **given)


def _step(table: dict[str, Any]) -> Step:
    given: dict[str, Any] = {**table, "answered": tuple(table.get("answered", ()))}
    return Step(**given)


def _problem(tree: dict[str, Any]) -> str | None:
    problem = _mistyped(tree, _STORY, ("title", "about", "login", "steps"))
    if problem is not None:
        return problem
    if tree["login"] not in LOGINS:
        return f"login {tree['login']!r} is not one of {', '.join(LOGINS)}"
    if find(tree.get("contract", "current")) is None:
        return f"contract {tree['contract']!r} is unknown"
    if tree.get("surface", "exec") not in SURFACES:
        return f"surface {tree['surface']!r} is not one of {', '.join(SURFACES)}"
    if not all(isinstance(value, str) for value in tree.get("environment", {}).values()):
        return "a variable of environment is not a text"
    for fault in tree.get("faults", []):
        problem = _fault_problem(fault)
        if problem is not None:
            return f"faults: {problem}"
    for number, step in enumerate(tree["steps"], 1):
        problem = _step_problem(step)
        if problem is not None:
            return f"step {number}: {problem}"
    if not any(step["do"] == "assert" for step in tree["steps"]):
        return "no step is an assert, so it cannot end green"
    return None


def _step_problem(step: object) -> str | None:
    if not isinstance(step, dict):
        return "is not a table"
    problem = _mistyped(step, _STEP, ("do",))
    if problem is not None:
        return problem
    if step["do"] not in (*ACTIONS, *CHANGES):
        return f"do = {step['do']!r} is not one of {', '.join((*ACTIONS, *CHANGES))}"
    if step["do"] in CHANGES and not step.get("name"):
        return f"{step['do']} wants the name of a variable"
    if step.get("accepted", "grey") not in LIGHTS:
        return f"accepted = {step['accepted']!r} is not one of {', '.join(LIGHTS)}"
    if not all(endpoint in ENDPOINTS for endpoint in step.get("answered", [])):
        return f"answered is not a list of {', '.join(ENDPOINTS)}"
    return None


def _fault_problem(fault: object) -> str | None:
    if not isinstance(fault, dict):
        return "one is not a table"
    problem = _mistyped(fault, _FAULT, ("endpoint", "kind"))
    if problem is not None:
        return problem
    try:
        checked(Fault(**fault))
    except FaultError as error:
        return str(error)
    return None


def _mistyped(
    tree: dict[str, Any], known: dict[str, type], required: tuple[str, ...]
) -> str | None:
    for key in required:
        if key not in tree:
            return f"{key} is missing"
    for key, value in tree.items():
        wanted = known.get(key)
        if wanted is None:
            return f"{key} is unknown"
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            return f"{key} is not a {_TYPES[wanted]}"
    return None


_TYPES: Final = {str: "text", bool: "true or false", int: "number", list: "list", dict: "table"}
