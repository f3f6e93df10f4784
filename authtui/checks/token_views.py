"""Every token that can be seen, decoded: the variables' and the stored ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from authtui.checks.subject import record_fields
from authtui.credentials.environment import AGENT_VARIABLES
from authtui.redaction import Secret

if TYPE_CHECKING:
    from authtui.answers.token_view import TokenView
    from authtui.credentials.document import AgentRecord, Document
    from authtui.simulation.program_start import Case

_USER_TOKENS: Final[tuple[Literal["id_token", "access_token"], ...]] = ("id_token", "access_token")


def view_tokens(case: Case) -> tuple[TokenView, ...]:
    """The variables' tokens first, then those of the record, even one the client cannot read."""
    name = case.contract.agent_variable or "CODEX_ACCESS_TOKEN"
    views: list[TokenView] = []
    for variable in dict.fromkeys((name, *AGENT_VARIABLES)):
        value = case.observation.environment.trimmed(variable)
        if value and not value.startswith("at-"):
            views.append(_agent_token(case, variable, Secret(value)))
    place = case.ladder.store
    document = place.credential.document if place.credential else None
    if document is not None:
        return (*views, *_of_document(case, document, place.name))
    return (*views, *_of_unreadable(case))


def _of_document(case: Case, document: Document, source: str) -> list[TokenView]:
    views: list[TokenView] = []
    if document.tokens is not None:
        views.append(_user_token(case, "id_token", source, document.tokens.id_token))
        views.append(_user_token(case, "access_token", source, document.tokens.access_token))
    jwt = document.agent_jwt or document.decoded_jwt
    if jwt is not None:
        views.append(_agent_token(case, source, jwt))
    elif document.agent_record is not None:
        views.append(_agent_record(case, source, _record_fields(document.agent_record)))
    return views


def _of_unreadable(case: Case) -> list[TokenView]:
    """The tokens of a record that the client cannot use, as far as they can be made out."""
    source, found = record_fields(case)
    fields = _plain(found)
    views: list[TokenView] = []
    tokens = fields.get("tokens")
    if isinstance(tokens, dict):
        for name in _USER_TOKENS:
            value = tokens.get(name)
            if isinstance(value, str) and value:
                views.append(_user_token(case, name, source, Secret(value)))
    kept = fields.get("agent_identity")
    if isinstance(kept, str) and kept:
        views.append(_agent_token(case, source, Secret(kept)))
    elif isinstance(kept, dict):
        views.append(_agent_record(case, source, kept))
    return views


def _user_token(
    case: Case, name: Literal["id_token", "access_token"], source: str, token: Secret
) -> TokenView:
    from authtui.tokens.view import view_token

    return view_token(name, source, token, now=case.observation.at, role=name)


def _agent_token(case: Case, source: str, token: Secret) -> TokenView:
    from authtui.tokens.view import view_token

    return view_token(
        "agent_identity",
        source,
        token,
        now=case.observation.at,
        agent=case.contract.agent,
        key_set=case.observation.key_set,
        role="agent_identity",
    )


def _agent_record(case: Case, source: str, fields: Mapping[str, object]) -> TokenView:
    from authtui.tokens.view import view_record

    return view_record(fields, origin=source, now=case.observation.at)


def _record_fields(record: AgentRecord) -> dict[str, object]:
    fields = {
        "agent_runtime_id": record.agent_runtime_id,
        "agent_private_key": record.agent_private_key.reveal(),
        "account_id": record.account_id,
        "chatgpt_user_id": record.user_id,
        "registered_at": record.registered_at,
        "email": record.email,
        "plan_type": record.plan_type,
        "chatgpt_account_is_fedramp": record.fedramp or None,
        "task_id": record.task_id,
        "background_task_id": record.background_task_id,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    # A token view hides secrets by itself; what it is given has to be the text.
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
