"""Agent identities and personal access tokens: credentials that need more than to be read.

A key set, a task or a whoami call stands between them and the first request; what the servers
answer is assumed. Source: recordings of released clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.contracts import (
    AUTHAPI_BASE,
    CHATGPT_BASE,
    UNKNOWN_ENVIRONMENT,
    environment_allowed,
)
from authtui.credentials.document import AgentRecord, Document, record_of_claims
from authtui.exchanges.endpoints import VARIABLES, endpoints_of
from authtui.redaction import Secret
from authtui.simulation.assumptions import OK, Assumptions, refusal
from authtui.simulation.selection import Credential, Failure, forced_workspaces, legal_header_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.contracts import Contract
    from authtui.machine.observation import Observation
    from authtui.tokens.agent import AgentJudgement

_UNKNOWN_HOST = "chatgpt_base_url is not one of the known ChatGPT hosts"
_NO_TASK = "the task could not be registered"
NO_TOKEN = "ChatGPT access token is unavailable"  # noqa: S105 - the client's text
_FIELD = "agent_identity"
_APRIL_CLAIMS = (
    "workspace_id",
    "agent_runtime_id",
    "agent_private_key",
    "chatgpt_user_id",
    "registered_at",
)
_TASK_ASSUMED = "the task is registered"
_WHOAMI_UNSENT = "failed to request personal access token metadata: "
_KEY_SET_TEXTS = {
    "unreachable": "failed to request agent identity JWKS",
    "not-json": "failed to decode agent identity JWKS",
}


def personal_access_token(
    source: str,
    token: Secret,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
) -> Credential | Failure:
    """A personal access token: usable once the whoami call has answered."""
    text = _whoami_error(token, observation, contract, assumptions)
    if text:
        reason = "the personal access token could not be looked up"
        return Failure(source, source, text, reason, network=True)
    account = assumptions.whoami_account
    if account is None:
        wanted = forced_workspaces(observation, contract)
        account = wanted[0] if wanted else None
    known = account or "the account that whoami names"
    return Credential(
        "personal_access_token",
        source,
        source,
        token,
        account_id=account,
        policy_account=account,
        plan=assumptions.whoami_plan,
        fedramp=assumptions.whoami_fedramp == "yes",
        assumes=(f"whoami accepts the token and names {known}",),
    )


def _whoami_error(
    token: Secret, observation: Observation, contract: Contract, assumptions: Assumptions
) -> str | None:
    """The client's text when whoami cannot be asked, or answers badly."""
    if not legal_header_value(token.reveal()):
        return f"{_WHOAMI_UNSENT}{contract.unsendable_header}"
    given = observation.environment.trimmed("CODEX_AUTHAPI_BASE_URL") or AUTHAPI_BASE
    base = given.rstrip("/")
    if not _is_http(base):
        return f"{_WHOAMI_UNSENT}builder error"
    if assumptions.whoami == OK:
        return None
    refused = refusal(assumptions.whoami)
    if refused:
        return f"personal access token metadata request failed with status {refused.status}"
    if assumptions.whoami == "not-json":
        return "failed to decode personal access token metadata: error decoding response body"
    return f"{_WHOAMI_UNSENT}error sending request for url ({base}/v1/user-auth-credential/whoami)"


def agent_token(
    source: str,
    token: Secret,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
    document: Document | None = None,
) -> Credential | Failure:
    """An agent identity JWT: decoded, checked as the generation checks it, task assumed."""
    from authtui.tokens.agent import judge_agent_token
    from authtui.tokens.jwt import decode

    decoded = decode(token.reveal())
    claims = decoded.claims or {}
    judged = judge_agent_token(decoded, contract.agent, observation.at, observation.key_set)
    failure = _token_failure(source, judged, observation, contract, assumptions)
    if failure is not None:
        account = None if judged.malformed else _text(claims.get("account_id"))
        return failure._replace(account=account)
    if contract.identity_only:
        # The three carriers of #18176 and #18180 make one record, and it is judged as one.
        named = {name: claims.get(name) for name in _APRIL_CLAIMS}
        named["agent_private_key"] = Secret(_text(named["agent_private_key"]) or "")
        record = record_of_claims(named, observation.at)
        return tokenless(source, document, record, observation, contract, assumptions)
    account = _text(claims.get("account_id"))
    assumes = []
    if contract.agent.verified:
        kid = _text((decoded.header or {}).get("kid"))
        if observation.key_set is None:
            assumes.append(f"the key set lists kid {kid} and its key made the signature")
        assumes.append(_TASK_ASSUMED)
    return Credential(
        "agent_identity",
        source,
        source,
        token,
        document=document,
        record=_record_of(claims, account),
        account_id=account,
        policy_account=account,
        user_id=_text(claims.get("chatgpt_user_id")),
        plan=_text(claims.get("plan_type")),
        fedramp=claims.get("chatgpt_account_is_fedramp") is True,
        assumes=tuple(assumes),
    )


