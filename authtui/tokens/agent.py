"""Judge an agent identity token field by field, where the client gives one error for many causes.

The order of the client's own checks is kept for `client_error`: shape, payload, then (after it
fetched the key set) header, `kid`, key, signature with issuer, audience and expiry, and the
private key. Sources: codex-rs/agent-identity/src/lib.rs; #18176, #19763, #19764; recorded clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from authtui.base64url import base64url_fault, strict_base64url
from authtui.client_json.scanner import JsonReadError
from authtui.client_json.structs import Field, Reader, optional
from authtui.record import NamedTuple
from authtui.redaction import Secret, mask_email, printable, redact_text, safe_text
from authtui.tokens.claims import plan_of
from authtui.tokens.id_token import INVALID_ID_TOKEN, PLAN_ENUM
from authtui.tokens.jwt import LARGEST, UNSIGNED, read_part
from authtui.tokens.keyset import KeySet, KeySetProblem, parse_key_set, shown_kid, verify_rs256
from authtui.tokens.times import moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from authtui.answers.findings import CheckStatus
    from authtui.contracts import AgentContract
    from authtui.identity.keys import KeyProblem, PrivateKey
    from authtui.tokens.jwt import DecodedJwt
    from authtui.tokens.keyset import Verification

TOLERANCE_SECONDS: Final = 60
"""How long after `exp` the client still takes a token: its JWT library's default."""

FieldType = Literal["text", "count", "flag", "plan"]

_TYPES: Final[dict[str, FieldType]] = {
    "iat": "count",
    "exp": "count",
    "chatgpt_account_is_fedramp": "flag",
    "plan_type": "plan",
}
_WORDS: Final = {
    "text": "a string",
    "count": "a whole number, not negative",
    "flag": "true or false",
    "plan": "a string",
}
_ALGORITHMS: Final = frozenset(
    ("HS256", "HS384", "HS512", "ES256", "ES384", "RS256", "RS384", "RS512", "PS256", "PS384",
     "PS512", "EdDSA")
)  # fmt: skip
_HEADER_TEXTS: Final = ("typ", "cty", "jku", "kid", "x5u", "x5t", "x5t#S256")
_STRUCT: Final = "AgentIdentityJwtClaims"
_SHOWN: Final = 120


class FieldJudgement(NamedTuple):
    """One field against the contract. `value` is display text without secrets."""

    field: str
    status: CheckStatus
    value: str
    statement: str


class AgentJudgement(NamedTuple):
    """All fields, and what the client itself would say.

    `client_error` is the client's text for the token alone, or None where it would go on to
    register a task. `assumes` names what was taken for granted where no key set was given.
    `malformed` says that the client refuses the token before it asks the network anything.
    """

    fields: tuple[FieldJudgement, ...]
    client_error: str | None
    assumes: tuple[str, ...] = ()
    malformed: bool = False

    @property
    def failed(self) -> tuple[FieldJudgement, ...]:
        """The fields that fail."""
        return tuple(field for field in self.fields if field.status == "fail")

    def of(self, field: str) -> FieldJudgement | None:
        """The judgement of a field, or None when there is none."""
        return next((found for found in self.fields if found.field == field), None)


def judge_agent_token(
    decoded: DecodedJwt, contract: AgentContract, now: datetime, key_set: str | None = None
) -> AgentJudgement:
    """Every field's own verdict; none stops at the first failure.

    The token is judged as it is: the caller trims a variable. `key_set` is the text of the key set
    the client would fetch; without it the signature is unknown and `client_error` assumes that the
    issuer signed and lists the key.
    """
    keys = parse_key_set(key_set) if key_set is not None else None
    verification = verify_rs256(decoded, keys) if isinstance(keys, KeySet) else None
    fields = [_shape(decoded, contract), *_header(decoded, contract, keys, verification)]
    fields += _claims(decoded, contract, now)
    key_field, key = _private_key(decoded)
    fields.append(key_field)
    assumes: tuple[str, ...] = ()
    if contract.verified and keys is None and decoded.header is not None:
        kid = decoded.header.get("kid")
        named = f"lists key `{shown_kid(kid)}`" if isinstance(kid, str) else "can be fetched"
        assumes = (f"the key set {named} and the signature is valid",)
    error = _client_error(decoded, contract, now, verification, key)
    text = decoded.raw.reveal()
    malformed = (_shape_error(text, contract) or _payload_error(text, contract)) is not None
    return AgentJudgement(tuple(fields), error, assumes, malformed)


