"""`authtui report`: a redacted report for a ticket, shown before a byte of it is written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from authtui.assessment.assess import assess
from authtui.commands import EXIT_USAGE
from authtui.commands.options import add_common, observe, options_of
from authtui.redaction import safe_text
from authtui.report.formats import FORMATS, file_bytes, render

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import TextIO

    from authtui.commands import ProcessContext
    from authtui.exchanges.records import RequestRecord


KEY_BYTES: Final = 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `authtui report`."""
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="md for a ticket (default), json for a program, svg for a picture; else by FILE's end",
    )
    parser.add_argument(
        "-o",
        dest="file",
        metavar="FILE",
        help="write it to a new file once you have seen it and agreed; without this, only print it",
    )
    parser.add_argument(
        "--yes", action="store_true", help="write without showing it or asking, for scripts"
    )
    parser.add_argument(
        "--log",
        metavar="FILE",
        help="a log of `authtui run --log-file`: its answers and request ids become part of it",
    )
    add_common(parser, nested=True)


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Make the report, show it, and write it where that was asked for and agreed to."""
    if args.file is not None and getattr(args, "presenter", False):
        print("authtui report: writing is locked: this run is a presentation", file=given.err)
        return EXIT_USAGE
    asks = given.stdin.isatty() and given.out.isatty()
    if args.file is not None and not (args.yes or asks):
        text = "there is no terminal to show it in; --yes writes unseen, no -o prints it"
        print(f"authtui report: {text}", file=given.err)
        return EXIT_USAGE
    requests: tuple[RequestRecord, ...] = ()
    if args.log is not None:
        from authtui.report.run_log import read_requests

        found = read_requests(args.log)
        if isinstance(found, str):
            print(f"authtui report: --log {_safe(args.log)}: {_safe(found)}", file=given.err)
            return EXIT_USAGE
        requests = found
    text = make(args, given, requests)
    if args.file is None:
        given.out.write(text)
        return 0
    if not args.yes and not _agreed(text, args.file, given):
        print("authtui report: nothing was written", file=given.err)
        return 0
    return _write(args.file, text, given.err)


def make(
    args: argparse.Namespace, given: ProcessContext, requests: Sequence[RequestRecord] = ()
) -> str:
    """The text of the report. Reads the machine; the keyring only where the client would."""
    from authtui.report.build import ReportInput, build
    from authtui.report.machine import read_machine

    options = options_of(args)
    observation = observe(args, given.environ, installed=True)
    report = build(
        ReportInput(
            observation,
            assess(observation, options),
            options,
            read_machine(given.environ, observation.at),
            os.urandom(KEY_BYTES),
            requests,
        )
    )
    return render(report, args.format or _format_of(args.file))


def _format_of(file: str | None) -> str:
    end = (file or "").rpartition(".")[2].lower()
    return end if end in FORMATS else "md"


def _agreed(text: str, file: str, given: ProcessContext) -> bool:
    given.out.write(text)
    size = len(file_bytes(text))
    given.out.write(f"\nWrite these {size:,} bytes to {_safe(file)}, a new file? [y/N] ")
    given.out.flush()
    return given.stdin.readline().strip().lower() in ("y", "yes")


def _write(file: str, text: str, err: TextIO) -> int:
    from authtui.report.writing import write_new_file

    problem = write_new_file(file, file_bytes(text))
    if problem is not None:
        print(f"authtui report: {_safe(file)}: {problem}", file=err)
        return EXIT_USAGE
    print(f"authtui report: wrote {len(file_bytes(text)):,} bytes to {_safe(file)}", file=err)
    return 0


def _safe(text: str) -> str:
    return safe_text(text, 400)
