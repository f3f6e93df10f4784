"""Verdicts for a credential that is there and cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Edit, Fix, Kind, Verdict
from authtui.checks.phrases import DROPPED_SILENTLY, clause, describe
from authtui.checks.subject import LOGIN, give_back, quoted_path, set_aside
from authtui.contracts import CHATGPT_BASE, PRODUCTION_HOSTS, STAGING_HOSTS
from authtui.credentials.repair import repair_json, repair_value
from authtui.redaction import Secret
from authtui.simulation.selection import EXPIRED, Failure, forced_workspaces
from authtui.simulation.urls import host_and_port
from authtui.verdict.workload_failures import explain_workload

if TYPE_CHECKING:
    from authtui.verdict.judged_case import JudgedCase

_KEY_SET_VARIABLE = "CODEX_AGENT_IDENTITY_JWKS_BASE_URL"
_NETWORK_STEPS = {
    "the task could not be registered": (
        "The agent task could not be registered",
        "check the clock and the network path to the registration host, or get a new identity",
    ),
    "the key set could not be fetched": (
        "The key set that verifies the token could not be fetched",
        "check the network path to the key set's host: proxy, certificates, DNS, chatgpt_base_url",
    ),
    "the personal access token could not be looked up": (
        "The personal access token is not confirmed by the server",
        "check the token in the workspace's settings; it cannot be refreshed, only replaced",
    ),
}


def explain_failure(judged: JudgedCase, failure: Failure) -> Verdict:
    """What is wrong with the credential that decided, and what it hides."""
    contract = judged.contract
    # It is silent only where the client goes on and sends a request all the same.
    quiet = contract.silent_drop and judged.start.request is not None
    after = DROPPED_SILENTLY if quiet else ""
    variable = judged.variables_of(failure.source)
    if failure.source == "workload identity":
        return explain_workload(judged, failure)
    if failure.network and not variable:
        return _refused_while_loading(judged, failure, after, "")
    if judged.start.filtered:
        return _token_of_other_workspace(judged, failure)
    if "not in the key set" in failure.reason:
        return _unknown_key(judged, failure, after)
    if not variable:
        return _stored_failure(judged, failure, after)
    name = failure.source
    good = judged.store.credential
    kind: Kind = "another-source-won" if good else "record-not-what-it-seems"
    behind = ""
    if good:
        behind = f" The good {describe(good)} in {judged.store.name} is not used instead."
    if failure.network:
        return _refused_while_loading(judged, failure, after, behind)
    if "chatgpt_base_url" in failure.reason:
        where = judged.config.where("chatgpt_base_url")
        return judged.verdict(
            "request-went-elsewhere",
            "An agent identity does not work with this chatgpt_base_url",
            f"{where} points ChatGPT calls to another host, and {contract.title} accepts an "
            f"agent identity only for the known ChatGPT hosts.{after}{behind}",
            where,
            Fix(f"remove chatgpt_base_url at {where}"),
        )
    headline = f"{name} is set, but cannot be used"
    if _has_expired(failure):
        headline = f"The agent identity in {name} has expired"
    elif good:
        headline = f"{name} cannot be used and hides a good login"
    doubt = clause(failure.reason or failure.text)
    fixes = [judged.unset("unset the variable", failure.source)]
    held = judged.environment.trimmed(name) or ""
    if held.startswith("sk-"):
        headline = f"{name} holds an API key, but does not take one"
        fixes.append(
            Fix(
                "an API key for `codex exec` goes into CODEX_API_KEY",
                f'CODEX_API_KEY="${name}"',
            )
        )
    elif not good:
        fixes.append(Fix("or put a fresh token into it"))
    return judged.verdict(
        kind,
        headline,
        f"{name} comes before everything stored, and cannot be used: {doubt}.{after}{behind}",
        name,
        *fixes,
    )


def _unknown_key(judged: JudgedCase, failure: Failure, after: str) -> Verdict:
    """The token may be good for another environment than the one that was asked."""
    contract, configured = judged.contract, judged.config.get("chatgpt_base_url")
    base = configured if isinstance(configured, str) else None
    override = judged.environment.trimmed(_KEY_SET_VARIABLE)
    where = judged.config.where("chatgpt_base_url")
    if override and contract.identity_overrides:
        base, where = override, _KEY_SET_VARIABLE
    host = host_and_port(base or CHATGPT_BASE)
    asked = f"was asked because of {where}" if base else "was asked by default"
    fixes = [Fix("log in with a token of this environment, or name the one it belongs to")]
    if host in PRODUCTION_HOSTS:
        line = f'chatgpt_base_url = "https://{STAGING_HOSTS[0]}/backend-api"'
        fixes.insert(0, Fix("if staging issued it, in config.toml:", line))
    elif base:
        fixes.insert(0, Fix(f"if production issued it, remove chatgpt_base_url at {where}"))
    return judged.verdict(
        "request-went-elsewhere",
        f"The key set of {host} does not know the key of this token",
        f"{failure.source} holds a token whose key is {failure.reason.removeprefix('kid: ')}; "
        f"{host} {asked}. A token of another environment looks like this, "
        "and so does one whose key was rotated since; it is neither expired nor "
        f"damaged.{after}",
        where if base else failure.where,
        *fixes,
    )


def _refused_while_loading(
    judged: JudgedCase, failure: Failure, after: str, behind: str
) -> Verdict:
    what, advice = _NETWORK_STEPS.get(
        failure.reason,
        ("A server did not confirm the credential", "look at the address and the network path"),
    )
    kind: Kind = "record-not-what-it-seems"
    if "key set" in failure.reason:
        kind = "answer-not-from-auth-server"
    fixes = [Fix(advice)]
    if judged.variables_of(failure.source):
        fixes.append(judged.unset("or leave this credential out", failure.source))
    return judged.verdict(
        kind,
        what,
        f"{failure.source} is selected, but {failure.reason}: "
        f"{clause(failure.text)}.{after}{behind}",
        failure.where,
        *fixes,
    )


def _token_of_other_workspace(judged: JudgedCase, failure: Failure) -> Verdict:
    where = judged.config.where("forced_chatgpt_workspace_id")
    wanted = ", ".join(forced_workspaces(judged.observation, judged.contract))
    fix = LOGIN
    kind: Kind = "record-not-what-it-seems"
    if judged.variables_of(failure.source):
        fix, kind = judged.unset("unset the variable", failure.source), "another-source-won"
    return judged.verdict(
        kind,
        "This token belongs to another workspace",
        f"{where} allows only workspace {wanted}, and for {failure.source} {failure.reason}.",
        failure.source,
        fix,
    )


def _stored_failure(judged: JudgedCase, failure: Failure, after: str) -> Verdict:
    path = judged.observation.auth_file.path
    if failure.source == "keyring":
        return judged.verdict(
            "record-not-what-it-seems",
            "The keyring cannot be read",
            f"config.toml keeps the login in the keyring, and {clause(failure.reason)}.{after}",
            judged.config.where("cli_auth_credentials_store"),
            Fix("unlock or start the keyring, then look again"),
            Fix(
                'or keep logins in the file: cli_auth_credentials_store = "file"',
                edit=Edit("config.toml", "cli_auth_credentials_store", '"file"'),
            ),
            *(
                ()
                if judged.observation.auth_file.exists
                else (Fix('or set cli_auth_credentials_store = "file", then log in'),)
            ),
        )
    if failure.unread:
        return judged.verdict(
            "record-not-what-it-seems",
            f"{failure.source} is there, but cannot be read",
            f"{failure.source} cannot be read: {clause(failure.reason)}.{after}",
            failure.where,
            *_unread_fixes(judged, path),
        )
    if _has_expired(failure):
        return judged.verdict(
            "record-not-what-it-seems",
            f"The agent identity in {failure.source} has expired",
            f"The record in {failure.where} can be read, and its token is past its time: no client "
            f"takes it, and a browser login is no replacement.{after}",
            failure.where,
            Fix(
                "have the identity issued again, then log in with its token",
                "printenv CODEX_ACCESS_TOKEN | codex login --with-access-token",
            ),
        )
    if failure.line or failure.field:
        mended = _mended(judged, failure)
        if mended is not None:
            return judged.verdict(
                "record-not-what-it-seems",
                f"A login is stored, but Codex cannot read it: {failure.where}",
                f"{failure.where}: {clause(failure.reason)}.{after}",
                failure.where,
                mended,
                set_aside(path),
            )
        return judged.verdict(
            "record-not-what-it-seems",
            f"A login is stored, but Codex cannot read it: {failure.where}",
            f"{failure.where}: {clause(failure.reason)}.{after}",
            failure.where,
            set_aside(path),
        )
    return judged.verdict(
        "record-not-what-it-seems",
        f"The record in {failure.source} cannot be used",
        f"{failure.where}: {clause(failure.reason)}.{after}",
        failure.where,
        LOGIN,
    )


def _mended(judged: JudgedCase, failure: Failure) -> Fix | None:
    """Take out of auth.json what JSON does not know, where that is all that is wrong with it."""
    data = judged.observation.auth_file.data
    if data is None or failure.source != "auth.json":
        return None
    repair = repair_json(data)
    if repair is None:
        return _respelled(judged, failure, data)
    names = {"comment": "comments", "trailing comma": "trailing commas"}
    said = []
    for flaw in dict.fromkeys(name for name, _ in repair.flaws):
        lines = [str(line) for name, line in repair.flaws if name == flaw]
        word = flaw if len(lines) == 1 else names.get(flaw, flaw)
        said.append(f"the {word} in line{'s' if len(lines) > 1 else ''} {', '.join(lines[:5])}")
    content = Secret(repair.data.decode("utf-8", "surrogateescape"))
    return Fix(
        f"delete {' and '.join(said)} of auth.json: JSON knows none",
        edit=Edit("auth.json", content=content),
    )


def _respelled(judged: JudgedCase, failure: Failure, data: bytes) -> Fix | None:
    """Write one value of auth.json as the client reads it, where that can be told."""
    modes = judged.contract.document.auth_modes
    found = repair_value(data, failure.field or "", failure.line or 0, modes)
    if found is None:
        return None
    value, after = found
    return Fix(
        f"write {failure.field} as {value} in {failure.where}",
        edit=Edit("auth.json", content=Secret(after.decode("utf-8", "surrogateescape"))),
    )


def _has_expired(failure: Failure) -> bool:
    return failure.field == "agent_identity" and failure.reason == EXPIRED


def _unread_fixes(judged: JudgedCase, path: str) -> tuple[Fix, ...]:
    facts = judged.observation.auth_file
    quoted = quoted_path(path)
    if facts.kind == "unreadable" or (facts.error and "Permission" in facts.error):
        return (give_back(judged.observation, quoted),)
    return (set_aside(path),)
