"""A program that `authtui capture` watches: what was expected of it, and what it was seen to do.

Part of the state: immutable, changed by the fold alone. `capture.comparison` sets the two side by
side.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from authtui.checks.observed_request import judge_request, named_hosts, worst
from authtui.model import events as ev

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from authtui.checks.findings import Assessment
    from authtui.credentials.observation import Observation
    from authtui.wire.records import RequestRecord

LINES_KEPT: Final = 2_000
SUSPECTS_KEPT: Final = 20
REFRESHES_KEPT: Final = 50
MODEL_CALL: Final = "model-call"
PREPARATIONS: Final = (
    "jwks",
    "whoami",
    "task-register",
    "agent-register",
    "biscuit",
    "accounts-check",
    "config-bundle",
)
"""Requests that have to succeed before the first model call, by their purpose."""
REFRESH: Final = "refresh"
FALL_BACK: Final = 426
"""The status that refuses a WebSocket; the client then goes on over HTTPS."""


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
class Program:
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
    rotations: tuple[ev.RotationSeen, ...] = ()
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


def cause_of(number: int) -> str:
    """The cause of every event that comes from the program of that number."""
    return f"capture {number}"


def started(
    event: ev.ChildStarted, expected: Assessment | None, before: Observation | None
) -> Program:
    """The program of an event, with what was expected at that moment."""
    return Program(event.number, event.command, event.overrides, event.at, expected, before)


def after_event(programs: tuple[Program, ...], event: ev.Event) -> tuple[Program, ...]:
    """The programs after an event that concerns one of them, or all."""
    if not programs:
        return programs
    match event:
        case ev.ChildSaid(number=number):
            return _changed(programs, number, lambda p: _with_lines(p, event))
        case ev.ChildEnded(number=number):
            return _changed(programs, number, lambda p: _ended(p, event))
        case ev.RotationSeen():
            return tuple(
                replace(p, rotations=(*p.rotations, event)[-REFRESHES_KEPT:]) if p.running else p
                for p in programs
            )
        case ev.RequestStarted(request=record) | ev.RequestFinished(request=record):
            # The cause tells whose request it is: those of authtui are in the same log.
            return tuple(
                replace(p, evidence=_seen(p, record)) if event.cause == cause_of(p.number) else p
                for p in programs
            )
        case ev.Loaded(observation=observation):
            # What is read after the next program started says nothing about the one before.
            return (*programs[:-1], replace(programs[-1], after=observation))
        case _:
            return programs


def _changed(
    programs: tuple[Program, ...], number: int, change: Callable[[Program], Program]
) -> tuple[Program, ...]:
    return tuple(change(p) if p.number == number else p for p in programs)


def _with_lines(program: Program, event: ev.ChildSaid) -> Program:
    said = (*program.said, *(Said(event.stream, line) for line in event.lines))
    extra = max(0, len(said) - LINES_KEPT)
    return replace(program, said=said[extra:], said_dropped=program.said_dropped + extra)


def _ended(program: Program, event: ev.ChildEnded) -> Program:
    return replace(
        program,
        ended_at=event.at,
        exit_status=event.exit_status,
        signal=event.signal,
        reason=event.reason,
    )


def _seen(program: Program, record: RequestRecord) -> Evidence:
    found = program.evidence
    finished = not record.under_way
    if not finished:
        found = found._replace(requests=found.requests + 1)
    if record.purpose == MODEL_CALL:
        found = _with_call(found, record, finished=finished)
    elif record.purpose == REFRESH and finished:
        refreshes = (*found.refreshes, record)[-REFRESHES_KEPT:]
        found = found._replace(refreshes=refreshes)
    if finished and record.purpose in PREPARATIONS and found.first is None and _failed(record):
        kept = {old.purpose: old for old in found.preparations}
        kept.setdefault(record.purpose, record)
        found = found._replace(preparations=tuple(kept.values()))
    if record.status == 401 and not found.refreshes and record.purpose != REFRESH:
        found = found._replace(login_refused=True)
    if finished and record.authorization is not None:
        named = named_hosts(program.before) if program.before is not None else frozenset()
        judged = worst(judge_request(record, named))
        if judged is not None and judged.status == "fail":
            found = found._replace(suspects=(*found.suspects, record)[-SUSPECTS_KEPT:])
    return found


def _failed(record: RequestRecord) -> bool:
    return record.status is None or (record.status >= 400 and record.colour in ("fail", "warn"))


def _with_call(found: Evidence, record: RequestRecord, *, finished: bool) -> Evidence:
    if found.first is None or found.first.number == record.number:
        found = found._replace(first=record)
    if not finished:
        return found._replace(calls=found.calls + 1)
    return found if record.status == FALL_BACK else found._replace(last=record)
