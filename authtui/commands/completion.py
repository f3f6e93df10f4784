"""`authtui completion`: the script that makes a shell complete authtui's commands and options.

`install` writes one file of its own, where the shell looks by itself; no other file is touched.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.commands import EXIT_USAGE
from authtui.directories import replace_text, user_home
from authtui.machine.files import read_file
from authtui.machine.home import shorten
from authtui.record import NamedTuple
from authtui.redaction import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from authtui.commands import ProcessContext

SHELLS: Final = ("bash", "zsh", "fish")
INSTALL: Final = "install"
_BASH_COMPLETION: Final = (
    "/usr/share/bash-completion/bash_completion",
    "/etc/bash_completion",
    "/usr/local/share/bash-completion/bash_completion",
    "/opt/homebrew/share/bash-completion/bash_completion",
)


class ScriptPlace(NamedTuple):
    """Where a shell's script goes, and what is left to do for the user, if anything."""

    path: Path
    note: str = ""


_LARGEST: Final = 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "what",
        choices=(*SHELLS, INSTALL),
        metavar="SHELL|install",
        help=f"print the script for a shell ({', '.join(SHELLS)}), or install it",
    )
    parser.add_argument(
        "--shell", choices=SHELLS, help="install: for this shell (default: that of $SHELL)"
    )
    parser.add_argument("--yes", action="store_true", help="install: do not ask")


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Print or install; 0, or 2 where no shell is known or the file cannot be written."""
    from authtui.commands.command_tree import command_tree
    from authtui.commands.completion_scripts import SCRIPTS

    shell = args.what
    if shell == INSTALL:
        shell = args.shell or Path(given.environ.get("SHELL", "")).name
    if shell not in SHELLS:
        known = ", ".join(SHELLS)
        text = f"authtui completion: name the shell: --shell with one of {known}"
        print(text, file=given.err)
        return EXIT_USAGE
    script = SCRIPTS[shell](command_tree(args.parser_with_every_command()))
    if args.what != INSTALL:
        given.out.write(script)
        return 0
    return _install(target(shell, given.environ), script, args, given)


def target(shell: str, environ: Mapping[str, str]) -> ScriptPlace:
    """Where a shell looks for a user's completions by itself, as far as there is such a place."""
    home = user_home(environ) or "/"
    data = _folder(environ, "XDG_DATA_HOME", home, ".local/share")
    if shell == "fish":
        return ScriptPlace(_folder(environ, "XDG_CONFIG_HOME", home, ".config") / _file(shell))
    path = data / _file(shell)
    shown = shorten(str(path), home)
    if shell == "bash":
        if any(map(os.path.exists, _BASH_COMPLETION)):
            return ScriptPlace(path)
        return ScriptPlace(
            path, f"This machine has no bash-completion: add to ~/.bashrc: . {shown}"
        )
    folder = shorten(str(path.parent), home)
    return ScriptPlace(
        path,
        "Where zsh does not know the folder yet, add to ~/.zshrc, before compinit:"
        f" fpath=({folder} $fpath)",
    )


def _file(shell: str) -> str:
    return {
        "bash": "bash-completion/completions/authtui",
        "zsh": "zsh/site-functions/_authtui",
        "fish": "fish/completions/authtui.fish",
    }[shell]


def _folder(environ: Mapping[str, str], variable: str, home: str, default: str) -> Path:
    base = environ.get(variable, "")
    return Path(base) if os.path.isabs(base) and "\0" not in base else Path(home, default)  # noqa: PTH117 - a relative one is invalid by the XDG rules


def _install(
    goal: ScriptPlace, script: str, args: argparse.Namespace, given: ProcessContext
) -> int:
    out, err = given.out, given.err
    shown = printable(shorten(str(goal.path), user_home(given.environ)))
    facts = read_file(goal.path, _LARGEST)
    there = (facts.data or b"").decode("utf-8", "replace") if facts.exists else None
    if there == script:
        out.write(f"{shown} is there already, as it should be.\n{_told(goal)}")
        return 0
    if there is not None and not _is_ours(there):
        err.write(
            f"authtui completion: {shown} is not a file that authtui made; it stays as it is\n"
        )
        return EXIT_USAGE
    out.write(f"{'Replaces' if there else 'Writes'} {shown}, {len(script.encode())} bytes.\n")
    if not args.yes:
        out.write("Go on? [y/N] ")
        out.flush()
        if given.stdin.readline().strip().lower() not in ("y", "yes"):
            out.write("Nothing was written.\n")
            return 0
    if reason := replace_text(goal.path, script):
        err.write(f"authtui completion: {shown} was not written: {reason}\n")
        return EXIT_USAGE
    out.write(f"Written. A new shell completes authtui.\n{_told(goal)}")
    return 0


def _told(goal: ScriptPlace) -> str:
    return f"{printable(goal.note)}\n" if goal.note else ""


def _is_ours(text: str) -> bool:
    from authtui.commands.completion_scripts import MARK

    return any(MARK in line for line in text.splitlines()[:2])
