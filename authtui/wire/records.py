"""A request and its answer, as recorded: names and classes, never secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime


class RequestRecord(NamedTuple):
    """One exchange. `milliseconds` and `status` are None while it is under way."""

    number: int
    at: datetime
    method: str
    host: str
    path: str
    scheme: str = "https"
    status: int | None = None
    milliseconds: float | None = None
    authorization: str | None = None
    request_id: str | None = None
    bytes_received: int | None = None
    meaning: str = ""
    error: str | None = None
