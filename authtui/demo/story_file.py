"""Read stories from their files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from authtui.demo.story import Cause, Gateway, Guess, Step, Story

FOLDER: Final = Path(__file__).with_name("stories")


def read_names(folder: Path = FOLDER) -> tuple[str, ...]:
    """The names of the stories in a folder, in the order of the menu."""
    found = []
    for path in folder.glob("*.toml"):
        try:
            order = tomllib.loads(path.read_text(encoding="utf-8")).get("order")
        except (OSError, ValueError):
            order = None
        known = isinstance(order, int) and order > 0
        found.append((order if known else 1_000, path.stem))
    return tuple(name for _, name in sorted(found))


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
    from authtui.demo.backend.faults import Fault
    from authtui.demo.story_rules import problem_of

    problem = problem_of(tree)
    if problem is not None:
        return f"the story {name}: {problem}"
    given = dict(tree)
    steps = tuple(_step(table) for table in given.pop("steps"))
    environment = tuple(given.pop("environment", {}).items())
    record = tuple(given.pop("record", {}).items())
    faults = tuple(Fault(**fault) for fault in given.pop("faults", []))
    guess, gateway = given.pop("guess", None), given.pop("gateway", None)
    return Story(
        name=name,
        steps=steps,
        environment=environment,
        record=record,
        faults=faults,
        guess=None if guess is None else _guess(guess),
        gateway=None if gateway is None else Gateway(**gateway),
        **given,
    )


def _step(table: dict[str, Any]) -> Step:
    given: dict[str, Any] = {**table, "answered": tuple(table.get("answered", ()))}
    return Step(**given)


def _guess(table: dict[str, Any]) -> Guess:
    return Guess(table["question"], tuple(Cause(**cause) for cause in table["causes"]))
