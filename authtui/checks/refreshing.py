"""Renewing a ChatGPT login: when the client tries, and what it says when that fails.

The login is renewed before it expires, when it lacks its date, and after a 401. Sources: spec
auth_json.md 5 and request_auth.md 9; recorded clients 0.122 to 0.169, driven clients.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from authtui.contracts import SIGNED_OUT_SINCE
from authtui.credentials.assumptions import OK, refusal
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.checks.courses import Case
    from authtui.contracts import Contract
    from authtui.credentials.selection import Credential

RENEWED: Final = "the token is refreshed: the authority takes the refresh token"
REFRESH_URL: Final = "https://auth.openai.com/oauth/token"
OVERRIDE: Final = "CODEX_REFRESH_TOKEN_URL_OVERRIDE"
_START: Final = "Your access token could not be refreshed"
_END: Final = "Please log out and sign in again."
GENERIC: Final = f"{_START}. {_END}"
KNOWN: Final = {
    "refresh_token_expired": f"{_START} because your refresh token has expired. {_END}",
    "refresh_token_reused": f"{_START} because your refresh token was already used. {_END}",
    "refresh_token_invalidated": f"{_START} because your refresh token was revoked. {_END}",
}
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class RefreshProblem(NamedTuple):
    """Why a login cannot be renewed, in the client's words; none where the server's are shown.

    `lasting`: no repetition helps, and the client says so at once. `url`: the address itself is
    at fault.
    """

    text: str
    lasting: bool = False
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
    """Whether the access token says of itself that its time is over: servers refuse it."""
    from authtui.tokens.jwt import exp_of

    document = credential.document
    if document is None or document.tokens is None:
        return False
    expires = exp_of(document.tokens.access_token.reveal())
    return expires is not None and expires <= now.timestamp()


def has_to_be_renewed(case: Case, credential: Credential) -> bool:
    """Whether the login is stale, expired, or lacks the date without which it gives no token."""
    now, document = case.observation.at, credential.document
    undated = document is not None and document.last_refresh is None
    return undated or is_stale(credential, case.contract, now) or has_expired(credential, now)


def is_refused(case: Case, credential: Credential) -> bool:
    """Whether the servers refuse the access token as it is stored."""
    given = case.assumptions
    if given.accepts_expired == "yes" or given.responses == "unreachable":
        return False
    return has_expired(credential, case.observation.at)


def refresh_problem(case: Case, credential: Credential) -> RefreshProblem | None:
    """Why the client cannot renew this login, or None where it can.

    A login without `tokens.account_id` is never renewed: the client compares that id with what is
    stored by then, and finds nothing to compare.
    """
    contract = case.contract
    if credential.mode == "chatgpt_auth_tokens":
        return RefreshProblem(contract.host_refresh)
    document = credential.document
    if document is None or document.tokens is None or document.tokens.account_id is None:
        return RefreshProblem(SIGNED_OUT_SINCE, lasting=True)
    given = case.observation.environment.get(OVERRIDE)
    url = given.value.reveal() if given is not None else REFRESH_URL
    if not _SCHEME.match(url):
        return RefreshProblem("builder error", url=True)
    if not url.lower().startswith(("http:", "https:")):
        return RefreshProblem(f"builder error for url ({url})", url=True)
    fault = case.assumptions.refresh
    if fault == OK:
        return None
    if fault == "unreachable":
        return RefreshProblem(f"error sending request for url ({url})")
    if fault == "not-json":
        return RefreshProblem("error decoding response body")
    return _refused(fault, contract)


def _refused(fault: str, contract: Contract) -> RefreshProblem:
    refused = refusal(fault)
    if refused is None:
        # The code alone: the answer that the authority gives is a 401.
        return RefreshProblem(KNOWN.get(fault, GENERIC), lasting=True)
    body = refused.body or ""
    said = f"{refused.status}: {_message(body)}" if body else refused.status
    judged = judge_refusal(int(refused.status[:3]), body.encode(), said, contract)
    return RefreshProblem(judged.text, judged.permanent)


def _message(body: str) -> str:
    """What the client repeats of a refusal: `error.message`, else the body."""
    error = _error_of(body)
    found = error.get("message") if isinstance(error, dict) else None
    return found if isinstance(found, str) else body


class Refused(NamedTuple):
    """Why the authority gave no tokens. `permanent`: no further attempt is made for this login."""

    text: str
    permanent: bool


def judge_refusal(status: int, body: bytes, message: str, contract: Contract) -> Refused:
    """What a refused refresh means to a generation: the code table and what counts as final."""
    code = refusal_code(body)
    rules = contract.registration
    known = code in KNOWN
    permanent = (
        status == 401
        or (known and rules.known_codes)
        or (status == 400 and code == "invalid_grant" and rules.invalid_grant)
    )
    if permanent:
        return Refused(KNOWN.get(code, GENERIC), permanent=True)
    return Refused(f"Failed to refresh token: {message}", permanent=False)


def refusal_code(body: bytes) -> str:
    """`error.code`, else `error` if it is a text, else `code`; lower case, empty for none."""
    import json

    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(value, dict):
        return ""
    error: Any = value.get("error")
    found = error.get("code") if isinstance(error, dict) else error
    if not isinstance(found, str):
        found = value.get("code")
    return found.lower() if isinstance(found, str) else ""


def _error_of(body: str) -> object:
    import json

    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value.get("error") if isinstance(value, dict) else None
