"""The verdict: one plain sentence, the culprit, what to change; and the four lamps.

Each rule below answers the question a person asks: what is wrong, where, and what do I do.
Rules stand in the order in which the client itself would run into them.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from authtui.checks.findings import Fix, Kind, Lamp, Lamps, Verdict
from authtui.checks.predictions import is_stale, key_doubt
from authtui.checks.sources import LABELS
from authtui.credentials.selection import CHATGPT_MODES, WORKLOAD_VARIABLES, forced_workspaces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.checks.findings import PlannedRequest, Surface
    from authtui.checks.predictions import Case, Course
    from authtui.credentials.selection import Credential, Failure, Place

VARIABLES = ("CODEX_API_KEY", "CODEX_AGENT_IDENTITY", "CODEX_ACCESS_TOKEN", *WORKLOAD_VARIABLES)
LOGIN = Fix("log in again", "codex login")


def judge(case: Case, courses: Mapping[Surface, Course], surface: Surface) -> Verdict:
    """The verdict for the surface asked for."""
    return _Judge(case, courses, surface).verdict()


class _Judge:
    """The facts that every rule needs, gathered once."""

    def __init__(self, case: Case, courses: Mapping[Surface, Course], surface: Surface) -> None:
        self.case = case
        self.courses = courses
        self.course = courses[surface]
        self.surface = surface
        self.config = case.observation.config
        self.environment = case.observation.environment
        self.store: Place = case.places.store

    def verdict(self) -> Verdict:
        course = self.course
        if course.trouble in ("home", "config", "provider") and course.request is None:
            return self._start_up(course.trouble)
        if course.violation:
            return self._violation()
        if course.failure:
            return self._failure(course.failure)
        if course.filtered:
            return self._filtered(course.filtered)
        if course.trouble:
            return self._trouble(course.trouble)
        if course.credential is None:
            return self._nothing()
        return self._ready(course.credential)

    def make(
        self, kind: Kind, headline: str, sentence: str, culprit: str | None, *fixes: Fix
    ) -> Verdict:
        prediction = self.course.prediction
        return Verdict(
            outcome=prediction.outcome,
            kind=kind,
            mode=prediction.mode,
            headline=headline,
            sentence=sentence,
            culprit=culprit,
            client_message=prediction.says,
            client_exit=prediction.exit,
            deletes_stored_login=prediction.deletes_stored_login,
            assumes=prediction.assumes,
            fix=fixes,
        )

    def _start_up(self, trouble: str) -> Verdict:
        home = self.case.observation.home
        if trouble == "home":
            return self.make(
                "record-not-what-it-seems",
                "CODEX_HOME does not lead to a usable directory",
                f"CODEX_HOME is {home.path}, and Codex stops before it looks for any login: "
                f"{home.error}.",
                "CODEX_HOME",
                Fix("unset it, so that ~/.codex is used", "unset CODEX_HOME"),
                Fix("or create the directory", f"mkdir -p {shlex.quote(home.path)}"),
            )
        if trouble == "provider":
            provider = self.case.provider
            where = self.config.where("model_provider")
            return self.make(
                "record-not-what-it-seems",
                f"The model provider {provider.id} is not defined",
                f"{where} selects the model provider {provider.id}, but no "
                f"[model_providers.{provider.id}] table defines it; Codex does not start.",
                where,
                Fix(f"define it, or remove model_provider at {where}"),
            )
        error = self.case.config_error
        where = f"{error.file}:{error.line}" if error and error.line else "config.toml"
        reason = error.reason if error else "it cannot be read"
        key = f" ({error.key})" if error and error.key else ""
        return self.make(
            "record-not-what-it-seems",
            f"{where} stops Codex before any login is read",
            f"Codex does not accept {where}{key}: {reason}. No credential is looked at.",
            where,
            Fix(f"correct {where}{key}"),
        )

    def _violation(self) -> Verdict:
        violation = self.course.violation
        assert violation is not None  # noqa: S101 - the caller looked
        credential = violation.credential
        where = self.config.where(violation.rule)
        has = violation.found or "no workspace"
        if violation.rule == "forced_login_method":
            kind_of = LABELS.get(credential.mode, credential.mode)
            clash = (
                f"{where} allows only {_method(violation.required)} logins, and {credential.source} is "
                f"{_article(kind_of)} {kind_of}"
            )
        else:
            clash = (
                f"{where} allows only workspace {violation.required}, but {credential.source} "
                f"belongs to {has}"
            )
        variable = credential.source in VARIABLES
        stored = self.store.credential
        if violation.deletes and variable:
            headline = f"Codex would delete your stored login because of {credential.source}"
        elif violation.deletes:
            headline = "Codex would delete this login the next time it starts"
        else:
            headline = "Codex would refuse to start with this credential"
        if variable:
            lost = ""
            if violation.deletes:
                which = _describe(stored) if stored else "the stored record"
                lost = (
                    f" The login that would be deleted is another one: {which} in "
                    f"{self.store.name}; the variable would stay."
                )
            then = f"then {self.store.name} decides" if stored else "then log in as required"
            return self.make(
                "another-source-won",
                headline,
                f"{clash}.{lost}",
                credential.source,
                Fix(f"unset the variable; {then}", f"unset {credential.source}"),
            )
        return self.make(
            "record-not-what-it-seems",
            headline,
            f"{clash}.",
            where,
            _login_for(violation.required, violation.rule),
            Fix(f"or correct {violation.rule} at {where}, if that is what is wrong"),
        )

    def _filtered(self, rule: str) -> Verdict:
        where = self.config.where(rule)
        credential = self.case.places.store.credential
        name = credential.source if credential else "the stored login"
        wanted = ", ".join(forced_workspaces(self.case.observation, self.case.contract))
        if rule == "forced_chatgpt_workspace_id" and credential is not None:
            has = credential.account_id or credential.policy_account or "no workspace"
            sentence = (
                f"{where} allows only workspace {wanted}; {name} names {has}, so Codex treats it "
                "as not logged in, without a word."
            )
        else:
            method = self.config.get("forced_login_method")
            sentence = (
                f"{where} allows only {_method(str(method))} logins, so Codex treats {name} as not logged in, "
                "without a word."
            )
        wants = wanted if rule == "forced_chatgpt_workspace_id" else str(self.config.get(rule))
        return self.make(
            "record-not-what-it-seems",
            "A restriction makes this login count as absent",
            sentence,
            where,
            _login_for(wants, rule),
            Fix(f"or correct {rule} at {where}"),
        )

    def _failure(self, failure: Failure) -> Verdict:
        contract = self.case.contract
        quiet = contract.silent_drop and self.surface != "login-status"
        variable = failure.source in VARIABLES or failure.source == "workload identity"
        if failure.network and not variable:
            return self._refused_while_loading(failure, _after(quiet), "")
        if self.course.filtered:
            return self._token_of_other_workspace(failure)
        after = _after(quiet and failure.source != "workload identity")
        if not variable:
            return self._stored_failure(failure, after)
        name = failure.where if failure.source == "workload identity" else failure.source
        good = self.store.credential
        kind: Kind = "another-source-won" if good else "record-not-what-it-seems"
        behind = ""
        if good:
            behind = f" The good {_describe(good)} in {self.store.name} is not used instead."
        if failure.network:
            return self._refused_while_loading(failure, after, behind)
        if "chatgpt_base_url" in failure.reason:
            where = self.config.where("chatgpt_base_url")
            return self.make(
                "request-went-elsewhere",
                "An agent identity does not work with this chatgpt_base_url",
                f"{where} points ChatGPT calls to another host, and {contract.title} accepts an "
                f"agent identity only for the known ChatGPT hosts.{after}{behind}",
                where,
                Fix(f"remove chatgpt_base_url at {where}"),
            )
        headline = f"{name} is set, but cannot be used"
        if good:
            headline = f"{name} cannot be used and hides a good login"
        doubt = failure.reason or failure.text
        fixes = [Fix("unset the variable", f"unset {name}")]
        held = self.environment.trimmed(name) or ""
        if held.startswith("sk-"):
            headline = f"{name} holds an API key, which it cannot be"
            fixes.append(
                Fix(
                    "an API key for `codex exec` goes into CODEX_API_KEY",
                    f'CODEX_API_KEY="${name}"',
                )
            )
        elif not good:
            fixes.append(Fix("or put a fresh token into it"))
        return self.make(
            kind,
            headline,
            f"{name} comes before everything stored, and it cannot be used: {doubt}.{after}{behind}",
            name,
            *fixes,
        )

    def _refused_while_loading(self, failure: Failure, after: str, behind: str) -> Verdict:
        what, advice = _NETWORK_STEPS.get(
            failure.reason,
            ("A server did not confirm the credential", "look at the address and the network path"),
        )
        kind: Kind = "record-not-what-it-seems"
        if "key set" in failure.reason:
            kind = "answer-not-from-auth-server"
        fixes = [Fix(advice)]
        if failure.source in VARIABLES:
            fixes.append(Fix("or leave this credential out", f"unset {failure.source}"))
        return self.make(
            kind,
            what,
            f"{failure.source} is selected, but {failure.reason}: {failure.text}.{after}{behind}",
            failure.where,
            *fixes,
        )

    def _token_of_other_workspace(self, failure: Failure) -> Verdict:
        where = self.config.where("forced_chatgpt_workspace_id")
        wanted = ", ".join(forced_workspaces(self.case.observation, self.case.contract))
        fix = LOGIN
        if failure.source in VARIABLES:
            fix = Fix("unset the variable", f"unset {failure.source}")
        return self.make(
            "another-source-won" if failure.source in VARIABLES else "record-not-what-it-seems",
            "This token belongs to another workspace",
            f"{where} allows only workspace {wanted}, and for {failure.source} {failure.reason}.",
            failure.source,
            fix,
        )

    def _stored_failure(self, failure: Failure, after: str) -> Verdict:
        path = self.case.observation.auth_file.path
        if failure.source == "keyring":
            return self.make(
                "record-not-what-it-seems",
                "The keyring cannot be read",
                f"config.toml keeps the login in the keyring, and {failure.reason}.{after}",
                self.config.where("cli_auth_credentials_store"),
                Fix("unlock or start the keyring, then look again"),
                Fix('or set cli_auth_credentials_store = "file" and log in again', "codex login"),
            )
        if failure.unread:
            return self.make(
                "record-not-what-it-seems",
                f"{failure.source} is there, but cannot be read",
                f"{failure.source} cannot be read: {failure.reason}.{after}",
                failure.where,
                *self._unread_fixes(path),
            )
        if failure.line or failure.field:
            aside = shlex.quote(path)
            return self.make(
                "record-not-what-it-seems",
                f"A login is stored, but Codex cannot read it: {failure.where}",
                f"{failure.where}: {failure.reason}.{after}",
                failure.where,
                Fix("move it aside and log in again", f"mv {aside} {aside}.bad && codex login"),
            )
        return self.make(
            "record-not-what-it-seems",
            f"What {failure.source} holds cannot be used",
            f"{failure.where}: {failure.reason}.{after}",
            failure.where,
            LOGIN,
        )

    def _unread_fixes(self, path: str) -> tuple[Fix, ...]:
        facts = self.case.observation.auth_file
        quoted = shlex.quote(path)
        if facts.kind == "unreadable" or (facts.error and "Permission" in facts.error):
            owner = f"sudo chown $(id -un) {quoted} && chmod 600 {quoted}"
            return (Fix("give it back to you, readable by you alone", owner),)
        aside = f"mv {quoted} {quoted}.bad && codex login"
        return (Fix("move it aside and log in again", aside),)

    def _trouble(self, trouble: str) -> Verdict:
        credential = self.course.credential
        rules = {
            "provider-variable": self._provider_variable,
            "provider": self._provider_without_credential,
            "routing": self._routing,
            "refresh-url": self._refresh_url,
        }
        if trouble in rules:
            return rules[trouble]()
        if credential is None:
            return self._nothing()
        name = credential.source
        fix = LOGIN if name not in VARIABLES else Fix("set it again, without it", f"unset {name}")
        if trouble in ("key-header", "key-shape"):
            key = credential.secret.reveal() if credential.secret else ""
            doubt = key_doubt(key) or "a character that no header may carry is part of the key"
            sent = "no Authorization header at all" if trouble == "key-header" else "a wrong key"
            again = LOGIN._replace(command="printenv OPENAI_API_KEY | codex login --with-api-key")
            return self.make(
                "record-not-what-it-seems",
                f"The API key in {name} is damaged",
                f"In {name}, {doubt}; Codex sends {sent}, and the server answers 401.",
                name,
                again if name not in VARIABLES else fix,
            )
        if trouble == "no-tokens":
            document = credential.document
            missing = "tokens"
            if document is not None and document.tokens is not None:
                missing = "last_refresh"
            return self.make(
                "record-not-what-it-seems",
                f"{name} says ChatGPT login, but holds no usable tokens",
                f"{name} counts as a ChatGPT login, yet {missing} is missing. `codex login status` "
                "still says it is logged in; every request fails.",
                name,
                LOGIN,
            )
        if trouble == "bedrock":
            return self.make(
                "request-went-elsewhere",
                "The stored key is for Amazon Bedrock only",
                f"{name} holds an Amazon Bedrock key, but the model provider is "
                f"{self.case.provider.id}.",
                name,
                Fix('set model_provider = "amazon-bedrock"'),
                LOGIN,
            )
        if trouble == "refresh":
            return self.make(
                "record-not-what-it-seems",
                "The login has expired and cannot be renewed",
                f"The access token in {name} has expired and its refresh token is not accepted.",
                name,
                LOGIN,
            )
        if trouble == "register":
            return self.make(
                "record-not-what-it-seems",
                "The agent identity cannot be registered",
                f"features.use_agent_identity is on, and registering an identity for {name} fails; "
                "there is no falling back to the login itself.",
                self.config.where("features.use_agent_identity"),
                Fix("turn features.use_agent_identity off, or ask who runs the service"),
            )
        return self._server_says_no(credential)

    def _server_says_no(self, credential: Credential) -> Verdict:
        name, fault = credential.source, self.case.assumptions.responses
        if fault.startswith("429"):
            return self.make(
                "answer-not-from-auth-server",
                "The service limits requests; the login is not at fault",
                f"{name} is attached as it should be; the answer is a rate limit.",
                name,
                Fix("wait, or look at the plan's limits"),
            )
        stored = self.store.credential
        if name in VARIABLES and stored is not None:
            return self.make(
                "another-source-won",
                f"The server refuses {name}, which hides your {_describe(stored)}",
                f"{name} comes first and the server refuses it ({fault}); the {_describe(stored)} "
                f"in {self.store.name} is not tried.",
                name,
                Fix("unset the variable", f"unset {name}"),
            )
        fix = Fix("replace it, or unset it", f"unset {name}") if name in VARIABLES else LOGIN
        return self.make(
            "record-not-what-it-seems",
            f"The server refuses the {LABELS.get(credential.mode, credential.mode)} of {name}",
            f"{name} is attached as it should be, and the server answers {fault}.",
            name,
            fix,
        )

    def _provider_variable(self) -> Verdict:
        provider = self.case.provider
        name = provider.env_key or ""
        where = provider.lines.get("env_key", "config.toml")
        return self.make(
            "another-source-won",
            f"The provider's key variable {name} is not set here",
            f"{where} takes the key of {provider.id} from {name}, which this process does not "
            "have; no stored login is used in its place.",
            where,
            Fix("set it in this shell", f"export {name}=…"),
        )

    def _provider_without_credential(self) -> Verdict:
        provider = self.case.provider
        where = provider.lines.get("base_url", "config.toml")
        host = _host(provider.base_url or "")
        return self.make(
            "request-went-elsewhere",
            "Requests go to a provider that is given no credential",
            f"Model requests go to {host} ({where}), and that provider names no key and does not "
            "ask for the OpenAI login, so nothing is attached. `codex login status` is still fine.",
            where,
            Fix(f"for an OpenAI endpoint, add requires_openai_auth = true below {where}"),
            Fix("for another service, add env_key with the name of its key variable"),
        )

    def _routing(self) -> Verdict:
        base = self.config.get("chatgpt_base_url")
        if isinstance(base, str) and not base.lower().startswith(("http://", "https://")):
            where = self.config.where("chatgpt_base_url")
            return self.make(
                "request-went-elsewhere",
                "chatgpt_base_url is not an address",
                f"{where} is {base!r}; the look-up of your workspace fails before any model "
                "request, and the message does not say why.",
                where,
                Fix(f"remove or correct chatgpt_base_url at {where}"),
            )
        certificate = self.case.observation.ca_file
        if certificate is not None and certificate.kind != "file":
            name = next(
                (n for n in ("CODEX_CA_CERTIFICATE", "SSL_CERT_FILE") if self.environment.get(n)),
                "CODEX_CA_CERTIFICATE",
            )
            return self.make(
                "answer-not-from-auth-server",
                f"{name} names a file that cannot be read",
                f"{name} is {certificate.path} ({certificate.kind}); no TLS connection can be made, "
                "and the message only says that routing discovery failed.",
                name,
                Fix("unset it, or point it at the right bundle", f"unset {name}"),
            )
        return self.make(
            "answer-not-from-auth-server",
            "The workspace look-up fails before any model request",
            "The login itself is not at fault: accounts/check did not answer as expected.",
            None,
            Fix("check the network path to chatgpt.com: proxy, certificates, DNS"),
        )

    def _refresh_url(self) -> Verdict:
        return self.make(
            "request-went-elsewhere",
            "The token cannot be refreshed: the refresh address is no address",
            "The access token has expired, and CODEX_REFRESH_TOKEN_URL_OVERRIDE is set to "
            "something that is not a URL, so no refresh can be sent.",
            "CODEX_REFRESH_TOKEN_URL_OVERRIDE",
            Fix("unset it", "unset CODEX_REFRESH_TOKEN_URL_OVERRIDE"),
        )

    def _nothing(self) -> Verdict:
        key = self.environment.trimmed("OPENAI_API_KEY")
        contract = self.case.contract
        ignored = [
            name
            for name in ("CODEX_AGENT_IDENTITY", "CODEX_ACCESS_TOKEN")
            if name != contract.agent_variable and self.environment.trimmed(name)
        ]
        if self.surface != "exec" and self.environment.trimmed("CODEX_API_KEY"):
            return self.make(
                "nothing-stored",
                "Not logged in here; only `codex exec` reads CODEX_API_KEY",
                "CODEX_API_KEY is set, but only `codex exec` reads it; nothing is stored.",
                "CODEX_API_KEY",
                LOGIN,
            )
        if ignored:
            name = ignored[0]
            reads = contract.agent_variable
            other = f"; it reads {reads}" if reads else ""
            fixes = [Fix("use the variable it reads", f'export {reads}="${name}"')] if reads else []
            return self.make(
                "nothing-stored",
                f"{name} is set, but this client does not read it",
                f"{contract.title} ignores {name}{other}. Nothing else is stored, so requests go "
                "out without a credential.",
                name,
                *fixes,
                LOGIN,
            )
        dotted = self.environment.dotenv_ignored
        if dotted:
            line = dotted[0]
            return self.make(
                "nothing-stored",
                f"{line.name} stands in .env, where Codex ignores it",
                f"$CODEX_HOME/.env line {line.line} sets {line.name}, but names that begin with "
                "CODEX_ are skipped there. Nothing else is stored.",
                f".env:{line.line}",
                Fix("export it in the shell instead", f"export {line.name}=…"),
            )
        if key:
            return self.make(
                "nothing-stored",
                "OPENAI_API_KEY is set, but Codex never reads it",
                "OPENAI_API_KEY is not among the variables the credential loader reads, and "
                "nothing is stored; requests go out without a credential and end in a 401. "
                "`codex doctor` says ok all the same.",
                "OPENAI_API_KEY",
                Fix("store the key", "printenv OPENAI_API_KEY | codex login --with-api-key"),
                Fix("or use it for one run", 'CODEX_API_KEY="$OPENAI_API_KEY" codex exec …'),
            )
        mode = self.case.places.store_mode
        file = self.case.observation.auth_file
        if file.exists and mode in ("keyring", "ephemeral"):
            where = self.config.where("cli_auth_credentials_store")
            return self.make(
                "another-source-won",
                f"auth.json is there, but store mode {mode} does not read it",
                f"{where} sets the store mode {mode}: auth.json stays on disk, unread, and "
                "nothing else holds a login.",
                where,
                Fix('set cli_auth_credentials_store = "file"'),
                LOGIN,
            )
        return self.make(
            "nothing-stored",
            "Nobody is logged in here",
            f"No credential is stored in {self.case.observation.home.shown} and no variable holds "
            "one.",
            None,
            LOGIN,
        )

    def _ready(self, credential: Credential) -> Verdict:
        request = self.course.request or self.courses["exec"].request
        stored = self.store.credential
        who = _describe(credential)
        goes = _goes(request)
        hidden = stored if stored and stored.source != credential.source else None
        if hidden is None and self.store.failure and credential.source != self.store.name:
            where = self.store.failure.where
            return self.make(
                "another-source-won",
                f"{credential.source} is used; {where} could not be read anyway",
                f"{credential.source} ({who}) is selected{goes}. {where} is broken: "
                f"{self.store.failure.reason}; `codex login status` and the interactive client "
                "may see only that.",
                credential.source,
                Fix("move the broken record aside and log in again", "codex login"),
            )
        if hidden is not None and credential.mode == "provider":
            where = self.case.provider.lines.get("base_url", "config.toml")
            return self.make(
                "another-source-won",
                f"The provider's own key is used, not your {_describe(hidden)}",
                f"Model provider {self.case.provider.id} brings its own credential "
                f"({credential.source}){goes}; the stored login plays no part in model calls.",
                where,
                Fix(f"remove model_provider at {self.config.where('model_provider')} to use it"),
            )
        if hidden is not None:
            return self.make(
                "another-source-won",
                f"{credential.source} wins over your {_describe(hidden)}",
                f"{credential.source} ({who}) comes before {self.store.name} in the client's order"
                f"{goes}; the {_describe(hidden)} in {self.store.name} is shadowed. If the server "
                f"answers 401, or bills the wrong account, {credential.source} is why.",
                credential.source,
                Fix(f"to use {self.store.name}, unset the variable", f"unset {credential.source}"),
            )
        door = self._wrong_door(credential, request)
        if door:
            return door
        stale = is_stale(credential, self.case.contract, self.case.observation.at)
        note = " The access token has expired and is refreshed first." if stale else ""
        return self.make(
            "ready",
            f"Ready: {who}",
            f"{credential.source} holds {_article(who)} {who}{goes}.{note} Whether the server "
            "accepts it is not known until it has answered.",
            None,
        )

    def _wrong_door(self, credential: Credential, request: PlannedRequest | None) -> Verdict | None:
        if request is None or self.surface == "login-status":
            return None
        host = _host(request.base_url)
        provider = self.case.provider
        where = provider.lines.get("base_url") or self.config.where("openai_base_url")
        if credential.mode in CHATGPT_MODES and host == "api.openai.com":
            return self.make(
                "request-went-elsewhere",
                "Right token, wrong door: a ChatGPT login sent to the API host",
                f"{where} sends model requests to {host}, but {credential.source} holds a ChatGPT "
                "login, which only chatgpt.com takes. The API host answers 401 “Missing scopes: "
                "api.responses.write”; logging in again does not help.",
                where,
                Fix(f"remove the base URL at {where}"),
            )
        if credential.mode in CHATGPT_MODES and not _at_home(host):
            return self.make(
                "request-went-elsewhere",
                f"Your ChatGPT login is sent to {host}",
                f"{where} sends model requests, with the ChatGPT access token and account id, to "
                f"{host}.",
                where,
                Fix(f"remove the base URL at {where}, unless that host is meant to see the token"),
            )
        return None


_NETWORK_STEPS = {
    "the task could not be registered": (
        "The agent task could not be registered",
        "check the clock and the way to the registration host; if both are fine, have the "
        "identity issued again",
    ),
    "the key set could not be fetched": (
        "The key set that proves the token could not be fetched",
        "check the way to the key set's host: proxy, certificates, DNS, chatgpt_base_url",
    ),
    "the personal access token could not be looked up": (
        "The personal access token is not confirmed by the server",
        "check the token in the workspace's settings; it cannot be refreshed, only replaced",
    ),
}


def _after(quiet: bool) -> str:  # noqa: FBT001 - a private sentence with two forms
    if not quiet:
        return ""
    return (
        " Codex drops it without a word and sends requests without any credential, which ends in "
        "a 401 that does not name the cause."
    )


def _article(words: str) -> str:
    return "an" if words[:1].lower() in "aeiou" or words.startswith("API") else "a"


def _describe(credential: Credential) -> str:
    label = LABELS.get(credential.mode, credential.mode)
    if credential.mode == "chatgpt_auth_tokens":
        label = "ChatGPT login"
    account = credential.policy_account or credential.account_id
    if account and credential.mode in (*CHATGPT_MODES, "agent_identity"):
        return f"{label} of {account}"
    return label


def _method(name: str) -> str:
    return {"api": "API key", "chatgpt": "ChatGPT"}.get(name, name)


def _host(url: str) -> str:
    rest = url.split("://", 1)[-1]
    return rest.split("/", 1)[0].rsplit("@", 1)[-1] or url


def _at_home(host: str) -> bool:
    return host == "chatgpt.com" or host.endswith(".chatgpt.com")


def _goes(request: PlannedRequest | None) -> str:
    if request is None or request.authorization is None:
        return ""
    return f" and goes to {_host(request.base_url)} as {request.authorization}"


def _login_for(required: str, rule: str) -> Fix:
    if rule == "forced_chatgpt_workspace_id":
        return Fix(f"log in and choose workspace {required}", "codex login")
    if required == "api":
        return Fix("log in with an API key", "printenv OPENAI_API_KEY | codex login --with-api-key")
    return Fix("log in with ChatGPT", "codex login")


def light_lamps(case: Case, course: Course) -> Lamps:
    """stored, selected, sent, accepted: each on its own evidence, never on another's."""
    return Lamps(_stored(case), _selected(case, course), _sent(course), _accepted())


