"""A watched program from the app's side: start it after the first frame, end it, start it again."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from textual.message import Message

from authtui.tui.lines import Doc, Item, Line, Span, safe
from authtui.tui.messages import Say

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.dom import DOMNode

    from authtui.exchanges.evidence import ObservedProgram
    from authtui.model.session import AuthSession

    class StartProblem(Protocol):
        """Why nothing was started, in a sentence."""

        @property
        def statement(self) -> str:
            """The reason as one sentence."""

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

    class Left(Message):
        """The program has ended, as the user wished before leaving the app."""

    def __init__(
        self,
        node: DOMNode,
        session: AuthSession[Any],
        make: MakeCapture,
        looking: Callable[[], bool],
    ) -> None:
        """`make` prepares the capture of a number, from 1; it waits while `looking` is true."""
        self._node = node
        self._session = session
        self._looking = looking
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
        programs = self._session.state.programs
        return programs[-1] if programs else None

    def begin(self) -> None:
        """Start it in a thread, once everything that is stored was read: that is the prediction."""
        if self.running:
            self._say("the program is still running; K ends it", "warn")
            return
        self._starting = True
        self._number += 1
        self._node.run_worker(
            self._start, thread=True, exclusive=True, group="capture", exit_on_error=False
        )

    def _say(self, text: str, tone: str, seconds: float = 4) -> None:
        self._node.post_message(Say(text, tone, seconds))

    def _start(self) -> None:
        try:
            deadline = time.monotonic() + LOOKED_WITHIN
            while self._looking() and time.monotonic() < deadline:
                time.sleep(_POLL / 5)
            current = self._make(self._number)
            problem = current.start()
            self._current = current
        except Exception as error:  # noqa: BLE001 - the border: a bug below becomes a sentence
            self._session.fail("capture", safe(error, 300))
        else:
            if problem is not None:
                text = problem.statement
                self._session.fail("capture", f"{text[:1].upper()}{text[1:].rstrip('.')}.")
        finally:
            self._starting = False

    def stop(self) -> None:
        """End the program as Ctrl-C in a shell would; the app stays, so that one can read."""
        current = self._current
        if current is None or not current.running:
            self._say("no program is running; q leaves", "muted")
            return
        current.stop()
        self._say("asked the program to end", "warn")

    @property
    def holds_the_app(self) -> bool:
        """Whether leaving must be asked about: a program runs, and was not asked to end for it."""
        return self.running and not self._leaving

    def leave(self) -> None:
        """End the program and then its proxy, in this order; `Left` tells when that is done."""
        self._leaving = True
        if self._current is not None:
            self._current.stop()
        self._say("ending the program, then leaving; q leaves at once", "warn", 30)
        self._node.set_timer(_POLL, self._leave_when_over)

    def _leave_when_over(self) -> None:
        if self.running:
            self._node.set_timer(_POLL, self._leave_when_over)
        else:
            self._node.post_message(self.Left())

    def now(self) -> datetime | None:
        """The time while a program runs, for the clock beside its name."""
        return datetime.now(UTC) if self.running else None


def leave_question(program: ObservedProgram | None) -> Doc:
    """What may be done about a program that still runs, to choose from."""
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
