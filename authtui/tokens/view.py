"""A token as the claims pane, `check --json` and `decode` show it: rows and redacted mappings.

A private key, or anything else that looks like a secret, leaves this module only inside a
`Secret`; the visible value is its fingerprint.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

from authtui.answers.token_view import ClaimRow, TokenView
from authtui.redaction import Secret, mask_email, printable, redact_text, safe_text
from authtui.tokens.claims import EMAILS, NAMESPACES, TIMES, explain, plan_of
from authtui.tokens.jwt import UNSIGNED, decode
from authtui.tokens.times import moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from authtui.contracts import AgentContract
    from authtui.tokens.agent import AgentJudgement
    from authtui.tokens.jwt import DecodedJwt

Role = Literal["id_token", "access_token", "agent_identity", "other"]
Verified = Literal["not-checked", "valid", "invalid", "unsigned"]

_SHOWN: Final = 200
_SHOWN_NAME: Final = 80
_DEEPEST: Final = 20
_SECRET_NAMES: Final = frozenset(
    [
        "agent_private_key",
        "private_key",
        "access_token",
        "refresh_token",
        "id_token",
        "client_secret",
        "secret",
        "password",
        "api_key",
        "openai_api_key",
        "task_id",
        "background_task_id",
        "encrypted_task_id",
        "d",
    ]
)


def view_token(
    name: str,
    origin: str,
    secret: Secret,
    *,
    now: datetime,
    agent: AgentContract | None = None,
    key_set: str | None = None,
    role: Role = "other",
) -> TokenView:
    """Everything to show of one token. With `agent`, its fields are judged by that contract."""
    return view_decoded(
        name, origin, decode(secret.reveal()), now=now, agent=agent, key_set=key_set, role=role
    )


def view_decoded(
    name: str,
    origin: str,
    decoded: DecodedJwt,
    *,
    now: datetime,
    agent: AgentContract | None = None,
    key_set: str | None = None,
    role: Role = "other",
    judgement: AgentJudgement | None = None,
) -> TokenView:
    """The same for a token already taken apart, with its judgement if that was made before."""
    problems = tuple(problem.statement for problem in decoded.problems)
    if decoded.header is None and decoded.claims is None:
        return _opaque(name, origin, decoded, problems, role)
    if judgement is None and agent is not None:
        from authtui.tokens.agent import judge_agent_token

        judgement = judge_agent_token(decoded, agent, now, key_set)
    verified, note = _verified(decoded, key_set, judgement)
    rows = [*_header_rows(decoded, now), _signature_row(decoded, verified, note)]
    rows += _payload_rows(decoded, now)
    if judgement is not None:
        rows = _judged(rows, judgement)
    rows += _key_rows((decoded.claims or {}).get("agent_private_key"))
    claims = decoded.claims or {}
    return TokenView(
        name,
        origin,
        redacted(decoded.header or {}),
        redacted(claims),
        tuple(rows),
        moment(claims.get("exp"), now).at,
        moment(claims.get("iat"), now).at,
        verified,
        note,
        problems,
        decoded.raw,
    )


def view_record(record: Mapping[str, object], *, now: datetime, origin: str) -> TokenView:
    """An agent identity stored as an object: its fields, and its key's public fingerprint."""
    rows = [_row(_name(str(key)), str(key), value, now) for key, value in record.items()]
    rows += _key_rows(record.get("agent_private_key"))
    note = "a stored record, not a token: there is no signature to check"
    issued = moment(record.get("registered_at"), now).at
    return TokenView(
        "agent_identity",
        origin,
        {},
        redacted(record),
        tuple(rows),
        None,
        issued,
        "not-checked",
        note,
    )


def redacted(value: Mapping[str, object]) -> dict[str, object]:
    """A copy that is safe to print as JSON: secrets replaced, e-mail masked, depth bounded."""
    return {_name(str(key)): _redacted(str(key), item, 1) for key, item in value.items()}


