"""Refreshing a ChatGPT login: when the client tries, and what it says when that fails.

It tries before the access token expires, when `last_refresh` is missing, and after a 401.
Sources: codex-rs/login/src/auth/manager.rs; recorded and driven clients 0.122 to 0.169.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authtui.contracts import REFRESH_OVERRIDE, REFRESH_URL, SIGNED_OUT_SINCE
from authtui.credentials.obstacles import obstacle_to_refresh
from authtui.machine.observation import AUTH_FILE
from authtui.record import NamedTuple
from authtui.simulation.api_keys import is_placeholder
from authtui.simulation.assumptions import AS_STORED, OK, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from authtui.contracts import Contract
    from authtui.credentials.obstacles import Obstacle
    from authtui.simulation.program_start import Case
    from authtui.simulation.selection import Credential

EMPTY_REFUSED: Final = "400"
"""What the service answers to a refresh without a token: a refusal, in words of its own."""
REFRESHED: Final = "the refresh succeeds: the authorization server accepts the refresh token"
_START: Final = "Your access token could not be refreshed"
_END: Final = "Please log out and sign in again."
GENERIC: Final = f"{_START}. {_END}"
_REUSED: Final = "refresh_token_reused"
KNOWN: Final = {
    "refresh_token_expired": f"{_START} because your refresh token has expired. {_END}",
    _REUSED: f"{_START} because your refresh token was already used. {_END}",
    "refresh_token_invalidated": f"{_START} because your refresh token was revoked. {_END}",
}
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class RefreshProblem(NamedTuple):
    """Why a login cannot be refreshed. `text` is the client's; empty where it shows the server's.

    `permanent`: the client makes no further attempt for this login. `url`: the refresh URL
    itself is at fault.
    """

    text: str
    permanent: bool = False
    url: bool = False


def is_stale(credential: Credential, contract: Contract, now: datetime) -> bool:
    """The proactive rule: access-token `exp` within the margin, else 8 days of last_refresh."""
    from authtui.tokens.jwt import exp_of

    document = credential.document
    if credential.mode != "chatgpt" or document is None or document.tokens is None:
        return False
    expires = exp_of(document.tokens.access_token.reveal())
    if expires is not None:
        return expires <= now.timestamp() + contract.refresh_margin_seconds
    if document.last_refresh is None:
        return False
    return document.last_refresh.timestamp() < now.timestamp() - 8 * 86_400


def has_expired(credential: Credential, now: datetime) -> bool:
    """Whether the access token's own `exp` has passed: servers refuse it."""
    from authtui.tokens.jwt import exp_of

    document = credential.document
    if document is None or document.tokens is None:
        return False
    expires = exp_of(document.tokens.access_token.reveal())
    return expires is not None and expires <= now.timestamp()


def needs_refresh(case: Case, credential: Credential) -> bool:
    """Whether the login is stale or expired, or has no `last_refresh`: then it gives no token."""
    now, document = case.observation.at, credential.document
    undated = document is not None and document.last_refresh is None
    return undated or is_stale(credential, case.contract, now) or has_expired(credential, now)


def is_token_refused(case: Case, credential: Credential) -> bool:
    """Whether the servers refuse the access token as it is stored."""
    given = case.assumptions
    if given.accepts_expired == "yes" or given.responses == "unreachable":
        return False
    return has_expired(credential, case.observation.at)


def has_placeholder(case: Case, credential: Credential) -> bool:
    """Whether something stands in the place of the access token, and no server is assumed of it."""
    document, given = credential.document, case.assumptions
    if document is None or document.tokens is None:
        return False
    if (given.accounts_check, given.responses) != (OK, OK):
        return False
    return is_placeholder(document.tokens.access_token.reveal())


