"""A capture without the app: its events and what came of the prediction, line by line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from authtui.commands.event_lines import event_line
from authtui.redaction import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from authtui.capture.comparison import Comparison
    from authtui.model.events import Event
    from authtui.model.session import AuthSession
    from authtui.model.state import AuthState

_MARKS: Final = {"differs": "≠", "open": "…", "same": "="}


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
