"""Who names which account: the binding the client derives, and every place side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from authtui.answers.findings import Binding, MatrixRow
from authtui.checks.subject import field_line, record_fields
from authtui.credentials.document import AgentRecord
from authtui.record import NamedTuple
from authtui.simulation.restrictions import has_token_data
from authtui.simulation.selection import CHATGPT_MODES, forced_workspaces
from authtui.tokens.claims import AUTH

if TYPE_CHECKING:
    from authtui.answers.token_view import TokenView
    from authtui.simulation.program_start import Case, ProgramStart
    from authtui.simulation.selection import Credential


class _Named(NamedTuple):
    """The account and the user that one place names."""

    account: str | None = None
    user: str | None = None


def derive_binding(case: Case, credential: Credential | None) -> Binding | None:
    """The binding of an agent identity as the generation derives it, or None.

    Token-backed: the forced workspace, else `tokens.account_id`, with the user of the id token;
    tokenless (#18177): what the record says, the forced workspace not consulted.
    Sources: codex-rs/core/src/agent_identity.rs, codex-rs/login/src/auth/manager.rs.
    """
    if credential is None:
        return None
    named = not case.contract.managed_record
    account = credential.account_id
    if credential.mode == "agent_identity" and account is not None and (named or account):
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
    case: Case, start: ProgramStart, tokens: tuple[TokenView, ...]
) -> tuple[MatrixRow, ...]:
    """One row for each place that names an account; `wrong` marks what disagrees.

    Where a workspace is forced, that is the measure for the selected credential; otherwise the
    id token of the same document is.
    """
    wanted = forced_workspaces(case.observation, case.contract)
    rows: list[MatrixRow] = []
    selected = start.credential
    for place in (case.ladder.agent, case.ladder.store):
        credential = place.credential
        if credential is None:
            continue
        chosen = selected is not None and credential.source == selected.source
        rows += _rows_of(credential, tokens, chosen=chosen, wanted=wanted)
    if not rows:
        rows += _rows_of_unreadable(case)
    if start.request is not None and start.request.account_id_header:
        header = start.request.account_id_header
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
    document = credential.document
    mark = "" if chosen else " (not selected)"
    measure = wanted if chosen else ()
    reference = _Named()
    named: list[tuple[str, _Named, str]] = []
    if document is not None and document.tokens is not None:
        claims = document.tokens.id_claims
        reference = _Named(claims.account_id, claims.user_id)
        named.append(("id_token", reference, field_line(credential, "tokens.id_token")))
        access = _access_token_names(tokens, credential.source)
        if any(access):
            line = field_line(credential, "tokens.access_token")
            named.append(("access_token", access, line))
        account = document.tokens.account_id
        if account is not None:
            line = field_line(credential, "tokens.account_id")
            named.append(("tokens.account_id", _Named(account), line))
    if isinstance(credential.record, AgentRecord):
        record = credential.record
        line = field_line(credential, "agent_identity") if document else credential.where
        named.append(("agent identity", _Named(record.account_id or None, record.user_id), line))
    return [
        MatrixRow(f"{who}{mark}", *names, where, _wrong(names, measure, reference))
        for who, names, where in named
    ]


def _wrong(names: _Named, wanted: tuple[str, ...], reference: _Named) -> tuple[str, ...]:
    """The columns that disagree with the forced workspaces, or else with the id token."""
    account, user = names
    wrong: list[str] = []
    if wanted:
        if account not in wanted:
            wrong.append("account")
    elif reference.account and account and account != reference.account:
        wrong.append("account")
    if reference.user and user and user != reference.user:
        wrong.append("user")
    return tuple(wrong)


def _access_token_names(tokens: tuple[TokenView, ...], source: str) -> _Named:
    for token in tokens:
        if token.name == "access_token" and token.origin.startswith(source):
            auth = token.claims.get(AUTH)
            if isinstance(auth, dict):
                account = _text(auth.get("chatgpt_account_id"))
                return _Named(account, _text(auth.get("chatgpt_user_id")))
    return _Named()


def _rows_of_unreadable(case: Case) -> list[MatrixRow]:
    source, fields = record_fields(case)
    tokens = fields.get("tokens")
    account = _text(tokens.get("account_id")) if isinstance(tokens, Mapping) else None
    if account is None:
        return []
    return [MatrixRow("tokens.account_id (unreadable record)", account, None, source)]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
