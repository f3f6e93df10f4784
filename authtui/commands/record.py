"""`authtui record FILE`: what happens to this machine's login, as a trace for somebody else.

Loads, then watches the files, until Ctrl-C. Exit code 0 when the recording ended as it should.
"""

from __future__ import annotations

import argparse
import signal
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from authtui.commands import EXIT_USAGE
from authtui.commands.options import add_common
from authtui.commands.session import look_at_keyring, make_session
from authtui.commands.signals import on_signals
from authtui.redaction import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from authtui.commands import ProcessContext
    from authtui.model.session import AuthSession
    from authtui.trace.writer import Progress, TraceWriter

EXIT_NOT_WRITTEN: Final = 3
SAID_EVERY_SECONDS: Final = 0.5
_LOOK_SECONDS: Final = 0.1
_SMALLEST: Final = 64 * 1024
_UNITS: Final = {"": 1, "K": 1024, "M": 1024**2}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    add_common(parser, nested=True)
    parser.add_argument("file", metavar="FILE", help="a new file, or a trace to go on with")
    parser.add_argument(
        "--max-size",
        type=_size,
        default=64 * 1024**2,
        metavar="SIZE",
        help="end when the file is that large: bytes, or 500K, 64M (default: 64M, at most 256M)",
    )
    parser.add_argument(
        "--for",
        dest="seconds",
        type=_seconds,
        default=None,
        metavar="SECONDS",
        help="end by itself after that time",
    )


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Record until a signal, the time or the size ends it."""
    from authtui.trace.target import CannotRecordError
    from authtui.trace.writer import record

    came: list[int] = []
    with on_signals(came.append, "SIGINT", "SIGTERM", "SIGHUP"):
        session = make_session(args, given.environ)
        try:
            writer, leave = record(session, args.file, given.environ, args.max_size)
        except CannotRecordError as error:
            text = f"authtui record: {_shown(args.file)}: {error}; nothing was written"
            print(text, file=given.err)
            return EXIT_USAGE
        if writer.notice:
            print(f"authtui record: {_shown(args.file)}: {writer.notice}", file=given.err)
        _record_until(came, session, writer, args, given.err)
        leave()
        done = writer.close()
    return _tell_the_end(args.file, done, came[0] if came else 0, given.err)


def _record_until(
    came: Sequence[int],
    session: AuthSession[Any],
    writer: TraceWriter,
    args: argparse.Namespace,
    err: TextIO,
) -> None:
    # Ends with the first signal that `came`, with the time asked for, or with the file's size.
    from authtui.model.file_watch import watch_session

    stop = threading.Event()
    threads = [threading.Thread(target=look_at_keyring, args=(session,), daemon=True)]
    if args.watch:
        watch = threading.Thread(target=watch_session, args=(session, stop), daemon=True)
        threads.append(watch)
    line = _Line(err)
    for thread in threads:
        thread.start()
    began = said = time.monotonic()
    line.say(args.file, writer.progress)
    while not came and writer.progress.ended is None:
        time.sleep(_LOOK_SECONDS)
        now = time.monotonic()
        if args.seconds is not None and now - began >= args.seconds:
            break
        if now - said >= SAID_EVERY_SECONDS:
            said = now
            line.say(args.file, writer.progress)
    stop.set()
    line.end()


class _Line:
    """Progress on one line of a terminal; without a terminal, once at the beginning."""

    def __init__(self, err: TextIO) -> None:
        self._err = err
        self._live = err.isatty()
        self._said = False

    def say(self, path: str, progress: Progress) -> None:
        text = f"recording to {_shown(path)}: {_words(progress)}; Ctrl-C ends"
        if self._live:
            self._err.write(f"\r\x1b[K{text}")
        elif not self._said:
            self._err.write(f"{text}\n")
        self._said = True
        self._err.flush()

    def end(self) -> None:
        if self._live:
            self._err.write("\r\x1b[K")
            self._err.flush()


def _tell_the_end(path: str, done: Progress, ended_by: int, err: TextIO) -> int:
    if done.failed:
        print(f"authtui record: {_shown(path)}: {done.ended}", file=err)
        return EXIT_NOT_WRITTEN
    why = f"; {done.ended}" if done.ended else ""
    print(f"recorded to {_shown(path)}: {_words(done)}{why}", file=err)
    print(
        f"no secret is in it, and ids are stand-ins; show it: authtui open {_shown(path)}", file=err
    )
    ended_early = ended_by not in (0, signal.SIGINT)
    return 128 + ended_by if ended_early else 0


def _words(progress: Progress) -> str:
    from authtui.trace.writer import size_words

    count = progress.events
    events = f"{count:,} event" + ("" if count == 1 else "s")
    skipped = f", {progress.skipped:,} could not be written" if progress.skipped else ""
    return f"{events}, {size_words(progress.size)} of {size_words(progress.limit)}{skipped}"


def _size(text: str) -> int:
    from authtui.trace.line_format import LARGEST_FILE

    number, unit = text.strip(), ""
    if number and number[-1].upper() in _UNITS:
        number, unit = number[:-1], number[-1].upper()
    if number.isascii() and number.isdigit() and len(number) < 12:
        size = int(number) * _UNITS[unit]
        if _SMALLEST <= size <= LARGEST_FILE:
            return size
    raise argparse.ArgumentTypeError(f"{text!r} is not a size from 64K to 256M")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if 0 < seconds <= 31 * 86_400:
        return seconds
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")


def _shown(path: str) -> str:
    return safe_text(path, 400)
