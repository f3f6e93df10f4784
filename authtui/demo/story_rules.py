"""What a story file may say. A mistake becomes one sentence that names it."""

from __future__ import annotations

from typing import Any, Final, get_args

from authtui.answers.findings import SURFACES, Kind, Light
from authtui.contracts import find
from authtui.demo.backend.faults import ENDPOINTS, Fault, FaultError, checked
from authtui.demo.backend.logins import LOGINS
from authtui.demo.story import CHANGES, NONE, WANT_NAME, WANT_VALUE
from authtui.lifecycle.preview import ACTIONS

KINDS: Final = (
    "another-source-won",
    "record-not-what-it-seems",
    "request-went-elsewhere",
    "answer-not-from-auth-server",
)
"""The four sentences; `ready` is what a story ends with."""
PANES: Final = ("sources", "claims", "checks", "matrix", "requests", "events", "verdict")
LOOK: Final = "look"
FINISH: Final = "finish"
DEEDS: Final = (*ACTIONS, *CHANGES, LOOK, FINISH)

_STORY: Final[dict[str, type]] = {
    "title": str,
    "about": str,
    "order": int,
    "teaches": str,
    "typed": str,
    "guess": dict,
    "contract": str,
    "surface": str,
    "login": str,
    "environment": dict,
    "config": str,
    "expires_in": int,
    "staging": bool,
    "record": dict,
    "mode": str,
    "clock": int,
    "gateway": dict,
    "faults": list,
    "steps": list,
}
_STEP: Final[dict[str, type]] = {
    "do": str,
    "says": str,
    "title": str,
    "name": str,
    "value": str,
    "program": str,
    "after": int,
    "begins": bool,
    "symptom": bool,
    "pane": str,
    "row": str,
    "label": str,
    "as_of": str,
    "fix": bool,
    "command": str,
    "preview": bool,
    "done": bool,
    "accepted": str,
    "status": int,
    "authorization": str,
    "answered": list,
    "verdict": str,
    "client": str,
}
_GUESS: Final[dict[str, type]] = {"question": str, "causes": list}
_CAUSE: Final[dict[str, type]] = {"text": str, "answer": str, "right": bool}
_GATEWAY: Final[dict[str, type]] = {"issuer": str, "stale": str}
_FAULT: Final[dict[str, type]] = {"endpoint": str, "kind": str, "value": object, "times": int}
_MOST_CAUSES: Final = 4
_TYPES: Final = {str: "string", bool: "true or false", int: "number", list: "list", dict: "table"}


def problem_of(tree: dict[str, Any]) -> str | None:
    """The first mistake in a parsed story file, None where there is none."""
    problem = _mistyped(tree, _STORY, ("title", "about", "login", "steps"))
    if problem is not None:
        return problem
    if tree["login"] not in (*LOGINS, NONE):
        return f"login {tree['login']!r} is not one of {', '.join((*LOGINS, NONE))}"
    if find(tree.get("contract", "current")) is None:
        return f"contract {tree['contract']!r} is unknown"
    if tree.get("surface", "exec") not in SURFACES:
        return f"surface {tree['surface']!r} is not one of {', '.join(SURFACES)}"
    if tree.get("teaches", KINDS[0]) not in KINDS:
        return f"teaches {tree['teaches']!r} is not one of {', '.join(KINDS)}"
    if not _octal(tree.get("mode", "0600")):
        return f"mode {tree['mode']!r} is not like 0600"
    for name in ("environment", "record"):
        if not all(isinstance(value, str) for value in tree.get(name, {}).values()):
            what = "variable" if name == "environment" else "field"
            return f"a {what} of {name} is not a string"
    return (
        _guess_problem(tree.get("guess"))
        or _table_problem("gateway", tree.get("gateway"), _GATEWAY)
        or next(filter(None, map(_fault_problem, tree.get("faults", []))), None)
        or _steps_problem(tree["steps"])
    )


def _octal(text: str) -> bool:
    return len(text) == 4 and all(digit in "01234567" for digit in text)


def _table_problem(name: str, table: object, known: dict[str, type]) -> str | None:
    if table is None:
        return None
    if not isinstance(table, dict):
        return f"{name} is not a table"
    problem = _mistyped(table, known, tuple(key for key in known if key != "right"))
    return None if problem is None else f"{name}: {problem}"


def _guess_problem(guess: dict[str, Any] | None) -> str | None:
    problem = _table_problem("guess", guess, _GUESS)
    if problem is not None or guess is None:
        return problem
    for cause in guess["causes"]:
        problem = _table_problem("a cause of the guess", cause, _CAUSE)
        if problem is not None:
            return problem
    if not 2 <= len(guess["causes"]) <= _MOST_CAUSES:
        return f"guess: 2 to {_MOST_CAUSES} causes can be chosen from"
    if sum(bool(cause.get("right")) for cause in guess["causes"]) != 1:
        return "guess: exactly one cause is right"
    return None


def _steps_problem(steps: list[Any]) -> str | None:
    labels: set[str] = set()
    for number, step in enumerate(steps, 1):
        problem = _step_problem(step)
        if problem is None and step.get("as_of", "") and step["as_of"] not in labels:
            problem = f"as_of names {step['as_of']!r}, which no step before has as its label"
        if problem is not None:
            return f"step {number}: {problem}"
        labels.add(step.get("label", ""))
    if not any(step["do"] == "assert" for step in steps):
        return "no step is an assert, so it cannot end green"
    return None


def _step_problem(step: object) -> str | None:
    if not isinstance(step, dict):
        return "is not a table"
    problem = _mistyped(step, _STEP, ("do",))
    if problem is not None:
        return problem
    deed = step["do"]
    if deed not in DEEDS:
        return f"do = {deed!r} is not one of {', '.join(DEEDS)}"
    if deed in WANT_NAME and not step.get("name"):
        return f"{deed} wants the name of a variable"
    if deed in WANT_VALUE and "value" not in step:
        return f"{deed} wants a value"
    if deed == "clock" and not step["value"].lstrip("-").isdigit():
        return "clock wants a value of whole seconds"
    if step.get("accepted", "grey") not in get_args(Light):
        return f"accepted = {step['accepted']!r} is not one of {', '.join(get_args(Light))}"
    if step.get("verdict", "ready") not in get_args(Kind):
        return f"verdict = {step['verdict']!r} is not a kind of verdict"
    if step.get("pane", PANES[0]) not in PANES:
        return f"pane = {step['pane']!r} is not one of {', '.join(PANES)}"
    if not all(endpoint in ENDPOINTS for endpoint in step.get("answered", [])):
        return f"answered is not a list of {', '.join(ENDPOINTS)}"
    return None


def _fault_problem(fault: object) -> str | None:
    if not isinstance(fault, dict):
        return "faults: one is not a table"
    problem = _mistyped(fault, _FAULT, ("endpoint", "kind"))
    if problem is not None:
        return f"faults: {problem}"
    try:
        checked(Fault(**fault))
    except FaultError as error:
        return f"faults: {error}"
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