def _shape(decoded: DecodedJwt, contract: AgentContract) -> FieldJudgement:
    value = f"{decoded.parts} part{'' if decoded.parts == 1 else 's'}"
    error = _shape_error(decoded.raw.reveal(), contract)
    around = ("bearer", "quotes", "invisible", "wrapped", "padding", "standard-alphabet", "bom")
    wrong = [problem.statement for problem in decoded.problems if problem.id in around]
    if error is None and not wrong:
        return FieldJudgement("shape", "pass", value, "header, payload and signature are there")
    named = [problem.statement for problem in decoded.problems if problem.part != "header"]
    statement = "; ".join(wrong or named) or "the client does not accept this text as a token"
    return FieldJudgement("shape", "fail", value, statement)


def _shape_error(text: str, contract: AgentContract) -> str | None:
    pieces = text.split(".") if len(text) <= LARGEST else []
    if contract.exactly_three_parts:
        good = len(pieces) == 3 and all(pieces)
        return None if good else f"{contract.error_prefix}invalid agent identity JWT format"
    return None if len(pieces) >= 3 and all(pieces[:3]) else INVALID_ID_TOKEN


def _header(
    decoded: DecodedJwt,
    contract: AgentContract,
    keys: KeySet | KeySetProblem | None,
    verification: Verification | None,
) -> list[FieldJudgement]:
    header = decoded.header
    if header is None:
        unread = [FieldJudgement("alg", "fail", "—", "the header cannot be read")]
        return unread if contract.verified else []
    alg = header.get("alg")
    alg_shown, kid = _shown(alg), header.get("kid")
    if not contract.verified:
        statement = "this generation checks no signature: anyone can make such a token"
        return [
            FieldJudgement("alg", "warn" if alg == "none" else "pass", alg_shown, statement),
            FieldJudgement("signature", "unknown", "not checked", statement),
        ]
    fields = []
    if alg == contract.algorithm:
        fields.append(FieldJudgement("alg", "pass", alg_shown, f"signed with {alg}"))
    else:
        statement = f"the client accepts {contract.algorithm} only"
        fields.append(FieldJudgement("alg", "fail", alg_shown, statement))
    if not isinstance(kid, str):
        statement = "the header must name the signing key (`kid`)"
        fields.append(FieldJudgement("kid", "fail", _shown(kid), statement))
    elif isinstance(keys, KeySet):
        found = keys.find(kid) is not None
        listed = ", ".join(shown_kid(name) for name in keys.kids[:8]) or "no key"
        statement = "the key set lists it" if found else f"not in the key set, which lists {listed}"
        fields.append(FieldJudgement("kid", "pass" if found else "fail", _shown(kid), statement))
    else:
        reason = keys.statement if keys else "no key set given to look it up in (--jwks FILE)"
        fields.append(FieldJudgement("kid", "unknown", _shown(kid), reason))
    fields.append(_signature(decoded, keys, verification))
    return fields


