"""The command line: parses, dispatches, and owns exit codes and standard error.

Imports stay inside the branches that need them: `authtui check` must not pay for the app.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

from authtui.commands import (
    EXIT_BUG,
    EXIT_CODES,
    EXIT_CODES_OF_CHECK,
    EXIT_INTERRUPTED,
    ProcessContext,
)
from authtui.version import __version__

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import TextIO

_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
COMMANDS = {
    "check": "the verdict as text or JSON; no network, no writes",
    "why": "from a message of the client, or a status such as 401, back to what causes it here",
    "accounts": "every home of Codex on this machine, whose login lies in it, and how it stands",
    "compare": "two homes, or a home and a report or a trace: what differs, first what matters",
    "fix": "a proven repair of a file: shows the difference, asks, keeps a backup",
    "rehearse": "the client itself, on a copy of this home without its secrets, in a network that "
    "leads nowhere: predicted beside observed",
    "decode": "one JWT, explained claim by claim",
    "report": "a redacted report for a ticket, shown before it is written",
    "paths": "every file and keyring entry that is read or written, and whether it is there",
    "run": "load, register, assert, refresh, log out, restore without the app; only a preview "
    "unless --live",
    "reach": "how far a request to each host that this login needs comes, without a credential; "
    "only named unless --live",
    "record": "what happens to this machine's login, as a redacted trace; until Ctrl-C",
    "open": "a trace in the same panes, any moment of it; two traces side by side",
    "demo": "a login that fails, played on a made-up home and an embedded backend, in the app "
    "or as text",
    "serve": "the app in a browser on this machine, by a link that opens once; read-only",
    "capture": "a program behind a recording proxy: what it really sends, and what comes back",
    "serve-backend": "the embedded backend, on loopback, for use with a real client",
    "help": "reference: keys, checks, failures, generations, exit codes, JSON, files, words",
    "completion": "completion for bash, zsh and fish: prints it, or installs it",
}
"""What each command does; it lives in the module of that name in `authtui.commands`."""
JUDGING = ("check", "run")
"""Those whose exit code tells how the login stands."""
LONG_RUNNING = ("record", "demo", "serve", "capture", "rehearse", "serve-backend")
"""Those that make garbage for as long as the user likes."""


def run() -> NoReturn:
    """The entry point of the `authtui` program.

    A command that prints and leaves lives for a tenth of a second, and collecting garbage and
    taking a hundred modules apart at the end would be a third of that. Neither is done; the
    app and the commands in `LONG_RUNNING` turn the collector on again.
    """
    # The time this saves is held by tests/benchmarks.
    gc.disable()
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except BrokenPipeError:
            pass  # The reader has enough; the answer stands.
        except (OSError, ValueError) as error:
            # The output is not whole, which must not look like success.
            code = code or EXIT_BUG
            if stream is sys.stdout:
                _complain(error)
    # Nothing is flushed or closed after this line; tests/commands/test_hostile_outputs.py and
    # tests/faults/test_disk.py hold that no output is lost and that no failure looks like success.
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code. Never lets a traceback reach the user."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # Where a stream was closed by whoever started the program, there is None.
    sys.stdin, sys.stderr = sys.stdin or io.StringIO(), sys.stderr or io.StringIO()
    if sys.stdout is None:
        _complain(OSError())
        return EXIT_BUG
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough; say nothing, not even at the interpreter's exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence
        if isinstance(error, OSError) and error.filename is None and error.errno in _UNWRITABLE:
            _complain(error)
            return EXIT_BUG
        from authtui.crash import report_crash

        print(report_crash(error), file=sys.stderr)
        return EXIT_BUG


def _complain(error: Exception) -> None:
    reason = getattr(error, "strerror", None) or "it is closed"
    with suppress(OSError, ValueError):
        sys.stderr.write(f"authtui: the output could not be written: {reason}\n")


def _run(arguments: list[str]) -> int:
    _write_any_text(sys.stdout, sys.stderr)
    if arguments == ["--version"]:
        print(f"authtui {__version__}")  # without a parser, which costs more than the answer
        return 0
    args = _parser(arguments).parse_args(arguments)
    args.parser_with_every_command = parser_with_every_command
    given = ProcessContext(os.environ, sys.stdin, sys.stdout, sys.stderr)
    if args.command in LONG_RUNNING:
        gc.enable()
    code: int = _module(args.command or "app").run(args, given)
    return code


def _write_any_text(*streams: TextIO) -> None:
    """A pipe or terminal that knows few characters gets the others as JSON would escape them."""
    import codecs

    def escaped(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        data = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
        pairs = (data[at : at + 2].hex() for at in range(0, len(data), 2))
        return "".join(f"\\u{pair}" for pair in pairs), error.end

    codecs.register_error("authtui-escape", escaped)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="authtui-escape")


def _module(command: str) -> Any:  # noqa: ANN401 - a module with `run` and `add_arguments`
    return import_module(f"authtui.commands.{command.replace('-', '_')}")


def parser_with_every_command() -> argparse.ArgumentParser:
    """The parser with the options of every command, which one run never needs all of."""
    return _parser([], every=True)


def _parser(arguments: list[str], *, every: bool = False) -> argparse.ArgumentParser:
    import argparse

    # Without this every message is looked for in the message catalogues of the system: 2 ms.
    # argparse promises nothing about the name; tests/architecture/test_borrowed_parts.py holds it.
    vars(argparse)["_"] = lambda text: text

    from authtui.commands.options import add_common
    from authtui.redaction import safe_text

    def formatter(prog: str) -> argparse.HelpFormatter:
        # A given width spares the look at the terminal, and the modules that needs.
        return argparse.RawDescriptionHelpFormatter(prog, max_help_position=30, width=96)

    class Parser(argparse.ArgumentParser):
        def error(self, message: str) -> NoReturn:
            # What was typed in the wrong place may be a key, or hold control bytes.
            super().error(safe_text(message))

    parser = Parser(
        prog="authtui",
        description="Open it and read why a Codex login fails, what the client will do next, and "
        "what to change. Without a command it opens the app on this machine's state.",
        epilog=EXIT_CODES_OF_CHECK,
        formatter_class=formatter,
    )
    parser.add_argument("--version", action="version", version=f"authtui {__version__}")
    add_common(parser)
    parser.add_argument(
        "--presenter", action="store_true", help="for a shared screen: reveal and export are locked"
    )
    parser.add_argument(
        "--read-only", action="store_true", help="only show: the keys that act or write are locked"
    )
    parser.add_argument(
        "--no-watch", dest="watch", action="store_false", help="do not watch for changes"
    )
    help_wanted = bool({"-h", "--help"} & set(arguments))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    # Of several names one is the command, and the others are values: of --home, say.
    named = COMMANDS.keys() & set(arguments)
    for name, words in COMMANDS.items():
        if named and name not in named and not help_wanted:
            continue  # nobody will see that it exists
        exit_codes = EXIT_CODES_OF_CHECK if name in JUDGING else EXIT_CODES
        sub = commands.add_parser(
            name,
            help=words,
            description=words[0].upper() + words[1:] + ".",
            epilog=exit_codes,
            formatter_class=formatter,
        )
        if every or name in named:
            module = _module(name)
            module.add_arguments(sub)
            if help_wanted and hasattr(module, "more_help"):
                sub.epilog = f"{exit_codes}\n{module.more_help()}"
    return parser


if __name__ == "__main__":
    run()
