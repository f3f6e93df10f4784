"""What of the client's own past belongs to the credential that is selected now. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.machine.past_events import PastEvent, PastLimits
    from authtui.simulation.program_start import Case
    from authtui.simulation.selection import Credential

_SLACK: Final = timedelta(seconds=2)
_OPENAI: Final = (None, "openai")


def past_events(case: Case, credential: Credential | None) -> Iterator[PastEvent]:
    """The turns of the same account since the file with the login was changed, newest first.

    A credential of a variable may be another one than it was then: of it nothing is told.
    """
    if credential is None or credential.source != "auth.json":
        return
    changed = case.observation.auth_file.modified
    for event in case.observation.past.events:
        if changed is not None and event.at + _SLACK < changed:
            return
        same = event.account == credential.account_id and event.provider in _OPENAI
        if event.kind != "login" and same:
            yield event


def past_limits(case: Case, credential: Credential | None) -> PastLimits | None:
    """The limits that the server told last of the same account."""
    limits = case.observation.past.limits
    if limits is None or credential is None or limits.account != credential.account_id:
        return None
    return limits
