"""Every source of a credential, judged by the rules of one generation; pure.

Source of the rules: recordings of released clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.credentials.document import Document, DocumentFault, build_error
from authtui.machine.observation import AUTH_FILE
from authtui.redaction import Secret
from authtui.simulation.online_credentials import (
    agent_record,
    agent_token,
    personal_access_token,
    tokenless,
)
from authtui.simulation.selection import (
    CHATGPT_MODES,
    MODES,
    Credential,
    Failure,
    JudgedSource,
    Ladder,
)
from authtui.simulation.stored_record import find_record, store_mode, stored_somewhere
from authtui.simulation.workload import judge_workload

if TYPE_CHECKING:
    from authtui.contracts import Contract
    from authtui.machine.observation import Observation
    from authtui.simulation.assumptions import Assumptions


def judge_ladder(observation: Observation, contract: Contract, assumptions: Assumptions) -> Ladder:
    """Judge each rung by the rules of one generation; pure."""
    return Ladder(
        workload=judge_workload(observation, contract, assumptions),
        api_key=_api_key(observation),
        agent=_agent_variable(observation, contract, assumptions),
        store=_store(observation, contract, assumptions),
        store_mode=store_mode(observation),
        stored_somewhere=stored_somewhere(observation, contract),
    )


def _api_key(observation: Observation) -> JudgedSource:
    name = "CODEX_API_KEY"
    value = observation.environment.trimmed(name)
    if value is None:
        return JudgedSource(name)
    return JudgedSource.of(Credential("api_key", name, name, Secret(value)))


def _agent_variable(
    observation: Observation, contract: Contract, assumptions: Assumptions
) -> JudgedSource:
    name = contract.agent_variable
    if name is None:
        return JudgedSource("agent identity variable")
    value = observation.environment.trimmed(name)
    if value is None:
        return JudgedSource(name)
    personal = contract.personal_access_tokens and value.startswith("at-")
    judge = personal_access_token if personal else agent_token
    return JudgedSource.of(judge(name, Secret(value), observation, contract, assumptions))


def _store(observation: Observation, contract: Contract, assumptions: Assumptions) -> JudgedSource:
    stored = find_record(observation, contract)
    source = stored.name
    if stored.data is None:
        return JudgedSource(source, failure=stored.failure)
    parsed = stored.parse(contract, observation.at)
    if isinstance(parsed, DocumentFault):
        return JudgedSource.of(_unread(source, stored.data, parsed))
    text = build_error(parsed, contract.document)
    if text:
        field = {"apikey": "OPENAI_API_KEY", "agentIdentity": "agent_identity"}.get(parsed.mode)
        line = parsed.lines.get("auth_mode")
        where = f"{source}:{line}" if line else source
        reason = f"auth_mode {parsed.mode} is set, but the record holds no credential for it"
        return JudgedSource.of(Failure(source, where, text, reason, field, line, mode=parsed.mode))
    found = _credential(source, parsed, observation, contract, assumptions)
    return JudgedSource.of(
        found._replace(mode=parsed.mode) if isinstance(found, Failure) else found
    )


def _unread(source: str, data: bytes | str, error: DocumentFault) -> Failure:
    line = _line_of(data, error)
    return Failure(
        source,
        f"{source}:{line}" if line and source == AUTH_FILE else source,
        error.client_text,
        error.reason.rstrip("."),
        error.field,
        line,
        unread=error.kind == "encoding",
    )


def _line_of(data: bytes | str, error: DocumentFault) -> int | None:
    """The line of the field at fault: the client's own line may count inside a token's payload."""
    if error.kind != "data" or not error.field:
        return error.line
    from authtui.client_json.tree import JsonFault, parse

    node = parse(data)
    if isinstance(node, JsonFault):
        return error.line
    for part in error.field.split("."):
        below = node.get(part)
        if below is None:
            return error.line
        node = below
    return node.line


def _credential(
    source: str,
    document: Document,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
) -> Credential | Failure:
    mode = MODES.get(document.mode, document.mode)
    record = document.agent_record
    given = (observation, contract, assumptions)
    if mode == "api_key":
        return Credential(mode, source, source, document.openai_api_key, document=document)
    if mode == "personal_access_token" and document.personal_access_token is not None:
        return personal_access_token(source, document.personal_access_token, *given)
    if mode == "agent_identity" and document.agent_jwt is not None:
        return agent_token(source, document.agent_jwt, *given, document)
    if mode == "agent_identity" and record is not None:
        return agent_record(source, document, record, *given)
    if mode not in CHATGPT_MODES:
        return Credential(mode, source, source, document=document)
    tokens = document.tokens
    if contract.identity_only and tokens is None and record is not None:
        return tokenless(source, document, record, *given)
    claims = tokens.id_claims if tokens else None
    return Credential(
        mode,
        source,
        source,
        tokens.access_token if tokens else None,
        document=document,
        record=record,
        account_id=tokens.account_id if tokens else None,
        policy_account=claims.account_id if claims else None,
        user_id=claims.user_id if claims else None,
        plan=claims.plan if claims else None,
        fedramp=bool(claims and claims.fedramp),
    )
