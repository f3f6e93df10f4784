"""Field by field, what a trace holds of an assessment.

What the panes draw is whole; what they do not draw is left out. Every field of every record is
in its codec or among those left out, and a test holds the codecs to that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from authtui.answers import findings as f
from authtui.answers import token_view as rows
from authtui.tokens.claims import EMAILS
from authtui.trace.field_codecs import (
    FLAG,
    LABEL,
    MOMENT,
    TEXT,
    WHOLE,
    Id,
    Many,
    Maybe,
    Named,
    Record,
    Text,
    Word,
    by_length,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from authtui.trace.stand_ins import StandIns

_ID_CLAIMS: Final = (
    ("agent_runtime_id", "agent"),
    ("account", "acct"),
    ("workspace", "acct"),
    ("organization", "acct"),
    ("org_id", "acct"),
    ("poid", "acct"),
    ("user", "user"),
    ("sub", "user"),
)
# Claims whose values may leave the machine as they are. Of any other, the length is written.
_OPEN_CLAIMS: Final = frozenset(
    [
        "agent_private_key", "alg", "amr", "aud", "auth_time", "azp", "chatgpt_account_is_fedramp",
        "chatgpt_plan_type", "crv", "email_verified", "exp", "fedramp", "fingerprint", "iat", "iss",
        "kid", "kty", "nbf", "plan_type", "private key", "pwd_auth_time", "registered_at", "scope",
        "scp", "signature", "typ", "value",
    ]
)  # fmt: skip
_PLAIN_VALUES: Final = frozenset(["true", "false", "null", "—", "", "{}", "[]", "0"])
_LONGEST_ID: Final = 400


def id_kind(claim: str) -> str | None:
    """The kind of stand-in for a claim: `acct`, `user` or `agent`; None where it is not an id."""
    name = claim.rpartition(".")[2].lower()
    for word, kind in _ID_CLAIMS:
        if name == word or (word in name and name.endswith(("id", "ids"))):
            return kind
    return None


def _fact(fact: f.Fact, names: StandIns) -> f.Fact:
    # Whether the owner is root may be told, but not a name.
    if fact.label == "owner":
        who, blank, rest = fact.value.partition(" ")
        return fact._replace(value=f"{who if who == 'root' else '<user>'}{blank}{rest}")
    if fact.label == "e-mail" and fact.value:
        return fact._replace(value=names.mail(fact.secret.reveal() if fact.secret else fact.value))
    if fact.label == "auth command":
        return fact._replace(value=by_length(fact.value))
    return fact


def _claim(row: rows.ClaimRow, names: StandIns) -> rows.ClaimRow:
    name = row.name.rpartition(".")[2].lower()
    value = row.value
    if name in EMAILS and value:
        value = names.mail(row.secret.reveal() if row.secret else value)
    elif (kind := id_kind(name)) and value not in _PLAIN_VALUES:
        value = names.of(kind, value)
    elif name not in _OPEN_CLAIMS and value not in _PLAIN_VALUES:
        value = by_length(value)
    return row._replace(value=value)


FIX: Final = Record(f.Fix, {"text": TEXT, "command": Maybe(TEXT)})
VERDICT: Final = Record(
    f.Verdict,
    {
        "outcome": Word(get_args(f.Outcome)),
        "kind": Word(get_args(f.Kind)),
        "mode": Maybe(LABEL),
        "headline": LABEL,
        "sentence": TEXT,
        "culprit": Maybe(LABEL),
        "client_message": Maybe(TEXT),
        "client_exit": WHOLE,
        "deletes_stored_login": FLAG,
        "assumes": Many(LABEL, 20),
        "fix": Many(FIX, 20),
    },
)
LAMP: Final = Record(f.Lamp, {"light": Word(get_args(f.Light)), "reason": TEXT})
LAMPS: Final = Record(f.Lamps, {"stored": LAMP, "selected": LAMP, "sent": LAMP, "accepted": LAMP})
FACT: Final = Record(
    f.Fact, {"label": LABEL, "value": TEXT}, left_out={"secret": None}, prepare=_fact
)
SOURCE: Final = Record(
    f.Source,
    {
        "rank": Maybe(WHOLE),
        "name": LABEL,
        "place": LABEL,
        "status": Word(get_args(f.SourceStatus)),
        "kind": Maybe(LABEL),
        "shadowed_by": Maybe(LABEL),
        "detail": Maybe(TEXT),
        "reason": TEXT,
        "facts": Many(FACT, 40),
    },
)
CHECK_STATUS: Final = Word(get_args(f.CheckStatus))
CLAIM: Final = Record(
    rows.ClaimRow,
    {
        "name": LABEL,
        "value": LABEL,
        "note": LABEL,
        "status": Maybe(CHECK_STATUS),
        "explanation": TEXT,
        "section": Word(("header", "payload", "key")),
    },
    left_out={"secret": None},
    prepare=_claim,
)
TOKEN: Final = Record(
    rows.TokenView,
    {
        "name": LABEL,
        "origin": LABEL,
        "rows": Many(CLAIM, 80),
        "expires_at": Maybe(MOMENT),
        "issued_at": Maybe(MOMENT),
        "verified": Word(("not-checked", "valid", "invalid", "unsigned")),
        "verified_note": LABEL,
        "problems": Many(LABEL, 20),
    },
    left_out={"header": {}, "claims": {}, "secret": None},
)
BINDING: Final = Record(
    f.Binding,
    {
        "binding_id": Maybe(LABEL),
        "account_id": Id("acct"),
        "user_id": Maybe(Id("user")),
        "access_token": FLAG,
    },
)
MATRIX_ROW: Final = Record(
    f.MatrixRow,
    {
        "who": LABEL,
        "account_id": Maybe(Id("acct")),
        "user_id": Maybe(Id("user")),
        "where": LABEL,
        "wrong": Many(LABEL, 10),
    },
)
CHECK: Final = Record(
    f.CheckResult,
    {
        "id": LABEL,
        "status": CHECK_STATUS,
        "summary": TEXT,
        "evidence": Many(Text(600), 20),
        "why": TEXT,
        "fix": Maybe(FIX),
        "source": LABEL,
        "group": LABEL,
        "where": LABEL,
    },
)
PLANNED: Final = Record(
    f.PlannedRequest,
    {
        "base_url": LABEL,
        "authorization": Maybe(Word(("Bearer", "AgentAssertion", "AWS", "other"))),
        "account_id_header": Maybe(Id("acct")),
        "fedramp": FLAG,
        "credential": Maybe(LABEL),
    },
)
PREDICTION: Final = Record(
    f.Prediction,
    {
        "surface": Word(f.SURFACES),
        "exit": WHOLE,
        "says": Maybe(TEXT),
        "deletes_stored_login": FLAG,
        "outcome": Word(get_args(f.Outcome)),
        "mode": Maybe(LABEL),
        "assumes": Many(LABEL, 20),
        "ends": FLAG,
    },
)
CHOICE: Final = Record(
    f.ContractChoice,
    {
        "name": LABEL,
        "title": LABEL,
        "chosen_by": LABEL,
        "client_version": Maybe(LABEL),
        "note": Maybe(TEXT),
    },
)


def _learn_ids(found: f.Assessment, names: StandIns) -> f.Assessment:
    # Sentences hold ids, too: they are learned first, from the fields that are ids.
    for kind, value in (*_ids_of(found), *_ids_in_claims(found)):
        if len(value) <= _LONGEST_ID:
            names.of(kind, value)
    for token in found.tokens:
        for row in token.rows:
            if row.secret and row.name.rpartition(".")[2].lower() in EMAILS:
                names.mail(row.secret.reveal())
    return found


def _ids_of(found: f.Assessment) -> Iterator[tuple[str, str]]:
    binding, request = found.binding, found.request
    if binding is not None:
        yield from _told(("acct", binding.account_id), ("user", binding.user_id))
    for row in found.matrix:
        yield from _told(("acct", row.account_id), ("user", row.user_id))
    if request is not None:
        yield from _told(("acct", request.account_id_header))


def _told(*pairs: tuple[str, str | None]) -> Iterator[tuple[str, str]]:
    return ((kind, value) for kind, value in pairs if value)


def _ids_in_claims(found: f.Assessment) -> Iterator[tuple[str, str]]:
    for token in found.tokens:
        yield from _ids_in(token.claims, 0)


def _ids_in(claims: Mapping[str, Any], depth: int) -> Iterator[tuple[str, str]]:
    for name, value in claims.items():
        kind = id_kind(name)
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, dict) and depth < 5:
                # `organizations: [{"id": …}]`: the id is that of an organization.
                inner = item.get("id")
                if kind is None and isinstance(inner, str) and "organization" in name:
                    yield "acct", inner
                yield from _ids_in(item, depth + 1)
            elif kind is not None and isinstance(item, str) and item:
                yield kind, item


ASSESSMENT: Final = Record(
    f.Assessment,
    {
        "home": LABEL,
        "contract": CHOICE,
        "surface": Word(f.SURFACES),
        "at": MOMENT,
        "verdict": VERDICT,
        "lamps": LAMPS,
        "sources": Many(SOURCE, 60),
        "tokens": Many(TOKEN, 12),
        "binding": Maybe(BINDING),
        "matrix": Many(MATRIX_ROW, 60),
        "checks": Many(CHECK, 300),
        "request": Maybe(PLANNED),
        "predictions": Many(PREDICTION, 10),
        "generations": Named(LABEL),
    },
    left_out={"doctor": None, "app_server": None, "logout": None},
    prepare=_learn_ids,
)
