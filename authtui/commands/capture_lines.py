"""A capture without the app: its events and what came of the prediction, line by line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from authtui.commands.comparison_lines import comparison_json, comparison_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from authtui.model.events import Event
    from authtui.model.session import AuthSession
    from authtui.model.state import AuthState


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
        from authtui.capture.comparison import compare

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
        from authtui.commands.event_lines import event_json, event_text

        del state
        text = (
            json.dumps(event_json(event), ensure_ascii=False)
            if self._as_json
            else event_text(event)
        )
        self._write(text)

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
