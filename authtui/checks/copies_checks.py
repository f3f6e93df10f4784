"""Other places that hold the same refresh token (LIFE)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import chatgpt_login, quoted_path

if TYPE_CHECKING:
    from authtui.checks.registry import Subject


@check(
    "refresh.copies",
    "LIFE",
    "No other home holds the same refresh token",
    source="codex-rs/login/src/auth/manager.rs (refresh_token_reused)",
    modes=(1, 32),
)
def _copies(subject: Subject) -> Finding | None:
    if chatgpt_login(subject) is None:
        return None
    copies = subject.observation.copies
    homes = [copy for copy in copies if copy.holder is None]
    if not homes:
        kept = [f"{copy.holder}: {copy.shown}" for copy in copies]
        words = "no other home holds this refresh token"
        return Finding("pass", words + (f"; {len(kept)} kept aside" if kept else ""), kept)
    first = homes[0]
    folder = first.path.rpartition("/")[0]
    return Finding(
        "warn",
        f"{first.shown} holds the same refresh token: it works once, for one of the two",
        [f"{copy.holder or 'a home'}: {copy.shown}" for copy in copies],
        "A refresh token is used up by the first refresh. Whoever comes second is told that it was "
        "already used, and has to log in again; the server may then revoke the login of both.",
        Fix("give that home a login of its own", f"CODEX_HOME={quoted_path(folder)} codex login"),
        first.shown,
    )