def _stored(case: Case) -> Lamp:
    place = case.places.store
    if place.credential:
        return Lamp("green", f"{place.name} holds {_describe(place.credential)}")
    if place.failure:
        return Lamp("red", f"{place.failure.where}: {place.failure.reason}")
    file = case.observation.auth_file
    if file.exists and case.places.store_mode in ("keyring", "ephemeral"):
        return Lamp("amber", f"auth.json is there; store mode {case.places.store_mode} skips it")
    return Lamp("grey", "nothing is stored")


def _selected(case: Case, course: Course) -> Lamp:
    if course.violation:
        return Lamp("red", f"{course.violation.credential.source} breaks {course.violation.rule}")
    if course.failure:
        return Lamp("red", f"{course.failure.source} was chosen and cannot be used")
    if course.filtered:
        return Lamp("red", f"dropped by {course.filtered}")
    if course.credential is None:
        return Lamp("grey", "nothing to select")
    stored = case.places.store
    if not stored.empty and stored.name != course.credential.source:
        return Lamp("amber", f"{course.credential.source} shadows {stored.name}")
    return Lamp("green", f"{course.credential.source}: {_describe(course.credential)}")


def _sent(course: Course) -> Lamp:
    request = course.request
    if request is None:
        if course.prediction.exit:
            return Lamp("red", "no model request would be made")
        return Lamp("grey", "this command makes no model request")
    if request.authorization is None:
        return Lamp("red", f"nothing would be attached for {_host(request.base_url)}")
    if course.prediction.exit:
        return Lamp("red", f"a wrong credential would go to {_host(request.base_url)}")
    mode = course.credential.mode if course.credential else None
    if mode in CHATGPT_MODES and not _at_home(_host(request.base_url)):
        return Lamp("amber", f"{request.authorization} would go to {_host(request.base_url)}")
    return Lamp("green", f"{request.authorization} would go to {_host(request.base_url)}")


def _accepted() -> Lamp:
    return Lamp("grey", "no answer of a server was seen")
