"""The Starlette application: one table of endpoints, faults, and a record of every request."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from authtui.demo.backend import accounts, agents, control, model_calls
from authtui.demo.backend.authentication import auth_class
from authtui.demo.backend.broken import DroppedResponse, TruncatedResponse
from authtui.demo.backend.calls import Call, RefusalError
from authtui.demo.backend.faults import LONGEST_HOLD
from authtui.demo.backend.state import SeenRequest
from authtui.exchanges.exchange_redaction import ACCOUNT_HEADER
from authtui.record import NamedTuple
from authtui.redaction import safe_text

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from starlette.requests import Request

    from authtui.demo.backend.backend import Backend


class _Endpoint(NamedTuple):
    name: str
    methods: tuple[str, ...]
    pattern: re.Pattern[str]
    handler: Callable[[Call], Response]


_BASE: Final = r"(?:/[^/]+)*"
_MODEL_BASE: Final = "/(?:backend-api/codex|codex|v1)"
_TABLE: Final = (
    _Endpoint("jwks", ("GET",), re.compile(_BASE + "/agent-identities/jwks"), agents.key_set),
    _Endpoint("biscuit", ("GET",), re.compile(_BASE + "/authenticate_app_v2"), agents.biscuit),
    _Endpoint(
        "agent-register", ("POST",), re.compile(_BASE + "/v1/agent/register"), agents.register_agent
    ),
    _Endpoint(
        "task-register",
        ("POST",),
        re.compile(_BASE + "/v1/agent/(?P<runtime>[^/]+)/task/register"),
        agents.register_task,
    ),
    _Endpoint("authorize", ("GET",), re.compile("/oauth/authorize"), accounts.authorize),
    _Endpoint("token", ("POST",), re.compile("/oauth/token"), accounts.token),
    _Endpoint("revoke", ("POST",), re.compile("/oauth/revoke"), accounts.revoke),
    _Endpoint(
        "whoami", ("GET",), re.compile(_BASE + "/v1/user-auth-credential/whoami"), accounts.whoami
    ),
    _Endpoint("models", ("GET",), re.compile(_MODEL_BASE + "/models"), model_calls.models),
    _Endpoint(
        "responses",
        ("POST", "GET", "HEAD"),
        re.compile(_MODEL_BASE + "/responses"),
        model_calls.responses,
    ),
    _Endpoint(
        "accounts-check",
        ("GET",),
        re.compile(_BASE + "/wham/accounts/check(?:/[^/]+)?"),
        accounts.accounts_check,
    ),
    _Endpoint(
        "config",
        ("GET",),
        re.compile(_BASE + "/wham/config/(?:bundle|requirements)"),
        accounts.config,
    ),
)
_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_SHOWN: Final = 200
_LARGEST_BODY: Final = 32 * 1024 * 1024
_HTML: Final = (
    "<!doctype html><html><head><title>Sign in to the network</title></head>"
    "<body><h1>Sign in to the network</h1></body></html>"
)


def build_app(backend: Backend) -> Starlette:
    """The application that serves `backend`."""

    async def every(request: Request) -> Response:
        return await _serve(backend, request)

    async def states(request: Request) -> Response:
        return control.state(backend, request)

    async def faults(request: Request) -> Response:
        return await control.faults(backend, request)

    return Starlette(
        routes=[
            Route(control.STATE, states, methods=["GET"]),
            Route(control.FAULTS, faults, methods=["GET", "PUT", "POST", "DELETE"]),
            Route("/{path:path}", every, methods=_METHODS),
        ]
    )


async def _serve(backend: Backend, request: Request) -> Response:
    path = request.url.path
    endpoint, parts = _find(path)
    name = endpoint.name if endpoint else "unknown"
    struck = backend.faults.take(name) if endpoint else ()
    body = await _body(request)
    call = Call(
        backend, request.method, path, request.headers, body, parts, struck, request.url.query
    )
    delay = call.fault("delay")
    if delay is not None:
        await _wait(backend, float(delay.value or 0))
    if call.fault("hold") is not None:
        with backend.faults.holding() as go:
            await _wait(backend, LONGEST_HOLD, go)
    answer, reason = _answer(endpoint, call)
    answer = _broken(call, answer)
    skew = call.fault("date")
    at = backend.clock() + timedelta(seconds=float(skew.value or 0) if skew else 0)
    answer.headers["Date"] = format_datetime(at.replace(microsecond=0), usegmt=True)
    account = request.headers.get(ACCOUNT_HEADER)
    backend.state.record(
        SeenRequest(
            number=0,
            at=backend.clock(),
            method=request.method,
            path=safe_text(path, _SHOWN),
            endpoint=name,
            auth=auth_class(request.headers),
            account_header=None if account is None else safe_text(account, _SHOWN),
            status=None if isinstance(answer, DroppedResponse) else answer.status_code,
            refused=None if reason is None else safe_text(reason, _SHOWN),
            fault=", ".join(fault.kind for fault in struck) or None,
        )
    )
    return answer


def _find(path: str) -> tuple[_Endpoint | None, dict[str, str]]:
    for endpoint in _TABLE:
        found = endpoint.pattern.fullmatch(path)
        if found is not None:
            return endpoint, found.groupdict()
    return None, {}


async def _body(request: Request) -> bytes:
    data = bytearray()
    async for piece in request.stream():
        if len(data) + len(piece) <= _LARGEST_BODY:
            data += piece
    return bytes(data)


async def _wait(backend: Backend, seconds: float, go: threading.Event | None = None) -> None:
    # In short steps, so that stopping the backend does not have to wait for a long delay.
    end = asyncio.get_running_loop().time() + seconds
    while not backend.stopping and not (go is not None and go.is_set()):
        left = end - asyncio.get_running_loop().time()
        if left <= 0:
            return
        await asyncio.sleep(min(left, 0.05))


def _answer(endpoint: _Endpoint | None, call: Call) -> tuple[Response, str | None]:
    try:
        return _handled(endpoint, call), None
    except RefusalError as refusal:
        error = {
            "message": refusal.said,
            "type": "invalid_request_error",
            "param": None,
            "code": refusal.code,
        }
        answer = JSONResponse({"error": error}, status_code=refusal.status)
        return answer, refusal.reason


def _handled(endpoint: _Endpoint | None, call: Call) -> Response:
    if endpoint is None:
        raise RefusalError("there is nothing at this path", status=404)
    if call.method not in endpoint.methods:
        raise RefusalError(f"{call.method} is not allowed here", status=405)
    forced = call.fault("error")
    if forced is not None:
        raise RefusalError("a fault was set", code=str(forced.value))
    forced = call.fault("status")
    if forced is not None:
        raise RefusalError("a fault was set", status=int(forced.value or 500))
    return endpoint.handler(call)


def _broken(call: Call, answer: Response) -> Response:
    if call.fault("drop"):
        return DroppedResponse()
    redirect = call.fault("redirect")
    if redirect is not None:
        return RedirectResponse(str(redirect.value), status_code=307)
    html = call.fault("html")
    if html is not None:
        answer = HTMLResponse(_HTML, status_code=int(html.value or 200))
    if call.fault("truncate"):
        return TruncatedResponse(answer)
    return answer
