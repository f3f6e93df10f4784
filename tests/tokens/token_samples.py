"""Made-up tokens, signed with keys that exist for one test run only."""

from __future__ import annotations

import base64
import functools
import json
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

NOW = datetime(2026, 11, 13, 12, 0, tzinfo=UTC)
KID = "test-key-1"
PRIVATE_KEY = (
    "MFECAQEwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHgSEA6kpsY+KcUgq+9VB7Ey7F"
    "+ZVHdq6+vnuSQh7qaRRG0iw="
)
FINGERPRINTED = "▒▒▒▒ ed25519 SHA256:"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def part(value: object) -> str:
    return b64(json.dumps(value, separators=(",", ":")).encode())


@functools.cache
def rsa_key(number: int = 1) -> rsa.RSAPrivateKey:
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_set(kid: str = KID, number: int = 1) -> str:
    key = RSAAlgorithm.to_jwk(rsa_key(number).public_key(), as_dict=True)
    return json.dumps({"keys": [{**key, "kid": kid, "alg": "RS256", "use": "sig"}]})


def signed(claims: object, *, number: int = 1, **header: object) -> str:
    head = {"alg": "RS256", "typ": "JWT", "kid": KID, **header}
    text = f"{part(head)}.{part(claims)}"
    signature = RSAAlgorithm(RSAAlgorithm.SHA256).sign(text.encode(), rsa_key(number))
    return f"{text}.{b64(signature)}"


def agent_claims(**changes: object) -> dict[str, Any]:
    claims: dict[str, Any] = {
        "iss": "https://chatgpt.com/codex-backend/agent-identity",
        "aud": "codex-app-server",
        "iat": 1_700_000_000,
        "exp": 4_102_444_800,
        "agent_runtime_id": "agent-runtime-1",
        "agent_private_key": PRIVATE_KEY,
        "account_id": "workspace-test-1",
        "chatgpt_user_id": "user-agent",
        "email": "agent@example.test",
        "plan_type": "pro",
        "chatgpt_account_is_fedramp": False,
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not ...}
