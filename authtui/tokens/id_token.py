"""The claims of a token as the client reads them: strictly, into structs, with its errors.

Source: codex-rs/login/src/token_data.rs. The readers raise `JsonReadError` as the client's do; the
credential document, whose reading they are a part of, turns it into a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authtui.base64url import base64url_fault, strict_base64url
from authtui.client_json.scanner import JsonReadError, custom
from authtui.client_json.structs import Field, Reader, optional
from authtui.record import NamedTuple
from authtui.tokens.claims import AUTH, PROFILE

if TYPE_CHECKING:
    from collections.abc import Sequence

INVALID_ID_TOKEN: Final = "invalid ID token format"  # noqa: S105 - a message, not a password
"""The client's text for an id token that is no JWT."""
PLAN_ENUM: Final = "PlanType"
"""The client's type of a plan, which its errors name."""


class IdClaims(NamedTuple):
    """The five things the client takes from an id token; None where the claim is absent.

    `plan` is the raw spelling.
    """

    email: str | None = None
    plan: str | None = None
    user_id: str | None = None
    account_id: str | None = None
    fedramp: bool = False


def read_payload(
    jwt: str, name: str, fields: Sequence[Field], *, float_numbers: bool = False
) -> dict[str, Any]:
    """The claims of a token as a struct. Further parts are tolerated, the signature is not read.

    An error inside the payload keeps its place in the payload: the client reports that one.
    """
    parts = [*jwt.split("."), "", "", ""]
    if not (parts[0] and parts[1] and parts[2]):
        raise custom(INVALID_ID_TOKEN)
    data = strict_base64url(parts[1])
    if data is None:
        raise custom(base64url_fault(parts[1]) or "")
    reader = Reader(data, float_numbers=float_numbers)
    try:
        return reader.read_whole(name, fields)
    except JsonReadError as failure:
        raise JsonReadError(
            failure.reason,
            failure.line,
            failure.column,
            kind="custom",
            what=("payload", ".".join(reader.path)),
            quoted=failure.quoted,
        ) from None


def _plan(reader: Reader) -> str:
    return reader.read_untagged_text(PLAN_ENUM)


_PROFILE_FIELDS: Final = (Field("email", optional(Reader.read_text)),)
_AUTH_FIELDS: Final = (
    Field("chatgpt_plan_type", optional(_plan)),
    Field("chatgpt_user_id", optional(Reader.read_text)),
    Field("user_id", optional(Reader.read_text)),
    Field("chatgpt_account_id", optional(Reader.read_text)),
    Field("chatgpt_account_is_fedramp", Reader.read_bool),
)
_ID_CLAIMS: Final = (
    Field("email", optional(Reader.read_text)),
    Field(PROFILE, optional(lambda reader: reader.read_struct("ProfileClaims", _PROFILE_FIELDS))),
    Field(AUTH, optional(lambda reader: reader.read_struct("AuthClaims", _AUTH_FIELDS))),
)


def read_id_claims(jwt: str, *, float_numbers: bool = False) -> IdClaims:
    """The claims of an id token with the fallbacks of the client; may raise `JsonReadError`."""
    claims = read_payload(jwt, "IdClaims", _ID_CLAIMS, float_numbers=float_numbers)
    profile = claims[PROFILE] or {}
    auth = claims[AUTH] or {}
    email = claims["email"]
    user = auth.get("chatgpt_user_id")
    return IdClaims(
        email=profile.get("email") if email is None else email,
        plan=auth.get("chatgpt_plan_type"),
        user_id=auth.get("user_id") if user is None else user,
        account_id=auth.get("chatgpt_account_id"),
        fedramp=bool(auth.get("chatgpt_account_is_fedramp")),
    )
