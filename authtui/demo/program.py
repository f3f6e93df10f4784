"""A program on a story's machine: a run of the client with what it holds in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from authtui.assessment.assess import assess
from authtui.lifecycle.transitions import Lifecycle
from authtui.model import events as ev
from authtui.model.session import AuthSession

if TYPE_CHECKING:
    from authtui.demo.stage import Stage
    from authtui.model.state import AuthState

CLIENT: Final = "codex"
_TOLD: Final = (
    ev.RequestStarted, ev.RequestFinished, ev.RotationSeen, ev.Asserted, ev.Failed, ev.Refreshed,
)  # fmt: skip


class Program:
    """One run. Without a name it is the only one, and the session on show is its own.

    With a name it has looked at the machine by itself and keeps what it saw; what it does on the
    wire is told to the session on show, under its name. It acts as the client does: a refresh is
    not rehearsed.
    """

    def __init__(self, stage: Stage, name: str = "") -> None:
        """Start it; a program with a name reads the machine at once."""
        self._stage = stage
        self.name = name
        self.session: AuthSession[Any] = stage.session
        if name:
            self.session = AuthSession(stage.observe, assess, stage.options, stage.time.local)
            self.session.load("start")
            self.session.subscribe(self._pass_on)
        self.life = Lifecycle(
            self.session,
            stage.wires(self.session, name),
            clock=stage.time.local,
            live=True,
            program=name or CLIENT,
            rehearses=False,
        )

    def _pass_on(self, state: AuthState, event: ev.Event) -> None:
        del state
        if isinstance(event, _TOLD):
            name = self.name
            self._stage.session.publish(lambda n, at: replace(event, sequence=n, at=at, cause=name))
