"""A browser login at the backend, as the client does it: authorize, callback, exchange, store.

authtui itself never logs anybody in; this is for throw-away homes only.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from authtui.base64url import base64url
from authtui.credentials.store_writer import WriteFailure, replace_document
from authtui.demo.backend.minting import login_document
from authtui.exchanges.answers import WireFailure
from authtui.exchanges.endpoints import CLIENT_ID
from authtui.lifecycle.preview import Outcome
from authtui.lifecycle.refresh import last_refresh_text
from authtui.machine.files import read_file
from authtui.machine.observation import AUTH_FILE
from authtui.tokens.claims import AUTH
from authtui.tokens.jwt import decode

if TYPE_CHECKING:
    from authtui.demo.stage import Stage
    from authtui.wire.client import Wire

AUTHORITY: Final = "auth.openai.com"
_BACK: Final = "http://localhost:1455/auth/callback"
_SECONDS: Final = 20.0


async def log_in(stage: Stage, workspace: str) -> Outcome:
    """Log in and choose a workspace; a failure carries the client's own words (#6849, #26764)."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64url(hashlib.sha256(verifier.encode()).digest())
    asked = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": _BACK,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "state": secrets.token_urlsafe(16),
        "workspace": workspace,
    }
    async with stage.browser() as browser:
        code = await _code(browser, f"https://{AUTHORITY}/oauth/authorize?{urlencode(asked)}")
    if code is None:
        return _failed(stage, "The browser was not sent back with a code.", None)
    body = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "redirect_uri": _BACK,
        "code": code,
        "code_verifier": verifier,
    }
    url = f"https://{AUTHORITY}/oauth/token"
    async with stage.wires(stage.session)(frozenset({AUTHORITY})) as wire:
        answer = await wire.request("POST", url, json=body, timeout=_SECONDS)
    if isinstance(answer, WireFailure):
        text = f"Token exchange failed: error sending request for url ({url})"
        return _failed(stage, answer.statement, text)
    value = answer.json()
    if not answer.ok or not isinstance(value, dict):
        text = f"Token exchange failed: token endpoint returned status {answer.status_text}"
        return _failed(stage, f"the token endpoint answered {answer.status}", text)
    problem = _store(stage, value)
    if problem is not None:
        return _failed(stage, problem, None)
    stage.session.load("login")
    return Outcome("login", done=True, reason="Logged in.", live=True)


async def _code(browser: Wire, url: str) -> str | None:
    answer = await browser.request("GET", url, timeout=_SECONDS)
    if isinstance(answer, WireFailure):
        return None
    back = answer.header("location") or ""
    return dict(parse_qsl(urlsplit(back).query)).get("code") if back.startswith(_BACK) else None


def _store(stage: Stage, tokens: dict[str, object]) -> str | None:
    claims = decode(str(tokens.get("id_token", ""))).claims or {}
    auth = claims.get(AUTH)
    account_id = auth.get("chatgpt_account_id") if isinstance(auth, dict) else None
    document = login_document(tokens, account_id, last_refresh_text(stage.time.local()))
    path = stage.home / AUTH_FILE
    before = read_file(path)
    data = json.dumps(document, indent=2).encode()
    done = replace_document(path, data, now=stage.time.local(), expected=before.data)
    return done.sentence if isinstance(done, WriteFailure) else None


def _failed(stage: Stage, reason: str, text: str | None) -> Outcome:
    stage.session.fail("login", f"The login failed: {reason}", text)
    return Outcome("login", done=False, reason=reason, live=True, client_text=text)
