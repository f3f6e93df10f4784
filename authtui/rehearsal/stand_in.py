"""Stand-ins: what has the shape and the claims of a secret, and opens nothing.

The same secret always gets the same stand-in. Letters become other letters of the same case and
digits other digits, so that a damaged key stays damaged and a token stays as long as it was. A JWT
keeps its claims; an agent identity gets a key of ours, and is signed by a key that the hosts of the
rehearsal list.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import random
import re
from typing import TYPE_CHECKING, Any, Final

from authtui.credentials.salvage import PUBLIC
from authtui.identity.keys import PrivateKey, read_private_key
from authtui.simulation.api_keys import key_doubt

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_KNOWN_START: Final = re.compile(
    r"\s*[\"']?(?:Bearer\s+)?(?:(?:sk|sess|at|xai|pplx|nvapi)-(?:(?:proj|svcacct|admin|or|ant)-)?"
    r"(?:fedramp-)?|gsk_|hf_|r8_|gh[pousr]_|github_pat_|AIza|A[KS]IA|ABSK)?",
    re.IGNORECASE,
)
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?')
_ESCAPE: Final = re.compile(r"\\u[0-9A-Fa-f]{4}|\\.|.", re.DOTALL)
_RUN: Final = re.compile(r"[A-Za-z0-9_\-+/=.]{20,}")
_SHORTEST: Final = 8
"""Characters of a secret that is looked for in what leaves for the copy."""
_PLAIN: Final = frozenset(
    (*PUBLIC, "auth_mode", "last_refresh", "registered_at", "account_id", "plan_type", "region")
)
_LOWER, _UPPER, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
_LATE: Final = 4102444800
_TRIES: Final = 40


class SecretStandIns:
    """Makes the stand-ins of one rehearsal, and remembers the secrets that they stand for."""

    def __init__(self) -> None:
        """Keys are made when the first agent identity wants one."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._salt = os.urandom(16).hex()
        self._made: dict[str, str] = {}
        self._agent = Ed25519PrivateKey.generate()
        self._signing: RSAPrivateKey | None = None
        self._key_ids: dict[str, None] = {}
        self.secrets: dict[str, None] = {}

    def of(self, secret: str) -> str:
        """The stand-in of a text that is a secret: a JWT, a private key, or anything else."""
        made = self._made.get(secret)
        if made is None:
            made = self._made[secret] = self._token(secret) or self._key(secret)
        return made

    def document(self, data: bytes) -> bytes:
        """A stored record with a stand-in for each of its secrets, whole or damaged."""
        text = data.decode("latin-1")
        name = ""

        def replaced(found: re.Match[str]) -> str:
            nonlocal name
            if found[2] is not None:
                name = found[1]
                return found[0]
            if name in _PLAIN or not found[1]:
                return found[0]
            return f'"{self._literal(found[1])}"'

        made = _STRING.sub(replaced, text)
        # What is no string of JSON may be half a token.
        rest = _STRING.sub(lambda found: " " * len(found[0]), text)
        for run in {found[0] for found in _RUN.finditer(rest)}:
            made = made.replace(run, self.of(run))
        return made.encode("latin-1")

    def text(self, text: str, secrets: list[str]) -> str:
        """A text in which each of these secrets gives way to its stand-in."""
        for secret in sorted(filter(None, secrets), key=len, reverse=True):
            text = text.replace(secret, self.of(secret))
        return text

    def leaks(self, text: str) -> bool:
        """Whether a secret that has a stand-in is still there."""
        return any(secret in text for secret in self.secrets)

    def key_set(self) -> dict[str, Any]:
        """The keys that sign agent identities here, under the names that the tokens give."""
        if self._signing is None:
            return {"keys": []}
        numbers = self._signing.public_key().public_numbers()
        parts = {
            name: _encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))
            for name, value in (("n", numbers.n), ("e", numbers.e))
        }
        row = {"kty": "RSA", "use": "sig", "alg": "RS256", **parts}
        return {"keys": [{**row, "kid": kid} for kid in self._key_ids]}

    def fresh_access_token(self) -> str:
        """What a refresh gives: a token that lasts, and opens nothing."""
        parts = ({"alg": "RS256", "typ": "JWT"}, {"exp": _LATE})
        return ".".join(_encoded(json.dumps(part).encode()) for part in parts) + ".c2lnbmF0dXJl"

    @property
    def agent_public(self) -> bytes:
        """The public key of the agent identities of the copy."""
        return self._agent.public_key().public_bytes_raw()

    def _literal(self, inside: str) -> str:
        if "\\" not in inside:
            return self.of(inside)
        self._keep(inside)
        draw = self._draw(inside)
        pieces = _ESCAPE.findall(inside)
        return "".join(p if p.startswith("\\") else _other(p, draw) for p in pieces)

    def _keep(self, secret: str) -> None:
        if len(secret.strip()) >= _SHORTEST:
            self.secrets[secret.strip()] = None

    def _draw(self, secret: str, attempt: int = 0) -> random.Random:
        return random.Random(f"{self._salt} {attempt} {secret}")  # noqa: S311 - opens nothing

    def _key(self, secret: str) -> str:
        private = read_private_key(secret)
        if isinstance(private, PrivateKey):
            self._keep(secret)
            return self._private(secret)
        found = _KNOWN_START.match(secret)
        start = found.end() if found else 0
        if len(secret) - start < 4 or "://" in secret:
            return secret  # a word, a placeholder, an address: nothing to hide
        doubt = key_doubt(secret)
        if doubt is not None and "placeholder" in doubt:
            return secret
        self._keep(secret)
        made = secret
        for attempt in range(_TRIES):
            draw = self._draw(secret, attempt)
            made = secret[:start] + "".join(_other(char, draw) for char in secret[start:])
            if key_doubt(made) == doubt and made != secret:
                break
        return made

    def _private(self, secret: str) -> str:
        """A private key document of the same form around a key of ours."""
        raw = base64.b64decode(secret.strip())
        real = raw[16:48]
        made = raw.replace(real, self._agent.private_bytes_raw())
        if len(raw) > 48:
            made = made[:-32] + self.agent_public
        text = base64.b64encode(made).decode()
        return secret.replace(secret.strip(), text)

    def _token(self, secret: str) -> str | None:
        """A JWT with the same header and claims, or None for what is none."""
        head, _, rest = secret.strip().partition(".")
        payload, _, signature = rest.partition(".")
        header, claims = _json(head), _json(payload)
        if claims is None:
            return None
        named = isinstance(claims, dict)
        if not named and b"private" in _decoded(payload):
            return None
        draw = self._draw(secret)
        if not isinstance(header, dict):
            header, head = {}, "".join(_other(char, draw) for char in head)
        self._keep(signature)
        private = claims.get("agent_private_key") if named else None
        if isinstance(private, str):
            # As text, so that length and order of the claims stay.
            stand_in = json.dumps(self.of(private))[1:-1]
            written = _decoded(payload).decode("utf-8")
            payload = _encoded(written.replace(json.dumps(private)[1:-1], stand_in).encode())
            if header.get("alg") == "RS256" and signature and "." not in signature:
                made = f"{head}.{payload}"
                return secret.replace(secret.strip(), f"{made}.{self._signed(made, header)}")
        made = "".join(_other(char, draw) for char in signature)
        whole = f"{head}.{payload}" + (f".{made}" if secret.count(".") >= 2 else "")
        return secret.replace(secret.strip(), whole)

    def _signed(self, text: str, header: dict[str, Any]) -> str:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
        from cryptography.hazmat.primitives.hashes import SHA256

        if self._signing is None:
            self._signing = generate_private_key(65537, 2048)
        self._key_ids[str(header.get("kid"))] = None
        return _encoded(self._signing.sign(text.encode(), PKCS1v15(), SHA256()))


def _other(char: str, draw: random.Random) -> str:
    for alphabet in (_LOWER, _UPPER, _DIGITS):
        if char in alphabet:
            return draw.choice(alphabet)
    return char


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _json(part: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(_decoded(part))
    except (ValueError, binascii.Error, RecursionError):
        return None
