"""The RSA keys of this process's backends: made when first needed, stored nowhere."""

from __future__ import annotations

import functools
import hashlib
import threading
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_LOCK: Final = threading.Lock()


_SIGNING: Final = 0
_ROTATED: Final = 1
_STAGING: Final = 2


class SigningKeys:
    """The key that signs, the one that a rotation replaces it with, and that of staging."""

    def key_set(self, *, rotated: bool = False, staging: bool = False) -> dict[str, object]:
        """The JWKS: the signing key, or after a rotation only the next one."""
        if staging:
            return {"keys": [_public_jwk(_STAGING)]}
        return {"keys": [_public_jwk(_ROTATED if rotated else _SIGNING)]}

    def sign(self, claims: dict[str, object], *, staging: bool = False) -> str:
        """An RS256 token over the claims, with the key's id in the header."""
        import jwt

        number = _STAGING if staging else _SIGNING
        return jwt.encode(claims, _key(number), algorithm="RS256", headers={"kid": _kid(number)})

    def verified(self, token: str) -> dict[str, Any] | None:
        """The claims of a token signed here, times not looked at; None for any other text."""
        import jwt
        from jwt.exceptions import PyJWTError

        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                _key(_SIGNING).public_key(),
                algorithms=["RS256"],
                options={
                    "verify_exp": False,
                    "verify_aud": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except (PyJWTError, ValueError, TypeError):
            return None
        return claims


def _key(number: int) -> RSAPrivateKey:
    # The cache alone would let two threads make two keys.
    with _LOCK:
        return _made(number)


@functools.cache
def _made(number: int) -> RSAPrivateKey:
    del number
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _kid(number: int) -> str:
    modulus = _key(number).public_key().public_numbers().n
    return "demo-" + hashlib.sha256(modulus.to_bytes(256, "big")).hexdigest()[:12]


def _public_jwk(number: int) -> dict[str, Any]:
    from jwt.algorithms import RSAAlgorithm

    public = RSAAlgorithm.to_jwk(_key(number).public_key(), as_dict=True)
    return {
        "kty": "RSA",
        "kid": _kid(number),
        "alg": "RS256",
        "use": "sig",
        "n": public["n"],
        "e": public["e"],
    }
