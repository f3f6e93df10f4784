"""Drawn tokens: right ones, and ones that are wrong in one way."""

from __future__ import annotations

import base64
import copy
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.oracle import made_up
from tests.oracle.wide_values import AGENT_CLAIMS, AGENT_KEYS, DROP, ODD, OTHER, OURS

if TYPE_CHECKING:
    import random

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


class Signer(NamedTuple):
    """A key that the pretended key set lists."""

    key: RSAPrivateKey
    kid: str

    def sign(self, claims: object, header: dict[str, Any] | None = None) -> str:
        """A JWT with a good signature, whatever its header says."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        head = {"alg": "RS256", "typ": "JWT", "kid": self.kid} if header is None else header
        text = ".".join(part(piece) for piece in (head, claims))
        return f"{text}.{base64url(self.key.sign(text.encode(), PKCS1v15(), SHA256()))}"

    def public(self) -> dict[str, Any]:
        """The entry of the key set."""
        numbers = self.key.public_key().public_numbers()
        spelled = {
            name: base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))
            for name, value in (("n", numbers.n), ("e", numbers.e))
        }
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, **spelled}


def new_signer(draw: random.Random) -> Signer:
    """A fresh key; its name comes from the draw."""
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    return Signer(generate_private_key(65537, 2048), f"drive-{draw.randrange(16**8):08x}")


def base64url(data: bytes) -> str:
    """Bytes as a part of a token."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value: object) -> str:
    """A value, or a text as it is, as a part of a token."""
    return base64url(value.encode() if isinstance(value, str) else json.dumps(value).encode())


class Tokens:
    """Draws tokens of every kind; `agent` is the variable that holds an agent identity."""

    def __init__(self, draw: random.Random, signer: Signer, agent: str) -> None:
        """Everything random comes from `draw`, but for the signing key."""
        self.draw, self.signer, self.agent = draw, signer, agent

    def chance(self, share: float) -> bool:
        """True in this share of the draws."""
        return self.draw.random() < share

    def one(self, things: Any) -> Any:  # noqa: ANN401 - of whatever the choice is made
        """One of them."""
        return self.draw.choice(things)

    def personal_token(self) -> str:
        return str(
            self.one(("at-made-up-token-0123456789", "at-", " at-made-up \n", "AT-made-up", "at-ж"))
        )

    def agent_token(self) -> str:
        """An agent identity JWT: right in a third of the draws, wrong in one way in the others."""
        claims: dict[str, Any] = dict(AGENT_CLAIMS)
        header: dict[str, Any] = {"alg": "RS256", "typ": "JWT", "kid": self.signer.kid}
        way = self.draw.randrange(12)
        if way in (0, 1, 2):
            claims["account_id"] = self.one((OURS, OTHER))
        elif way in (3, 4, 5):
            self.spoil(claims, self.one(list(claims)))
        elif way == 6:
            name, value = self.one(
                (
                    ("exp", 1600000000),
                    ("exp", 4102444800.5),
                    ("exp", "4102444800"),
                    ("iat", 4102444800),
                    ("nbf", 4102444800),
                    ("aud", ["codex-app-server"]),
                    ("aud", "other"),
                    ("iss", "https://elsewhere.example.test"),
                    ("iss", ["https://chatgpt.com/codex-backend/agent-identity"]),
                    ("plan_type", "enterprise"),
                    ("plan_type", "some_new_plan"),
                    ("email", ""),
                    ("chatgpt_account_is_fedramp", True),
                    ("chatgpt_account_is_fedramp", "true"),
                    ("agent_private_key", self.one(AGENT_KEYS)),
                    ("agent_runtime_id", ""),
                    ("agent_runtime_id", "a b/c"),
                    ("account_id", ""),
                )
            )
            claims[name] = value
        elif way == 7:
            name, value = self.one(
                (
                    ("alg", "none"),
                    ("alg", "HS256"),
                    ("alg", "RS512"),
                    ("alg", "rs256"),
                    ("alg", DROP),
                    ("kid", DROP),
                    ("kid", "nobody"),
                    ("kid", ""),
                    ("kid", 1),
                    ("kid", None),
                    ("typ", DROP),
                    ("typ", "at+jwt"),
                    ("crit", ["exp"]),
                )
            )
            header[name] = value
            header = {key: item for key, item in header.items() if item is not DROP}
        elif way == 8:
            claims = {**made_up.OLD_RECORD, "workspace_id": OURS}
        elif way == 9:
            token = self.signer.sign(claims, header)
            first, second, third = token.split(".")
            return str(
                self.one(
                    (
                        f"{first}.{second}",
                        f"{first}.{second}.",
                        f"{first}.{second}.{third}.x",
                        f".{second}.{third}",
                        f"{first}..{third}",
                        f"{first}.{second}.c2lnbmF0dXJl",
                        f"{first}.{second}=.{third}",
                        f"Bearer {token}",
                        f'"{token}"',
                        f"  {token}\n",
                        f"{first[:-2]}.{second}.{third}",
                        f"{first}.{second[:-3]}.{third}",
                        f"{first}.{second}.{third[:-4]}",
                        f"{first}.{second}.%%%",
                    )
                )
            )
        elif way == 10:
            return str(
                self.signer.sign(
                    self.one(("", "{", "[]", "1", "null", '"x"', "{}", "{} x", '{"exp": 1e999}')),
                    header,
                )
            )
        return self.signer.sign(claims, header)

    def spoil(self, fields: dict[str, Any], name: str) -> None:
        value = self.one(ODD)
        if value is DROP:
            fields.pop(name, None)
        else:
            fields[name] = copy.deepcopy(value)

    def id_token(self) -> str:
        auth: dict[str, Any] = {
            "chatgpt_plan_type": self.one(("pro", "pro", "pro", "free", "enterprise", "business")),
            "chatgpt_user_id": "user-test",
            "chatgpt_account_id": self.one((OURS, OURS, OURS, OTHER)),
            "chatgpt_account_is_fedramp": self.chance(0.1),
        }
        claims: dict[str, Any] = {
            "email": "user@example.test",
            "https://api.openai.com/auth": auth,
        }
        if self.chance(0.25):
            self.spoil(auth, self.one(list(auth)))
        if self.chance(0.1):
            self.spoil(claims, self.one(list(claims)))
        if self.chance(0.05):
            claims["https://api.openai.com/profile"] = {"email": "other@example.test"}
        token = made_up.jwt(claims)
        if self.chance(0.08):
            first, second, third = token.split(".")
            return str(
                self.one(
                    (
                        f"{first}.{second}",
                        f"{first}.{second}.",
                        f".{second}.{third}",
                        f"{first}.{second}.{third}.x",
                        f"{first}.%%%.{third}",
                        f"{first}.{part('{')}.{third}",
                        f"{first}.{part('[]')}.{third}",
                        f"{first}.{part('{}')}.{third}",
                        f"x.{second}.y",
                        f" {token} ",
                        token + "=",
                    )
                )
            )
        return token

    def access_token(self) -> str:
        if self.chance(0.3):
            return made_up.jwt({"exp": 1600000000})
        if self.chance(0.2):
            return str(
                self.one(
                    (
                        "opaque-access-token",
                        made_up.jwt({}),
                        made_up.jwt({"exp": "4102444800"}),
                        made_up.jwt({"exp": 4102444800.5}),
                        made_up.jwt({"exp": -5}),
                        made_up.jwt({"exp": 1e30}),
                        made_up.jwt([]),
                        "a.b.c",
                        made_up.jwt({"exp": made_up.FAR}) + ".x",
                    )
                )
            )
        return made_up.jwt({"exp": made_up.FAR})
