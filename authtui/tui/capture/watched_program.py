"""A watched program from the app's side: start it after the first frame, end it, start it again."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from authtui.tui.lines import Doc, Item, Line, Span, safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.exchanges.evidence import ObservedProgram
    from authtui.tui.app import AuthtuiApp

    class StartProblem(Protocol):
        """Why nothing was started, in a sentence."""

        @property
        def statement(self) -> str:
            """The sentence."""

    class CaptureHandle(Protocol):
        """One program behind its proxy: `authtui.capture.capture.Capture`."""

        @property
        def running(self) -> bool:
            """Whether it was started and has not ended."""

        def start(self) -> StartProblem | None:
            """Start it, waiting for that; the problem where it cannot be."""

        def stop(self) -> None:
            """Ask it to end; returns at once."""

    MakeCapture = Callable[[int], CaptureHandle]

LOOKED_WITHIN: Final = 10.0
"""Seconds to wait for what is stored; after them the program starts without it."""
_POLL: Final = 0.1


class WatchedProgram:
    """The program that this app watches; one at a time, and again on request."""

    def __init__(self, app: AuthtuiApp, make: MakeCapture) -> None:
        """`make` prepares the capture of a number, from 1."""
        self.app = app
        self._make = make
        self._current: CaptureHandle | None = None
        self._number = 0
        self._starting = False
        self._leaving = False

    @property
    def running(self) -> bool:
        """Whether a program runs, or is about to."""
        current = self._current
        return self._starting or (current is not None and current.running)

    @property
    def program(self) -> ObservedProgram | None:
        """The program as the session knows it."""
        programs = self.app.session.state.programs
        return programs[-1] if programs else None

    def begin(self) -> None:
        """Start it in a thread, once everything that is stored was read: that is the prediction."""
        if self.running:
            self.app.say("the program is still running; K ends it", "warn")
            return
        self._starting = True
        self._number += 1
        self.app.run_thread(self._start, "capture")

    def _start(self) -> None:
        try:
            deadline = time.monotonic() + LOOKED_WITHIN
            while self.app.looking and time.monotonic() < deadline:
                time.sleep(_POLL / 5)
            current = self._make(self._number)
            problem = current.start()
            self._current = current
        except Exception as error:  # noqa: BLE001 - the border: a bug below becomes a sentence
            self.app.session.fail("capture", safe(error, 300))
        else:
            if problem is not None:
                text = problem.statement
                self.app.session.fail("capture", f"{text[:1].upper()}{text[1:].rstrip('.')}.")
        finally:
            self._starting = False

    def stop(self) -> None:
        """End the program as Ctrl-C in a shell would; the app stays, so that one can read."""
        current = self._current
        if current is None or not current.running:
            self.app.say("no program is running; q leaves", "muted")
            return
        current.stop()
        self.app.say("asked the program to end", "warn")

    def leave(self) -> None:
        """Leave; while a program runs, ask first, then end it and its proxy in this order."""
        if not self.running or self._leaving:
            # Asked a second time while it takes its time: the command ends it by force.
            self.app.exit()
            return
        from authtui.tui.dialogs.dialog import ChooseScreen

        def answered(answer: str | None) -> None:
            if answer == "leave":
                self._leaving = True
                if self._current is not None:
                    self._current.stop()
                self.app.say("ending the program, then leaving; q leaves at once", "warn", 30)
                self.app.set_timer(_POLL, self._leave_when_over)

        self.app.push_screen(ChooseScreen(_question(self.program)), answered)

    def _leave_when_over(self) -> None:
        if self.running:
            self.app.set_timer(_POLL, self._leave_when_over)
        else:
            self.app.exit()

    def now(self) -> datetime | None:
        """The time while a program runs, for the clock beside its name."""
        return datetime.now(UTC) if self.running and self.app.at is None else None


def _question(program: ObservedProgram | None) -> Doc:
    name = safe(" ".join(program.command), 60) if program else "The program"
    rows = (
        ("leave", "End it and leave", "the program first, then the proxy its requests pass"),
        ("stay", "Stay", "it goes on"),
    )
    lines = [
        Line((Span(f" {title:<20}", "strong"), Span(words, "muted")), item=n)
        for n, (_, title, words) in enumerate(rows)
    ]
    return Doc(f"{name} is still running", lines, [Item(key) for key, *_ in rows])
