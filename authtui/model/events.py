"""Events: what happened, in order. State is a fold over them (`model.state.fold`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.answers.findings import Assessment
    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation

Phase = Literal["empty", "loaded", "registered", "asserted", "logged-out", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `sequence` counts from 1 within a session; `at` is UTC.

    `cause` says who or what brought it about, such as `watch` or `capture 1`.
    """

    sequence: int
    at: datetime
    cause: str

    @property
    def kind(self) -> str:
        """The name of the event's type."""
        return type(self).__name__


@dataclass(frozen=True, slots=True)
class Loaded(Event):
    """The sources were read and judged again. `changes` says what differs from before."""

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
    """There is an agent identity; `reused` where it is a stored one that matches the binding.

    `stored` names the place it is stored in, None where only this process holds it.
    """

    agent_runtime_id: str
    account_id: str | None = None
    reused: bool = False
    stored: str | None = None


@dataclass(frozen=True, slots=True)
class IdentityDropped(Event):
    """A stored agent identity does not fit and is not used; `removed_from` where it was removed."""

    reason: str
    removed_from: str | None = None
    backup: str | None = None


@dataclass(frozen=True, slots=True)
class TaskRegistered(Event):
    """There is a task of an agent identity; `sealed` where its id came encrypted.

    `reused` and `stored` are as for `IdentityRegistered`.
    """

    agent_runtime_id: str
    reused: bool = False
    sealed: bool = False
    stored: str | None = None


@dataclass(frozen=True, slots=True)
class TaskDropped(Event):
    """A stored task belongs to another agent runtime and is not used."""

    agent_runtime_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class FellBack(Event):
    """Registration failed for now: requests carry the Bearer until `until` (UTC)."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Asserted(Event):
    """A request with the credential was answered with `status`; None where no answer came.

    `authorization` is the class of what it carried, `host` where it went. `by_auth_server` is False
    where something in between answered in place of the service. `meaning` is a sentence; `attempts`
    counts the requests, those after a recovery included.
    """

    status: int | None
    authorization: str | None = None
    host: str = ""
    by_auth_server: bool = True
    meaning: str = ""
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Refreshed(Event):
    """Tokens were refreshed on request; `rotated` where the old refresh token is used up.

    `changed` is False where nothing had to be done. `adopted`: another process had refreshed them,
    and its tokens were taken over without a request.
    """

    changed: bool
    adopted: bool = False
    rotated: bool = False
    backup: str | None = None


@dataclass(frozen=True, slots=True)
class RecoveryStep(Event):
    """One step of recovery after a 401. `changed` says whether the credential is another one."""

    mode: str
    step: str
    changed: bool | None = None
    next_step: str = "done"
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class LoggedOut(Event):
    """Stored credentials were removed; `removed` names the places.

    `revoked` is the class of the token that was revoked; `left` says what stays, `warnings` what
    did not work; `backups` are the files that `authtui run restore` puts back.
    """

    removed: tuple[str, ...] = ()
    revoked: str | None = None
    backups: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Restored(Event):
    """A backup was put back; `backup` is the copy of what it replaced, if it replaced anything."""

    place: str
    restored_from: str
    backup: str | None = None


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """A transition did not succeed; `transition` is its name, `reason` a full sentence.

    `client_text` is what the client prints then, where that is known.
    """

    transition: str
    reason: str
    client_text: str | None = None


@dataclass(frozen=True, slots=True)
class SourceChanged(Event):
    """A watched place changed; `what` says which and how."""

    place: str
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestStarted(Event):
    """A request was sent, and its answer is awaited."""

    request: RequestRecord


@dataclass(frozen=True, slots=True)
class RequestFinished(Event):
    """A request was answered, or failed."""

    request: RequestRecord


@dataclass(frozen=True, slots=True)
class ChildStarted(Event):
    """A watched program was started; `number` counts those of a session from 1.

    `command` is redacted; `overrides` are the options and variables that lead it to the proxy.
    """

    number: int
    command: tuple[str, ...]
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildSaid(Event):
    """A watched program printed whole lines; they are redacted."""

    number: int
    stream: Literal["stdout", "stderr"]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChildEnded(Event):
    """A watched program ended: its exit code, or the signal's name; `reason` is a sentence.

    Both are set where it was sent the signal and exited with a status of its own.
    """

    number: int
    exit_status: int | None = None
    signal: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RotationSeen(Event):
    """A refresh was seen: the refresh token with the mark `old` is used up, `new` replaces it.

    Marks are fingerprints such as `#1f2e3d`; `old` is None where no token was sent. `by` names the
    program; `accepted` is False where the service refused the old token, with the error `code`.
    """

    by: str
    old: str | None
    new: str | None
    accepted: bool = True
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Told(Event):
    """What a story of the demo says before its next step; `step` counts from 1 up to `steps`."""

    text: str
    step: int
    steps: int
