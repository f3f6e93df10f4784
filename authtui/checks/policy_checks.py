"""Restrictions of the configuration, and what they would delete (POL)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.phrases import login_for
from authtui.checks.registry import Finding, check
from authtui.checks.subject import (
    LOGIN,
    described,
    kind_of,
    line_of,
    quoted_path,
    stored,
    unset_source,
    variables_of,
    where_set,
)
from authtui.configuration.requirements import METHODS, WORKSPACES, required_methods
from authtui.credentials.environment import CREDENTIAL_VARIABLES
from authtui.simulation.restrictions import API_MODES, forced_method
from authtui.simulation.selection import CHATGPT_MODES, Credential, forced_workspaces, resolve

if TYPE_CHECKING:
    from authtui.answers.findings import CheckStatus
    from authtui.checks.registry import Subject

_SPEC = "codex-rs/login/src/auth/manager.rs (enforce_login_restrictions), #18177"
_WORKSPACE = "forced_chatgpt_workspace_id"
_METHOD = "forced_login_method"


def _restricted(subject: Subject) -> Credential | None:
    """The credential that restrictions look at: the winner with the API key enabled."""
    return resolve(subject.case.ladder, subject.contract, on_exec=True).credential


def _broken(subject: Subject) -> CheckStatus:
    return "fail" if subject.start.prediction.outcome == "refused" else "warn"


def _fix(subject: Subject, credential: Credential, required: str, rule: str) -> Fix:
    if variables_of(subject.observation.environment, credential.source):
        return unset_source(subject, credential.source)
    return login_for(required, rule)


def _place(subject: Subject, credential: Credential) -> str:
    if credential.source in CREDENTIAL_VARIABLES:
        return credential.source
    if credential.mode in CHATGPT_MODES:
        return line_of(subject, "tokens.id_token")
    return line_of(subject, "agent_identity")


@check(
    "workspace.forced",
    "POL",
    "The login belongs to the required workspace",
    source=f"{_SPEC}, #27450",
    modes=(7, 60),
)
def _workspace(subject: Subject) -> Finding | None:
    case = subject.case
    wanted = forced_workspaces(case.observation, case.contract)
    where = case.observation.config.where(_WORKSPACE)
    if not wanted or case.config_error is not None:
        return None
    required = ", ".join(wanted)
    credential = _restricted(subject)
    if credential is None:
        return None
    if credential.mode in API_MODES:
        return Finding(
            "pass", f"{where} requires {required}; an API key passes a restriction of workspaces"
        )
    if credential.mode == "personal_access_token":
        return Finding(
            "unknown",
            f"{where} requires {required}; only the server knows which account {credential.source} "
            "belongs to",
            why="A personal access token names no account. The client asks the whoami endpoint.",
            where=where,
        )
    has = credential.policy_account
    place = _place(subject, credential)
    if has in wanted:
        return Finding(
            "pass",
            f"{place} belongs to {has}, as {where} requires; auth.json stays",
            (f"{where}: {required}", f"{place}: {has}"),
        )
    start = subject.starts["exec"]
    evidence = [f"{where}: {_WORKSPACE} {required}", f"{place}: {has or 'names no workspace'}"]
    if credential.account_id and credential.account_id != has:
        evidence.append(
            f"tokens.account_id: {credential.account_id}, which the rule does not look at"
        )
    if start.violation is not None:
        evidence.append(f"codex exec says: {start.violation.text}")
        evidence.append(f"deletes the stored login: {'yes' if start.violation.deletes else 'no'}")
    return Finding(
        _broken(subject),
        f"{place} belongs to {has or 'no workspace'}, and {where} requires {required}",
        evidence,
        "The configuration allows only logins of certain workspaces. At its next start Codex "
        "compares them with the token and, when they differ, removes the stored login and stops.",
        _fix(subject, credential, required, _WORKSPACE),
        where,
    )


@check("method.forced", "POL", "The login is of the required kind", source=_SPEC, modes=(68,))
def _method(subject: Subject) -> Finding | None:
    method = forced_method(subject.observation)
    if method is None or subject.case.config_error is not None:
        return None
    where = subject.observation.config.where(_METHOD)
    credential = _restricted(subject)
    if credential is None:
        return None
    is_api = credential.mode in API_MODES
    if is_api == (method == "api"):
        return Finding(
            "pass", f"{credential.source} is {kind_of(credential)}, as {where} requires ({method})"
        )
    start = subject.starts["exec"]
    evidence = [f"{where}: {_METHOD} {method}", f"{credential.source}: {kind_of(credential)}"]
    if start.violation is not None:
        evidence.append(f"codex exec says: {start.violation.text}")
    return Finding(
        _broken(subject),
        f"{credential.source} is {kind_of(credential)}, and {where} allows only {method} logins",
        evidence,
        "The check counts CODEX_API_KEY and the agent variable, so a stray variable can break the "
        "rule although the stored login is right. The message never names the variable.",
        _fix(subject, credential, method, _METHOD),
        where,
    )


def _keep(subject: Subject) -> Fix:
    if subject.store.name != "auth.json":
        return Fix("correct the restriction before you start Codex")
    path = quoted_path(subject.observation.auth_file.path)
    text = "keep a copy before you start Codex, or correct the restriction"
    return Fix(text, f"cp -p {path} {path}.kept")


@check(
    "policy.deletes", "POL", "Starting Codex keeps the stored login", source=_SPEC, modes=(60, 68)
)
def _deletes(subject: Subject) -> Finding | None:
    violation = subject.starts["exec"].violation
    config = subject.observation.config
    if violation is None or not violation.deletes:
        rules = [key for key in (_METHOD, _WORKSPACE) if key in config.values]
        if not rules or subject.store.empty or subject.case.config_error:
            return None
        return Finding("pass", "starting Codex keeps the stored login under these restrictions")
    credential = violation.credential
    behind = stored(subject)
    where = config.where(violation.rule)
    store = subject.store.name
    if credential.source == store:
        return Finding(
            _broken(subject),
            f"starting Codex now would delete the login in {store}, because of {where}",
            (f"{where} requires {violation.required}", f"{store}: {described(credential)}"),
            "`codex exec` and the interactive client both remove a login that breaks a "
            "restriction. `codex login status` does not warn of it.",
            _keep(subject),
            where,
        )
    good = described(behind) if behind else "the stored record"
    return Finding(
        _broken(subject),
        f"{credential.source} breaks {where}, and because of it Codex would delete another login: "
        f"{good} in {store}",
        (
            f"the culprit: {credential.source}, {described(credential)}",
            f"what would be deleted: {store}, {good}",
            "the variable stays, so the next start fails in the same way",
        ),
        "A restriction is checked against the credential that wins, but the removal hits the "
        "stored one. The login that is lost may be exactly the one that was required.",
        unset_source(subject, credential.source),
        where_set(subject, credential.where),
    )


@check(
    "policy.filtered",
    "POL",
    "A restriction makes a login count as absent",
    source="recorded clients 0.147 to 0.169",
    modes=(60, 68),
)
def _filtered(subject: Subject) -> Finding | None:
    start = subject.starts["login-status"]
    if start.filtered is None:
        return None
    where = subject.observation.config.where(start.filtered)
    name = subject.store.name
    if start.failure is not None:
        name = start.failure.source
    says = (start.prediction.says or "nothing").splitlines()[0]
    return Finding(
        _broken(subject),
        f"{where} makes {name} count as not there: status says “{says}”",
        (f"rule: {start.filtered}",),
        "From 0.147 on status and the interactive client skip a login that a restriction forbids, "
        "and behave as if it did not exist.",
        LOGIN,
        where,
    )


@check(
    "policy.layers",
    "POL",
    "One place sets the restriction",
    source="codex-rs/config (layers)",
    modes=(60, 68),
)
def _layers(subject: Subject) -> Finding | None:
    config = subject.observation.config
    for key, loser in config.overridden:
        if key not in (_METHOD, _WORKSPACE) or key not in config.values:
            continue
        winner = config.values[key]
        if winner.value == loser.value:
            continue
        return Finding(
            "warn",
            f"{key} is {winner.value} at {winner.where}, and {loser.value} at {loser.where}, which "
            "does not count",
            (f"in force: {winner.where}", f"overridden: {loser.where}"),
            "Managed files come before your own config.toml. Changing the line in your own file "
            "changes nothing.",
            Fix(f"ask who manages {winner.file}"),
            winner.where,
        )
    return None


@check("policy.blank", "POL", "A restriction that is set is not blank", source=_SPEC, modes=(60,))
def _blank(subject: Subject) -> Finding | None:
    case, config = subject.case, subject.observation.config
    if _WORKSPACE not in config.values or case.config_error is not None:
        return None
    if forced_workspaces(case.observation, case.contract):
        return None
    where = config.where(_WORKSPACE)
    return Finding(
        "warn",
        f"{where}: {_WORKSPACE} is blank, so no workspace is required",
        why="Released clients trim the value and treat a blank one as not set.",
        fix=Fix(f"write the workspace id at {where}, or remove the line"),
        where=where,
    )


@check(
    "policy.requirements",
    "POL",
    "Managed requirements of this machine",
    source="#37132",
    modes=(60, 68),
)
def _requirements(subject: Subject) -> Finding | None:
    config = subject.observation.config
    given = config.requirements
    found = [given[key] for key in (METHODS, WORKSPACES) if key in given]
    if not found or not subject.contract.requirements_decide:
        return None
    evidence = [f"{value.where}: {value.value}" for value in found]
    start = subject.starts["exec"]
    why = "Managed requirements are a silent filter: a forbidden login counts as not there."
    methods = required_methods(config)
    if not subject.case.ladder.api_key.empty and "api" not in methods:
        where = given[METHODS].where
        return Finding(
            "warn",
            f"{where} allows no API keys, so CODEX_API_KEY counts as not set",
            evidence,
            why,
            Fix("unset it, and log in with ChatGPT", "unset CODEX_API_KEY"),
            where,
        )
    if start.filtered in (METHODS, WORKSPACES):
        where = given[start.filtered].where
        allowed = given[start.filtered].value
        listed = ", ".join(map(str, allowed)) if allowed else "none"
        fix = Fix(f"ask who manages {given[start.filtered].file}")
        if start.filtered == METHODS and methods:
            fix = login_for(methods[0], "forced_login_method")
        return Finding(
            "warn",
            f"{where} allows {listed}; the login of this machine counts as not there",
            evidence,
            why,
            fix,
            where,
        )
    if start.credential is None:
        return Finding("unknown", "managed requirements restrict which logins count", evidence)
    return Finding("pass", f"{start.credential.source} meets the managed requirements", evidence)
