"""Who names which account: the binding the client derives, and every place side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from authtui.checks.findings import Binding, MatrixRow, TokenView
from authtui.checks.restrictions import has_token_data
from authtui.credentials.document import AgentRecord
from authtui.credentials.selection import CHATGPT_MODES, forced_workspaces
from authtui.redaction import Secret

if TYPE_CHECKING:
    from authtui.checks.courses import Case, Course
    from authtui.credentials.document import Document
    from authtui.credentials.selection import Credential, Place


def derive_binding(case: Case, credential: Credential | None) -> Binding | None:
    """The binding of an agent identity as the generation derives it, or None.

    Token-backed: the forced workspace, else `tokens.account_id`, with the user of the id token;
    tokenless (#18177): what the record says, the forced workspace not consulted.
    Source: spec binding_and_restrictions.md 1 and 3.
    """
    if credential is None:
        return None
    named = not case.contract.managed_record
    if credential.mode == "agent_identity" and credential.account_id:
        account = credential.account_id
        label = f"chatgpt-account-{account}" if named else None
        return Binding(label, account, credential.user_id, access_token=False)
    if credential.mode not in CHATGPT_MODES or not has_token_data(credential):
        return None
    wanted = forced_workspaces(case.observation, case.contract)
    forced = wanted[0] if len(wanted) == 1 else None
    account_id = forced or credential.account_id
    if case.contract.managed_record:
        account_id = account_id or credential.policy_account
    if not account_id:
        return None
    label = f"chatgpt-account-{account_id}" if named else None
    return Binding(label, account_id, credential.user_id or None, access_token=True)


def build_matrix(
    case: Case, course: Course, tokens: tuple[TokenView, ...]
) -> tuple[MatrixRow, ...]:
    """One row for each place that names an account; `wrong` marks what disagrees.

    Where a workspace is forced, that is the measure for the selected credential; otherwise the
    id token of the same document is.
    """
    wanted = forced_workspaces(case.observation, case.contract)
    rows: list[MatrixRow] = []
    selected = course.credential or (course.violation.credential if course.violation else None)
    for place in (case.places.agent, case.places.store):
        credential = place.credential
        if credential is None:
            continue
        chosen = selected is not None and credential.source == selected.source
        rows += _rows_of(credential, tokens, chosen=chosen, wanted=wanted)
    if not rows:
        rows += _rows_of_unreadable(case)
    if course.request is not None and course.request.account_id_header:
        header = course.request.account_id_header
        reference = wanted or tuple(
            row.account_id for row in rows if row.who.startswith("id_token") and row.account_id
        )
        wrong = ("account",) if reference and header not in reference else ()
        rows.append(
            MatrixRow("ChatGPT-Account-ID header", header, None, "the first request", wrong)
        )
    where = case.observation.config.where("forced_chatgpt_workspace_id")
    rows += [MatrixRow("forced workspace", value, None, where) for value in wanted]
    return tuple(rows)


def _rows_of(
    credential: Credential, tokens: tuple[TokenView, ...], *, chosen: bool, wanted: tuple[str, ...]
) -> list[MatrixRow]:
    rows: list[MatrixRow] = []
    document = credential.document
    mark = "" if chosen else " (not selected)"
    measure = wanted if chosen else ()
    reference: tuple[str | None, str | None] = (None, None)
    if document is not None and document.tokens is not None:
        claims = document.tokens.id_claims
        reference = (claims.account_id, claims.user_id)
        rows.append(
            _row(
                f"id_token{mark}", reference, _line(document, "tokens.id_token"), measure, reference
            )
        )
        access = _claims_of(tokens, "access_token", credential.source)
        if any(access):
            rows.append(
                _row(
                    f"access_token{mark}",
                    access,
                    _line(document, "tokens.access_token"),
                    measure,
                    reference,
                )
            )
        account = document.tokens.account_id
        if account is not None:
            rows.append(
                _row(
                    f"tokens.account_id{mark}",
                    (account, None),
                    _line(document, "tokens.account_id"),
                    measure,
                    reference,
                )
            )
    if isinstance(credential.record, AgentRecord):
        record = credential.record
        line = _line(document, "agent_identity") if document else credential.where
        rows.append(
            _row(
                f"agent identity{mark}",
                (record.account_id or None, record.user_id),
                line,
                measure,
                reference,
            )
        )
    return rows


def _row(
    who: str,
    names: tuple[str | None, str | None],
    where: str,
    wanted: tuple[str, ...],
    reference: tuple[str | None, str | None],
) -> MatrixRow:
    account, user = names
    wrong: list[str] = []
    if wanted:
        if account not in wanted:
            wrong.append("account")
    elif reference[0] and account and account != reference[0]:
        wrong.append("account")
    if reference[1] and user and user != reference[1]:
        wrong.append("user")
    return MatrixRow(who, account, user, where, tuple(wrong))


def _claims_of(
    tokens: tuple[TokenView, ...], name: str, source: str
) -> tuple[str | None, str | None]:
    for token in tokens:
        if token.name == name and token.origin.startswith(source):
            auth = token.claims.get("https://api.openai.com/auth")
            if isinstance(auth, dict):
                return _text(auth.get("chatgpt_account_id")), _text(auth.get("chatgpt_user_id"))
    return None, None


def _line(document: Document | None, field: str) -> str:
    line = document.lines.get(field) if document else None
    return f"auth.json:{line}" if line else "auth.json"


def _rows_of_unreadable(case: Case) -> list[MatrixRow]:
    document = stored_fields(case)
    tokens = document.get("tokens") if document else None
    if not isinstance(tokens, dict):
        return []
    account = _text(tokens.get("account_id"))
    return [MatrixRow("tokens.account_id (unreadable record)", account, None, "auth.json")]


def stored_fields(case: Case) -> Mapping[str, Any] | None:
    """The fields of auth.json as far as they can be made out, even if the client cannot."""
    from authtui.credentials.salvage import salvage

    data = case.observation.auth_file.data
    return salvage(data) if data is not None else None


def view_tokens(case: Case) -> tuple[TokenView, ...]:
    """Every token that can be seen, decoded: the variable's, then the stored ones."""
    from authtui.tokens.view import view_record, view_token

    observation, contract = case.observation, case.contract
    now, key_set = observation.at, observation.key_set
    views: list[TokenView] = []
    name = contract.agent_variable or "CODEX_ACCESS_TOKEN"
    for variable in dict.fromkeys((name, "CODEX_AGENT_IDENTITY", "CODEX_ACCESS_TOKEN")):
        value = observation.environment.trimmed(variable)
        if value and not value.startswith("at-"):
            views.append(
                view_token(
                    "agent_identity",
                    variable,
                    Secret(value),
                    now=now,
                    agent=contract.agent,
                    key_set=key_set,
                    role="agent_identity",
                )
            )
    place: Place = case.places.store
    document = place.credential.document if place.credential else None
    source = place.name
    if document is not None:
        if document.tokens is not None:
            views.append(
                view_token("id_token", source, document.tokens.id_token, now=now, role="id_token")
            )
            views.append(
                view_token(
                    "access_token",
                    source,
                    document.tokens.access_token,
                    now=now,
                    role="access_token",
                )
            )
        if document.agent_jwt is not None:
            views.append(
                view_token(
                    "agent_identity",
                    source,
                    document.agent_jwt,
                    now=now,
                    agent=contract.agent,
                    key_set=key_set,
                    role="agent_identity",
                )
            )
        elif document.agent_record is not None:
            record = document.agent_record
            views.append(view_record(_record_fields(record), origin=source, now=now))
        return tuple(views)
    fields = _plain(stored_fields(case) or {})
    kept_tokens = fields.get("tokens")
    if isinstance(kept_tokens, dict):
        roles: tuple[Literal["id_token", "access_token"], ...] = ("id_token", "access_token")
        for role in roles:
            value = _text(kept_tokens.get(role))
            if value:
                views.append(view_token(role, "auth.json", Secret(value), now=now, role=role))
    kept = fields.get("agent_identity")
    if isinstance(kept, str) and kept:
        views.append(
            view_token(
                "agent_identity",
                "auth.json",
                Secret(kept),
                now=now,
                agent=contract.agent,
                key_set=key_set,
                role="agent_identity",
            )
        )
    elif isinstance(kept, dict):
        views.append(view_record(kept, origin="auth.json", now=now))
    return tuple(views)


def _record_fields(record: AgentRecord) -> dict[str, Any]:
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


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
