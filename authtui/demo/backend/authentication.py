"""Who is calling: every credential class is checked for real, and a refusal says why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from authtui.demo.backend.calls import RefusalError
from authtui.demo.backend.minting import API_AUDIENCE
from authtui.exchanges.exchange_redaction import ACCOUNT_HEADER
from authtui.identity.assertion import SCHEME, Assertion, read_assertion, signature_matches
from authtui.tokens.claims import AUTH

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from authtui.demo.backend.calls import Call
    from authtui.demo.backend.state import Account, AuthClass

FRESH: Final = timedelta(minutes=5)
"""How far a signed timestamp may be from the clock. This backend's own choice."""
BISCUIT_HEADER: Final = "x-openai-authorization"


def auth_class(headers: Headers) -> AuthClass:
    """The class of the credential a request carries, by its shape only."""
    value = headers.get("authorization")
    if value is None:
        return "biscuit" if BISCUIT_HEADER in headers else "none"
    if value.startswith(SCHEME + " "):
        return "AgentAssertion"
    scheme, _, token = value.partition(" ")
    if scheme.lower() != "bearer" or not token:
        return "other"
    if token.startswith("sk-"):
        return "API key"
    if token.startswith("at-"):
        return "personal access token"
    return "ChatGPT access token" if token.count(".") == 2 else "other"


def caller(call: Call, accepted: tuple[AuthClass, ...]) -> Account:
    """The account that calls, with a credential of one of the accepted classes."""
    kind = auth_class(call.headers)
    if kind == "none":
        raise RefusalError("Missing bearer or basic authentication in header")
    if kind not in accepted:
        article = "an" if kind[0] in "AEIOUaeiou" else "a"
        what = "this Authorization header" if kind == "other" else f"{article} {kind}"
        raise RefusalError(f"{what} is not accepted at {call.path}")
    header_wanted = False
    if kind == "AgentAssertion":
        account, header_wanted = _by_assertion(call)
    elif kind == "ChatGPT access token":
        account = _by_access_token(call)
    elif kind == "personal access token":
        account = _known(call.backend.state.personal_token(bearer(call)), kind)
    else:
        return _known(call.backend.state.api_key(bearer(call)), kind)
    _account_header(call, account, required=header_wanted)
    return account


def bearer(call: Call) -> str:
    """The token behind `Bearer`."""
    return call.headers.get("authorization", "").partition(" ")[2]


def by_biscuit(call: Call) -> Account | None:
    """The account a biscuit speaks for; None where the call carries none."""
    value = call.headers.get(BISCUIT_HEADER)
    if value is None:
        return None
    found = call.backend.state.biscuit(value)
    if found is None:
        raise RefusalError("the biscuit was not given out by this backend")
    if found.path != call.path:
        raise RefusalError(f"the biscuit was given out for {found.path}, not for {call.path}")
    return found.account


def fresh(call: Call, timestamp: str) -> None:
    """Refuse a timestamp that is none, has no zone, or is too far from the clock."""
    try:
        at = datetime.fromisoformat(timestamp)
        apart = call.now - at
    except (ValueError, TypeError, OverflowError):
        raise RefusalError("the timestamp is not RFC 3339 with a time zone", status=400) from None
    if abs(apart) > FRESH:
        side = "old" if apart > timedelta() else "ahead of the clock"
        seconds = round(abs(apart).total_seconds())
        reason = f"the timestamp is {seconds} seconds {side}"
        explained = call.backend.settings.explains
        raise RefusalError(reason, said=None if explained else "the signature is not accepted")


def _by_assertion(call: Call) -> tuple[Account, bool]:
    """The account, and whether it must be named in the account header.

    Client 0.123 sends an assertion without that header (observed); its tasks come with a biscuit.
    """
    found = read_assertion(call.headers["authorization"])
    if not isinstance(found, Assertion):
        raise RefusalError(found)
    agent = call.backend.state.agent(found.agent_runtime_id)
    if agent is None:
        raise RefusalError("the agent of the assertion is not registered")
    if not signature_matches(found, agent.public_key):
        raise RefusalError("the assertion is not signed with the agent's registered key")
    if found.task_id not in agent.tasks:
        raise RefusalError("the task of the assertion is not one of this agent's")
    fresh(call, found.timestamp)
    return agent.account, found.task_id not in agent.human_tasks


def _by_access_token(call: Call) -> Account:
    token = bearer(call)
    claims = call.backend.keys.verified(token)
    if claims is None:
        raise RefusalError("the access token was not signed by this backend")
    audience = claims.get("aud")
    if audience != API_AUDIENCE and API_AUDIENCE not in (audience or ()):
        raise RefusalError("the token is not an access token: its audience is another")
    expiry = claims.get("exp")
    if not isinstance(expiry, (int, float)) or expiry <= call.now.timestamp():
        raise RefusalError("the access token is expired", code="token_expired")
    if call.backend.state.is_revoked(token):
        raise RefusalError("the access token was revoked", code="token_revoked")
    auth = claims.get(AUTH)
    account_id = auth.get("chatgpt_account_id") if isinstance(auth, dict) else None
    return _known(call.backend.state.account(str(account_id)), "account")


def _known(account: Account | None, kind: str) -> Account:
    if account is None:
        raise RefusalError(f"the {kind} is not known here")
    return account


def _account_header(call: Call, account: Account, *, required: bool) -> None:
    given = call.headers.get(ACCOUNT_HEADER)
    if given is None:
        if required:
            raise RefusalError("the account header is missing")
        return
    if given != account.account_id:
        raise RefusalError("the account header names another account than the credential")
