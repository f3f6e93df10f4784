"""OAuth login, refresh and revocation, access tokens, the account's workspaces and policies."""

from __future__ import annotations

import hashlib
import html
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from authtui.base64url import base64url
from authtui.demo.backend.authentication import caller
from authtui.demo.backend.calls import RefusalError
from authtui.demo.backend.minting import HOUR
from authtui.demo.backend.state import LoginCode
from authtui.exchanges.endpoints import CLIENT_ID

if TYPE_CHECKING:
    from authtui.demo.backend.calls import Call
    from authtui.demo.backend.state import Account

_SPENT: Final = {
    "used": ("refresh_token_reused", "the refresh token was already used"),
    "expired": ("refresh_token_expired", "the refresh token is expired"),
    "revoked": ("refresh_token_invalidated", "the refresh token was revoked"),
}
WORKSPACE_ORIGIN: Final = "https://chatgpt.com"
"""As recorded. Client 0.169 insists on an https origin, and sends model requests to it instead of
`openai_base_url` where that ends in `/backend-api/codex` (observed): hence the short base here."""
BACKEND_AUTH: Final = ("ChatGPT access token", "personal access token", "AgentAssertion")


def authorize(call: Call) -> Response:
    """GET /oauth/authorize: choose a workspace; `workspace` in the query is the choice made.

    What a person would do in the browser. The code is bound to the challenge (RFC 7636, S256).
    """
    asked = dict(parse_qsl(call.query))
    back, challenge = asked.get("redirect_uri", ""), asked.get("code_challenge", "")
    if asked.get("client_id") != CLIENT_ID or asked.get("code_challenge_method") != "S256":
        raise RefusalError("the client id or the challenge is missing", status=400)
    if not challenge or urlsplit(back).hostname not in ("localhost", "127.0.0.1"):
        raise RefusalError("the way back does not lead to this machine", status=400)
    if "workspace" not in asked:
        return HTMLResponse(_choice(call))
    account = call.backend.state.account(asked["workspace"])
    if account is None:
        raise RefusalError("there is no such workspace", status=400)
    code = f"code-demo-{secrets.token_hex(16)}"
    call.backend.state.add_code(code, LoginCode(account, challenge))
    answer = urlencode({"code": code, "state": asked.get("state", "")})
    return RedirectResponse(f"{back}?{answer}", status_code=302)


def _choice(call: Call) -> str:
    rows = [
        f'<li><a href="?{html.escape(call.query)}&amp;workspace={html.escape(a.account_id)}">'
        f"{html.escape(a.name)}</a></li>"
        for a in call.backend.state.accounts
    ]
    return f"<!doctype html><title>Choose a workspace</title><ul>{''.join(rows)}</ul>"


def token(call: Call) -> Response:
    """POST /oauth/token: a refresh or the end of a login; each token and code is good for one."""
    body = _form_or_json(call)
    grant = body.get("grant_type")
    if body.get("client_id") != CLIENT_ID:
        raise RefusalError("the client id is another", code="invalid_client")
    if grant == "authorization_code":
        return _exchange(call, body)
    if grant != "refresh_token":
        raise RefusalError(
            "only the grants refresh_token and authorization_code are served here",
            status=400,
            code="unsupported_grant_type",
        )
    value = call.text(body, "refresh_token")
    found = call.backend.state.spend_refresh_token(value)
    if found is None:
        code, reason = "refresh_token_invalidated", "the refresh token was not given out here"
        raise RefusalError(reason, code=code)
    if found.status != "live":
        code, reason = _SPENT[found.status]
        raise RefusalError(reason, code=code)
    return _tokens(call, found.account)


def _exchange(call: Call, body: dict[str, object]) -> Response:
    granted = call.backend.state.spend_code(call.text(body, "code"))
    if granted is None:
        raise RefusalError("the code was not given out here, or was used", code="invalid_grant")
    verifier = call.text(body, "code_verifier").encode("utf-8", "replace")
    challenge = base64url(hashlib.sha256(verifier).digest())
    if challenge != granted.challenge:
        raise RefusalError("the verifier does not fit the challenge", code="invalid_grant")
    return _tokens(call, granted.account)


def _tokens(call: Call, account: Account) -> Response:
    id_token, access_token = call.backend.mint.login_tokens(account)
    return JSONResponse(
        {
            "id_token": id_token,
            "access_token": access_token,
            "refresh_token": call.backend.mint.refresh_token(account),
            "token_type": "Bearer",
            "expires_in": int(HOUR.total_seconds()),
        }
    )


def revoke(call: Call) -> Response:
    """POST /oauth/revoke: no Authorization; an unknown token is not an error (RFC 7009)."""
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


def _form_or_json(call: Call) -> dict[str, object]:
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(call.body.decode("utf-8", "replace")))
    return call.json_object()
