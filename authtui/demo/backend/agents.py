"""Agent identity at the backend: key set, biscuit, agent and task registration."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response

from authtui.demo.backend.authentication import (
    BISCUIT_HEADER,
    by_biscuit,
    caller,
    fresh,
)
from authtui.demo.backend.calls import RefusalError
from authtui.demo.backend.state import Agent
from authtui.identity.assertion import verifies

if TYPE_CHECKING:
    from authtui.demo.backend.backend import TaskAnswer
    from authtui.demo.backend.calls import Call

_FIELDS: Final[dict[TaskAnswer, str]] = {
    "sealed-snake": "encrypted_task_id",
    "sealed-camel": "encryptedTaskId",
    "plain-snake": "task_id",
    "plain-camel": "taskId",
}
_ABOM: Final = ("agent_version", "agent_harness_id", "running_location")
_SSH_NAME: Final = b"ssh-ed25519"
STAGING: Final = "chatgpt-staging.com"
"""The host that serves the key set of the staging environment, where names lead here."""


def key_set(call: Call) -> Response:
    """GET …/agent-identities/jwks; the staging host has a key of its own."""
    rotated = call.fault("rotated-kid") is not None
    staging = STAGING in call.headers.get("host", "")
    return JSONResponse(call.backend.keys.key_set(rotated=rotated, staging=staging))


def biscuit(call: Call) -> Response:
    """GET …/authenticate_app_v2: a human's proof for one call, in a header of the answer (#17385).

    `X-Original-Method` is not compared: the first client sent GET for a POST.
    """
    account = caller(call, ("ChatGPT access token",))
    method = call.headers.get("x-original-method", "")
    if method not in ("GET", "POST"):
        raise RefusalError("X-Original-Method is missing", status=400)
    try:
        target = urlsplit(call.headers.get("x-original-url", ""))
    except ValueError:
        target = urlsplit("")
    if target.scheme not in ("http", "https") or not target.path.strip("/"):
        raise RefusalError("X-Original-Url is missing or not a URL", status=400)
    value = f"biscuit-demo-{secrets.token_hex(16)}"
    call.backend.state.add_biscuit(value, account, target.path)
    headers = {} if call.fault("no-biscuit") else {BISCUIT_HEADER: value}
    return JSONResponse({}, headers=headers)


def register_agent(call: Call) -> Response:
    """POST …/v1/agent/register, with a biscuit (#17385) or a Bearer (#19049)."""
    how: Literal["biscuit", "bearer"] = "biscuit"
    account = by_biscuit(call)
    if account is None:
        how = "bearer"
        account = caller(call, ("ChatGPT access token",))
    body = call.json_object()
    _check_abom(body.get("abom"))
    capabilities = body.get("capabilities")
    if not isinstance(capabilities, list) or not all(isinstance(c, str) for c in capabilities):
        raise RefusalError("`capabilities` is not a list of texts", status=400)
    ttl = body.get("ttl")
    if ttl is not None and (isinstance(ttl, bool) or not isinstance(ttl, int)):
        raise RefusalError("`ttl` is neither null nor a whole number", status=400)
    public_key = read_ssh_key(call.text(body, "agent_public_key"))
    if public_key is None:
        raise RefusalError("`agent_public_key` is not an ssh-ed25519 key", status=400)
    runtime_id = call.backend.mint.runtime_id()
    call.backend.state.add_agent(Agent(runtime_id, account, public_key, how))
    return JSONResponse({"agent_runtime_id": runtime_id})


def register_task(call: Call) -> Response:
    """POST …/v1/agent/<runtime>/task/register: signed, a biscuit is checked where there is one."""
    runtime_id = call.parts["runtime"]
    human = by_biscuit(call)
    body = call.json_object()
    timestamp, signature = call.text(body, "timestamp"), call.text(body, "signature")
    agent = call.backend.state.agent(runtime_id)
    if agent is None:
        raise RefusalError("the agent is not registered", status=404)
    if human is not None and human.account_id != agent.account.account_id:
        raise RefusalError("the biscuit speaks for another account than the agent's")
    message = f"{runtime_id}:{timestamp}".encode("utf-8", "replace")
    if not verifies(message, signature, agent.public_key):
        raise RefusalError("the registration is not signed with the agent's registered key")
    fresh(call, timestamp)
    if call.fault("no-task-id"):
        return JSONResponse({})
    task_id = call.backend.mint.task_id()
    call.backend.state.add_task(runtime_id, task_id, human=human is not None)
    answer = call.backend.settings.task_answer
    if call.fault("garbage"):
        value = base64.b64encode(secrets.token_bytes(64)).decode("ascii")
        answer = "sealed-camel" if answer.endswith("camel") else "sealed-snake"
    elif call.fault("other-key"):
        value = seal(task_id, call.backend.mint.new_public_key())
        answer = "sealed-camel" if answer.endswith("camel") else "sealed-snake"
    else:
        value = seal(task_id, agent.public_key) if answer.startswith("sealed") else task_id
    return JSONResponse({_FIELDS[answer]: value})


def seal(text: str, ed25519_public: bytes) -> str:
    """A libsodium sealed box to the X25519 form of an Ed25519 key, in standard base64."""
    from nacl.bindings import crypto_sign_ed25519_pk_to_curve25519
    from nacl.public import PublicKey, SealedBox

    recipient = PublicKey(crypto_sign_ed25519_pk_to_curve25519(ed25519_public))
    return base64.b64encode(SealedBox(recipient).encrypt(text.encode())).decode("ascii")


def read_ssh_key(text: str) -> bytes | None:
    """The 32 bytes of `ssh-ed25519 AAAA…`, None for anything that is not a usable key."""
    from nacl.bindings import crypto_sign_ed25519_pk_to_curve25519
    from nacl.exceptions import CryptoError

    name, _, encoded = text.partition(" ")
    prefix = len(_SSH_NAME).to_bytes(4, "big") + _SSH_NAME + (32).to_bytes(4, "big")
    try:
        blob = base64.b64decode(encoded, validate=True)
        if name.encode() != _SSH_NAME or len(blob) != 51 or not blob.startswith(prefix):
            return None
        crypto_sign_ed25519_pk_to_curve25519(blob[-32:])  # a key is a point of the curve
    except (ValueError, CryptoError):
        return None
    return blob[-32:]


def _check_abom(abom: object) -> None:
    if not isinstance(abom, dict):
        raise RefusalError("the body has no `abom`", status=400)
    missing = [n for n in _ABOM if not isinstance(abom.get(n), str) or not abom[n].strip()]
    if missing:
        raise RefusalError(f"the abom lacks {', '.join(missing)}", status=400)
