"""What the tokens say about plan, government routing and the person (CLAIMS)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import (
    LOGIN,
    ago,
    auth_claims,
    chatgpt_login,
    claims_of,
    line_of,
    number_of,
    text_of,
)

if TYPE_CHECKING:
    from authtui.checks.registry import Subject

_TOKENS = "codex-rs/login/src/token_data.rs"
_OLD_SECONDS = 30 * 86_400


@check("plan.claim", "CLAIMS", "The plan that the token names", source=_TOKENS, modes=(2,))
def _plan(subject: Subject) -> Finding | None:
    login = chatgpt_login(subject)
    if login is None:
        return None
    _, tokens = login
    plan = tokens.id_claims.plan
    if plan is None:
        return None
    from authtui.tokens.claims import plan_of

    found = plan_of(plan)
    issued = number_of(claims_of(tokens.id_token).get("iat"))
    age = subject.observation.at.timestamp() - issued if issued is not None else None
    when = f"issued {ago(age)} ago" if age is not None and age >= 0 else "of unknown age"
    where = line_of(subject, "tokens.id_token")
    if found.raw == "free":
        return Finding(
            "unknown",
            f"the id token, {when}, says plan Free; a plan bought since then is not in it",
            (f"{where}: chatgpt_plan_type free", f"account {tokens.id_claims.account_id}"),
            "The plan is written into the token when it is issued. After an upgrade, or when the "
            "sign-in picked another workspace, Codex still shows Free and asks you to upgrade.",
            Fix("log in again and pick the workspace with the plan", "codex logout; codex login"),
            where,
        )
    if age is not None and age > _OLD_SECONDS:
        return Finding("pass", f"the id token says plan {found.shown}; it is {ago(age)} old")
    return Finding("pass", f"the id token, {when}, says plan {found.shown}")


@check("plan.agree", "CLAIMS", "Both tokens name the same plan", source=_TOKENS, modes=(2,))
def _plan_agree(subject: Subject) -> Finding | None:
    login = chatgpt_login(subject)
    if login is None:
        return None
    _, tokens = login
    one = tokens.id_claims.plan
    other = text_of(auth_claims(tokens.access_token).get("chatgpt_plan_type"))
    if one is None or other is None:
        return None
    if one == other:
        return Finding("pass", f"id token and access token both say plan {one}")
    return Finding(
        "warn",
        f"the id token says plan {one}, the access token says {other}",
        (
            f"{line_of(subject, 'tokens.id_token')}: {one}",
            f"{line_of(subject, 'tokens.access_token')}: {other}",
        ),
        "Codex shows the id token's plan; the server goes by the access token. They were issued at "
        "different times, or come from different logins.",
        LOGIN,
        line_of(subject, "tokens.id_token"),
    )


@check(
    "fedramp.flag",
    "CLAIMS",
    "Requests of a government workspace are marked",
    source="#17151",
    modes=(69,),
)
def _fedramp(subject: Subject) -> Finding | None:
    credential = subject.start.credential
    says: dict[str, bool] = {}
    login = chatgpt_login(subject)
    if login is not None:
        _, tokens = login
        says["id token"] = tokens.id_claims.fedramp
        flag = auth_claims(tokens.access_token).get("chatgpt_account_is_fedramp")
        if isinstance(flag, bool):
            says["access token"] = flag
    if credential is not None and credential.record is not None:
        says["agent identity"] = credential.record.fedramp
    if not any(says.values()):
        return None
    request = subject.start.request or subject.starts["exec"].request
    if request is None or request.authorization is None:
        return None
    evidence = tuple(f"{name}: {'yes' if flag else 'no'}" for name, flag in says.items())
    if request.fedramp and all(says.values()):
        return Finding("pass", "the account is FedRAMP, and requests are marked so", evidence)
    mode = credential.mode if credential else None
    if request.fedramp:
        reason = "the tokens disagree"
    elif subject.contract.identity_only and mode == "agent_identity":
        reason = "this generation never marks requests of an agent identity"
    else:
        reason = "the selected credential does not carry the flag"
    return Finding(
        "warn",
        f"one token says FedRAMP, but X-OpenAI-Fedramp is {'' if request.fedramp else 'not '}sent: "
        f"{reason}",
        evidence,
        "A government workspace is served apart, and the header routes requests there. Without it "
        "the commercial service answers 401 or 403, however good the login is.",
        LOGIN,
        line_of(subject, "tokens.id_token"),
    )


@check("claims.person", "CLAIMS", "Whose login this is", source=_TOKENS, modes=(7,))
def _person(subject: Subject) -> Finding | None:
    login = chatgpt_login(subject)
    if login is None:
        return None
    _, tokens = login
    from authtui.redaction import mask_email
    from authtui.tokens.claims import plan_of

    claims = tokens.id_claims
    who = mask_email(claims.email) if claims.email else "no e-mail"
    plan = plan_of(claims.plan) if claims.plan else None
    plan_words = "no plan named"
    if plan is not None:
        plan_words = f"on a {'workspace' if plan.workspace else 'personal'} plan"
    if claims.account_id is None:
        return Finding(
            "warn",
            f"the id token names no account (chatgpt_account_id); the login belongs to {who}",
            (f"{line_of(subject, 'tokens.id_token')}: chatgpt_account_id is missing",),
            "Codex compares this claim with forced_chatgpt_workspace_id; a login without it breaks "
            "any such restriction and would be deleted.",
            LOGIN,
            line_of(subject, "tokens.id_token"),
        )
    return Finding(
        "pass",
        f"the login belongs to {who}, account {claims.account_id}, {plan_words}",
        why="With several workspaces under one address the browser decides which one you get.",
    )
