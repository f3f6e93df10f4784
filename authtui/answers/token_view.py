"""What is shown of a token: its rows, each with what it means and whether it passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from authtui.answers.findings import CheckStatus
    from authtui.redaction import Secret


class ClaimRow(NamedTuple):
    """One line of the claims pane: `value` as text, `note` explains, `status` judges (or None)."""

    name: str
    value: str
    note: str = ""
    status: CheckStatus | None = None
    explanation: str = ""
    secret: Secret | None = None
    section: Literal["header", "payload", "key"] = "payload"


class TokenView(NamedTuple):
    """One decoded token. `verified`: `not-checked`, `valid`, `invalid` or `unsigned`."""

    name: str
    origin: str
    header: Mapping[str, object]
    claims: Mapping[str, object]
    rows: tuple[ClaimRow, ...]
    expires_at: datetime | None = None
    issued_at: datetime | None = None
    verified: Literal["not-checked", "valid", "invalid", "unsigned"] = "not-checked"
    verified_note: str = "decoded, not verified"
    problems: tuple[str, ...] = ()
    secret: Secret | None = None
