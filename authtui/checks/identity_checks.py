"""Agent identities: the token field by field, the key, the task, the hosts (IDJ, IDK)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import (
    LOOPBACK,
    agent_token,
    decoded,
    fields_of,
    hurt,
    judged,
    line_of,
    stored_document,
    unset_where,
    where_set,
)
from authtui.contracts import (
    AUTHAPI_BASE,
    CHATGPT_BASE,
    PRODUCTION_HOSTS,
    STAGING_AUTHAPI_BASE,
    STAGING_HOSTS,
    chatgpt_environment,
)
from authtui.credentials.environment import CREDENTIAL_VARIABLES
from authtui.redaction import Secret, printable
from authtui.simulation.online_credentials import NO_TOKEN
from authtui.simulation.urls import host_of, shown_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authtui.checks.registry import Subject
    from authtui.tokens.agent import FieldJudgement

_CRATE = "codex-rs/agent-identity/src/lib.rs"
_OPAQUE = (
    "The client has one message, `failed to verify agent identity JWT`, for a wrong issuer, "
    "audience, expiry or signature, and hides the name of a missing claim. Newer clients print "
    "nothing at all."
)
_REPLACED = (
    "stored as a JWT: the client's next save writes the record in its place, so the JWT and its "
    "other claims are gone then"
)
_JWKS = "CODEX_AGENT_IDENTITY_JWKS_BASE_URL"
_DEFAULT = "the default"


def _fresh_token(subject: Subject, source: str) -> Fix:
    if source in CREDENTIAL_VARIABLES:
        return Fix("put a fresh token into it, or unset it", unset_where(subject, source).command)
    return Fix(
        "log in again with a fresh token",
        "printenv CODEX_ACCESS_TOKEN | codex login --with-access-token",
    )


def _about(subject: Subject, names: Iterable[str], good: str) -> Finding | None:
    """One finding about some fields of the token: the worst of them decides."""
    found = agent_token(subject)
    if found is None:
        return None
    source, where, token = found
    judgement = judged(subject, token)
    fields = [field for name in names if (field := judgement.of(name)) is not None]
    if not fields:
        return None
    evidence = tuple(f"{field.field}: {field.value}: {field.statement}" for field in fields)
    for status in ("fail", "warn", "unknown"):
        bad = [field for field in fields if field.status == status]
        if bad:
            grade = hurt(subject) if status == "fail" else bad[0].status
            return Finding(
                grade,
                f"agent identity in {source}: {_words(bad)}",
                evidence,
                _OPAQUE,
                _fresh_token(subject, source) if status == "fail" else None,
                where,
            )
    return Finding("pass", f"agent identity in {source}: {good}", evidence, where=where)


def _words(fields: list[FieldJudgement]) -> str:
    return "; ".join(f"{field.field} {field.value}: {field.statement}" for field in fields[:3])


@check("identity.shape", "IDJ", "The agent identity is a JWT", source=_CRATE, modes=(64,))
def _shape(subject: Subject) -> Finding | None:
    return _about(subject, ("shape", "payload"), "three parts that can be decoded")


@check(
    "identity.algorithm",
    "IDJ",
    "It is signed with the right algorithm",
    source="#19764",
    modes=(57,),
)
def _algorithm(subject: Subject) -> Finding | None:
    if not subject.contract.agent.verified:
        found = agent_token(subject)
        if found is None:
            return None
        return Finding(
            "unknown",
            f"agent identity in {found.source}: {subject.contract.title} checks no signature",
            why="The code of #18176 reads the claims and trusts them. Anyone can write such a "
            "token.",
            where=found.where,
        )
    return _about(subject, ("alg",), "signed with the algorithm the client accepts")


@check(
    "identity.kid", "IDJ", "Its signing key is in the key set", source="#19764, #23739", modes=(49,)
)
def _kid(subject: Subject) -> Finding | None:
    return _about(subject, ("kid",), "the key set lists its key")


@check("identity.signature", "IDJ", "The signature is right", source="#19764", modes=(49, 57))
def _signature(subject: Subject) -> Finding | None:
    if not subject.contract.agent.verified:
        return None
    return _about(subject, ("signature",), "the signature was checked and is right")


@check("identity.issuer", "IDJ", "It is from the right issuer", source="#19764", modes=(57,))
def _issuer(subject: Subject) -> Finding | None:
    return _about(subject, ("iss",), "the issuer is the required one")


@check("identity.audience", "IDJ", "It is for this client", source="#19764", modes=(57,))
def _audience(subject: Subject) -> Finding | None:
    return _about(subject, ("aud",), "the audience is the required one")


@check("identity.expiry", "IDJ", "It has not expired", source="#19764", modes=(57,))
def _expiry(subject: Subject) -> Finding | None:
    return _about(subject, ("exp",), "not expired")


@check(
    "identity.claims", "IDJ", "Every required claim is there", source="#18176, #18904", modes=(63,)
)
def _claims(subject: Subject) -> Finding | None:
    skip = ("iss", "aud", "exp", "agent_private_key")
    contract = subject.contract.agent
    names = [name for name in (*contract.required, *contract.optional) if name not in skip]
    return _about(subject, names, "every required claim is there and of the right type")


@check(
    "identity.form",
    "IDJ",
    "It has the claims of this generation",
    source="#18176, #19763",
    modes=(63,),
)
def _form(subject: Subject) -> Finding | None:
    found = agent_token(subject)
    if found is None:
        return None
    source, where, token = found
    claims = decoded(token).claims
    if claims is None:
        return None
    old, new = "workspace_id" in claims, "account_id" in claims
    wants = "workspace_id" if subject.contract.identity_only else "account_id"
    if not (old or new):
        return None
    if (old and wants == "workspace_id") or (new and wants == "account_id"):
        return Finding("pass", f"agent identity in {source}: it names its account as {wants}")
    has = "workspace_id" if old else "account_id"
    return Finding(
        hurt(subject),
        f"agent identity in {source} names its account as {has}; {subject.contract.title} "
        f"wants {wants}",
        (f"claims: {', '.join(printable(name, 40) for name in list(claims)[:12])}",),
        "The shape with workspace_id belongs to the proposal of April 2026 (#18176), which no "
        "released client accepts; every release wants account_id and a signature.",
        _fresh_token(subject, source),
        where,
    )


@check(
    "identity.hosts",
    "IDJ",
    "Key set and registration belong to one service",
    source="#19764, #37356",
    modes=(49, 50, 62),
)
def _hosts(subject: Subject) -> Finding | None:
    contract, environment = subject.contract, subject.observation.environment
    if agent_token(subject) is None or not contract.agent.verified:
        return None
    config, rules = subject.observation.config, contract.registration
    base, base_set_by = config.get("chatgpt_base_url"), config.where("chatgpt_base_url")
    if not isinstance(base, str) or not base.strip():
        base, base_set_by = CHATGPT_BASE, _DEFAULT
    keys, keys_set_by = base, base_set_by
    if contract.identity_overrides and (override := environment.trimmed(_JWKS)):
        keys, keys_set_by = override, _JWKS
    if rules.base_variable and (override := environment.trimmed(rules.base_variable)):
        tasks, tasks_set_by = override, rules.base_variable
    elif rules.base == "chatgpt":
        tasks, tasks_set_by = base, base_set_by
    else:
        staging = rules.base == "environment" and chatgpt_environment(contract, base) == "staging"
        tasks, tasks_set_by = STAGING_AUTHAPI_BASE if staging else AUTHAPI_BASE, _DEFAULT
    evidence = (
        f"key set: {shown_url(keys)} ({keys_set_by})",
        f"task registration: {shown_url(tasks)} ({tasks_set_by})",
    )
    one, two = _service(host_of(keys)), _service(host_of(tasks))
    if one == two:
        return Finding("pass", f"key set and task registration are both of {one}", evidence)
    culprit = tasks_set_by if tasks_set_by == rules.base_variable else keys_set_by
    variable = culprit in (_JWKS, rules.base_variable)
    return Finding(
        "warn",
        f"the key set comes from {host_of(keys)} ({keys_set_by}), tasks are registered at "
        f"{host_of(tasks)} ({tasks_set_by})",
        evidence,
        "Two separate settings decide these hosts. A token of one service is not known to the "
        "other: the client says that the kid is not trusted, or the task is refused.",
        unset_where(subject, culprit) if variable else Fix(f"remove the setting at {culprit}"),
        where_set(subject, culprit) if variable else culprit,
    )


def _service(host: str) -> str:
    if host in (*PRODUCTION_HOSTS, host_of(AUTHAPI_BASE)):
        return "production"
    if host in (*STAGING_HOSTS, host_of(STAGING_AUTHAPI_BASE)):
        return "staging"
    return "this machine" if host in LOOPBACK else host


def _private_key(subject: Subject) -> tuple[str, Secret] | None:
    found = agent_token(subject)
    if found is not None:
        value = (decoded(found.token).claims or {}).get("agent_private_key")
        place = found.source if found.where == "environment" else found.where
        return (place, Secret(value)) if isinstance(value, str) else None
    document = stored_document(subject)
    record = document.agent_record if document else None
    if record is not None:
        return line_of(subject, "agent_identity.agent_private_key"), record.agent_private_key
    if subject.store.failure is None:
        return None
    kept = fields_of(subject).get("agent_identity")
    value = kept.get("agent_private_key") if isinstance(kept, Mapping) else None
    if isinstance(value, Secret):
        return subject.store.failure.where, value
    return None


@check(
    "identity.key", "IDK", "The private key can be used", source=f"{_CRATE}, #17387", modes=(65,)
)
def _key(subject: Subject) -> Finding | None:
    identity = agent_token(subject)
    if identity is not None:
        claims = decoded(identity.token).claims
        if claims is not None and not isinstance(claims.get("agent_private_key"), str):
            missing = "must be a string" if "agent_private_key" in claims else "is missing"
            return Finding(
                hurt(subject),
                f"agent identity in {identity.source}: agent_private_key {missing}",
                why="Each request of an agent identity is signed with this key, which the token "
                "itself carries. A token without it cannot be used.",
                fix=_fresh_token(subject, identity.source),
                where=identity.where,
            )
    found = _private_key(subject)
    if found is None:
        return None
    from authtui.identity.keys import KeyProblem, read_private_key

    where, secret = found
    key = read_private_key(secret.reveal())
    if isinstance(key, KeyProblem):
        removed, said = "", key.client_error
        if subject.contract.managed_identity == "biscuit":
            removed = " With features.use_agent_identity the client then removes the record."
        if subject.contract.identity_only and _is_tokenless(subject):
            said = NO_TOKEN
            removed = (
                " At the first turn the client removes the identity, from auth.json too, and ends: "
                "without tokens it cannot register another."
            )
        return Finding(
            hurt(subject),
            f"{where}: the agent's private key cannot be used: {key.statement}",
            (f"agent_private_key: {secret}", f"the client says: {said}"),
            "Each request of an agent identity is signed with this key; it must be an Ed25519 key "
            f"as PKCS#8 in standard base64. A cut or wrapped key signs nothing.{removed}",
            Fix("have the identity issued again"),
            where,
        )
    return Finding(
        "pass",
        f"{where}: a usable Ed25519 key, PKCS#8 v{key.version}, {key.sha256_fingerprint}",
        ("only the server knows whether it is the key registered for the runtime",),
    )


def _is_tokenless(subject: Subject) -> bool:
    credential = subject.starts["exec"].credential
    return credential is not None and credential.mode == "agent_identity"


@check("identity.task", "IDK", "A task is registered", source="#17387, #19049", modes=(50,))
def _task(subject: Subject) -> Finding | None:
    document = stored_document(subject)
    record = document.agent_record if document else None
    if record is None or record.from_jwt:
        return None
    named = record.task_id if subject.contract.managed_record else record.background_task_id
    field = "task_id" if subject.contract.managed_record else "background_task_id"
    where = line_of(subject, f"agent_identity.{field}")
    if named and named.strip():
        return Finding(
            "pass",
            f"{where}: {field} is stored; only the server knows whether the task still exists",
        )
    if named is not None:
        return Finding(
            "warn",
            f"{where}: {field} is blank, so a new task has to be registered",
            why="A blank task id counts as none. Each start then registers a task over the "
            "network.",
            where=where,
        )
    return Finding("pass", f"{field} is absent: the next start registers a task over the network")


@check(
    "identity.record",
    "IDK",
    "The stored identity is complete",
    source="#17385, #19049",
    modes=(24, 67),
)
def _record(subject: Subject) -> Finding | None:
    document = stored_document(subject)
    record = document.agent_record if document else None
    if record is None:
        return None
    blank = [
        name
        for name, value in (
            ("agent_runtime_id", record.agent_runtime_id),
            ("account id", record.account_id),
            ("agent_private_key", record.agent_private_key.reveal()),
        )
        if not value.strip()
    ]
    where = line_of(subject, "agent_identity")
    if not blank:
        jwt = document is not None and document.decoded_jwt is not None
        form = (_REPLACED,) if jwt else ()
        return Finding(
            "pass", f"{where}: runtime, account and key of the agent identity are there", form
        )
    return Finding(
        hurt(subject),
        f"{where}: blank in the agent identity: {', '.join(blank)}",
        why="The client takes a blank string as it is; the server then knows no such agent.",
        fix=Fix("have the identity issued again"),
        where=where,
    )
