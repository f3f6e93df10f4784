"""The verdict: one plain sentence, the culprit, what to change.

Each rule answers what a person asks: what is wrong, where, and what do I do? The rules stand in
the order in which the client itself would run into them; those for credentials that cannot be
used, and for requests that go wrong, have modules of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Edit, Fix, Verdict
from authtui.checks.phrases import (
    NOT_ANSWERED_YET,
    article,
    at_home,
    clause,
    describe,
    goes_to,
    login_for,
    method_name,
    name_words,
)
from authtui.checks.subject import FIRST_LOGIN, field_line, kind_of, quoted_path
from authtui.credentials.environment import AGENT_VARIABLES
from authtui.redaction import Secret
from authtui.simulation.refreshing import is_stale, unkept
from authtui.simulation.selection import CHATGPT_MODES
from authtui.simulation.urls import host_and_port
from authtui.verdict.failures import explain_failure
from authtui.verdict.judged_case import JudgedCase
from authtui.verdict.policy_troubles import explain_filtered
from authtui.verdict.served_elsewhere import assumed_of_server, explain_server
from authtui.verdict.start_up import explain_start_up
from authtui.verdict.troubles import explain_trouble, newest_elsewhere

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.answers.findings import PlannedRequest, Surface
    from authtui.machine.observation import OtherHome
    from authtui.simulation.program_start import Case, ProgramStart
    from authtui.simulation.restrictions import Violation
    from authtui.simulation.selection import Credential


def judge(case: Case, starts: Mapping[Surface, ProgramStart], surface: Surface) -> Verdict:
    """The verdict for the surface asked for, by the rules as the client runs into them."""
    judged = JudgedCase(case, starts, surface)
    served = explain_server(judged)
    if served is not None:
        return served
    verdict = _judge(judged)
    return verdict._replace(assumes=(*verdict.assumes, *assumed_of_server(judged)))


def _judge(judged: JudgedCase) -> Verdict:
    start = judged.start
    if start.trouble in ("home", "config", "unknown-provider"):
        return explain_start_up(judged, start.trouble)
    if start.violation:
        return _violation(judged, start.violation)
    if start.failure:
        return explain_failure(judged, start.failure)
    if start.filtered:
        return explain_filtered(judged, start.filtered)
    explained = explain_trouble(judged, start.trouble) if start.trouble else None
    if explained:
        return explained
    if start.credential is None:
        return _without_key(judged) if start.prediction.mode == "none" else _nothing(judged)
    return _ready(judged, start.credential)


def _without_key(judged: JudgedCase) -> Verdict:
    """A server of this machine that needs no key."""
    provider = judged.provider
    request = judged.starts["exec"].request
    host = name_words(host_and_port(request.base_url if request else provider.base_url or ""))
    return judged.verdict(
        "ready",
        f"Ready: {name_words(provider.id)} at {host}, without a key",
        f"Model requests go to {host}, a server on this machine, and no credential is attached; "
        "such servers want none.",
        None,
    )


def _violation(judged: JudgedCase, violation: Violation) -> Verdict:
    credential = violation.credential
    where = judged.config.where(violation.rule)
    has = violation.found or "no workspace"
    if violation.rule == "forced_login_method":
        given = f"{credential.source} is {kind_of(credential)}"
        if credential.mode == "workload_identity":
            given = f"{credential.where} selects {kind_of(credential)}"
        clash = f"{where} allows only {method_name(violation.required)} logins, and {given}"
    else:
        clash = (
            f"{where} allows only workspace {violation.required}, but {credential.source} "
            f"belongs to {has}"
        )
    variable = judged.variables_of(credential.source)
    stored = judged.store.credential
    if violation.deletes and variable:
        headline = f"Codex would delete your stored login because of {credential.source}"
    elif violation.deletes:
        headline = "Codex would delete this login the next time it starts"
    else:
        headline = "Codex would refuse to start with this credential"
    if variable:
        lost = ""
        if violation.deletes:
            which = describe(stored) if stored else "the stored record"
            lost = (
                f" The login that would be deleted is another one: {which} in "
                f"{judged.store.name}; the variable would stay."
            )
        then = f"then {judged.store.name} decides" if stored else "then log in as required"
        return judged.verdict(
            "another-source-won",
            headline,
            f"{clash}.{lost}",
            credential.source,
            judged.unset(f"unset the variable; {then}", credential.source),
        )
    return judged.verdict(
        "record-not-what-it-seems",
        headline,
        f"{clash}.",
        where,
        login_for(violation.required, violation.rule),
        Fix(f"or correct {violation.rule} at {where}, if that is what is wrong"),
    )


def _unread_variable(judged: JudgedCase) -> Verdict | None:
    """A variable looks like a credential, and nothing reads it."""
    contract = judged.contract
    ignored = [
        name
        for name in AGENT_VARIABLES
        if name != contract.agent_variable and judged.environment.trimmed(name)
    ]
    if judged.surface != "exec" and judged.environment.trimmed("CODEX_API_KEY"):
        return judged.verdict(
            "nothing-stored",
            "Not logged in here; only `codex exec` reads CODEX_API_KEY",
            "CODEX_API_KEY is set, but only `codex exec` reads it; nothing is stored.",
            "CODEX_API_KEY",
            FIRST_LOGIN,
        )
    if ignored:
        name = ignored[0]
        reads = contract.agent_variable
        other = f"; it reads {reads}" if reads else ""
        fixes = [Fix("use the variable it reads", f'export {reads}="${name}"')] if reads else []
        return judged.verdict(
            "nothing-stored",
            f"{name} is set, but this client does not read it",
            f"{contract.title} ignores {name}{other}. Nothing else is stored, so requests go "
            "out without a credential.",
            name,
            *fixes,
            FIRST_LOGIN,
        )
    dotted = judged.environment.dotenv_ignored
    if dotted:
        line = dotted[0]
        return judged.verdict(
            "nothing-stored",
            f"{line.name} stands in .env, where Codex ignores it",
            f"$CODEX_HOME/.env line {line.line} sets {line.name}, but names that begin with "
            "CODEX_ are skipped there. Nothing else is stored.",
            f".env:{line.line}",
            Fix("export it in the shell instead", f"export {line.name}=…"),
        )
    if judged.environment.trimmed("OPENAI_API_KEY"):
        return judged.verdict(
            "nothing-stored",
            "OPENAI_API_KEY is set, but Codex never reads it",
            "OPENAI_API_KEY is not among the variables the credential loader reads, and "
            "nothing is stored; requests go out without a credential and end in a 401. `codex "
            "doctor` still says ok.",
            "OPENAI_API_KEY",
            Fix("store the key", "printenv OPENAI_API_KEY | codex login --with-api-key"),
            Fix("or use it for one run", 'CODEX_API_KEY="$OPENAI_API_KEY" codex exec …'),
        )
    return None


def _nothing(judged: JudgedCase) -> Verdict:
    unread = _unread_variable(judged)
    if unread:
        return unread
    mode = judged.case.ladder.store_mode
    file = judged.observation.auth_file
    if file.exists and mode in ("keyring", "ephemeral"):
        where = judged.config.where("cli_auth_credentials_store")
        return judged.verdict(
            "another-source-won",
            f"auth.json is there, but store mode {mode} does not read it",
            f"{where} sets the store mode {mode}: auth.json stays on disk, unread, and "
            "nothing else holds a login.",
            where,
            Fix(
                'set cli_auth_credentials_store = "file"',
                edit=Edit("config.toml", "cli_auth_credentials_store", '"file"'),
            ),
            FIRST_LOGIN,
        )
    elsewhere = judged.observation.other_logins
    if elsewhere:
        return _elsewhere(judged, elsewhere)
    return judged.verdict(
        "nothing-stored",
        "Nobody is logged in here",
        f"No credential is stored in {judged.observation.home.shown} and no variable holds one.",
        None,
        FIRST_LOGIN,
    )


def _elsewhere(judged: JudgedCase, elsewhere: tuple[OtherHome, ...]) -> Verdict:
    """Nobody is logged in here, and another home of this user holds a login."""
    home = judged.observation.home
    others = [name_words(one.shown) for one in elsewhere[:3]]
    places = [
        f"{name}/auth.json" + (f" (account {name_words(one.account)})" if one.account else "")
        for name, one in zip(others, elsewhere, strict=False)
    ]
    named = home.chosen_by == "CODEX_HOME"
    if named and elsewhere[0].default:
        use = Fix("use the login that is there", "unset CODEX_HOME")
    else:
        use = Fix("use that home", f"export CODEX_HOME={quoted_path(elsewhere[0].path)}")
    return judged.verdict(
        "nothing-stored",
        f"Nobody is logged in here; {others[0]} holds a login",
        f"No credential is stored in {home.shown}"
        + (", which CODEX_HOME names," if named else "")
        + f" and no variable holds one. {' and '.join(places)} "
        f"{'holds' if len(others) == 1 else 'hold'} a login: each home has its own. "
        "`authtui accounts` tells whose.",
        "CODEX_HOME" if named else None,
        use,
        FIRST_LOGIN,
    )


def _before_the_store(
    judged: JudgedCase, credential: Credential, request: PlannedRequest | None
) -> Verdict | None:
    """The credential hides something stored, or None."""
    stored = judged.store.credential
    who = describe(credential)
    goes = goes_to(request)
    hidden = stored if stored and stored.source != credential.source else None
    if hidden is None and judged.store.failure and credential.source != judged.store.name:
        where = judged.store.failure.where
        return judged.verdict(
            "another-source-won",
            f"{credential.source} is used; {where} cannot be read",
            f"{credential.source} ({who}) is selected{goes}. {where} is broken: "
            f"{clause(judged.store.failure.reason)}; `codex login status` and the interactive "
            "client may see only the broken record.",
            credential.source,
            Fix("move the broken record aside and log in again", "codex login"),
        )
    if hidden is not None and credential.mode in ("provider", "headers"):
        where = judged.provider.lines.get("base_url", "config.toml")
        return judged.verdict(
            "another-source-won",
            f"The provider's own key is used, not your {describe(hidden)}",
            f"Model provider {name_words(judged.provider.id)} brings its own credential "
            f"({credential.source}){goes}; the stored login plays no part in model calls.",
            where,
            Fix(f"remove model_provider at {judged.config.where('model_provider')} to use it"),
        )
    if hidden is not None:
        return judged.verdict(
            "another-source-won",
            f"{credential.source} wins over your {describe(hidden)}",
            f"{credential.source} ({who}) comes before {judged.store.name} in the client's order"
            f"{goes}; the {describe(hidden)} in {judged.store.name} is shadowed. If the server "
            f"answers 401, or bills the wrong account, {credential.source} is why.",
            credential.source,
            judged.unset(f"to use {judged.store.name}, unset the variable", credential.source),
        )
    return None


def _ready(judged: JudgedCase, credential: Credential) -> Verdict:
    request = judged.start.request or judged.starts["exec"].request
    flaw = (
        _before_the_store(judged, credential, request)
        or newest_elsewhere(judged, credential)
        or _key_before_tokens(judged, credential)
        or _wrong_door(judged, credential, request)
        or _next_refresh_lost(judged, credential)
    )
    if flaw:
        return flaw
    stale = is_stale(credential, judged.contract, judged.observation.at)
    note = " The access token has expired and is refreshed first." if stale else ""
    document = credential.document
    if credential.mode == "chatgpt" and document is not None and not document.last_refresh:
        note = (
            " last_refresh is missing, so Codex refreshes the login before it sends the token, "
            "which uses up the refresh token."
        )
    who = describe(credential)
    return judged.verdict(
        "ready",
        f"Ready: {who}",
        f"{credential.source} holds {article(who)} {who}{goes_to(request)}.{note} "
        f"{NOT_ANSWERED_YET}",
        None,
    )


def _key_before_tokens(judged: JudgedCase, credential: Credential) -> Verdict | None:
    """A record that holds an API key and ChatGPT tokens, and does not say which of them counts."""
    document = credential.document
    if document is None or document.tokens is None or document.auth_mode is not None:
        return None
    if credential.mode != "api_key" or credential.source != judged.store.name:
        return None
    where = field_line(credential, "OPENAI_API_KEY")
    return judged.verdict(
        "another-source-won",
        "The API key is used and billed, not the ChatGPT login beside it",
        f"{credential.source} holds an API key and the tokens of a ChatGPT login, and no auth_mode "
        "says which of them counts: Codex takes the key, and the API account is billed. "
        f"{NOT_ANSWERED_YET}",
        where,
        *_chatgpt_meant(judged),
        Fix("or log in with ChatGPT again", "codex login"),
    )


def _chatgpt_meant(judged: JudgedCase) -> tuple[Fix, ...]:
    """The field that says that the tokens of auth.json count."""
    data = judged.observation.auth_file.data
    if judged.store.name != "auth.json" or data is None or b"{" not in data:
        return ()
    before, brace, rest = data.decode("utf-8", "surrogateescape").partition("{")
    content = Secret(f'{before}{brace}\n  "auth_mode": "chatgpt",{rest}')
    return (
        Fix(
            'use the ChatGPT login: "auth_mode": "chatgpt" in auth.json',
            edit=Edit("auth.json", content=content),
        ),
    )


def _next_refresh_lost(judged: JudgedCase, credential: Credential) -> Verdict | None:
    obstacle = unkept(judged.case, credential)
    if obstacle is None:
        return None
    return judged.verdict(
        "record-not-what-it-seems",
        "The next refresh of this login will be lost: auth.json cannot be written",
        f"Of auth.json, {obstacle.reason}. The login works until "
        "its access token expires; then Codex gets a new refresh token, cannot save it, and "
        f"the next run is told that the old one was already used. {NOT_ANSWERED_YET}",
        "auth.json",
        Fix(obstacle.advice, obstacle.command),
        Fix("or use an API key or an access token there, which are never refreshed"),
    )


def _wrong_door(
    judged: JudgedCase, credential: Credential, request: PlannedRequest | None
) -> Verdict | None:
    if request is None or judged.surface == "login-status":
        return None
    host = host_and_port(request.base_url)
    provider = judged.provider
    where = provider.lines.get("base_url") or judged.config.where("openai_base_url")
    if credential.mode in CHATGPT_MODES and host == "api.openai.com":
        return judged.verdict(
            "request-went-elsewhere",
            "Right token, wrong door: a ChatGPT login sent to the API host",
            f"{where} sends model requests to {host}, but {credential.source} holds a ChatGPT "
            "login, which only chatgpt.com takes. The API host answers 401 “Missing scopes: "
            "api.responses.write”; logging in again does not help.",
            where,
            Fix(f"remove the base URL at {where}"),
        )
    home = at_home(host, judged.config.get("chatgpt_base_url"))
    if credential.mode in CHATGPT_MODES and not home:
        return judged.verdict(
            "request-went-elsewhere",
            f"Your ChatGPT login is sent to {host}",
            f"{where} sends model requests, with the ChatGPT access token and account id, to "
            f"{host}.",
            where,
            Fix(f"remove the base URL at {where}, unless that host is meant to see the token"),
        )
    return None
