"""A watched program made of events, as the fold makes one: for tests of what is shown of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from authtui.exchanges.records import RequestRecord
from authtui.model import events as ev
from authtui.model.programs import cause_of
from authtui.model.state import AuthState, fold

if TYPE_CHECKING:
    from authtui.answers.findings import Assessment
    from authtui.exchanges.evidence import ObservedProgram
    from authtui.machine.observation import Observation

AT = datetime(2026, 11, 13, 12, 1, tzinfo=UTC)
EXEC = ("codex", "exec", "--skip-git-repo-check", "hi")


class Watched:
    """Publishes events into a state, one second apart."""

    def __init__(self, observation: Observation, assessment: Assessment) -> None:
        self.state = AuthState()
        self.events: list[ev.Event] = []
        self.at = AT
        self.number = 0
        self.records = 0
        self.add(ev.Loaded, observation, assessment, cause="start")

    def add(self, kind: Any, *values: Any, cause: str = cause_of(1)) -> Watched:  # noqa: ANN401
        self.number += 1
        self.at += timedelta(seconds=1)
        self.events.append(kind(self.number, self.at, cause, *values))
        self.state = fold(self.state, self.events[-1])
        return self

    def start(self, command: tuple[str, ...] = EXEC) -> Watched:
        return self.add(ev.ChildStarted, 1, command, ("openai_base_url",))

    def call(self, **fields: Any) -> Watched:  # noqa: ANN401
        """One request and its answer; a model call unless told otherwise."""
        self.records += 1
        made = RequestRecord(
            self.records, self.at, "POST", "chatgpt.com", "/backend-api/codex/responses"
        )._replace(purpose="model-call", authorization="Bearer JWT", credential_mark="#000001")
        answered = {"status": 200, "milliseconds": 12.0, "colour": "ok"}
        self.add(ev.RequestStarted, made._replace(**{k: v for k, v in fields.items() if k in SENT}))
        return self.add(ev.RequestFinished, made._replace(**{**answered, **fields}))

    def say(self, *lines: str, stream: Literal["stdout", "stderr"] = "stderr") -> Watched:
        return self.add(ev.ChildSaid, 1, stream, lines)

    def end(self, status: int | None = 0, signal: str | None = None) -> Watched:
        return self.add(ev.ChildEnded, 1, status, signal, f"It ended with {status}.")

    def look(self, observation: Observation, assessment: Assessment) -> Watched:
        seen = observation._replace(at=self.at)
        return self.add(ev.Loaded, seen, assessment, cause="ended")

    @property
    def program(self) -> ObservedProgram:
        return self.state.programs[-1]


SENT = (
    "method", "host", "path", "scheme", "purpose", "authorization", "credential_mark",
    "account_header", "fedramp_header", "bearer", "assertion",
)  # fmt: skip