def refresh_problem(case: Case, credential: Credential) -> RefreshProblem | None:
    """Why the client cannot refresh this login, or None where it can.

    A login without `tokens.account_id` is never refreshed: the client first compares that id with
    the record as it is stored by then, and finds nothing to compare.
    """
    contract = case.contract
    if credential.mode == "chatgpt_auth_tokens":
        return RefreshProblem(contract.host_refresh)
    document = credential.document
    if document is None or document.tokens is None or document.tokens.account_id is None:
        return RefreshProblem(SIGNED_OUT_SINCE, permanent=True)
    given = case.observation.environment.get(REFRESH_OVERRIDE)
    url = given.value.reveal() if given is not None else REFRESH_URL
    if not _SCHEME.match(url):
        return RefreshProblem("builder error", url=True)
    if not url.lower().startswith(("http:", "https:")):
        return RefreshProblem(f"builder error for url ({url})", url=True)
    fault = case.assumptions.refresh
    if fault == AS_STORED:
        fault = OK if document.tokens.refresh_token.reveal().strip() else EMPTY_REFUSED
        if newer_tokens(case, credential):
            fault = _REUSED
    if fault == OK:
        return RefreshProblem(KNOWN[_REUSED], permanent=True) if unkept(case, credential) else None
    if fault == "unreachable":
        return RefreshProblem(f"error sending request for url ({url})")
    if fault == "not-json":
        return RefreshProblem("error decoding response body")
    return _refused(fault, contract)


def newer_tokens(case: Case, credential: Credential) -> tuple[str, ...]:
    """The rescue files with the tokens that came after those stored, whose refresh is used up."""
    storage = case.observation.storage
    places = {AUTH_FILE: storage.rescues, "keyring": storage.entry_rescues}
    return places.get(credential.source, ()) if credential.mode == "chatgpt" else ()


def unkept(case: Case, credential: Credential) -> Obstacle | None:
    """What keeps the tokens of a refresh from being stored, or None.

    The client then drops them and goes on with the old ones; its second refresh, after the 401
    that an expired token gets, is told that the refresh token was already used (0.128, 0.169 and
    0.171, driven). A lock is waited for.
    """
    if credential.mode != "chatgpt" or credential.source != AUTH_FILE:
        return None
    found = obstacle_to_refresh(case.observation, case.contract.store)
    return None if found is None or found.kind == "lock" else found


def _refused(fault: str, contract: Contract) -> RefreshProblem:
    refused = refusal(fault)
    if refused is None:
        # The code alone: the server answers it with a 401.
        return RefreshProblem(KNOWN.get(fault, GENERIC), permanent=True)
    body = refused.body or ""
    said = f"{refused.status}: {_message(body)}" if body else refused.status
    return judge_refusal(int(refused.status[:3]), body.encode(), said, contract)


def _message(body: str) -> str:
    """What the client repeats of a refusal: `error.message`, else the body."""
    error = _fields(body).get("error")
    found = error.get("message") if isinstance(error, dict) else None
    return found if isinstance(found, str) else body


def judge_refusal(status: int, body: bytes, message: str, contract: Contract) -> RefreshProblem:
    """What a refused refresh means to a generation: the code table and what counts as final."""
    code = refusal_code(body)
    rules = contract.registration
    permanent = (
        status == 401
        or (code in KNOWN and rules.known_codes)
        or (status == 400 and code == "invalid_grant" and rules.invalid_grant)
    )
    if permanent:
        return RefreshProblem(KNOWN.get(code, GENERIC), permanent=True)
    return RefreshProblem(f"Failed to refresh token: {message}")


def refusal_code(body: bytes) -> str:
    """`error.code`, else `error` if it is a string, else `code`; lower case, empty for none."""
    fields = _fields(body)
    error: object = fields.get("error")
    found = error.get("code") if isinstance(error, dict) else error
    if not isinstance(found, str):
        found = fields.get("code")
    return found.lower() if isinstance(found, str) else ""


def _fields(body: bytes | str) -> Mapping[str, object]:
    import json

    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