def _redacted(key: str, value: object, depth: int) -> object:
    if key.lower() in _SECRET_NAMES and value is not None:
        return str(_secret_of(value))
    if isinstance(value, str):
        return _text(key, value)
    if isinstance(value, dict | list) and depth >= _DEEPEST:
        return "… (deeper levels are not shown)"
    if isinstance(value, dict):
        return {_name(str(k)): _redacted(str(k), v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [_redacted(key, item, depth + 1) for item in value]
    return value


def _text(key: str, value: str) -> str:
    if key in EMAILS and "@" in value:
        value = mask_email(value)
    return redact_text(value).encode("utf-8", "replace").decode("utf-8")


def _name(key: str) -> str:
    return safe_text(key, _SHOWN_NAME)


def _secret_of(value: object) -> Secret:
    return Secret(value if isinstance(value, str) else json.dumps(value))


def _opaque(
    name: str, origin: str, decoded: DecodedJwt, problems: tuple[str, ...], role: Role
) -> TokenView:
    note = "opaque: only its issuer can say what it means"
    if role in ("id_token", "agent_identity"):
        note = "no readable token"
    shown = str(decoded.token)
    row = ClaimRow("value", shown, note, secret=decoded.raw, explanation="; ".join(problems))
    return TokenView(
        name, origin, {}, {}, (row,), verified_note=note, problems=problems, secret=decoded.raw
    )


def _verified(
    decoded: DecodedJwt, key_set: str | None, judgement: AgentJudgement | None
) -> tuple[Verified, str]:
    wrong = {problem.id for problem in decoded.problems} & UNSIGNED
    if "alg-none" in wrong:
        return "unsigned", "not signed: anyone can have made it"
    if wrong:
        return "unsigned", "the signature is missing: nothing proves who made it"
    if key_set is None:
        unchecked = judgement.of("signature") if judgement else None
        if unchecked is not None and "generation" in unchecked.statement:
            return "not-checked", f"decoded, not verified: {unchecked.statement}"
        return "not-checked", "decoded, not verified"
    from authtui.tokens.keyset import KeySetProblem, parse_key_set, verify_rs256

    keys = parse_key_set(key_set)
    if isinstance(keys, KeySetProblem):
        return "not-checked", f"decoded, not verified: {keys.statement}"
    found = verify_rs256(decoded, keys)
    if found.status in ("valid", "invalid"):
        return ("valid" if found.status == "valid" else "invalid"), found.statement
    return "not-checked", f"decoded, not verified: {found.statement}"


def _header_rows(decoded: DecodedJwt, now: datetime) -> Iterator[ClaimRow]:
    for key, value in (decoded.header or {}).items():
        row = _row(_name(key), key, value, now, explanation=explain(f"header.{key}"))
        yield row._replace(section="header")


def _signature_row(decoded: DecodedJwt, verified: Verified, note: str) -> ClaimRow:
    signature = decoded.signature
    value = {"valid": "valid", "invalid": "invalid", "unsigned": "none"}.get(verified)
    if value is None:
        value = "not checked" if signature is None else f"{len(signature)} bytes, not checked"
    status: Any = {"valid": "pass", "invalid": "fail", "unsigned": "warn"}.get(verified, "unknown")
    return ClaimRow("signature", value, note, status, explain("signature"), section="header")


def _payload_rows(decoded: DecodedJwt, now: datetime) -> Iterator[ClaimRow]:
    for key, value in (decoded.claims or {}).items():
        short = NAMESPACES.get(key)
        if short is None or not isinstance(value, dict):
            yield _row(_name(key), key, value, now, explanation=explain(key))
            continue
        for inner, item in value.items():
            label = f"{short}.{inner}"
            note = f"{key} → {_name(inner)}"
            row = _row(f"{short}.{_name(inner)}", inner, item, now, explanation=explain(label))
            yield row._replace(note="; ".join(filter(None, (row.note, note))))


def _row(label: str, key: str, value: object, now: datetime, explanation: str = "") -> ClaimRow:
    explanation = explanation or explain(key)
    if key.lower() in _SECRET_NAMES and value is not None:
        secret = _secret_of(value)
        return ClaimRow(label, _key_text(secret), explanation=explanation, secret=secret)
    if isinstance(value, str):
        shown = printable(_text(key, value), _SHOWN)
        hidden = Secret(value) if redact_text(value) != value or _masked(key, value) else None
        note = ""
        if key in TIMES:
            at = moment(value, now)
            note = at.relative or at.problem or ""
        elif key in ("plan_type", "chatgpt_plan_type"):
            plan = plan_of(value)
            note = f"shown as {plan.shown}" if plan.known else "a plan that authtui does not know"
        return ClaimRow(label, shown, note, None, explanation, hidden)
    if key in TIMES and isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if key == "pwd_auth_time" and value > 10**11 else value
        at = moment(seconds, now)
        return ClaimRow(label, str(at), at.problem or f"{value}", None, explanation)
    shown = json.dumps(_redacted(key, value, 1), ensure_ascii=False)
    return ClaimRow(label, printable(shown, _SHOWN), "", None, explanation)


def _masked(key: str, value: str) -> bool:
    return key in EMAILS and "@" in value


def _key_text(secret: Secret) -> str:
    """The visible stand-in of a secret claim: a public fingerprint where it is a signing key."""
    from authtui.identity.keys import PrivateKey, read_private_key

    key = read_private_key(secret.reveal())
    return key.shown if isinstance(key, PrivateKey) else str(secret)


def _key_rows(value: object) -> list[ClaimRow]:
    """What is public about the private key, or why there is nothing."""
    if not isinstance(value, str):
        return []
    from authtui.identity.keys import KeyProblem, read_private_key

    key = read_private_key(value)
    if isinstance(key, KeyProblem):
        return [ClaimRow("private key", "unusable", key.statement, "fail", "", section="key")]
    form = {1: "version 1, 48 bytes", 2: "version 2, 83 bytes, with its public key"}[key.version]
    return [
        ClaimRow("private key", "usable", f"Ed25519, PKCS#8 {form}", "pass", section="key"),
        ClaimRow(
            "public key",
            key.ssh_text,
            "as it is registered",
            explanation="The public half; it may be shown.",
            section="key",
        ),
        ClaimRow(
            "fingerprint",
            key.sha256_fingerprint,
            "as ssh-keygen -l prints it",
            explanation="Equal fingerprints mean the same key.",
            section="key",
        ),
    ]


def _judged(rows: list[ClaimRow], judgement: AgentJudgement) -> list[ClaimRow]:
    """The rows with the contract's verdicts; required claims that are missing get a row."""
    out: list[ClaimRow] = []
    seen: set[tuple[str, str]] = set()
    for row in rows:
        section = "header" if row.name in ("alg", "kid", "signature") else "payload"
        found = judgement.of(row.name) if row.section == section else None
        if found is None:
            out.append(row)
            continue
        seen.add((row.section, row.name))
        note = found.statement if found.status != "pass" else row.note or found.statement
        out.append(row._replace(status=found.status, note=note))
    for field in judgement.fields:
        section = "header" if field.field in ("alg", "kid", "signature") else "payload"
        if (section, field.field) in seen or field.field in ("shape", "payload"):
            continue
        if field.status == "pass":
            continue
        label = f"header.{field.field}" if section == "header" else field.field
        row = ClaimRow(field.field, field.value, field.statement, field.status, explain(label))
        at = next((i for i, r in enumerate(out) if r.section == "payload"), len(out))
        if section == "header":
            out.insert(at, row._replace(section="header"))
        else:
            out.append(row)
    return out
