"""Key sets (JWKS) and RS256 signatures. The key set is given; nothing here fetches it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

from authtui.base64url import strict_base64url
from authtui.record import NamedTuple
from authtui.redaction import safe_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.tokens.jwt import DecodedJwt

_LARGEST: Final = 1_000_000
_SHOWN: Final = 80


class KeySet(NamedTuple):
    """The keys of a JWKS in order, those that cannot be used included."""

    keys: tuple[Mapping[str, Any], ...]

    @property
    def kids(self) -> tuple[str, ...]:
        """The key ids in order; keys without one are left out."""
        return tuple(key["kid"] for key in self.keys if isinstance(key.get("kid"), str))

    def find(self, kid: str) -> Mapping[str, Any] | None:
        """The first key with that id, as the client's library picks it."""
        return next((key for key in self.keys if key.get("kid") == kid), None)


class KeySetProblem(NamedTuple):
    """Why a text is no key set, as a plain sentence."""

    statement: str


class Verification(NamedTuple):
    """The outcome of a signature check.

    `valid`; `invalid` (the signature or algorithm is wrong); `untrusted` (no such key in the set);
    `unusable-key` (the key cannot be built); `unreadable` (nothing to check).
    """

    status: Literal["valid", "invalid", "untrusted", "unusable-key", "unreadable"]
    statement: str


def parse_key_set(text: str) -> KeySet | KeySetProblem:
    """Read a JWKS, or say why it is none. An entry that cannot be used stays in the set."""
    if len(text) > _LARGEST:
        return KeySetProblem("the key set is too large to be one")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        start = text.lstrip()[:1]
        kind = "HTML or XML" if start == "<" else "not JSON"
        return KeySetProblem(f"the key set is {kind}")
    if not isinstance(value, dict) or not isinstance(value.get("keys"), list):
        return KeySetProblem("the key set has no `keys` list")
    keys = tuple(value["keys"])
    for number, key in enumerate(keys, 1):
        if not isinstance(key, dict):
            return KeySetProblem(f"entry {number} of the key set is not an object")
    return KeySet(keys)


def verify_rs256(decoded: DecodedJwt, key_set: KeySet) -> Verification:
    """Check the signature over header and payload with the key that `kid` names. Never raises."""
    if decoded.header is None or decoded.parts != 3:
        return Verification("unreadable", "there is no readable header and signature to check")
    kid = decoded.header.get("kid")
    if not isinstance(kid, str):
        return Verification("untrusted", "the header names no key (`kid`)")
    key = key_set.find(kid)
    if key is None:
        listed = ", ".join(shown_kid(name) for name in key_set.kids[:8]) or "no key at all"
        statement = f"key `{shown_kid(kid)}` is not in the key set, which lists {listed}"
        return Verification("untrusted", statement)
    if decoded.header.get("alg") != "RS256":
        return Verification("invalid", "the token is not signed with RS256")
    signature = decoded.signature
    if signature is None:
        return Verification("invalid", "the signature is missing or not base64url")
    return _check(decoded, key, signature)


def _check(decoded: DecodedJwt, key: Mapping[str, Any], signature: bytes) -> Verification:
    name = shown_kid(key["kid"])
    unusable = Verification("unusable-key", f"key `{name}` of the set is not a usable RSA key")
    if key.get("kty") != "RSA" or not all(
        isinstance(key.get(part), str) and strict_base64url(key[part]) for part in ("n", "e")
    ):
        return unusable
    from jwt.algorithms import RSAAlgorithm
    from jwt.exceptions import PyJWTError

    algorithm = RSAAlgorithm(RSAAlgorithm.SHA256)
    try:
        public = algorithm.from_jwk({part: key[part] for part in ("kty", "n", "e")})
    except (PyJWTError, ValueError, TypeError, OverflowError):
        return unusable
    signed = decoded.token.reveal().rsplit(".", 1)[0].encode("utf-8", "replace")
    if algorithm.verify(signed, public, signature):  # type: ignore[arg-type] # a public key: n and e only
        return Verification("valid", f"signed by key `{name}` of the key set")
    return Verification(
        "invalid", f"the signature is not that of key `{name}`: altered, or another signer"
    )


def shown_kid(kid: str) -> str:
    """A key id as it may be displayed."""
    return safe_text(kid, _SHOWN)
