"""The AgentAssertion header and the task registration signature, byte for byte as the client's.

Source: codex-rs/agent-identity/src/lib.rs; codex-rs/login/src/auth/agent_assertion.rs @ 7f460c54.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from authtui.base64url import base64url
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from authtui.identity.keys import PrivateKey

SCHEME: Final = "AgentAssertion"
_FIELDS: Final = ("agent_runtime_id", "signature", "task_id", "timestamp")
_LONGEST: Final = 65_536


class Assertion(NamedTuple):
    """A decoded AgentAssertion. `signature` is standard base64; `timestamp` RFC 3339, seconds."""

    agent_runtime_id: str
    task_id: str
    timestamp: str
    signature: str

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        return _bytes(f"{self.agent_runtime_id}:{self.task_id}:{self.timestamp}")


def timestamp_text(now: datetime) -> str:
    """UTC in whole seconds with a `Z`, as the client stamps what it signs."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def task_registration_signature(key: PrivateKey, agent_runtime_id: str, timestamp: str) -> str:
    """Standard base64 of the signature over `<agent_runtime_id>:<timestamp>`."""
    signed = key.sign(_bytes(f"{agent_runtime_id}:{timestamp}"))
    return base64.b64encode(signed).decode("ascii")


def assertion(key: PrivateKey, agent_runtime_id: str, task_id: str, timestamp: str) -> str:
    """The value of the `Authorization` header of a request made by an agent identity.

    base64url without padding of compact JSON whose keys stand in alphabetical order.
    """
    signed = key.sign(_bytes(f"{agent_runtime_id}:{task_id}:{timestamp}"))
    envelope = {
        "agent_runtime_id": agent_runtime_id,
        "signature": base64.b64encode(signed).decode("ascii"),
        "task_id": task_id,
        "timestamp": timestamp,
    }
    text = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
    return f"{SCHEME} {base64url(_bytes(text))}"


def read_assertion(header: str) -> Assertion | str:
    """An `Authorization` value as an `Assertion`, or a plain sentence why it is none."""
    scheme, _, encoded = header.strip().partition(" ")
    encoded = encoded.strip()
    if scheme != SCHEME or not encoded:
        return f"the header does not have the form `{SCHEME} …`"
    if len(encoded) > _LONGEST:
        return "the assertion is too long to be one"
    try:
        data = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        value = json.loads(data)
    except (binascii.Error, ValueError, RecursionError):
        return "the assertion is not base64url of JSON"
    if not isinstance(value, dict):
        return "the assertion is JSON, but not an object"
    missing = [name for name in _FIELDS if not isinstance(value.get(name), str)]
    if missing:
        return f"the assertion lacks {', '.join(missing)}"
    return Assertion(
        value["agent_runtime_id"], value["task_id"], value["timestamp"], value["signature"]
    )


def signature_matches(found: Assertion, public_bytes: bytes) -> bool:
    """Whether the assertion was signed by the owner of a public key (32 bytes). Never raises."""
    return verifies(found.message, found.signature, public_bytes)


def verifies(message: bytes, signature: str, public_bytes: bytes) -> bool:
    """Whether a signature (standard base64) over `message` is that of a key. Never raises."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        signed = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public_bytes).verify(signed, message)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # a lone surrogate has no UTF-8 form and must not raise
