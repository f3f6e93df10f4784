"""The command line as data, read off its parsers: completions and the man page are made of it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final, Literal

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Kind = Literal["none", "file", "directory", "command", "words", "other"]
"""What stands for a value: nothing is taken, a path, a program, one of some words, anything."""
_BY_METAVAR: Final[dict[str, Kind]] = {
    "FILE": "file",
    "FILE|URL": "file",
    "PATH": "file",
    "DIR": "directory",
    "COMMAND": "command",
}


class Value(NamedTuple):
    """What an option or an argument takes: its name in the help, and what can be offered."""

    name: str = ""
    kind: Kind = "none"
    words: tuple[str, ...] = ()
    many: bool = False
    optional: bool = False


class Option(NamedTuple):
    """An option: its spellings, its help in plain words, and its value."""

    flags: tuple[str, ...]
    help: str
    value: Value


class Command(NamedTuple):
    """A command with its options and arguments; the program itself has the name ''."""

    name: str
    help: str
    options: tuple[Option, ...]
    arguments: tuple[tuple[Value, str], ...] = ()
    commands: tuple[Command, ...] = ()
    epilog: str = ""


def command_tree(parser: argparse.ArgumentParser) -> Command:
    """The program of a parser that has every command's options."""
    # argparse has no public list of options and commands. The private names are held by
    # tests/architecture/test_borrowed_parts.py, what is made of them by test_completion.py.
    commands: list[Command] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            told = {entry.dest: entry.help or "" for entry in action._choices_actions}
            commands = [
                _command(name, told.get(name, ""), sub) for name, sub in action.choices.items()
            ]
    whole = _command("", parser.description or "", parser)
    return whole._replace(commands=tuple(commands))


def _command(name: str, text: str, parser: argparse.ArgumentParser) -> Command:
    options, arguments = [], []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction) or action.help == argparse.SUPPRESS:
            continue
        told = (action.help or "") % {**vars(action), "prog": "authtui"}
        if action.option_strings:
            options.append(Option(tuple(action.option_strings), told, _value(action)))
        else:
            arguments.append((_value(action), told))
    return Command(name, text, tuple(options), tuple(arguments), epilog=parser.epilog or "")


def _value(action: argparse.Action) -> Value:
    if action.nargs == 0:
        return Value()
    many = action.nargs in ("*", "+", argparse.REMAINDER)
    optional = action.nargs in ("*", "?")
    words = tuple(map(str, action.choices or ())) or _known_words(action.dest)
    name = action.metavar if isinstance(action.metavar, str) else ""
    name = name or "|".join(words) or action.dest
    kind = "words" if words else _BY_METAVAR.get(name.rstrip("…."), "other")
    return Value(name, kind, words, many, optional)


def _known_words(dest: str) -> tuple[str, ...]:
    """The words that a parser does not list because it takes others too, or learns them late."""
    known: dict[str, Callable[[], Iterator[str]]] = {
        "contract": _contracts,
        "explain": _checks,
        "story": _stories,
    }
    return tuple(known[dest]()) if dest in known else ()


def _contracts() -> Iterator[str]:
    from authtui.contracts import GENERATIONS

    yield "auto"
    yield from GENERATIONS


def _checks() -> Iterator[str]:
    from authtui.checks.all_checks import REGISTER

    yield from sorted(entry.id for entry in REGISTER)


def _stories() -> Iterator[str]:
    # Without the module that plays them, and the server that it needs.
    from importlib.resources import files

    folder = files("authtui") / "demo" / "stories"
    yield from sorted(e.name.removesuffix(".toml") for e in folder.iterdir() if ".toml" in e.name)
