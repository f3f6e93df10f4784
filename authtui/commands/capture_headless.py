"""A capture without the app: its events and what came of the prediction, line by line."""

from __future__ import annotations

import json
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from authtui.commands import EXIT_INTERRUPTED, EXIT_USAGE
from authtui.commands.capture_parts import capture_of, exit_code, told_problem, write_har
from authtui.commands.event_lines import event_line
from authtui.commands.options import observe
from authtui.commands.signals import on_signals
from authtui.redaction import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator
    from typing import TextIO

    from authtui.capture.capture import Capture
    from authtui.capture.overrides import OverridePlan
    from authtui.commands import ProcessContext
    from authtui.model.events import Event
    from authtui.model.session import AuthSession
    from authtui.model.state import AuthState
    from authtui.verdict.comparison import Comparison

_POLL_SECONDS: Final = 0.5
_MARKS: Final = {"differs": "≠", "open": "…", "same": "="}


def without_the_app(
    args: argparse.Namespace,
    given: ProcessContext,
    session: AuthSession[Any],
    plan: OverridePlan,
) -> int:
    """Run the program to its end; its events are printed meanwhile, or after it with --terminal."""
    capture = capture_of(args, given, session, plan)
    printer = Printer(given.out, capture.stop, as_json=args.json, hold=args.terminal)
    printer.start(session)
    with (
        _terminal_as_it_was(given.stdin),
        _ended_in_order(capture, keeps_terminal=args.terminal) as interrupted,
    ):
        problem = capture.start()
        if problem is None:
            while capture.wait(_POLL_SECONDS) is None and capture.problem is None:
                pass
            capture.finish()
            problem = capture.problem
    if problem is None:
        # What the program made of the stored login: rotated, deleted, or nothing.
        after = observe(args, plan.environment, probe_keyring=False)
        session.adopt(after, f"after capture {capture.number}")
        printer.compare(session, capture.number)
    printer.release()
    for error in session.subscriber_errors:
        raise error  # what was printed is not whole
    if args.har and (written := write_har(args.har, session)) is not None:
        print(f"authtui capture: {written}", file=given.err)
        return EXIT_USAGE
    if problem is not None:
        return told_problem(given, problem)
    if interrupted:
        return EXIT_INTERRUPTED
    return exit_code(capture.ending)


@contextmanager
def _terminal_as_it_was(stdin: TextIO) -> Iterator[None]:
    """A program that dies may leave the terminal raw; where there is none, nothing is done."""
    try:
        import termios
    except ImportError:  # Windows
        yield
        return
    try:
        before = termios.tcgetattr(stdin)
    except (OSError, ValueError, termios.error):
        yield
        return
    try:
        yield
    finally:
        termios.tcsetattr(stdin, termios.TCSADRAIN, before)


@contextmanager
def _ended_in_order(capture: Capture, *, keeps_terminal: bool) -> Iterator[list[str]]:
    """Ctrl-C, SIGTERM and a closed terminal end the program first, then the proxy.

    The list tells which signals came; the second ends the program at once.

    Where the program keeps the terminal, Ctrl-C reaches it by itself and is its own business.
    """
    came: list[str] = []

    def end(number: int) -> None:
        name = signal.Signals(number).name
        if keeps_terminal and name == "SIGINT":
            return
        came.append(name)
        if len(came) == 1:
            capture.stop()
        else:
            capture.send("SIGKILL")

    with on_signals(end, "SIGINT", "SIGTERM", "SIGHUP"):
        yield came


class Printer:
    """Prints the events of a session as they come, or all at the end.

    `unread` is called when nobody reads any more: nothing should run on unseen.
    """

    def __init__(
        self, out: TextIO, unread: Callable[[], None], *, as_json: bool, hold: bool
    ) -> None:
        """`hold`: nothing is printed before `release`."""
        self._out = out
        self._unread = unread
        self._as_json = as_json
        self._held: list[str] | None = [] if hold else None

    def start(self, session: AuthSession[Any]) -> None:
        """With what was there before: the prediction stands first."""
        for event in session.events:
            self._tell(None, event)
        session.subscribe(self._tell)

    def compare(self, session: AuthSession[Any], number: int) -> None:
        """Say what came of the prediction."""
        from authtui.verdict.comparison import compare

        program = next((p for p in session.state.programs if p.number == number), None)
        if program is None:
            return
        found = compare(program)
        as_json = json.dumps(comparison_json(found, number), ensure_ascii=False)
        self._write(as_json if self._as_json else comparison_text(found))

    def release(self) -> None:
        """Print what was held back."""
        held, self._held = self._held or [], None
        self._out.writelines(held)
        self._out.flush()

    def _tell(self, state: AuthState | None, event: Event) -> None:
        del state
        self._write(event_line(event, as_json=self._as_json))

    def _write(self, text: str) -> None:
        if self._held is not None:
            self._held.append(text + "\n")
            return
        try:
            self._out.write(text + "\n")
            self._out.flush()
        except BrokenPipeError:
            self._unread()
            raise


def comparison_json(found: Comparison, number: int) -> dict[str, Any]:
    """The rows, differences first. `kind` tells it from the events it follows."""
    return {
        "kind": "Comparison",
        "number": number,
        "surface": found.surface,
        "differs": len(found.differences),
        "rows": [
            {
                "id": row.id,
                "label": row.label,
                "status": row.status,
                "predicted": _safe(row.expected),
                "observed": _safe(row.observed),
                "meaning": _safe(row.meaning) or None,
                "request": row.request,
            }
            for row in found.rows
        ],
    }


def comparison_text(found: Comparison) -> str:
    """A table to read, each difference with what it means below it."""
    if not found.rows:
        return "predicted / observed: nothing was predicted for this command"
    count = len(found.differences)
    said = f"{count} differ{'s' if count == 1 else ''}" if count else "no difference"
    lines = [f"predicted / observed: {said}"]
    for row in found.rows:
        mark, label = _MARKS[row.status], row.label
        expected, observed = _one_line(row.expected), _one_line(row.observed)
        lines.append(f"  {mark} {label:<14} {expected:<34} {observed}")
        if row.status == "differs":
            lines.append(f"    {_safe(row.meaning)}")
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return _safe(" ".join(text.split()))


def _safe(text: str) -> str:
    return safe_text(text, 2_000)
