"""The RSA keys of this process's backends: made when first needed, stored nowhere."""

from __future__ import annotations

import functools
import hashlib
import threading
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_LOCK: Final = threading.Lock()


class SigningKeys:
    """The key that signs, and the one a rotation puts in its place."""

    def key_set(self, *, rotated: bool = False) -> dict[str, Any]:
        """The JWKS: the signing key, or after a rotation only the next one."""
        return {"keys": [_public_jwk(1 if rotated else 0)]}

    def sign(self, claims: dict[str, Any]) -> str:
        """An RS256 token over the claims, with the key's id in the header."""
        import jwt

        return jwt.encode(claims, _key(0), algorithm="RS256", headers={"kid": _kid(0)})

    def verified(self, token: str) -> dict[str, Any] | None:
        """The claims of a token signed here, times not looked at; None for any other text."""
        import jwt
        from jwt.exceptions import PyJWTError

        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                _key(0).public_key(),
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
