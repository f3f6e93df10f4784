"""A program that `authtui capture` watches: what was expected of it, and what it was seen to do.

Part of the state: immutable, changed by the fold alone. `capture.comparison` sets the two side by
side.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authtui.exchanges.evidence import Evidence, ObservedProgram, Said, TokenRotation
from authtui.model import events as ev
from authtui.verdict.observed_request import judge_request, named_hosts, worst

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.answers.findings import Assessment
    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation

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


def cause_of(number: int) -> str:
    """The cause of every event that comes from the program of that number."""
    return f"capture {number}"


def rotation_of(event: ev.RotationSeen) -> TokenRotation:
    """The refresh that an event tells of."""
    return TokenRotation(event.at, event.by, event.old, event.new, event.accepted, event.code)


def started(
    event: ev.ChildStarted, expected: Assessment | None, before: Observation | None
) -> ObservedProgram:
    """The program of an event, with what was expected at that moment."""
    return ObservedProgram(event.number, event.command, event.overrides, event.at, expected, before)


def after_event(
    programs: tuple[ObservedProgram, ...], event: ev.Event
) -> tuple[ObservedProgram, ...]:
    """The programs after an event that concerns one of them, or all."""
    if not programs:
        return programs
    match event:
        case ev.ChildSaid(number=number):
            return _changed(programs, number, lambda p: _with_lines(p, event))
        case ev.ChildEnded(number=number):
            return _changed(programs, number, lambda p: _ended(p, event))
        case ev.RotationSeen():
            seen = rotation_of(event)
            return tuple(
                replace(p, rotations=(*p.rotations, seen)[-REFRESHES_KEPT:]) if p.running else p
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
    programs: tuple[ObservedProgram, ...],
    number: int,
    change: Callable[[ObservedProgram], ObservedProgram],
) -> tuple[ObservedProgram, ...]:
    return tuple(change(p) if p.number == number else p for p in programs)


def _with_lines(program: ObservedProgram, event: ev.ChildSaid) -> ObservedProgram:
    said = (*program.said, *(Said(event.stream, line) for line in event.lines))
    extra = max(0, len(said) - LINES_KEPT)
    return replace(program, said=said[extra:], said_dropped=program.said_dropped + extra)


def _ended(program: ObservedProgram, event: ev.ChildEnded) -> ObservedProgram:
    return replace(
        program,
        ended_at=event.at,
        exit_status=event.exit_status,
        signal=event.signal,
        reason=event.reason,
    )


def _seen(program: ObservedProgram, record: RequestRecord) -> Evidence:
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
        named = named_hosts(program.before, program.expected)
        judged = worst(judge_request(record, named))
        if judged is not None and judged.status == "fail":
            found = found._replace(suspects=(*found.suspects, record)[-SUSPECTS_KEPT:])
    return found


def _failed(record: RequestRecord) -> bool:
    if record.status is None:
        return True
    # A list of workspaces that stops the client comes with status 200.
    refused = record.status >= 400 or record.purpose == "accounts-check"
    return refused and record.colour in ("fail", "warn")


def _with_call(found: Evidence, record: RequestRecord, *, finished: bool) -> Evidence:
    if found.first is None or found.first.number == record.number:
        found = found._replace(first=record)
    if not finished:
        return found._replace(calls=found.calls + 1)
    return found if record.status == FALL_BACK else found._replace(last=record)
