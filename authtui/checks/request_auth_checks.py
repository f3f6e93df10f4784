"""The review findings on #18177 as checks of a state: identity-only request auth (REQ).

They apply to the generation of #18176, #18177 and #18180 only, and to a credential that is an
agent identity without ChatGPT tokens (`R1` to `R3`), or with them (`R3c`). The findings on #18811
follow: they concern every generation that selects an agent identity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.phrases import fault_words
from authtui.checks.registry import Finding, check
from authtui.checks.subject import LOGIN, chatgpt_login, line_of, stored_document, unset_where
from authtui.contracts import CHATGPT_BASE
from authtui.credentials.environment import CREDENTIAL_VARIABLES
from authtui.machine.observation import ConfigValue
from authtui.simulation.assumptions import OK
from authtui.simulation.call_sites import apps_key
from authtui.simulation.online_credentials import task_failure
from authtui.simulation.predictions import predict
from authtui.simulation.program_start import make_case
from authtui.simulation.selection import forced_workspaces, resolve

if TYPE_CHECKING:
    from authtui.checks.registry import Subject
    from authtui.credentials.document import AgentRecord
    from authtui.simulation.program_start import ProgramStart
    from authtui.simulation.selection import Credential

_SOURCE = "#18177, review"
_FLAG = "features.use_agent_identity"


def _winner(subject: Subject) -> Credential | None:
    if not subject.contract.identity_only:
        return None
    return resolve(subject.case.ladder, subject.contract, on_exec=True).credential


def _tokenless(subject: Subject) -> tuple[Credential, AgentRecord] | None:
    credential = _winner(subject)
    if credential is None or credential.mode != "agent_identity" or credential.record is None:
        return None
    return credential, credential.record


def _auth_of(start: ProgramStart, record: AgentRecord) -> str | None:
    """What is wrong with the request auth of a start, or None."""
    says = start.prediction.says or ""
    if "oken data" in says:
        return f"the client asks for ChatGPT tokens: {says}"
    request = start.request
    if request is None:
        return "no model request is built"
    if request.authorization != "AgentAssertion":
        return f"Authorization is {request.authorization or 'absent'} instead of AgentAssertion"
    if request.account_id_header != record.account_id:
        return (
            f"the account header is {request.account_id_header}, the identity's {record.account_id}"
        )
    return None


@check(
    "request.identity_only",
    "REQ",
    "R1: an identity without tokens signs its requests",
    source=_SOURCE,
    modes=(52,),
)
def _r1(subject: Subject) -> Finding | None:
    found = _tokenless(subject)
    start = subject.starts["exec"]
    if found is None or start.violation is not None or subject.case.config_error:
        return None
    credential, record = found
    wrong = _auth_of(start, record)
    if wrong is None:
        return Finding(
            "pass",
            f"{credential.source} has no tokens and needs none: requests carry AgentAssertion and "
            f"account {record.account_id}",
        )
    return Finding(
        "fail",
        f"request auth of {credential.source} cannot be built: {wrong}",
        why="An identity without tokens has to sign by itself. Code that asks for token data first "
        "fails with `Token data is not available.`",
        where=credential.where,
    )


@check(
    "request.flag_off",
    "REQ",
    "R1b: the feature flag makes no difference to that",
    source=_SOURCE,
    modes=(52,),
)
def _r1b(subject: Subject) -> Finding | None:
    found = _tokenless(subject)
    if found is None or subject.starts["exec"].violation or subject.case.config_error:
        return None
    credential, record = found
    config = subject.observation.config
    on = config.get(_FLAG) is True
    start = subject.starts["exec"]
    if on:
        values = {**config.values, _FLAG: ConfigValue(False, "--feature")}
        other = subject.observation._replace(config=config._replace(values=values))
        case = make_case(other, subject.contract, subject.case.assumptions)
        start = predict(case)["exec"]
    wrong = _auth_of(start, record)
    state = "on" if on else "off"
    if wrong is None:
        return Finding(
            "pass", f"use_agent_identity is {state}; {credential.source} signs without it"
        )
    return Finding(
        "fail",
        f"with use_agent_identity off, {credential.source} cannot be used: {wrong}",
        why="The flag governs identities that Codex registers by itself, not this one.",
        where=config.where(_FLAG),
    )


@check(
    "request.task",
    "REQ",
    "R2: one signed task registration, without a biscuit",
    source=_SOURCE,
    modes=(50,),
)
def _r2(subject: Subject) -> Finding | None:
    found = _tokenless(subject)
    if found is None:
        return None
    credential, record = found
    from authtui.identity.keys import KeyProblem, read_private_key

    if not record.agent_runtime_id.strip():
        return Finding(
            "fail", f"{credential.source} names no runtime, so no task can be registered"
        )
    key = read_private_key(record.agent_private_key.reveal())
    if isinstance(key, KeyProblem):
        return Finding(
            "fail",
            f"the task registration of {credential.source} cannot be signed: {key.statement}",
            why="The signature over runtime and time is all that proves the identity.",
            fix=Fix("have the identity issued again"),
            where=credential.where,
        )
    return Finding(
        "pass",
        f"one POST to /v1/agent/{record.agent_runtime_id}/task/register registers the task, "
        f"signed with {key.sha256_fingerprint}",
        (
            "no GET to /authenticate_app_v2: there is no access token to mint a biscuit with",
            "no X-OpenAI-Authorization header",
        ),
        "The signature alone registers the task, whether the feature flag is on or off.",
    )


@check(
    "request.cached_task",
    "REQ",
    "R2b, R2c: a cached task is kept for its own runtime only",
    source=_SOURCE,
    modes=(52,),
)
def _r2bc(subject: Subject) -> Finding | None:
    found = _tokenless(subject)
    if found is None:
        return None
    credential, record = found
    document = stored_document(subject)
    kept = document.agent_record if document else None
    task = (kept.background_task_id or "").strip() if kept else ""
    if kept is None or not task:
        return None
    if kept.agent_runtime_id == record.agent_runtime_id:
        return Finding(
            "pass",
            f"the stored task belongs to runtime {kept.agent_runtime_id}, the one in use: it is "
            "reused",
        )
    return Finding(
        "warn",
        f"the stored task belongs to runtime {kept.agent_runtime_id}, but {credential.source} to "
        f"{record.agent_runtime_id}: the task is dropped and a new one registered",
        (f"{line_of(subject, 'agent_identity')}: {kept.agent_runtime_id}",),
        "A task belongs to the runtime that registered it. Signing for it with another identity is "
        "refused.",
        where=credential.where,
    )


@check(
    "request.task_error",
    "REQ",
    "R2d: a refused task is an explicit error",
    source=_SOURCE,
    modes=(50,),
)
def _r2d(subject: Subject) -> Finding | None:
    found = _tokenless(subject)
    fault = subject.case.assumptions.task
    if found is None or fault == OK:
        return None
    credential, record = found
    if (record.background_task_id or "").strip():
        return None
    text = task_failure(fault, subject.observation, subject.contract, record.agent_runtime_id)
    return Finding(
        "fail",
        f"with the task refused ({fault_words(fault)}), {credential.source} ends in an error: "
        f"{text}",
        why="A task that cannot be registered has to be said. Going on without one would send "
        "requests without any Authorization.",
        where=credential.where,
    )


@check(
    "request.forced",
    "REQ",
    "R3, R3b: a forced workspace is compared with the identity's own",
    source=_SOURCE,
    modes=(60,),
)
def _r3(subject: Subject) -> Finding | None:
    found = _tokenless(subject)
    wanted = forced_workspaces(subject.observation, subject.contract)
    if found is None or not wanted or subject.case.config_error:
        return None
    credential, record = found
    where = subject.observation.config.where("forced_chatgpt_workspace_id")
    if record.account_id in wanted:
        return Finding(
            "pass",
            f"{credential.source} belongs to {record.account_id}, as {where} requires; auth.json "
            "stays",
        )
    start = subject.starts["exec"]
    text = start.violation.text if start.violation else ""
    deletes = start.violation is not None and start.violation.deletes
    name = credential.source
    return Finding(
        "fail" if subject.surface != "login-status" else "warn",
        f"{name} belongs to {record.account_id}, and {where} requires {wanted[0]}"
        + ("; auth.json would be removed" if deletes else ""),
        (f"the client says: {text}",) if text else (),
        "Before #18177 every identity without tokens failed here with `Token data is not "
        "available.`; now its own workspace is compared.",
        unset_where(subject, name) if name in CREDENTIAL_VARIABLES else LOGIN,
        where,
    )


@check(
    "request.forced_tokens",
    "REQ",
    "R3c: with tokens, the id token decides",
    source=_SOURCE,
    modes=(60,),
)
def _r3c(subject: Subject) -> Finding | None:
    credential = _winner(subject)
    login = chatgpt_login(subject)
    document = stored_document(subject)
    record = document.agent_record if document else None
    wanted = forced_workspaces(subject.observation, subject.contract)
    if credential is None or login is None or record is None or not wanted:
        return None
    if subject.starts["exec"].credential is None or credential.source in CREDENTIAL_VARIABLES:
        return None
    claim = login[1].id_claims.account_id
    where = subject.observation.config.where("forced_chatgpt_workspace_id")
    evidence = (
        f"{line_of(subject, 'tokens.id_token')}: {claim}",
        f"{line_of(subject, 'agent_identity')}: {record.account_id}, not looked at",
    )
    if claim in wanted:
        return Finding("pass", f"the id token belongs to {claim}, as {where} requires", evidence)
    return Finding(
        "fail" if subject.surface != "login-status" else "warn",
        f"the id token belongs to {claim or 'no workspace'}, and {where} requires {wanted[0]}; the "
        f"identity's {record.account_id} does not count",
        evidence,
        "A record with tokens is not an identity-only record: its workspace is that of the id "
        "token.",
        LOGIN,
        where,
    )


def _with_apps(subject: Subject) -> Credential | None:
    """The selected agent identity, unless Apps are switched off or nothing starts at all."""
    credential = subject.starts["exec"].credential
    if credential is None or credential.mode != "agent_identity" or subject.case.config_error:
        return None
    return None if subject.observation.config.get("features.apps") is False else credential


@check("apps.cache_key", "REQ", "the Apps cache is kept apart for each identity", source="#18811")
def _apps_cache_key(subject: Subject) -> Finding | None:
    credential = _with_apps(subject)
    if credential is None:
        return None
    key = apps_key(credential, subject.contract)
    name = credential.source
    if key.account_id is None and key.chatgpt_user_id is None:
        return Finding(
            "warn",
            f"the Apps cache key of {name} is none, none, false, as for every other agent identity",
            (f"account {credential.account_id}, user {credential.user_id}: not part of the key",),
            "The key is made from token data, which an agent identity does not have. Another "
            "account's cached list of Apps tools can be shown; #18811 asks the identity instead.",
            Fix("use a client that contains #18811, or switch Apps off", None),
            credential.where,
        )
    workspace = "a workspace account" if key.is_workspace_account else "no workspace account"
    return Finding(
        "pass",
        f"the Apps cache key of {name} is account {key.account_id or 'none'}, user "
        f"{key.chatgpt_user_id or 'none'}, {workspace}",
    )


@check("apps.base_url", "REQ", "the Apps gate asks the configured deployment", source="#18811")
def _apps_base_url(subject: Subject) -> Finding | None:
    credential = _with_apps(subject)
    config = subject.observation.config
    base = config.get("chatgpt_base_url")
    if credential is None or not isinstance(base, str):
        return None
    if not base.strip() or base.rstrip("/") == CHATGPT_BASE:
        return None
    where = config.where("chatgpt_base_url")
    if subject.contract.apps_key_from_tokens:
        return Finding(
            "warn",
            f"the Apps gate starts {credential.source} with {CHATGPT_BASE}, not with {where}",
            (f"chatgpt_base_url: {base}",),
            "The early gate is built without the configuration and talks to the default "
            "deployment. There the identity fails, and Apps are off although the login is valid.",
            Fix("use a client that contains #18811"),
            where,
        )
    return Finding("pass", f"the Apps gate and the program both go by {where}: {base}")
