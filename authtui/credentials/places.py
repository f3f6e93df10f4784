"""Every place a credential may come from, judged by the rules of one generation; pure.

Sources: spec sources.md 2 and 3, and the recordings, which win where they differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from authtui.credentials.agent_place import agent_record, agent_token, personal_access_token
from authtui.credentials.document import Document, DocumentError, build_error, parse_document
from authtui.credentials.environment import WORKLOAD_VARIABLES
from authtui.credentials.held import held_record, store_mode, stored_somewhere
from authtui.credentials.selection import (
    CHATGPT_MODES,
    MODES,
    Credential,
    Failure,
    Place,
    Places,
)
from authtui.redaction import Secret

if TYPE_CHECKING:
    from authtui.contracts import Contract
    from authtui.credentials.assumptions import Assumptions
    from authtui.credentials.observation import Observation


def judge_places(observation: Observation, contract: Contract, assumptions: Assumptions) -> Places:
    """Judge each place by the rules of one generation; pure."""
    return Places(
        workload=_workload(observation, contract),
        api_key=_api_key(observation),
        agent=_agent_variable(observation, contract, assumptions),
        store=_store(observation, contract, assumptions),
        store_mode=store_mode(observation),
        stored_somewhere=stored_somewhere(observation, contract),
    )


def _workload(observation: Observation, contract: Contract) -> Place:
    name = "workload identity"
    if not contract.workload_identity:
        return Place(name)
    given = [v for v in WORKLOAD_VARIABLES if observation.environment.get(v) is not None]
    if not given:
        return Place(name)
    where = given[0]
    rule = observation.environment.get("OPENAI_FEDERATION_RULE_ID")
    if rule is not None and not rule.value.reveal().strip():
        text = "workload identity variable OPENAI_FEDERATION_RULE_ID is invalid"
        return Place(name, failure=Failure(name, where, text, "the variable is blank"))
    for variable in WORKLOAD_VARIABLES:
        if observation.environment.get(variable) is None:
            text = f"workload identity requires {variable}"
            return Place(name, failure=Failure(name, where, text, f"{variable} is not set"))
    given_path = observation.environment.get("OPENAI_IDENTITY_TOKEN_FILE")
    path = given_path.value.reveal() if given_path else ""
    if not path.startswith("/"):
        text = "OPENAI_IDENTITY_TOKEN_FILE must be an absolute path"
        return Place(
            name, failure=Failure(name, "OPENAI_IDENTITY_TOKEN_FILE", text, "the path is relative")
        )
    facts = observation.token_file
    if facts is None or facts.kind != "file":
        text = f"could not read workload identity assertion file {path}"
        reason = (facts.error if facts else None) or "No such file or directory (os error 2)"
        return Place(
            name, failure=Failure(name, "OPENAI_IDENTITY_TOKEN_FILE", text, reason, unread=True)
        )
    return Place(
        name,
        Credential("workload_identity", name, where, assumes=("the identity token is exchanged",)),
    )


def _api_key(observation: Observation) -> Place:
    value = observation.environment.trimmed("CODEX_API_KEY")
    if value is None:
        return Place("CODEX_API_KEY")
    return Place(
        "CODEX_API_KEY",
        Credential("api_key", "CODEX_API_KEY", "CODEX_API_KEY", Secret(value)),
    )


def _agent_variable(
    observation: Observation, contract: Contract, assumptions: Assumptions
) -> Place:
    name = contract.agent_variable
    if name is None:
        return Place("agent identity variable")
    value = observation.environment.trimmed(name)
    if value is None:
        return Place(name)
    if contract.personal_access_tokens and value.startswith("at-"):
        return personal_access_token(name, name, Secret(value), observation, contract, assumptions)
    return agent_token(name, name, Secret(value), observation, contract, assumptions)


def _store(observation: Observation, contract: Contract, assumptions: Assumptions) -> Place:
    held = held_record(observation, contract)
    if held.data is None:
        return Place(held.name, failure=held.failure)
    return _document(held.name, held.data, observation, contract, assumptions)


def _document(
    source: str,
    data: bytes | str,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
) -> Place:
    store: Literal["file", "keyring"] = "file" if source == "auth.json" else "keyring"
    parsed = parse_document(
        data, contract.document, contract.agent, now=observation.at, store=store
    )
    if isinstance(parsed, DocumentError):
        line = _line_of(data, parsed)
        where = f"{source}:{line}" if line and source == "auth.json" else source
        failure = Failure(
            source,
            where,
            parsed.client_text,
            parsed.reason.rstrip("."),
            parsed.field,
            line,
            unread=parsed.kind == "encoding",
        )
        return Place(source, failure=failure)
    text = build_error(parsed, contract.document)
    if text:
        field = {"apikey": "OPENAI_API_KEY", "agentIdentity": "agent_identity"}.get(parsed.mode)
        line = parsed.lines.get("auth_mode")
        where = f"{source}:{line}" if line else source
        reason = f"auth_mode {parsed.mode} has nothing to work with"
        return Place(
            source, failure=Failure(source, where, text, reason, field, line, mode=parsed.mode)
        )
    place = _credential(source, parsed, observation, contract, assumptions)
    if place.failure is None:
        return place
    return place._replace(failure=place.failure._replace(mode=parsed.mode))


def _line_of(data: bytes | str, error: DocumentError) -> int | None:
    """The line of the field at fault: the client's own line may count inside a token's payload."""
    if error.kind != "data" or not error.field:
        return error.line
    from authtui.client_json.tree import JsonError, parse

    node = parse(data)
    if isinstance(node, JsonError):
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
) -> Place:
    mode = MODES.get(document.mode, document.mode)
    if mode == "api_key":
        return Place(
            source,
            Credential(mode, source, source, document.openai_api_key, document=document),
        )
    if mode == "personal_access_token" and document.personal_access_token is not None:
        return personal_access_token(
            source, source, document.personal_access_token, observation, contract, assumptions
        )
    if mode == "agent_identity":
        if document.agent_jwt is not None:
            return agent_token(
                source, source, document.agent_jwt, observation, contract, assumptions, document
            )
        if document.agent_record is not None:
            return agent_record(source, document, observation, contract, assumptions)
    if mode in CHATGPT_MODES:
        tokens = document.tokens
        record = document.agent_record
        if contract.identity_only and tokens is None and record is not None:
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
                    assumes=("the task is registered",),
                ),
            )
        claims = tokens.id_claims if tokens else None
        return Place(
            source,
            Credential(
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
            ),
        )
    return Place(source, Credential(mode, source, source, document=document))
