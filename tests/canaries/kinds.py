"""Every kind of secret that is planted: known by its shape, or only by its place."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from tests.canaries.canary import Canary, made_up

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIXES = {
    "API key": "sk-",
    "project key": "sk-proj-",
    "service account key": "sk-svcacct-",
    "admin key": "sk-admin-",
    "key of another vendor": "sk-ant-api03-",
    "session key": "sess-",
    "personal access token": "at-",
    "refresh token": "rt-",
    "refresh token with an underscore": "rt_",
    "refresh token with a version": "rt.1.",
    "bearer header": "Bearer ",
    "basic header": "Basic ",
    "AgentAssertion": "AgentAssertion ",
    "Bedrock key": "ABSK",
    "GitHub token": "ghp_",
    "fine-grained GitHub token": "github_pat_",
    "GitLab token": "glpat-",
    "Slack token": "xoxb-",
    "Google key": "AIza",
    "Hugging Face token": "hf_",
    "npm token": "npm_",
    "cookie line": "Cookie: session=",
    "set-cookie line": "Set-Cookie: session=",
    "callback code": "http://localhost:1455/auth/callback?code=",
    "callback state": "http://localhost:1455/auth/callback?x=1&state=",
    "API key in a query": "https://corp.example/v1?api_key=",
    "device user code in a query": "https://auth.openai.com/device?user_code=",
    "ID token in a query": "http://localhost:1455/success?id_token=",
    "proxy password": "http://ada:",
}
_UPPER = {"AWS key id": "AKIA", "temporary AWS key id": "ASIA"}
_PLACED = (
    "task id",
    "background task id",
    "encrypted task id",
    "authorization code in a body",
    "state in a body",
    "PKCE verifier",
    "PKCE challenge",
    "device code",
    "device auth id",
    "client secret",
    "password in a body",
    "cookie",
    "answered cookie",
    "key in a header",
    "AWS session token in a header",
    "provider bearer token",
    "provider header",
    "provider query parameter",
    "provider key",
    "key behind env_http_headers",
    "argument of an auth command",
    "otel header",
    "MCP variable",
    "value of .env",
    "userinfo of an address",
    "AWS secret access key",
    "AWS session token",
    "Bedrock key without a shape",
    "federation token",
    "biscuit",
    "opaque refresh token",
    "opaque access token",
    "opaque personal access token",
    "keyring refresh token",
    "passphrase",
)


def part(value: Mapping[str, Any], indent: int | None = None) -> str:
    """A part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(value, indent=indent).encode()).rstrip(b"=").decode()


def token(name: str, claims: Mapping[str, Any] | None = None, indent: int | None = None) -> Canary:
    """A JWT with claims of its own; its signature must not be found."""
    given = {"iss": "https://auth.openai.com", "exp": 1_900_000_000, **(claims or {})}
    signature = made_up(f"signature of {name}", 64)
    head = part({"alg": "RS256", "kid": "k-1"}, indent)
    return Canary(name, f"{head}.{part(given)}.{signature}", signature, shaped=True)


def seed_of(name: str) -> bytes:
    """The 32 bytes of an Ed25519 key."""
    return hashlib.sha256(f"seed of {name}".encode()).digest()


def _key(name: str, version: int, form: str) -> Canary:
    # The seed is what is secret: the rest of the structure is the same in every key.
    seed = seed_of(name)
    head = bytes.fromhex("302e020100300506032b657004220420")
    tail = b""
    if version == 2:
        head = bytes.fromhex("3053020101300506032b657004220420")
        tail = bytes.fromhex("a123032100") + hashlib.sha256(b"public").digest()
    whole = base64.b64encode(head + seed + tail).decode()
    inner = whole[24:60]
    if form == "PEM":
        lines = "\n".join(whole[at : at + 20] for at in range(0, len(whole), 20))
        pem = f"-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----"
        return Canary(name, pem, inner, shaped=True)
    if form == "hex":
        return Canary(name, seed.hex(), seed.hex(), shaped=False)
    if form == "seed":
        text = base64.b64encode(seed).decode()
        return Canary(name, text, text[:40], shaped=False)
    return Canary(name, whole, inner, shaped=True)


def _all() -> dict[str, Canary]:
    found = []
    for name, prefix in _PREFIXES.items():
        body = made_up(name)
        end = "@proxy.example:3128" if name == "proxy password" else ""
        found.append(Canary(name, f"{prefix}{body}{end}", body, shaped=True))
    for name, prefix in _UPPER.items():
        body = made_up(name, 60).upper()[:16]
        found.append(Canary(name, prefix + body, body, shaped=True))
    found += [
        token("ID token"),
        token("access token"),
        token("agent identity JWT"),
        token("ID token of the keyring"),
        token("JWT with blanks in its header", indent=1),
        _key("agent private key", 1, "base64"),
        _key("agent private key, version 2", 2, "base64"),
        _key("agent private key in PEM", 1, "PEM"),
        _key("seed of a key in hexadecimal", 1, "hex"),
        _key("seed of a key in base64", 1, "seed"),
    ]
    for name in _PLACED:
        body = made_up(name)
        found.append(Canary(name, body, body, shaped=False))
    short = made_up("device user code", 60).upper()[:8]
    found.append(Canary("device user code", f"{short[:4]}-{short[4:]}", short, shaped=False))
    return {canary.name: canary for canary in found}


CANARIES = _all()
SHAPED = tuple(name for name, canary in CANARIES.items() if canary.shaped)
