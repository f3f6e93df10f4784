"""`authtui help`: reference made from the program's own tables, as plain text for any terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from authtui.commands import EXIT_OK

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from authtui.commands import ProcessContext
    from authtui.commands.help_topics import Section

WIDTH: Final = 80
TOPICS: Final = {
    "keys": "every key of the app, with the id that a settings file maps it by",
    "checks": "every check, by group, with where its rule comes from",
    "failures": "the known ways in which a login fails, and the checks that recognise each",
    "generations": "what differs between the versions of the client",
    "exit-codes": "what the exit codes mean",
    "json": "the document of `authtui check --json`",
    "files": "the files and keyring entries that are read or written, and the settings",
    "words": "what the words mean",
}
"""The topics; the sections of each are made by the function of its name in `help_topics`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of this command."""
    parser.add_argument(
        "topic",
        nargs="?",
        choices=tuple(TOPICS),
        metavar="TOPIC",
        help="one of " + ", ".join(TOPICS) + "; without one, they are listed",
    )


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Print a topic, or the list of them."""
    from authtui.commands import help_topics

    if args.topic is None:
        text = "`authtui COMMAND --help` tells the options of a command."
        sections = [help_topics.Section("authtui help TOPIC", text, tuple(TOPICS.items()))]
    else:
        sections = list(getattr(help_topics, args.topic.replace("-", "_"))(given.environ))
    for number, section in enumerate(sections):
        given.out.write("\n" if number else "")
        write_section(section, given.out)
    return EXIT_OK


def write_section(section: Section, out: TextIO) -> None:
    """Write a section, 80 columns wide; a term wider than its column has a line of its own."""
    title, text, rows = section
    for words in (title, text):
        out.writelines(f"{line}\n" for line in textwrap.wrap(words, WIDTH))
    column = min(24, max((len(term) for term, _ in rows), default=0))
    for term, meaning in rows:
        first, indent = f"  {term:<{column}}  ", " " * (column + 4)
        if len(term) > column or not meaning:
            out.write(f"  {term}\n")
            first = indent
        lines = textwrap.wrap(
            meaning, WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
        )
        out.writelines(f"{line}\n" for line in lines)
