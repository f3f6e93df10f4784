"""Events: what happened, in order. State is a fold over them (`model.state.fold`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.checks.findings import Assessment
    from authtui.credentials.observation import Observation
    from authtui.wire.records import RequestRecord

Phase = Literal["empty", "loaded", "registered", "asserted", "logged-out", "refused", "failed"]
PHASES: tuple[Phase, ...] = ("loaded", "registered", "asserted", "logged-out")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `sequence` counts from 1 within a session; `at` is UTC."""

    sequence: int
    at: datetime
    cause: str

    @property
    def kind(self) -> str:
        """The name of the event's type."""
        return type(self).__name__


@dataclass(frozen=True, slots=True)
class Loaded(Event):
    """The sources were read and judged anew. `changes` says what differs from before."""

    observation: Observation
    assessment: Assessment
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Restricted(Event):
    """A login restriction forbids the credential; the client would stop, and may delete."""

    message: str
    deletes_stored_login: bool


@dataclass(frozen=True, slots=True)
class IdentityRegistered(Event):
    """An agent identity was registered."""

    agent_runtime_id: str


@dataclass(frozen=True, slots=True)
class TaskRegistered(Event):
    """A task of an agent identity was registered."""

    agent_runtime_id: str


@dataclass(frozen=True, slots=True)
class Asserted(Event):
    """A request was signed (or a bearer attached) and answered with `status`."""

    status: int | None


@dataclass(frozen=True, slots=True)
class Refreshed(Event):
    """Tokens were refreshed on request."""

    changed: bool


@dataclass(frozen=True, slots=True)
class LoggedOut(Event):
    """Stored credentials were removed; `removed` names the places."""

    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """A transition did not succeed; `transition` is its name, `reason` a full sentence."""

    transition: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceChanged(Event):
    """A watched place changed; `what` says which and how."""

    place: str
    what: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class RequestStarted(Event):
    """A request left."""

    request: RequestRecord


@dataclass(frozen=True, slots=True)
class RequestFinished(Event):
    """A request was answered, or failed."""

    request: RequestRecord
