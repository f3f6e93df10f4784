"""A login that a restriction does not let count, and a backend that does not fit a requirement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.phrases import login_for, method_name
from authtui.checks.subject import kind_of
from authtui.configuration.requirements import (
    METHODS,
    WORKSPACES,
    required_methods,
    required_workspaces,
)
from authtui.simulation.selection import forced_workspaces

if TYPE_CHECKING:
    from authtui.answers.findings import Verdict
    from authtui.machine.observation import ConfigValue
    from authtui.verdict.judged_case import JudgedCase


def explain_filtered(judged: JudgedCase, rule: str) -> Verdict:
    """The client passes over a login in silence, because of that rule."""
    where = judged.config.where(rule)
    ladder = judged.case.ladder
    credential = ladder.store.credential
    if credential is None and judged.surface == "exec":
        credential = ladder.api_key.credential
    name = credential.source if credential else "the stored login"
    of_workspace = rule in (WORKSPACES, "forced_chatgpt_workspace_id")
    wanted = ", ".join(forced_workspaces(judged.observation, judged.contract))
    if rule == WORKSPACES:
        wanted = ", ".join(required_workspaces(judged.config) or ())
    if of_workspace and credential is not None:
        has = credential.account_id or credential.policy_account or "no workspace"
        allowed = f"only workspace {wanted}" if wanted else "no workspace"
        sentence = (
            f"{where} allows {allowed}; {name} names {has}, so Codex silently "
            "treats it as not logged in."
        )
    else:
        method = str(judged.config.get("forced_login_method"))
        if rule == METHODS:
            method = " or ".join(required_methods(judged.config))
        given = "" if credential is None or rule != METHODS else f", which is {kind_of(credential)}"
        sentence = (
            f"{where} allows only {method_name(method)} logins, so Codex silently treats "
            f"{name}{given} as not logged in."
        )
    if rule in (METHODS, WORKSPACES):
        return judged.verdict(
            "record-not-what-it-seems",
            "A requirement of this machine makes Codex ignore this login",
            sentence,
            where,
            *_within(judged, rule, wanted),
            Fix(f"or ask who manages {judged.config.requirements[rule].file}"),
        )
    wants = wanted if of_workspace else str(judged.config.get(rule))
    return judged.verdict(
        "record-not-what-it-seems",
        "A restriction makes Codex ignore this login",
        sentence,
        where,
        login_for(wants, rule),
        Fix(f"or correct {rule} at {where}"),
    )


def _within(judged: JudgedCase, rule: str, workspaces: str) -> tuple[Fix, ...]:
    """Ways to log in that the requirements let count."""
    if rule == WORKSPACES:
        return (login_for(workspaces, "forced_chatgpt_workspace_id"),) if workspaces else ()
    methods = required_methods(judged.config)
    return (login_for(methods[0], "forced_login_method"),) if methods else ()


def required_backend(judged: JudgedCase, required: ConfigValue) -> Verdict:
    """The look-up of the workspace names another backend than requirements do."""
    said = (judged.starts["exec"].prediction.says or "").removeprefix("ERROR: ")
    return judged.verdict(
        "request-went-elsewhere",
        "A requirement names a ChatGPT backend that does not fit your workspace",
        f"{required.where} requires {required.value} for chatgpt_base_url, and Codex stops before "
        f"any model request: {said}.",
        required.where,
        Fix(f"ask who manages {required.file}"),
    )