def _signature(
    decoded: DecodedJwt, keys: KeySet | KeySetProblem | None, verification: Verification | None
) -> FieldJudgement:
    if any(problem.id in UNSIGNED for problem in decoded.problems):
        return FieldJudgement("signature", "fail", "unsigned", "the token is not signed")
    if verification is None:
        reason = (
            keys.statement if isinstance(keys, KeySetProblem) else "no key set to check it with"
        )
        return FieldJudgement("signature", "unknown", "not checked", reason)
    if verification.status == "valid":
        return FieldJudgement("signature", "pass", "valid", verification.statement)
    status: CheckStatus = "fail" if verification.status == "invalid" else "unknown"
    value = "invalid" if status == "fail" else "cannot be checked"
    return FieldJudgement("signature", status, value, verification.statement)


def _claims(decoded: DecodedJwt, contract: AgentContract, now: datetime) -> list[FieldJudgement]:
    claims = decoded.claims
    if claims is None:
        return [FieldJudgement("payload", "fail", "—", "the payload cannot be read")]
    fields: list[FieldJudgement] = []
    for name in (*contract.required, *contract.optional):
        if name == "agent_private_key":
            continue
        if name not in claims or (claims[name] is None and name in contract.optional):
            status: CheckStatus = "fail" if name in contract.required else "pass"
            missing = "missing, and the client requires it"
            if name == "account_id" and "workspace_id" in claims:
                missing += "; this is the shape of #18176 (workspace_id), which no release accepts"
            if status == "pass":
                missing = "optional, absent"
            fields.append(FieldJudgement(name, status, "—", missing))
            continue
        fields.append(_claim(name, claims[name], contract, now))
    return fields


def _claim(name: str, value: Any, contract: AgentContract, now: datetime) -> FieldJudgement:  # noqa: ANN401 - any JSON value
    kind = _TYPES.get(name, "text")
    shown = _shown(value, name)
    if not _fits(value, kind):
        extra = "; a list is refused" if name == "aud" and isinstance(value, list) else ""
        return FieldJudgement(name, "fail", shown, f"must be {_WORDS[kind]}{extra}")
    required = {"iss": contract.issuer, "aud": contract.audience}.get(name)
    if required:
        if value == required:
            return FieldJudgement(name, "pass", shown, "as the client requires")
        return FieldJudgement(name, "fail", shown, f"the client requires {required}")
    if name in ("exp", "iat"):
        return _time(name, value, now)
    if kind == "text" and not value.strip():
        return FieldJudgement(name, "warn", "empty", "empty text; the client accepts it")
    if name == "plan_type" and not plan_of(value).known:
        return FieldJudgement(name, "warn", shown, "an unknown plan; the client accepts it")
    return FieldJudgement(name, "pass", shown, "present and of the right type")


def _time(name: str, value: int, now: datetime) -> FieldJudgement:
    at = moment(value, now)
    shown = str(at)
    if name == "iat":
        if at.at is not None and at.at > now:
            return FieldJudgement(name, "warn", shown, "in the future; the client does not mind")
        return FieldJudgement(name, "pass", shown, at.problem or "not compared with the clock")
    left = value - now.timestamp()
    if left >= 0:
        return FieldJudgement(name, "pass", shown, at.problem or "not expired")
    if left >= -TOLERANCE_SECONDS:
        within = f"expired, within the tolerance of {TOLERANCE_SECONDS} seconds"
        return FieldJudgement(name, "warn", shown, within)
    return FieldJudgement(name, "fail", shown, "expired")


def _private_key(decoded: DecodedJwt) -> tuple[FieldJudgement, PrivateKey | KeyProblem | None]:
    from authtui.identity.keys import KeyProblem, read_private_key

    name = "agent_private_key"
    value = (decoded.claims or {}).get(name)
    if not isinstance(value, str):
        absent = value is None
        statement = "missing, and the client requires it" if absent else "must be a string"
        return FieldJudgement(name, "fail", "—", statement), None
    key = read_private_key(value)
    if isinstance(key, KeyProblem):
        return FieldJudgement(name, "fail", str(Secret(value)), key.statement), key
    form = f"a usable Ed25519 key (PKCS#8 v{key.version})"
    return FieldJudgement(name, "pass", key.shown, form), key


