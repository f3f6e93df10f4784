"""OAuth refresh and revocation, personal access tokens, the account's workspaces and policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from authtui.demo.backend.authentication import caller
from authtui.demo.backend.calls import RefusalError
from authtui.demo.backend.minting import CLIENT_ID

if TYPE_CHECKING:
    from authtui.demo.backend.calls import Call

_SPENT: Final = {
    "used": ("refresh_token_reused", "the refresh token was already used"),
    "expired": ("refresh_token_expired", "the refresh token is expired"),
    "revoked": ("refresh_token_invalidated", "the refresh token was revoked"),
}
WORKSPACE_ORIGIN: Final = "https://chatgpt.com"
"""As recorded. Client 0.169 insists on an https origin, and sends model requests to it instead of
`openai_base_url` where that ends in `/backend-api/codex` (observed): hence the short base here."""
BACKEND_AUTH: Final = ("ChatGPT access token", "personal access token", "AgentAssertion")


def token(call: Call) -> Response:
    """POST /oauth/token: a refresh; every refresh token is good for one."""
    body = _form_or_json(call)
    grant = body.get("grant_type")
    if grant != "refresh_token":
        raise RefusalError(
            "only the grant refresh_token is served here", status=400, code="unsupported_grant_type"
        )
    if body.get("client_id") != CLIENT_ID:
        raise RefusalError("the client id is another", code="invalid_client")
    value = call.text(body, "refresh_token")
    found = call.backend.state.spend_refresh_token(value)
    if found is None:
        code, reason = "refresh_token_invalidated", "the refresh token was not given out here"
        raise RefusalError(reason, code=code)
    if found.status != "live":
        code, reason = _SPENT[found.status]
        raise RefusalError(reason, code=code)
    lifetime = call.backend.settings.access_token_lifetime
    id_token, access_token = call.backend.mint.login_tokens(found.account, lifetime)
    return JSONResponse(
        {
            "id_token": id_token,
            "access_token": access_token,
            "refresh_token": call.backend.mint.refresh_token(found.account),
            "token_type": "Bearer",
            "expires_in": int(lifetime.total_seconds()),
        }
    )


def revoke(call: Call) -> Response:
    """POST /oauth/revoke: no Authorization; an unknown token is no error (RFC 7009)."""
    body = _form_or_json(call)
    call.backend.state.revoke(call.text(body, "token"))
    return JSONResponse({})


def whoami(call: Call) -> Response:
    """GET …/v1/user-auth-credential/whoami: whose personal access token it is."""
    account = caller(call, ("personal access token",))
    return JSONResponse(
        {
            "email": account.email,
            "chatgpt_user_id": account.user_id,
            "chatgpt_account_id": account.account_id,
            "chatgpt_plan_type": account.plan,
            "chatgpt_account_is_fedramp": account.fedramp,
        }
    )


def accounts_check(call: Call) -> Response:
    """GET …/wham/accounts/check: the workspaces of the user; clients from 0.155 route by it."""
    account = caller(call, BACKEND_AUTH)
    mine = [a for a in call.backend.state.accounts if a.user_id == account.user_id]
    mine.sort(key=lambda a: a.account_id != account.account_id)
    return JSONResponse(
        {
            "accounts": [
                {
                    "id": a.account_id,
                    "name": a.name,
                    "structure": "workspace",
                    "plan_type": a.plan,
                    "workspace_backend_origin": WORKSPACE_ORIGIN,
                    "account_routing_override": "NO_CONSTRAINT",
                }
                for a in mine
            ],
            "default_account_id": account.account_id,
            "account_ordering": [a.account_id for a in mine],
        }
    )


def config(call: Call) -> Response:
    """GET …/wham/config/bundle (and …/requirements of older clients): no managed policy."""
    caller(call, BACKEND_AUTH)
    return JSONResponse({})


def _form_or_json(call: Call) -> dict[str, Any]:
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(call.body.decode("utf-8", "replace")))
    return call.json_object()
