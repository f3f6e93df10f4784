"""What the client has already seen: answers, refusals and limits that its own files keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from datetime import datetime


class PastEvent(NamedTuple):
    """One thing that the client wrote down; `at` is aware UTC, `file` its path below the home.

    `accepted`: the model answered. `refused`: a turn ended in an error. `login`: a line of the log
    of a login. `status` and `request_id` are those of the server, where the text names them;
    `account` is the one whose turn it was.
    """

    at: datetime
    kind: Literal["accepted", "refused", "login"]
    file: str
    text: str = ""
    status: int | None = None
    request_id: str | None = None
    account: str | None = None
    provider: str | None = None


class LimitWindow(NamedTuple):
    """How much of a window of `minutes` is used, in percent, and when it begins anew."""

    minutes: int
    used: float
    resets_at: datetime | None = None


class PastLimits(NamedTuple):
    """The limits that the server told last; `reached` is its word for the one that is used up."""

    at: datetime
    windows: tuple[LimitWindow, ...] = ()
    reached: str | None = None
    account: str | None = None


class ClientPast(NamedTuple):
    """What was seen, the newest first."""

    events: tuple[PastEvent, ...] = ()
    limits: PastLimits | None = None
