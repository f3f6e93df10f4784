"""The codec of every type of event; one that is missing here fails a test, not a recording."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from authtui.model import events as ev
from authtui.trace.assessment_codec import ASSESSMENT
from authtui.trace.field_codecs import (
    FLAG,
    LABEL,
    MOMENT,
    TEXT,
    WHOLE,
    Codec,
    Id,
    Many,
    Maybe,
    Record,
    Word,
    by_length,
)
from authtui.trace.observation_codec import OBSERVATION
from authtui.trace.request_codec import REQUEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.trace.stand_ins import StandIns

HEAD: Final = ("sequence", "at", "cause")
"""The fields that every event has; a line holds them as `n`, `at` and `cause`."""

_RUNTIME: Final = Id("agent")
# What programs print may be prompts and answers: only lines that report on a login are kept.
_REPORTS: Final = re.compile(
    r"\s*(?:\d{4}-\d\d-\d\dT\S+\s+)?(?:ERROR\b|WARN\b|Error:|error:|warning:|Warning:|stream error"
    r"|Logged in|Not logged in|Logging out|Login |Successfully logged|Failed to|failed to"
    r"|unexpected status|Please |Your access token)"
)
_PLAIN_WORD: Final = re.compile(r"-{0,2}[a-z][a-z-]{0,30}|--")


class _Said:
    """A line that a program printed: whole where it reports on a login, else only its length."""

    def write(self, value: str, names: StandIns) -> str:
        if _REPORTS.match(value):
            return LABEL.write(value, names)
        return by_length(value)

    def read(self, given: object) -> str:
        return LABEL.read(given)


class _Command:
    """A command line: the program, its first words, its options.

    Any other word may be a prompt, and is written by its length.
    """

    def write(self, value: tuple[str, ...], names: StandIns) -> list[str]:
        written = []
        for number, word in enumerate(value[:100]):
            name, equals, _ = word.partition("=")
            if number == 0:
                written.append(LABEL.write(word.rpartition("/")[2], names))
            elif number <= 2 and _PLAIN_WORD.fullmatch(word):
                written.append(word)
            elif word.startswith("-") and _PLAIN_WORD.fullmatch(name):
                written.append(f"{name}=…" if equals else name)
            else:
                written.append(by_length(word))
        return written

    def read(self, given: object) -> tuple[str, ...]:
        return Many(LABEL).read(given)


def _codec(made: type[ev.Event], fields: Mapping[str, Codec[Any]]) -> Record[ev.Event]:
    head: dict[str, Codec[Any]] = {"sequence": WHOLE, "at": MOMENT, "cause": LABEL}
    return Record(made, head | dict(fields))


# An assessment teaches the ids that stand in other texts, so it is written before them.
_FIELDS: Final[tuple[tuple[type[ev.Event], Mapping[str, Codec[Any]]], ...]] = (
    (
        ev.Loaded,
        {"assessment": ASSESSMENT, "observation": OBSERVATION, "changes": Many(LABEL, 100)},
    ),
    (ev.Restricted, {"message": TEXT, "deletes_stored_login": FLAG}),
    (
        ev.IdentityRegistered,
        {
            "agent_runtime_id": _RUNTIME,
            "account_id": Maybe(Id("acct")),
            "reused": FLAG,
            "stored": Maybe(LABEL),
        },
    ),
    (
        ev.IdentityDropped,
        {"reason": TEXT, "removed_from": Maybe(LABEL), "backup": Maybe(LABEL)},
    ),
    (
        ev.TaskRegistered,
        {"agent_runtime_id": _RUNTIME, "reused": FLAG, "sealed": FLAG, "stored": Maybe(LABEL)},
    ),
    (ev.TaskDropped, {"agent_runtime_id": _RUNTIME, "reason": TEXT}),
    (ev.FellBack, {"reason": TEXT, "until": MOMENT}),
    (
        ev.Asserted,
        {
            "status": Maybe(WHOLE),
            "authorization": Maybe(LABEL),
            "host": LABEL,
            "by_auth_server": FLAG,
            "meaning": TEXT,
            "attempts": WHOLE,
        },
    ),
    (
        ev.Refreshed,
        {"changed": FLAG, "adopted": FLAG, "rotated": FLAG, "backup": Maybe(LABEL)},
    ),
    (
        ev.RecoveryStep,
        {
            "mode": LABEL,
            "step": LABEL,
            "changed": Maybe(FLAG),
            "next_step": LABEL,
            "problem": Maybe(TEXT),
        },
    ),
    (
        ev.LoggedOut,
        {
            "removed": Many(LABEL),
            "revoked": Maybe(LABEL),
            "backups": Many(LABEL),
            "left": Many(TEXT),
            "warnings": Many(TEXT),
        },
    ),
    (ev.Restored, {"place": LABEL, "restored_from": LABEL, "backup": Maybe(LABEL)}),
    (ev.Failed, {"transition": LABEL, "reason": TEXT, "client_text": Maybe(TEXT)}),
    (ev.SourceChanged, {"place": LABEL, "what": Many(LABEL)}),
    (ev.RequestStarted, {"request": REQUEST}),
    (ev.RequestFinished, {"request": REQUEST}),
    (ev.ChildStarted, {"number": WHOLE, "command": _Command(), "overrides": Many(LABEL)}),
    (
        ev.ChildSaid,
        {"number": WHOLE, "stream": Word(("stdout", "stderr")), "lines": Many(_Said())},
    ),
    (
        ev.ChildEnded,
        {
            "number": WHOLE,
            "exit_status": Maybe(WHOLE),
            "signal": Maybe(LABEL),
            "reason": TEXT,
        },
    ),
    (
        ev.RotationSeen,
        {"by": LABEL, "old": Maybe(LABEL), "new": Maybe(LABEL), "accepted": FLAG},
    ),
    (ev.Told, {"text": TEXT, "step": WHOLE, "steps": WHOLE}),
)
EVENTS: Final = {made.__name__: _codec(made, fields) for made, fields in _FIELDS}
"""By the name of the type, which is the `kind` of a line."""
