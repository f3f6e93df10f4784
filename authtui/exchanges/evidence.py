"""What was seen on the wire and of a watched program, as plain values that a judge can weigh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.answers.findings import Assessment
    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation

ANOTHER_PROCESS: Final = "another process"
"""Who refreshed a token that changed in its store while the wire showed nothing."""


class AnswerEvidence(NamedTuple):
    """What a server answered to a request with the selected credential.

    `status` is None where no answer came. `authorization` is the class of what the request carried,
    `host` where it went. `by_auth_server` is False where something in between answered in place of
    the service; `meaning` is a sentence. `at` (UTC) is when it came, `mark` the fingerprint of the
    credential that was sent, where that is known. `other` names the source of a credential that is
    not the selected one; `overtaken` says that its refresh was refused since.
    """

    status: int | None
    authorization: str | None = None
    host: str = ""
    by_auth_server: bool = True
    meaning: str = ""
    at: datetime | None = None
    mark: str | None = None
    other: str | None = None
    overtaken: bool = False


class TokenRotation(NamedTuple):
    """A refresh that was seen at `at` (UTC): the token marked `old` was exchanged for `new`.

    Marks are fingerprints such as `#1f2e3d`; `old` is None where no token was sent. `by` names the
    program; `accepted` is False where the service refused the old token: then nothing was rotated,
    and `code` is the service's own word for why, None where that is not known.
    """

    at: datetime
    by: str
    old: str | None
    new: str | None
    accepted: bool = True
    code: str | None = None


class Said(NamedTuple):
    """One line of a program's output, redacted."""

    stream: str
    text: str


class Evidence(NamedTuple):
    """What the wire showed of a program, in the order of the requests.

    `first` is its first model call, `last` the newest one with an answer that counts. `suspects`
    are requests whose credential fails a check, `preparations` what failed before that first call:
    without it a client drops the credential. `login_refused` says that a 401 came before the
    first refresh.
    """

    requests: int = 0
    calls: int = 0
    first: RequestRecord | None = None
    last: RequestRecord | None = None
    refreshes: tuple[RequestRecord, ...] = ()
    preparations: tuple[RequestRecord, ...] = ()
    suspects: tuple[RequestRecord, ...] = ()
    login_refused: bool = False


NOTHING_SEEN: Final = Evidence()


@dataclass(frozen=True, slots=True)
class ObservedProgram:
    """A watched program.

    `expected` is the assessment and `before` the observation when it started, `after` the newest
    observation since. `said` holds its last lines, `said_dropped` counts older ones. `rotations`
    are the refreshes seen while it ran, those of other programs included.
    """

    number: int
    command: tuple[str, ...]
    overrides: tuple[str, ...]
    started_at: datetime
    expected: Assessment | None = None
    before: Observation | None = None
    after: Observation | None = None
    said: tuple[Said, ...] = ()
    said_dropped: int = 0
    evidence: Evidence = NOTHING_SEEN
    rotations: tuple[TokenRotation, ...] = ()
    ended_at: datetime | None = None
    exit_status: int | None = None
    signal: str | None = None
    reason: str = ""

    @property
    def running(self) -> bool:
        """Whether it has not ended yet, as far as was seen."""
        return self.ended_at is None

    @property
    def stopped(self) -> bool:
        """Whether a signal ended it: how it would have gone on is not known."""
        return self.ended_at is not None and self.signal is not None
