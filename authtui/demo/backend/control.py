"""The control endpoints: look at the state, set faults. For programs on this machine only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response

from authtui.demo.backend.faults import FaultError, from_json

if TYPE_CHECKING:
    from starlette.requests import Request

    from authtui.demo.backend.backend import Backend

STATE: Final = "/_authtui/state"
FAULTS: Final = "/_authtui/faults"
_LARGEST: Final = 65_536
_LOCAL_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def state(backend: Backend, request: Request) -> Response:
    """GET: accounts, agents, requests, refusals with their reasons, faults that are set."""
    refused = _stranger(request)
    if refused is not None:
        return refused
    faults = [fault._asdict() for fault in backend.faults.active()]
    return JSONResponse({"schema": 1, **backend.state.as_json(), "faults": faults})


async def faults(backend: Backend, request: Request) -> Response:
    """GET lists, POST adds one, PUT sets exactly a list, DELETE removes all."""
    refused = _stranger(request)
    if refused is not None:
        return refused
    try:
        if request.method == "POST":
            backend.faults.set(**from_json(await _json(request))._asdict())
        elif request.method == "PUT":
            value = await _json(request)
            if not isinstance(value, list):
                return _error("a list of faults is wanted", 400)
            backend.faults.replace([from_json(entry) for entry in value])
        elif request.method == "DELETE":
            backend.faults.clear()
    except FaultError as error:
        return _error(str(error), 400)
    return JSONResponse({"faults": [fault._asdict() for fault in backend.faults.active()]})


async def _json(request: Request) -> object:
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > _LARGEST:
            raise FaultError("that is too long to be a fault")
    try:
        return json.loads(bytes(data))
    except (ValueError, RecursionError):
        raise FaultError("the body is not JSON") from None


def _stranger(request: Request) -> Response | None:
    # A page in a browser must not steer the backend: neither by a name that leads to loopback
    # nor by a form, which cannot send JSON without asking first.
    try:
        name = urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        name = None
    if name not in _LOCAL_NAMES or "origin" in request.headers:
        return _error("the control endpoints answer local programs only", 403)
    return None


def _error(message: str, status: int) -> Response:
    return JSONResponse({"error": {"message": message}}, status_code=status)
