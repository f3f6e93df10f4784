"""Model calls: a short streamed answer, and lists of models."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse, Response, StreamingResponse

from authtui.demo.backend.accounts import BACKEND_AUTH
from authtui.demo.backend.authentication import caller

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from authtui.demo.backend.calls import Call

MODEL: Final = "gpt-demo"


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
    caller(call, ("API key",) if call.path.startswith("/v1/") else BACKEND_AUTH)


async def _events(text: str) -> AsyncIterator[str]:
    response_id, item_id = f"resp_{secrets.token_hex(8)}", f"msg_{secrets.token_hex(8)}"
    place = {"item_id": item_id, "output_index": 0, "content_index": 0}
    item: dict[str, Any] = {"id": item_id, "type": "message", "role": "assistant"}
    done = {**item, "status": "completed", "content": [{"type": "output_text", "text": text}]}
    usage = {
        "input_tokens": 1,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 2,
    }
    head: dict[str, Any] = {"id": response_id, "object": "response", "model": MODEL}
    yield _event("response.created", response={**head, "status": "in_progress", "output": []})
    started = {**item, "status": "in_progress", "content": []}
    yield _event("response.output_item.added", output_index=0, item=started)
    yield _event("response.output_text.delta", **place, delta=text)
    yield _event("response.output_item.done", output_index=0, item=done)
    finished = {**head, "status": "completed", "output": [done], "usage": usage}
    yield _event("response.completed", response=finished)


def _event(kind: str, **members: object) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **members})}\n\n"
