"""Agent identities and personal access tokens: credentials that need more than to be read.

A key set, a task or a whoami call stands between them and the first request; what those answer
is assumed. Sources: spec agent_identity.md and sources.md 3, and the recordings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.contracts import AUTHAPI_BASE, UNKNOWN_ENVIRONMENT, environment_allowed
from authtui.credentials.assumptions import OK, Assumptions, refusal
from authtui.credentials.document import AgentRecord, Document
from authtui.credentials.selection import (
    Credential,
    Failure,
    Place,
    forced_workspaces,
    legal_header_value,
)
from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.contracts import Contract
    from authtui.credentials.observation import Observation

_UNKNOWN_HOST = "chatgpt_base_url is not one of the known ChatGPT hosts"
_WHOAMI_UNSENT = "failed to request personal access token metadata: "
_KEY_SET_TEXTS = {
    "unreachable": "failed to request agent identity JWKS",
    "not-json": "failed to decode agent identity JWKS",
}


def personal_access_token(
    source: str,
    where: str,
    token: Secret,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
) -> Place:
    """A personal access token: usable once the whoami call has answered (G4 and later)."""
    text = None
    given = observation.environment.trimmed("CODEX_AUTHAPI_BASE_URL") or AUTHAPI_BASE
    base = given.rstrip("/")
    refused = refusal(assumptions.whoami)
    if refused:
        text = f"personal access token metadata request failed with status {refused.status}"
    elif assumptions.whoami == "not-json":
        text = "failed to decode personal access token metadata: error decoding response body"
    elif assumptions.whoami != OK:
        text = (
            f"{_WHOAMI_UNSENT}error sending request for url ({base}/v1/user-auth-credential/whoami)"
        )
    if not legal_header_value(token.reveal()):
        text = f"{_WHOAMI_UNSENT}{contract.unsendable_header}"
    elif not base.lower().startswith(("http://", "https://")):
        text = f"{_WHOAMI_UNSENT}builder error"
    if text:
        return Place(
            source,
            failure=Failure(
                source,
                where,
                text,
                "the personal access token could not be looked up",
                network=True,
            ),
        )
    account = assumptions.whoami_account
    if account is None:
        wanted = forced_workspaces(observation, contract)
        account = wanted[0] if wanted else None
    known = account or "the account that whoami names"
    return Place(
        source,
        Credential(
            "personal_access_token",
            source,
            where,
            token,
            account_id=account,
            policy_account=account,
            plan=assumptions.whoami_plan,
            fedramp=assumptions.whoami_fedramp == "yes",
            assumes=(f"whoami accepts the token and names {known}",),
        ),
    )


def agent_token(
    source: str,
    where: str,
    token: Secret,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
    document: Document | None = None,
) -> Place:
    """An agent identity JWT: decoded, checked as the generation checks it, task assumed."""
    from authtui.tokens.agent import judge_agent_token
    from authtui.tokens.jwt import decode

    decoded = decode(token.reveal())
    judged = judge_agent_token(decoded, contract.agent, observation.at, observation.key_set)
    claimed = _text((decoded.claims or {}).get("account_id"))

    def broken(text: str, reason: str, *, network: bool = False) -> Place:
        failure = Failure(source, where, text, reason, "agent_identity", network=network)
        account = None if judged.malformed else claimed
        return Place(source, failure=failure._replace(account=account))

    failed = judged.failed
    if failed and failed[0].field == "shape":
        failed = failed[:1]
    reason = "; ".join(f"{f.field}: {f.statement}".rstrip(".") for f in failed[:3])
    environment = environment_error(observation, contract)
    if environment and not contract.shape_before_environment:
        return broken(environment, _UNKNOWN_HOST)
    if judged.client_error and judged.malformed:
        return broken(judged.client_error, reason)
    if environment:
        return broken(environment, _UNKNOWN_HOST)
    if contract.agent.verified:
        fault = _KEY_SET_TEXTS.get(assumptions.key_set)
        base = observation.config.get("chatgpt_base_url")
        if isinstance(base, str) and not base.lower().startswith(("http://", "https://")):
            fault = fault or _KEY_SET_TEXTS["unreachable"]
        if refusal(assumptions.key_set):
            fault = "agent identity JWKS endpoint returned an error"
        if fault:
            return broken(fault, "the key set could not be fetched", network=True)
    if judged.client_error:
        return broken(judged.client_error, reason)
    claims = decoded.claims or {}
    if contract.agent.verified:
        fault = task_failure(assumptions.task, contract)
        if fault:
            return broken(fault, "the task could not be registered", network=True)
    account = _text(claims.get("workspace_id" if contract.identity_only else "account_id"))
    assumes = []
    if contract.agent.verified:
        kid = _text((decoded.header or {}).get("kid"))
        if observation.key_set is None:
            assumes.append(f"the key set lists kid {kid} and its key made the signature")
        assumes.append("the task is registered")
    return Place(
        source,
        Credential(
            "agent_identity",
            source,
            where,
            token,
            document=document,
            record=_record_of(claims, account),
            account_id=account,
            policy_account=account,
            user_id=_text(claims.get("chatgpt_user_id")),
            plan=_text(claims.get("plan_type")),
            fedramp=claims.get("chatgpt_account_is_fedramp") is True and not contract.identity_only,
            assumes=tuple(assumes),
        ),
    )


def agent_record(
    source: str,
    document: Document,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
) -> Place:
    """An agent identity stored as a record: its key looked at, its task assumed."""
    from authtui.identity.keys import KeyProblem, read_private_key

    record = document.agent_record
    assert record is not None  # noqa: S101 - the caller looked
    where = source
    environment = environment_error(observation, contract)
    if environment:
        return Place(
            source,
            failure=Failure(
                source,
                where,
                environment,
                _UNKNOWN_HOST,
                "agent_identity",
                account=record.account_id,
            ),
        )
    flaw = None
    key = read_private_key(record.agent_private_key.reveal())
    fault = task_failure(assumptions.task, contract)
    if isinstance(key, KeyProblem):
        line = document.lines.get("agent_identity.agent_private_key")
        flaw = Failure(
            source,
            f"{source}:{line}" if line else source,
            key.client_error or key.statement,
            key.statement,
            "agent_identity.agent_private_key",
            line,
            account=record.account_id,
        )
    elif fault and not (record.task_id or "").strip():
        reason = "the task could not be registered"
        flaw = Failure(source, where, fault, reason, network=True, account=record.account_id)
    if flaw is not None and not contract.identity_at_first_use:
        return Place(source, failure=flaw)
    return Place(
        source,
        Credential(
            "agent_identity",
            source,
            source,
            record.agent_private_key,
            document=document,
            record=record,
            account_id=record.account_id,
            policy_account=record.account_id,
            user_id=record.user_id,
            plan=record.plan_type,
            fedramp=bool(record.fedramp),
            assumes=("the task is registered",) if not record.task_id else (),
            flaw=flaw,
        ),
    )


def beside_login(
    credential: Credential, observation: Observation, contract: Contract
) -> Failure | None:
    """The agent identity stored beside a ChatGPT login: the account it claims, or its fault.

    Only a workspace restriction of the newer generations looks at it (`account`, `text`).
    """
    document = credential.document
    if document is None or document.agent_identity is None:
        return None
    where = f"{credential.source}: agent_identity"
    if document.agent_record is not None:
        return Failure(credential.source, where, "", "", account=document.agent_record.account_id)
    from authtui.tokens.agent import judge_agent_token
    from authtui.tokens.jwt import decode

    decoded = decode(document.agent_jwt.reveal() if document.agent_jwt else "")
    judged = judge_agent_token(decoded, contract.agent, observation.at, observation.key_set)
    if judged.malformed and judged.client_error:
        return Failure(credential.source, where, judged.client_error, "it is no agent identity")
    account = _text((decoded.claims or {}).get("account_id"))
    return Failure(credential.source, where, "", "", account=account)


def environment_error(observation: Observation, contract: Contract) -> str | None:
    """The refusal of an unknown ChatGPT host, where the generation makes that check (#37356)."""
    base = observation.config.get("chatgpt_base_url")
    if not isinstance(base, str):
        return None
    override = None
    if contract.identity_overrides:
        override = observation.environment.trimmed("CODEX_AGENT_IDENTITY_JWKS_BASE_URL")
    return None if environment_allowed(contract, base, override) else UNKNOWN_ENVIRONMENT


def task_failure(fault: str, contract: Contract) -> str | None:
    """The client's text when a task cannot be registered; None when `fault` is `ok`."""
    if fault == OK:
        return None
    refused = refusal(fault)
    if refused:
        start = contract.task_retried if is_retried(fault) else ""
        return f"{start}{contract.task_refused} with status {refused.words}"
    return {
        "omitted": "agent task registration response omitted task id",
        "not-json": "failed to decode agent task registration response",
        "not-base64": "encrypted task id is not valid base64",
        "sealed-to-another-key": "failed to decrypt encrypted task id",
        "timeout": contract.task_timeout,
    }.get(fault, contract.task_timeout)


def is_retried(fault: str) -> bool:
    """Whether a newer client tries a registration again: 429, 5xx, and what got no answer."""
    return fault in ("timeout", "unreachable") or fault.startswith(("429", "5"))


def _record_of(claims: Mapping[str, object], account: str | None) -> AgentRecord:
    return AgentRecord(
        account_id=account or "",
        agent_runtime_id=_text(claims.get("agent_runtime_id")) or "",
        agent_private_key=Secret(_text(claims.get("agent_private_key")) or ""),
        user_id=_text(claims.get("chatgpt_user_id")),
        registered_at=_text(claims.get("registered_at")),
        email=_text(claims.get("email")),
        plan_type=_text(claims.get("plan_type")),
        fedramp=claims.get("chatgpt_account_is_fedramp") is True,
        from_jwt=True,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
