"""Model calls: a short streamed answer, and lists of models."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response, StreamingResponse

from authtui.demo.backend.accounts import BACKEND_AUTH
from authtui.demo.backend.authentication import auth_class, bearer, caller
from authtui.demo.backend.calls import RefusalError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from authtui.demo.backend.calls import Call

MODEL: Final = "gpt-demo"
# What the API answers, word for word as reported on openai/codex.
_MISSING_SCOPES: Final = (
    "You have insufficient permissions for this operation. Missing scopes: api.responses.write."
)
_INCORRECT_KEY: Final = "Incorrect API key provided"
"""As recorded from the client, which shortens the answer to these words."""


def models(call: Call) -> Response:
    """GET …/codex/models and /v1/models. The client keeps its own list when `models` is empty."""
    _caller(call)
    listed = [{"id": MODEL, "object": "model", "created": 0, "owned_by": "authtui"}]
    return JSONResponse({"models": [], "data": listed, "object": "list"})


def responses(call: Call) -> Response:
    """POST …/responses, answered as a stream of events.

    GET is the client's attempt at a WebSocket: 426 makes it fall back to HTTPS. HEAD is doctor's.
    """
    if call.method == "HEAD":
        return Response(status_code=405, headers={"Allow": "POST"})
    _caller(call)
    if call.method == "GET":
        answer = {"error": {"message": "WebSocket is not offered here", "code": None}}
        return JSONResponse(answer, status_code=426)
    text = call.backend.settings.answer
    return StreamingResponse(_events(text), media_type="text/event-stream")


def _caller(call: Call) -> None:
    if not call.path.startswith("/v1/"):
        caller(call, BACKEND_AUTH)
        return
    kind = auth_class(call.headers)
    if kind == "ChatGPT access token":
        reason = "a ChatGPT access token is not accepted at the API"
        raise RefusalError(reason, code="missing_scope", said=_MISSING_SCOPES)
    if kind == "API key" and call.backend.state.api_key(bearer(call)) is None:
        reason = "the API key is not known here"
        raise RefusalError(reason, code="invalid_api_key", said=_INCORRECT_KEY)
    caller(call, ("API key",))


async def _events(text: str) -> AsyncIterator[str]:
    response_id, item_id = f"resp_{secrets.token_hex(8)}", f"msg_{secrets.token_hex(8)}"
    place = {"item_id": item_id, "output_index": 0, "content_index": 0}
    item: dict[str, object] = {"id": item_id, "type": "message", "role": "assistant"}
    done = {**item, "status": "completed", "content": [{"type": "output_text", "text": text}]}
    usage = {
        "input_tokens": 1,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 2,
    }
    head: dict[str, object] = {"id": response_id, "object": "response", "model": MODEL}
    yield _event("response.created", response={**head, "status": "in_progress", "output": []})
    started = {**item, "status": "in_progress", "content": []}
    yield _event("response.output_item.added", output_index=0, item=started)
    yield _event("response.output_text.delta", **place, delta=text)
    yield _event("response.output_item.done", output_index=0, item=done)
    finished = {**head, "status": "completed", "output": [done], "usage": usage}
    yield _event("response.completed", response=finished)


def _event(kind: str, **members: object) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **members})}\n\n"