def _token_failure(
    source: str,
    judged: AgentJudgement,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
) -> Failure | None:
    """What stops the client first, in the order of the generation's steps."""
    failed = judged.failed
    if failed and failed[0].field == "shape":
        failed = failed[:1]
    reason = "; ".join(f"{f.field}: {f.statement}".rstrip(".") for f in failed[:3])
    refused = Failure(source, source, judged.client_error or "", reason, "agent_identity")
    malformed = refused if judged.client_error and judged.malformed else None
    environment = environment_error(observation, contract)
    foreign = refused._replace(text=environment, reason=_UNKNOWN_HOST) if environment else None
    offline = malformed or foreign if contract.shape_before_environment else foreign or malformed
    if offline:
        return offline
    if contract.agent.verified:
        fault = _key_set_error(observation, assumptions)
        if fault:
            reason = "the key set could not be fetched"
            return refused._replace(text=fault, reason=reason, network=True)
    if judged.client_error:
        return refused
    if contract.agent.verified:
        fault = task_failure(assumptions.task, observation, contract)
        if fault:
            return refused._replace(text=fault, reason=_NO_TASK, network=True)
    return None


def _key_set_error(observation: Observation, assumptions: Assumptions) -> str | None:
    if refusal(assumptions.key_set):
        return "agent identity JWKS endpoint returned an error"
    base = observation.config.get("chatgpt_base_url")
    unreachable = isinstance(base, str) and not _is_http(base)
    return _KEY_SET_TEXTS.get(
        assumptions.key_set, _KEY_SET_TEXTS["unreachable"] if unreachable else None
    )


def agent_record(
    source: str,
    document: Document,
    record: AgentRecord,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
) -> Credential | Failure:
    """An agent identity stored as a record: its key looked at, its task assumed."""
    account = record.account_id
    environment = environment_error(observation, contract)
    if environment:
        field = "agent_identity"
        return Failure(source, source, environment, _UNKNOWN_HOST, field, account=account)
    flaw = _record_flaw(source, document, record, observation, contract, assumptions)
    if flaw is not None and not contract.identity_at_first_use:
        return flaw
    return record_credential(source, document, record)._replace(flaw=flaw)


def _record_flaw(
    source: str,
    document: Document,
    record: AgentRecord,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
) -> Failure | None:
    from authtui.identity.keys import KeyProblem, read_private_key

    key = read_private_key(record.agent_private_key.reveal())
    if isinstance(key, KeyProblem):
        field = "agent_identity.agent_private_key"
        line = document.lines.get(field)
        return Failure(
            source,
            f"{source}:{line}" if line else source,
            key.client_error or key.statement,
            key.statement,
            field,
            line,
            account=record.account_id,
        )
    fault = task_failure(assumptions.task, observation, contract, record.agent_runtime_id)
    if fault and not (record.task_id or "").strip():
        return Failure(source, source, fault, _NO_TASK, network=True, account=record.account_id)
    return None


def tokenless(
    source: str,
    document: Document | None,
    record: AgentRecord,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
) -> Credential:
    """An identity without tokens (#18177). Loading and restricting look at no key and no task.

    What is wrong with them is a flaw: the first turn meets it.
    """
    from authtui.identity.keys import KeyProblem, read_private_key

    key = read_private_key(record.agent_private_key.reveal())
    fault = task_failure(assumptions.task, observation, contract, record.agent_runtime_id)
    flaw = None
    if isinstance(key, KeyProblem):
        flaw = Failure(source, source, NO_TOKEN, key.statement, f"{_FIELD}.agent_private_key")
    elif fault and not (record.background_task_id or "").strip():
        flaw = Failure(source, source, fault, _NO_TASK, network=True)
    return record_credential(source, document, record)._replace(flaw=flaw)


def record_credential(source: str, document: Document | None, record: AgentRecord) -> Credential:
    """The credential that an agent identity record makes."""
    return Credential(
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
        fedramp=record.fedramp,
        assumes=() if record.task_id or record.background_task_id else (_TASK_ASSUMED,),
    )


def beside_login(
    credential: Credential, observation: Observation, contract: Contract
) -> Failure | None:
    """The agent identity stored beside a ChatGPT login, which newer generations restrict, too.

    `account` is the one it claims; `text` is empty unless it cannot be read.
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
        return Failure(credential.source, where, judged.client_error, "it is not an agent identity")
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


def task_failure(
    fault: str, observation: Observation, contract: Contract, runtime: str | None = None
) -> str | None:
    """The client's text when a task cannot be registered; None when `fault` is `ok`.

    `runtime` is the agent's, for the generations whose texts name the address.
    """
    if fault == OK:
        return None
    rules, url = contract.registration, _task_url(observation, contract, runtime)
    refused = refusal(fault)
    if refused:
        start = contract.task_retried if is_retried(fault) else ""
        said = "" if refused.body is None else f": {refused.body}"
        where = rules.task_refused_from.format(url=url)
        return f"{start}{contract.task_refused} with status {refused.status}{where}{said}"
    return {
        "omitted": rules.task_omitted.format(url=url),
        "not-json": rules.task_undecodable.format(url=url),
        "not-base64": "encrypted task id is not valid base64",
        "sealed-to-another-key": "failed to decrypt encrypted task id",
    }.get(fault, contract.task_timeout.format(url=url))


def _task_url(observation: Observation, contract: Contract, runtime: str | None) -> str:
    base = observation.config.get("chatgpt_base_url")
    variables = {
        name: given.value.reveal()
        for name in VARIABLES
        if (given := observation.environment.get(name)) is not None
    }
    endpoints = endpoints_of(contract, base if isinstance(base, str) else None, variables)
    # An unknown runtime is shown as such, not as a part of an address.
    url = endpoints.task_register(runtime or "runtime")
    if not isinstance(url, str):
        return CHATGPT_BASE
    return url if runtime else url.replace("/agent/runtime/", "/agent/<runtime>/")


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


def _is_http(base: str) -> bool:
    return base.lower().startswith(("http://", "https://"))
