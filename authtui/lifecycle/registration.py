"""The requests that register an agent and its tasks: biscuit, retries, answers, each text exact.

Every function takes what it needs and answers with a value or a `Trouble`. Sources: spec
agent_identity.md 5 to 7 and 10; codex-rs/core/src/agent_identity.rs @ 041795a8,
codex-rs/agent-identity/src/lib.rs; recordings of 0.123, 0.128, 0.142 and 0.169.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from authtui.base64url import base64url
from authtui.exchanges.answers import Answer, AnswerProblem, WireFailure
from authtui.identity.assertion import task_registration_signature, timestamp_text
from authtui.identity.keys import KeyProblem, PrivateKey, generate_key
from authtui.lifecycle.context import Trouble
from authtui.redaction import Secret, safe_text
from authtui.request_auth import FEDRAMP_HEADER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from authtui.contracts import Contract
    from authtui.wire.client import Wire

AGENT_SECONDS: Final = 15.0
NOT_BASE64: Final = "encrypted task id is not valid base64"
NOT_OPENED: Final = "failed to decrypt encrypted task id"
NOT_UTF8: Final = "decrypted task id is not valid UTF-8"
NO_BISCUIT: Final = "agent identity biscuit response did not include x-openai-authorization"
BISCUIT_HEADER: Final = "X-OpenAI-Authorization"
T = TypeVar("T")
_KEY_BYTES: Final = {"seed": 32, "labelled": 64}


class TaskAnswer(NamedTuple):
    """A task id, and whether it came sealed."""

    task_id: Secret
    sealed: bool


class RegisteredAgent(NamedTuple):
    """A registered agent and its key."""

    agent_runtime_id: str
    key: PrivateKey


def new_key(contract: Contract, random: Callable[[int], bytes]) -> PrivateKey | KeyProblem:
    """A new key from the caller's random bytes, by the generation's rule."""
    rule = contract.agent.key_derivation
    return generate_key(random(_KEY_BYTES[rule]), rule)


def bill_of_materials(contract: Contract, system: str) -> dict[str, str]:
    """What is registered with the agent (ABOM): which program, and where it runs."""
    return {
        "agent_version": contract.version or "0.0.0",
        "agent_harness_id": "codex-cli",
        "running_location": f"{contract.registration.source}-{system}",
    }


def agent_body(contract: Contract, key: PrivateKey, system: str) -> dict[str, Any]:
    """The body of an agent registration."""
    rules = contract.registration
    body: dict[str, Any] = {
        "abom": bill_of_materials(contract, system),
        "agent_public_key": key.ssh_text,
        "capabilities": list(rules.capabilities),
    }
    if rules.ttl:
        body["ttl"] = None
    return body


def task_body(key: PrivateKey, agent_runtime_id: str, now: datetime) -> dict[str, str]:
    """The signed body of a task registration."""
    timestamp = timestamp_text(now)
    signature = task_registration_signature(key, agent_runtime_id, timestamp)
    return {"timestamp": timestamp, "signature": signature}


async def mint_biscuit(
    wire: Wire, url: str, access_token: Secret, target: str, random: Callable[[int], bytes]
) -> Secret | Trouble:
    """A human biscuit for one POST to `target` (#17385); it comes in a header of the answer."""
    request_id = base64url(random(16))
    answer = await wire.request(
        "GET",
        url,
        headers=[
            ("Authorization", f"Bearer {access_token.reveal()}"),
            ("X-Request-Id", f"codex-agent-identity-{request_id}"),
            ("X-Original-Method", "POST"),
            ("X-Original-Url", target),
        ],
        timeout=15.0,
    )
    if isinstance(answer, WireFailure):
        text = f"failed to request agent identity biscuit: {answer.statement}"
        return Trouble(text, answer.retryable, answer.status, known=False)
    if not answer.ok:
        text = "agent identity biscuit minting failed"
        return _refused(answer, f"{text} with status {answer.status_text} from {url}", None)
    value = answer.header(BISCUIT_HEADER)
    return Trouble(NO_BISCUIT, status=answer.status) if value is None else Secret(value)


async def register_agent(
    wire: Wire,
    url: str,
    contract: Contract,
    key: PrivateKey,
    proof: Secret,
    system: str,
    *,
    fedramp: bool,
) -> str | Trouble:
    """One request; the agent runtime id. `proof` is the biscuit, or the access token (#19049)."""
    with_biscuit = contract.managed_identity == "biscuit"
    lines = [(BISCUIT_HEADER, proof.reveal())]
    if not with_biscuit:
        lines = [("Authorization", f"Bearer {proof.reveal()}")]
        if fedramp:
            lines.append((FEDRAMP_HEADER, "true"))
    answer = await wire.request(
        "POST", url, headers=lines, json=agent_body(contract, key, system),
        timeout=AGENT_SECONDS,
    )  # fmt: skip
    if isinstance(answer, WireFailure):
        text = f"failed to send agent identity registration request to {url}"
        return Trouble(text, answer.retryable, answer.status)
    if not answer.ok:
        if with_biscuit:
            start = f"agent identity registration failed with status {answer.status_text}"
            return _refused(answer, f"{start} from {url}", None)
        text = f"agent identity registration failed for {url}"
        return Trouble(text, answer.retryable, answer.status)
    value = answer.json()
    found = value.get("agent_runtime_id") if isinstance(value, dict) else None
    if not isinstance(found, str) or not found:
        return Trouble(f"failed to parse agent identity response from {url}", status=answer.status)
    return found


async def register_task(
    wire: Wire,
    url: str,
    contract: Contract,
    key: PrivateKey,
    agent_runtime_id: str,
    now: datetime,
    biscuit: Secret | None,
) -> TaskAnswer | Trouble:
    """One signed request; the task id, opened if it came sealed.

    `biscuit` None: signature only, and no header for it (#18177, and #18785 on).
    """
    rules = contract.registration
    lines = [] if biscuit is None else [(BISCUIT_HEADER, biscuit.reveal())]
    answer = await wire.request(
        "POST",
        url,
        headers=lines,
        json=task_body(key, agent_runtime_id, now),
        timeout=rules.task_seconds,
    )
    if isinstance(answer, WireFailure):
        return Trouble(rules.task_unsent.format(url=url), answer.retryable, answer.status)
    if not answer.ok:
        start = f"{contract.task_refused} with status {answer.status_text}"
        return _refused(answer, start + rules.task_refused_from.format(url=url), rules.body_limit)
    value = answer.json()
    if isinstance(value, AnswerProblem) or not isinstance(value, dict):
        return Trouble(rules.task_undecodable.format(url=url), status=answer.status)
    return read_task(value, rules.task_fields, key) or Trouble(rules.task_omitted.format(url=url))


def read_task(
    value: Mapping[str, object], fields: tuple[str, ...], key: PrivateKey
) -> TaskAnswer | Trouble | None:
    """The task id of an answer: the first of `fields` that holds one, plain or sealed.

    None where none does.
    """
    for name in fields:
        found = value.get(name)
        if not isinstance(found, str):
            continue
        if not name.startswith("encrypted"):
            return TaskAnswer(Secret(found), sealed=False)
        opened = open_task(found, key)
        return opened if isinstance(opened, Trouble) else TaskAnswer(opened, sealed=True)
    return None


def open_task(sealed: str, key: PrivateKey) -> Secret | Trouble:
    """Open a sealed box (X25519 from the Ed25519 seed); each way to fail has its own text."""
    try:
        box = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        return Trouble(NOT_BASE64)
    from nacl.exceptions import CryptoError
    from nacl.public import PrivateKey as BoxKey
    from nacl.public import SealedBox

    try:
        clear = SealedBox(BoxKey(box_secret(key.reveal_seed()))).decrypt(box)
    except (CryptoError, ValueError, TypeError):
        return Trouble(NOT_OPENED)
    try:
        return Secret(clear.decode())
    except UnicodeDecodeError:
        return Trouble(NOT_UTF8)


def box_secret(seed: bytes) -> bytes:
    """The X25519 secret of an Ed25519 seed: the clamped first half of its SHA-512."""
    import hashlib

    half = bytearray(hashlib.sha512(seed).digest()[:32])
    half[0] &= 248
    half[31] = (half[31] & 127) | 64
    return bytes(half)


async def attempt(contract: Contract, step: Callable[[], Awaitable[T | Trouble]]) -> T | Trouble:
    """Try a step as often as the generation does, without a pause in between."""
    most = left = contract.registration.attempts
    while True:
        found = await step()
        left -= 1
        if not isinstance(found, Trouble) or not found.retryable:
            return found
        if left == 0:
            return found._replace(exhausted=most > 1)


def _refused(answer: Answer, start: str, limit: int | None) -> Trouble:
    # The client quotes the body; what has the shape of a secret in it is not repeated.
    body = answer.text
    if limit is not None and len(body) > limit:
        body = body[:limit] + "..."
    text = f"{start}: {safe_text(body, 2000)}"
    return Trouble(text, answer.retryable, answer.status)
