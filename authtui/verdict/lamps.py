"""The four lamps: stored, selected, sent, accepted, each lit on its own evidence.

Reasons are short: they stand in a narrow column beside the verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import NOTHING_SELECTED, NOTHING_STORED, Lamp, Lamps
from authtui.checks.phrases import at_home, describe
from authtui.checks.subject import ago
from authtui.simulation.past import past_events
from authtui.simulation.refreshing import newer_tokens
from authtui.simulation.selection import CHATGPT_MODES
from authtui.simulation.urls import host_and_port

if TYPE_CHECKING:
    from authtui.simulation.program_start import Case, ProgramStart


def light_lamps(case: Case, start: ProgramStart) -> Lamps:
    """stored, selected, sent, accepted: never one on the evidence of another."""
    accepted = _accepted(case, start)
    return Lamps(_stored(case), _selected(case, start), _sent(case, start), accepted)


def _accepted(case: Case, start: ProgramStart) -> Lamp:
    """Lit by the newest turn of the same credential that the client wrote down, with its age."""
    newest = next(past_events(case, start.credential), None)
    if newest is None or (newest.kind == "refused" and newest.status != 401):
        return Lamp("grey", "no answer was seen yet")
    age = ago((case.observation.at - newest.at).total_seconds())
    if newest.kind == "accepted":
        return Lamp("green", f"in the client's own turn, {age} ago")
    return Lamp("red", f"refused in the client's own turn, {age} ago")


def _stored(case: Case) -> Lamp:
    place = case.ladder.store
    if place.credential and newer_tokens(case, place.credential):
        return Lamp("amber", f"{place.name}: newer tokens are in a rescue file")
    if place.credential:
        return Lamp("green", f"{place.name}: {describe(place.credential, short=True)}")
    if place.name == "keyring" and case.observation.keyring.status not in ("present", "absent"):
        return Lamp("grey", "not known: the keyring cannot be read")
    if place.failure:
        return Lamp("red", f"{place.failure.where} cannot be read")
    file = case.observation.auth_file
    if file.exists and case.ladder.store_mode in ("keyring", "ephemeral"):
        return Lamp("amber", f"store mode {case.ladder.store_mode} skips auth.json")
    return Lamp("grey", NOTHING_STORED)


def _selected(case: Case, start: ProgramStart) -> Lamp:
    if start.violation:
        where = case.observation.config.where(start.violation.rule)
        return Lamp("green", f"{start.violation.credential.source}, which {where} refuses")
    if start.failure:
        return Lamp("red", f"{start.failure.source} cannot be used")
    if start.filtered:
        return Lamp("red", f"dropped by {case.observation.config.where(start.filtered)}")
    if start.prediction.mode == "none":
        return Lamp("green", "none is needed")
    if start.credential is None:
        return Lamp("grey", NOTHING_SELECTED)
    stored = case.ladder.store
    if not stored.empty and stored.name != start.credential.source:
        return Lamp("amber", f"{start.credential.source} hides {stored.name}")
    return Lamp("green", start.credential.source)


def _sent(case: Case, start: ProgramStart) -> Lamp:
    request = start.request
    if request is None:
        if start.prediction.exit:
            return Lamp("red", "nothing: Codex stops before")
        return Lamp("grey", "this command sends no model request")
    host = host_and_port(request.base_url)
    if start.prediction.mode == "none":
        return Lamp("green", f"no credential, to {host}, which needs none")
    if request.authorization is None:
        return Lamp("red", f"no credential, to {host}")
    if start.prediction.exit:
        return Lamp("red", f"a wrong credential, to {host}")
    mode = start.credential.mode if start.credential else None
    if mode in CHATGPT_MODES and not at_home(host, case.observation.config.get("chatgpt_base_url")):
        return Lamp("amber", f"{request.authorization} to {host}")
    return Lamp("green", f"{request.authorization} to {host}")
