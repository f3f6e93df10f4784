"""The man page, made of the parsers. `python -m tests.distribution.man_page` writes it anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import authtui
from authtui.cli import parser_with_every_command
from authtui.commands import EXIT_CODES_OF_CHECK
from authtui.commands.command_tree import command_tree
from authtui.commands.help_topics import code_rows

if TYPE_CHECKING:
    from authtui.commands.command_tree import Command, Option, Value

PLACE: Final = Path(authtui.__file__).with_name("authtui.1")


def man_page() -> str:
    """The page in the man macros, the same for the same parsers and version."""
    tree = command_tree(parser_with_every_command())
    common = {option.flags for option in tree.options}
    lines = [
        f'.TH AUTHTUI 1 "" "authtui {authtui.__version__}" "User Commands"',
        ".SH NAME",
        f"authtui \\- {_text(authtui.__doc__.splitlines()[0].partition(': ')[2].rstrip('.'))}",
        ".SH SYNOPSIS",
        ".B authtui",
        ".RI [ options ]",
        *_synopses(tree),
        ".SH DESCRIPTION",
        _text(tree.help),
        ".SH OPTIONS",
        *(line for option in tree.options for line in _option(option)),
        ".SH COMMANDS",
        "The options above, as far as they say which state is looked at, may also stand behind",
        "the name of a command that looks at one.",
    ]
    for command in tree.commands:
        lines += [f".SS authtui {_text(command.name)}", f"{_text(_sentence(command.help))}"]
        for value, told in command.arguments:
            lines += [".TP", f".I {_text(value.name)}", _text(told)]
        own = [o for o in command.options if o.flags not in common]
        lines += [line for option in own for line in _option(option)]
    lines += [".SH EXIT STATUS"]
    for code, told in code_rows(EXIT_CODES_OF_CHECK):
        lines += [".TP", f".B {code}", _text(told)]
    return "\n".join(lines) + "\n"


def _synopses(tree: Command) -> list[str]:
    lines = []
    for command in tree.commands:
        lines += [".br", f".B authtui {_text(command.name)}"]
        lines += [_argument(value) for value, _ in command.arguments]
        lines.append(".RI [ options ]")
    return lines


def _argument(value: Value) -> str:
    name = f"\\fI{_text(value.name)}\\fR{' ...' if value.many else ''}"
    return f"[{name}]" if value.optional else name


def _option(option: Option) -> list[str]:
    flags = ", ".join(f"\\fB{_text(flag)}\\fR" for flag in option.flags)
    return [".TP", f"{flags}{_value(option.value)}", _text(option.help)]


def _value(value: Value) -> str:
    return "" if value.kind == "none" else f" \\fI{_text(value.name)}\\fR"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _text(text: str) -> str:
    """Plain words for roff: no escape, no request at the start of a line, hyphens as typed."""
    plain = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    plain = plain.replace("\u2026", "...").replace("\u00b7", "\\(bu")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


if __name__ == "__main__":
    PLACE.write_text(man_page(), encoding="utf-8")