def _client_error(
    decoded: DecodedJwt,
    contract: AgentContract,
    now: datetime,
    verification: Verification | None,
    key: PrivateKey | KeyProblem | None,
) -> str | None:
    # The client trims a variable and nothing else, so the cleaned token must not be used here.
    text = decoded.raw.reveal()
    error = _shape_error(text, contract) or _payload_error(text, contract)
    if error is not None:
        return error
    if contract.verified:
        header = _strict_header(text)
        if header is None:
            return "failed to decode agent identity JWT header"
        kid = header.get("kid")
        if kid is None:
            return "agent identity JWT header does not include a kid"
        if verification is not None and verification.status == "untrusted":
            return f"agent identity JWT kid {redact_text(kid)} is not trusted"
        if verification is not None and verification.status == "unusable-key":
            return "failed to build JWT decoding key"
        signed = verification is None or verification.status == "valid"
        signed = signed and header["alg"] == contract.algorithm
        if not signed or not _in_force(decoded, contract, now):
            return "failed to verify agent identity JWT"
        signature = text.rsplit(".", 1)[1]
        if strict_base64url(signature) is None:
            return "failed to verify agent identity JWT"
    # The April 2026 form looks at the key when it first signs, not while it loads (#18176).
    return getattr(key, "client_error", None) if contract.verified else None


def _payload_error(text: str, contract: AgentContract) -> str | None:
    payload = text.split(".")[1]
    data = strict_base64url(payload)
    if data is None:
        if not contract.verified:
            return base64url_fault(payload)
        text = f"{contract.error_prefix}agent identity JWT payload is not valid base64url"
        return f"{text}: {base64url_fault(payload)}" if contract.names_causes else text
    required = (
        Field(name, _READERS[_TYPES.get(name, "text")], optional=False)
        for name in contract.required
    )
    absent = (Field(name, optional(Reader.read_text)) for name in contract.optional)
    try:
        Reader(data).read_whole(_STRUCT, (*required, *absent))
    except JsonReadError as failure:
        if not contract.verified:
            return redact_text(str(failure))
        if contract.conceals and failure.category == "Data":
            return contract.error_prefix + failure.concealed
        text = f"{contract.error_prefix}agent identity JWT payload is not valid JSON"
        return f"{text}: {redact_text(str(failure))}" if contract.names_causes else text
    return None


def _plan(reader: Reader) -> str:
    try:
        return reader.read_untagged_text(PLAN_ENUM)
    except JsonReadError as failure:
        raise reader.scanner.placed(failure) from None


_READERS: Final[dict[FieldType, Callable[[Reader], object]]] = {
    "text": Reader.read_text,
    "count": Reader.read_usize,
    "flag": Reader.read_bool,
    "plan": _plan,
}


def _strict_header(text: str) -> dict[str, Any] | None:
    """The header if the client's JWT library takes it: a known `alg`, text where text belongs."""
    value = read_part(text.split(".")[0])
    if value is None:
        return None
    alg = value.get("alg")
    if not isinstance(alg, str) or alg not in _ALGORITHMS:
        return None
    if any(not isinstance(value.get(name), str | None) for name in _HEADER_TEXTS):
        return None
    return value


def _in_force(decoded: DecodedJwt, contract: AgentContract, now: datetime) -> bool:
    claims = decoded.claims or {}
    exp = claims.get("exp")
    if not isinstance(exp, int) or exp < int(now.timestamp()) - TOLERANCE_SECONDS:
        return False
    return claims.get("iss") == contract.issuer and claims.get("aud") == contract.audience


def _fits(value: object, kind: FieldType) -> bool:
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "count":
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64
    return isinstance(value, str)


def _shown(value: object, name: str = "") -> str:
    """A value as display text; a list or an object only as its kind, all that is judged."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if name == "email":
            return mask_email(printable(value, _SHOWN))
        return safe_text(value, _SHOWN)
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "an object"
    return printable(str(value), _SHOWN)
