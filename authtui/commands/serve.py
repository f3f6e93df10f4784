"""`authtui serve`: the app in a browser on this machine, for a screen that is shared.

It listens on 127.0.0.1 only, lets in the one browser that opens its link first, and only shows.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.commands import EXIT_INTERRUPTED, EXIT_USAGE
from authtui.commands.options import add_common, common_words, port_number

if TYPE_CHECKING:
    import argparse

    from authtui.commands import ProcessContext

NEEDS: Final = ("textual_serve", "aiohttp")
_NOT_INSTALLED: Final = (
    "authtui serve: a browser needs the extra `web`: pip install 'authtui[web]'"
    " (with pipx: pipx inject authtui textual-serve)"
)
_PROGRAM: Final = """\
import sys
sys.path.append(sys.argv.pop(1))
from authtui.cli import run
run()
"""
"""authtui in another process, without the working directory on the path: it may be anybody's."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "--port", type=port_number, default=0, metavar="N", help="the port (default: a free one)"
    )
    parser.add_argument(
        "--allow-acting",
        action="store_true",
        help="let the page act too (load, register, assert, refresh, log out, restore, each after"
        " its preview); reveal and export stay locked",
    )
    add_common(parser, nested=True)


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Serve until Ctrl-C (130) or SIGTERM (0); 2 where the extra or the port cannot be had."""
    out, err = given.out, given.err
    if any(find_spec(name) is None for name in NEEDS):
        print(_NOT_INSTALLED, file=err)
        return EXIT_USAGE
    import asyncio
    import signal

    from authtui.web.server import serve

    def started(link: str) -> None:
        can = "The page can act" if args.allow_acting else "The page is read-only"
        out.write(
            f"{link}\n"
            "Open it in a browser on this machine. It opens once, and only in that browser.\n"
            f"{can}; reveal and export are locked. Ctrl-C ends it.\n"
        )
        out.flush()

    def tell(sentence: str) -> None:
        out.write(f"{datetime.now(UTC):%H:%M:%SZ} {sentence}\n")
        out.flush()

    try:
        number = asyncio.run(serve(app_words(args), args.port, started=started, tell=tell))
    except BrokenPipeError:
        raise  # nobody reads any more: the command line's own business
    except OSError as error:
        print(f"authtui: cannot serve on port {args.port}: {error.strerror}", file=err)
        return EXIT_USAGE
    return EXIT_INTERRUPTED if number == signal.SIGINT else 0


def app_words(args: argparse.Namespace) -> tuple[str, ...]:
    """The command of the app behind a page."""
    root = str(Path(__file__).parents[2])
    locks = ["--presenter", *["--read-only"] * (not args.allow_acting)]
    watch = ["--no-watch"] * (not args.watch)
    return (sys.executable, "-P", "-c", _PROGRAM, root, *locks, *watch, *common_words(args))


def more_help() -> str:
    """What `--help` says below the options."""
    return (
        "over SSH: ssh -L 8765:127.0.0.1:8765 HOST, there `authtui serve --port 8765`, and open\n"
        "the link in the browser here: the port has to be the same on both sides\n"
    )
