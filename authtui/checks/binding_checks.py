"""Accounts, users and workspaces that have to be the same in several places (BIND)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import (
    LOGIN,
    auth_claims,
    chatgpt_login,
    line_of,
    stored,
    stored_document,
    text_of,
    unset_where,
    where_set,
)
from authtui.simulation.selection import CHATGPT_MODES, forced_workspaces

if TYPE_CHECKING:
    from authtui.checks.registry import Subject


@check(
    "account.agree",
    "BIND",
    "The record names one account only",
    source="codex-rs/login/src/token_data.rs",
    modes=(61,),
)
def _account(subject: Subject) -> Finding | None:
    login = chatgpt_login(subject)
    if login is None:
        return None
    _, tokens = login
    named = {
        "tokens.id_token": tokens.id_claims.account_id,
        "tokens.access_token": text_of(auth_claims(tokens.access_token).get("chatgpt_account_id")),
        "tokens.account_id": tokens.account_id,
    }
    known = {field: account for field, account in named.items() if account}
    if not known:
        return None
    evidence = tuple(f"{line_of(subject, field)}: {field} {known[field]}" for field in known)
    if len(set(known.values())) == 1:
        count = "all three places" if len(known) == 3 else f"{len(known)} of three places"
        return Finding("pass", f"{count} name account {next(iter(known.values()))}", evidence)
    fields = list(known)
    first = fields[0]
    other = next(field for field in fields if known[field] != known[first])
    return Finding(
        "warn",
        f"{other} says {known[other]}, {first} says {known[first]}",
        evidence,
        "Requests carry tokens.account_id, restrictions look at the id token, and the server goes "
        "by the access token. Nothing makes them agree; a merged or converted file mixes logins, "
        "and the server answers 401 or 403.",
        LOGIN,
        line_of(subject, other),
    )


@check(
    "user.agree",
    "BIND",
    "The record names one user only",
    source="codex-rs/login/src/token_data.rs",
    modes=(61,),
)
def _user(subject: Subject) -> Finding | None:
    login = chatgpt_login(subject)
    if login is None:
        return None
    _, tokens = login
    auth = auth_claims(tokens.access_token)
    one = tokens.id_claims.user_id
    other = text_of(auth.get("chatgpt_user_id")) or text_of(auth.get("user_id"))
    if not one or not other:
        return None
    if one == other:
        return Finding("pass", f"id token and access token name the same user, {one}")
    return Finding(
        "warn",
        f"the id token belongs to user {one}, the access token to {other}",
        (
            f"{line_of(subject, 'tokens.id_token')}: {one}",
            f"{line_of(subject, 'tokens.access_token')}: {other}",
        ),
        "The two tokens come from different logins. What Codex shows is then another person than "
        "the one the server sees.",
        LOGIN,
        line_of(subject, "tokens.access_token"),
    )


@check(
    "account.header",
    "BIND",
    "Requests name an account",
    source="codex-rs/model-provider/src/bearer_auth_provider.rs",
    modes=(61,),
)
def _header(subject: Subject) -> Finding | None:
    request = subject.starts["exec"].request
    credential = subject.starts["exec"].credential
    if request is None or credential is None or credential.mode not in CHATGPT_MODES:
        return None
    if request.authorization is None:
        return None
    if request.account_id_header:
        return Finding("pass", f"requests carry ChatGPT-Account-ID {request.account_id_header}")
    claim = credential.policy_account
    return Finding(
        "warn",
        "requests carry no ChatGPT-Account-ID: tokens.account_id is missing"
        + (f", though the id token says {claim}" if claim else ""),
        (line_of(subject, "tokens"),),
        "The header is filled from tokens.account_id alone; the id token is no substitute. The "
        "server then picks a workspace by itself, which may be another one.",
        LOGIN,
        line_of(subject, "tokens"),
    )


@check(
    "identity.account",
    "BIND",
    "The identity belongs to this login",
    source="#19049, #18177",
    modes=(67,),
)
def _identity(subject: Subject) -> Finding | None:
    document = stored_document(subject)
    login = chatgpt_login(subject)
    record = document.agent_record if document else None
    if login is None or record is None:
        return None
    _, tokens = login
    forced = forced_workspaces(subject.observation, subject.contract)
    account = forced[0] if len(forced) == 1 else None
    account = account or tokens.account_id or tokens.id_claims.account_id
    user = tokens.id_claims.user_id
    where = line_of(subject, "agent_identity")
    evidence = (
        f"{where}: account {record.account_id}, user {record.user_id}",
        f"{line_of(subject, 'tokens')}: account {account}, user {user}",
    )
    if account and record.account_id != account:
        wrong = f"of account {record.account_id}, the login of {account}"
    elif user and record.user_id != user:
        wrong = f"of user {record.user_id}, the login of {user}"
    else:
        return Finding("pass", f"agent identity and login belong to account {account}", evidence)
    flag = subject.observation.config.get("features.use_agent_identity") is True
    removed = flag and subject.contract.managed_identity == "biscuit"
    after = "Codex does not use it, and registers another one when that is enabled"
    if removed:
        after = "Codex removes it from auth.json at its next start"
    return Finding(
        "warn",
        f"the stored agent identity is {wrong}",
        evidence,
        "An agent identity acts for one account and one user. When the login belongs to another, "
        f"{after}.",
        Fix("log out, which clears both, and log in again", "codex logout; codex login"),
        where,
    )


@check(
    "workspace.two_sources",
    "BIND",
    "The winner and the stored login belong to one account",
    source="codex-rs/login/src/auth/manager.rs",
    modes=(4, 7),
)
def _two_sources(subject: Subject) -> Finding | None:
    winner, behind = subject.starts["exec"].credential, stored(subject)
    if winner is None or behind is None or winner.source == behind.source:
        return None
    one = winner.account_id or winner.policy_account
    other = behind.policy_account or behind.account_id
    if not one or not other:
        return None
    if one == other:
        return Finding("pass", f"{winner.source} and {behind.source} both belong to account {one}")
    return Finding(
        "warn",
        f"{winner.source} belongs to account {one}, {behind.source} to {other}; requests go out "
        f"for {one}",
        (f"selected: {winner.source}, {one}", f"stored: {behind.source}, {other}"),
        "The variable comes first, so limits, history and policies are those of its workspace, not "
        "of the one you signed in to.",
        unset_where(subject, winner.source),
        where_set(subject, winner.source),
    )


@check(
    "identity.binding",
    "BIND",
    "The forced workspace and the binding agree",
    source="codex-rs/login/src/agent_identity.rs",
    modes=(60, 67),
)
def _bound(subject: Subject) -> Finding | None:
    login = chatgpt_login(subject)
    case = subject.case
    forced = forced_workspaces(case.observation, case.contract)
    flag = case.observation.config.get("features.use_agent_identity") is True
    if login is None or not flag or len(forced) != 1 or case.contract.managed_identity == "none":
        return None
    _, tokens = login
    where = case.observation.config.where("forced_chatgpt_workspace_id")
    if not tokens.account_id or tokens.account_id == forced[0]:
        return Finding(
            "pass", f"an agent identity would be bound to {forced[0]}, as {where} requires"
        )
    return Finding(
        "warn",
        f"an agent identity would be bound to {forced[0]} ({where}), but tokens.account_id is "
        f"{tokens.account_id}",
        (f"{line_of(subject, 'tokens.account_id')}: {tokens.account_id}", f"{where}: {forced[0]}"),
        "The forced workspace comes before tokens.account_id when the binding is derived. The "
        "identity would be registered for one account with a token of the other.",
        LOGIN,
        where,
    )
