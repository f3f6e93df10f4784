"""Verdicts for a credential that is selected, and goes wrong on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Edit, Fix, Verdict
from authtui.checks.phrases import clause, describe, fault_words, name_words, variable_fix
from authtui.checks.subject import (
    LOGIN,
    field_line,
    label_of,
    shell_name,
    unset_in,
    where_set_in,
    with_line,
)
from authtui.configuration.config import holds_a_key, join_key
from authtui.contracts import CA_VARIABLES, REFRESH_OVERRIDE
from authtui.simulation.api_keys import damage_of, is_placeholder, key_doubt, owner_of
from authtui.simulation.assumptions import AS_STORED, OK
from authtui.simulation.first_request import missing_header
from authtui.simulation.prerequisites import (
    has_binding,
    names_organization,
    nobody_listens,
    status_login,
)
from authtui.simulation.refreshing import newer_tokens, refresh_problem, unkept
from authtui.simulation.urls import has_http_scheme, host_and_port
from authtui.verdict import policy_troubles, program_troubles, provider_troubles, tokenless
from authtui.verdict.look_up import look_up_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authtui.simulation.program_start import Trouble
    from authtui.simulation.proxies import ProxyChoice
    from authtui.simulation.selection import Credential
    from authtui.verdict.judged_case import JudgedCase

_STORE_KEY: Final = "printenv OPENAI_API_KEY | codex login --with-api-key"
_OF_NETWORK: Final = ("routing", "policies", "network", "refresh", "register", "identity-task")
"""Troubles that a network which leads nowhere brings about."""


def explain_trouble(judged: JudgedCase, trouble: Trouble) -> Verdict | None:
    """What goes wrong between selecting the credential and its arrival.

    None where nothing was selected, and the trouble is that of a credential.
    """
    proxy = judged.case.proxy
    if proxy is not None and proxy.dead and trouble in _OF_NETWORK:
        return _dead_proxy(judged, proxy)
    of_request = _OF_REQUEST.get(trouble)
    if of_request:
        return of_request(judged)
    credential = judged.start.credential
    if credential is None:
        return None
    return _OF_CREDENTIAL[trouble](judged, credential)


def _damaged_key(judged: JudgedCase, credential: Credential) -> Verdict:
    name = _place_of(judged, credential)
    key = credential.secret.reveal() if credential.secret else ""
    doubt = key_doubt(key) or "a character that no header may carry is part of the key"
    bare = judged.start.trouble == "key-header"
    sent = "no Authorization header at all" if bare else "a wrong key"
    fix = Fix("store an API key of OpenAI", _STORE_KEY)
    if credential.mode == "provider":
        fix = _replaced(judged, credential)
    elif judged.variables_of(name):
        fix = judged.unset("set it again with a key of OpenAI, or unset it", name)
    foreign = damage_of(key) is None and owner_of(key) is not None
    host = host_and_port(judged.start.request.base_url) if judged.start.request else "the server"
    if foreign:
        what = "a placeholder" if is_placeholder(key) else "no key of OpenAI"
        return judged.verdict(
            "record-not-what-it-seems",
            f"{name} holds {what}",
            f"In {name}, {doubt}. Codex sends it to {host} all the same, which answers 401. If it "
            "belongs to a gateway or to another service, the configuration lacks the provider that "
            "it is meant for.",
            name,
            fix,
            Fix("or name the service it belongs to: model_provider, with a base_url and env_key"),
        )
    return judged.verdict(
        "record-not-what-it-seems",
        f"The API key in {name} is damaged",
        f"In {name}, {doubt}; Codex sends {sent}, and the server answers 401.",
        name,
        fix,
    )


def _dead_proxy(judged: JudgedCase, proxy: ProxyChoice) -> Verdict:
    where = where_set_in(judged.environment, proxy.variable)
    return judged.verdict(
        "answer-not-from-auth-server",
        f"Nothing listens at the proxy {proxy.address} that {proxy.variable} names",
        f"{where} sends every request of Codex through the proxy at {proxy.address}, and nobody "
        "listens at that port of this machine: no server is ever asked. The login is not at fault.",
        where,
        Fix(f"start the proxy at {proxy.address}"),
        unset_in(judged.environment, proxy.variable, "or go without it"),
    )


def _missing_header(judged: JudgedCase) -> Verdict:
    header = missing_header(judged.case)
    variable = name_words(header.variable or "") if header else "a variable"
    name, where = (header.name, header.where) if header else ("a header", "config.toml")
    return judged.verdict(
        "another-source-won",
        f"The variable {variable}, which holds the provider's key, is not set here",
        f"{where} takes the header {name} of {name_words(judged.provider.id)} from {variable}, "
        "which this process does not have. Codex leaves the header out without a word, and the "
        "provider's 401 does not name it.",
        where,
        Fix("set it in this shell", f"export {shell_name(header.variable)}=…")
        if header and shell_name(header.variable)
        else Fix(f"name a variable at {where}"),
    )


def _no_tokens(judged: JudgedCase, credential: Credential) -> Verdict:
    name, document = credential.source, credential.document
    missing = "tokens"
    if document is not None and document.tokens is not None:
        missing = "last_refresh"
    return judged.verdict(
        "record-not-what-it-seems",
        f"{name} says ChatGPT login, but holds no usable tokens",
        f"{name} counts as a ChatGPT login, yet {missing} is missing. `codex login status` "
        "still says it is logged in; every request fails.",
        name,
        LOGIN,
    )


def _bedrock_only(judged: JudgedCase, credential: Credential) -> Verdict:
    name = credential.source
    return judged.verdict(
        "request-went-elsewhere",
        "The stored key is for Amazon Bedrock only",
        f"{name} holds an Amazon Bedrock key, but the model provider is "
        f"{name_words(judged.provider.id)}.",
        name,
        Fix('set model_provider = "amazon-bedrock"'),
        LOGIN,
    )


def _no_bearer(judged: JudgedCase, credential: Credential) -> Verdict:
    name = credential.source
    return judged.verdict(
        "record-not-what-it-seems",
        "This client reads the agent identity but cannot use it",
        f"{name} holds a valid agent identity, but {judged.contract.title} asks it for a "
        "bearer token, which an agent identity does not have, and sends no request.",
        name,
        Fix("use a newer client"),
        Fix("or log in another way", "codex login"),
    )


def _policies(judged: JudgedCase, credential: Credential) -> Verdict:
    # The login of the managed plan need not be the credential of the requests.
    login = status_login(judged.case) or credential
    if lost := newest_elsewhere(judged, login) or _not_kept(judged, login):
        return lost
    return judged.verdict(
        "answer-not-from-auth-server",
        "The workspace's policies cannot be loaded",
        f"{login.source} holds a login of the plan {login.plan}, whose workspace manages the "
        "configuration; its policies could not be fetched, and Codex does not start "
        "without them. The login itself is not at fault.",
        login.source,
        Fix("check the network path to chatgpt.com, or ask who manages the workspace"),
    )


def _no_answer(judged: JudgedCase, credential: Credential) -> Verdict:
    name = _place_of(judged, credential)
    return judged.verdict(
        "answer-not-from-auth-server",
        "The model endpoint does not answer",
        f"{name} would be attached as it should be, but no answer comes; the login is not "
        "at fault.",
        name,
        Fix("check the network path: proxy, certificates, DNS"),
    )


def _not_registered(judged: JudgedCase, credential: Credential) -> Verdict:
    name = credential.source
    where = judged.config.where("features.use_agent_identity")
    if not has_binding(judged.case, credential):
        return judged.verdict(
            "record-not-what-it-seems",
            "The login names no account to register an agent identity for",
            "features.use_agent_identity is on, and an identity is registered for an account "
            f"and a user; the login in {name} lacks one of the two.",
            where,
            Fix("turn features.use_agent_identity off"),
            LOGIN,
        )
    return judged.verdict(
        "record-not-what-it-seems",
        "The agent identity cannot be registered",
        f"features.use_agent_identity is on, and registering an identity for {name} fails; "
        "Codex does not fall back to the login itself.",
        where,
        Fix("turn features.use_agent_identity off, or ask who runs the service"),
    )


def newest_elsewhere(judged: JudgedCase, login: Credential) -> Verdict | None:
    """Newer tokens than those in the store lie in a rescue file."""
    rescues = newer_tokens(judged.case, login)
    if not rescues:
        return None
    works = "until its access token expires" if judged.start.prediction.exit == 0 else "no more"
    return judged.verdict(
        "record-not-what-it-seems",
        f"The newest tokens are not in {login.source} but in a rescue file",
        f"A refresh by authtui brought new tokens that {login.source} did not take; they are kept "
        f"in {rescues[0]}. The refresh token in {login.source} is used up, and the login there "
        f"works {works}.",
        login.source,
        Fix("put the newest tokens in place", "authtui run restore --live"),
    )


def _not_kept(judged: JudgedCase, login: Credential) -> Verdict | None:
    """The refresh that is due would succeed, and what it brings could not be stored."""
    obstacle = unkept(judged.case, login)
    if obstacle is None or judged.case.assumptions.refresh not in (AS_STORED, OK):
        return None
    return judged.verdict(
        "record-not-what-it-seems",
        "The login needs a refresh, and auth.json cannot be written",
        f"The login in {login.source} has to be refreshed before it is used, and of auth.json, "
        f"{obstacle.reason}. Codex gets new tokens and cannot save them; its old ones are refused, "
        "and the message says that the refresh token was already used, at this start and at each "
        "one after it.",
        login.source,
        Fix(obstacle.advice, obstacle.command),
        Fix("then log in again, if Codex was started meanwhile", "codex login"),
    )


def _place_of(judged: JudgedCase, credential: Credential) -> str:
    """Where to change it: a variable, a file, or the line of a provider's table."""
    if credential.mode != "provider" or credential.source == judged.provider.env_key:
        return credential.source
    lines = judged.provider.lines
    return lines.get("experimental_bearer_token") or lines.get("auth.command", "config.toml")


def _replaced(judged: JudgedCase, credential: Credential) -> Fix:
    """A provider's own key is not replaced by logging in."""
    return Fix(
        f"replace the key of {name_words(judged.provider.id)}: {_place_of(judged, credential)}"
    )


def _not_refreshed(judged: JudgedCase, credential: Credential) -> Verdict:
    name, document = credential.source, credential.document
    undated = document is not None and document.last_refresh is None
    state = "has no last_refresh" if undated else "has expired"
    if credential.mode == "chatgpt_auth_tokens":
        return judged.verdict(
            "record-not-what-it-seems",
            "The host program's tokens have expired, and only that program can refresh them",
            f"{name} says chatgptAuthTokens: the login {state}, and Codex never refreshes "
            "tokens that another program handed over.",
            field_line(credential, "auth_mode"),
            LOGIN,
        )
    if credential.account_id is None:
        return judged.verdict(
            "record-not-what-it-seems",
            "The login cannot be refreshed: tokens.account_id is missing",
            f"The login in {name} {state}. Before a refresh Codex compares tokens.account_id "
            "with the stored record; here it is missing, so Codex says that you have signed "
            "out, although you have not.",
            field_line(credential, "tokens"),
            LOGIN,
        )
    if document is not None and document.tokens is not None:
        blank = not document.tokens.refresh_token.reveal().strip()
        if blank and judged.case.assumptions.refresh in (AS_STORED, OK):
            return judged.verdict(
                "record-not-what-it-seems",
                "The login has expired and has no refresh token"
                if not undated
                else "The login has no refresh token, and Codex has to refresh it first",
                f"The login in {name} {state}, and its refresh token is empty: the service refuses "
                "to refresh it, whoever asks.",
                field_line(credential, "tokens.refresh_token"),
                LOGIN,
            )
    if lost := newest_elsewhere(judged, credential) or _not_kept(judged, credential):
        return lost
    problem = refresh_problem(judged.case, credential)
    if problem is not None and not problem.permanent:
        return judged.verdict(
            "answer-not-from-auth-server",
            "The login needs a refresh, and the refresh fails",
            f"The login in {name} {state}, and the refresh fails ({clause(problem.text)}). The "
            "refresh token may still be good.",
            name,
            Fix("check the network path to auth.openai.com, and try again"),
            LOGIN,
        )
    return judged.verdict(
        "record-not-what-it-seems",
        "The login has expired and cannot be refreshed",
        f"The login in {name} {state} and its refresh token is not accepted.",
        name,
        LOGIN,
    )


def _model_url(judged: JudgedCase) -> Verdict:
    provider = judged.provider
    where = provider.lines.get("base_url") or judged.config.where("openai_base_url")
    return judged.verdict(
        "request-went-elsewhere",
        "The base URL of model requests is not a URL",
        f"{where} is not an http or https URL, so no model request can be made; the message "
        "says only that the stream ended.",
        where,
        Fix(f"remove or correct the base URL at {where}"),
    )


def _server_says_no(judged: JudgedCase, credential: Credential) -> Verdict:
    name, fault = _place_of(judged, credential), judged.case.assumptions.responses
    if fault.startswith("429"):
        return judged.verdict(
            "answer-not-from-auth-server",
            "The service limits requests; the login is not at fault",
            f"{name} is attached as it should be; the answer is a rate limit.",
            name,
            Fix("wait, or look at the plan's limits"),
        )
    stored = judged.store.credential
    if judged.variables_of(name) and stored is not None:
        return judged.verdict(
            "another-source-won",
            f"The server refuses {name}, which hides your {describe(stored)}",
            f"{name} comes first and the server refuses it ({fault_words(fault)}); the "
            f"{describe(stored)} in {judged.store.name} is not tried.",
            name,
            judged.unset("unset the variable", name),
        )
    fix = LOGIN
    if credential.mode == "provider":
        fix = _replaced(judged, credential)
    elif judged.variables_of(name):
        fix = judged.unset("replace it, or unset it", name)
    return judged.verdict(
        "record-not-what-it-seems",
        f"The server refuses the {label_of(credential)} of {name}",
        f"{name} is attached as it should be, and the server answers {fault_words(fault)}.",
        name,
        fix,
    )


def _provider_variable(judged: JudgedCase) -> Verdict:
    provider = judged.provider
    name = name_words(provider.env_key or "")
    where = provider.lines.get("env_key", "config.toml")
    fix = variable_fix(provider.env_key or "", where)
    if holds_a_key(provider.env_key or ""):
        return judged.verdict(
            "another-source-won",
            "A key stands where the name of its variable belongs",
            f"env_key at {where} holds what looks like a key. It takes the name of a variable; no "
            "variable has this one, and no stored login is used in its place.",
            where,
            fix,
        )
    return judged.verdict(
        "another-source-won",
        f"The provider's key variable {name} is not set here",
        f"{where} takes the key of {name_words(provider.id)} from {name}, which this process "
        "does not have; no stored login is used in its place.",
        where,
        fix,
    )


def _provider_without_credential(judged: JudgedCase) -> Verdict:
    provider = judged.provider
    where = provider.lines.get("base_url", "config.toml")
    host = name_words(host_and_port(provider.base_url or ""))
    key = join_key(("model_providers", provider.id, "requires_openai_auth"))
    stored = judged.store.credential
    table = f"[{join_key(('model_providers', provider.id))}]"
    login = Fix(
        f"send it {f'the {label_of(stored)} of {stored.source}' if stored else 'the Codex login'}: "
        f"requires_openai_auth = true in {table}",
        edit=Edit("config.toml", key, "true"),
    )
    own = Fix(f'or name its own key: env_key = "VARIABLE" in {table}')
    status = " `codex login status` is still fine." if stored is not None else ""
    first = (login,) if stored is not None and host == "chatgpt.com" else (login, own)
    return judged.verdict(
        "request-went-elsewhere",
        "Requests go to a provider that is given no credential",
        f"Model requests go to {host} ({where}), and that provider names no key and does not "
        f"ask for the OpenAI login, so nothing is attached.{status}",
        where,
        *first,
    )


def _routing(judged: JudgedCase) -> Verdict:
    required = judged.config.requirements.get("chatgpt_base_url")
    if required is not None and judged.case.contract.requirements_decide:
        return policy_troubles.required_backend(judged, required)
    base = judged.config.get("chatgpt_base_url")
    if isinstance(base, str) and not has_http_scheme(base):
        where = judged.config.where("chatgpt_base_url")
        return judged.verdict(
            "request-went-elsewhere",
            "chatgpt_base_url is not a URL",
            f"{where} is {base!r}; the look-up of your workspace fails before any model "
            "request, and the message does not say why.",
            where,
            Fix(f"remove or correct chatgpt_base_url at {where}"),
        )
    if isinstance(base, str) and nobody_listens(judged.case, base):
        return provider_troubles.silent_base(judged, base)
    credential = judged.start.credential
    if credential is not None and names_organization(credential):
        where = field_line(credential, "tokens.account_id")
        return judged.verdict(
            "record-not-what-it-seems",
            "tokens.account_id is that of an API organisation, not of a ChatGPT workspace",
            f"{where} is {name_words(credential.account_id or '')}, an organisation of the API "
            "platform. Codex looks for it among the workspaces of the login, where no organisation "
            "stands, and stops before the first model request.",
            where,
            LOGIN,
        )
    if credential is not None and credential.account_id == "":
        where = field_line(credential, "tokens.account_id")
        return judged.verdict(
            "record-not-what-it-seems",
            "tokens.account_id is empty",
            f"{where} is an empty string: the look-up of your workspace has nothing to look "
            "for, and no model request is made. `codex login status` is still fine.",
            where,
            LOGIN,
        )
    certificate = judged.observation.ca_file
    if certificate is not None and certificate.kind != "file":
        name = next((n for n in CA_VARIABLES if judged.environment.get(n)), CA_VARIABLES[0])
        return judged.verdict(
            "answer-not-from-auth-server",
            f"{name} names a file that cannot be read",
            f"{name} is {certificate.path} ({certificate.kind}); no TLS connection can be "
            "made, and the message only says that routing discovery failed.",
            name,
            Fix(
                with_line(judged.environment, name, "unset it, or point it at the right bundle"),
                f"unset {name}",
            ),
        )
    name = judged.start.credential.source if judged.start.credential else "the login"
    told = look_up_words(judged.case.assumptions.accounts_check, name)
    return judged.verdict(told.kind, told.headline, told.sentence, told.culprit, *told.fixes)


def _refresh_url(judged: JudgedCase) -> Verdict:
    return judged.verdict(
        "request-went-elsewhere",
        f"The token cannot be refreshed: {REFRESH_OVERRIDE} is not a URL",
        f"The access token has expired, and the value of {REFRESH_OVERRIDE} is not a URL, so "
        "no refresh can be sent.",
        REFRESH_OVERRIDE,
        Fix("unset it", f"unset {REFRESH_OVERRIDE}"),
    )


_OF_REQUEST: Mapping[Trouble, Callable[[JudgedCase], Verdict]] = {
    "provider-variable": _provider_variable,
    "provider": _provider_without_credential,
    "provider-header": _missing_header,
    "routing": _routing,
    "refresh-url": _refresh_url,
    "model-url": _model_url,
    **provider_troubles.OF_REQUEST,
    **program_troubles.OF_REQUEST,
}

_OF_CREDENTIAL: Mapping[Trouble, Callable[[JudgedCase, Credential], Verdict]] = {
    "policies": _policies,
    "key-header": _damaged_key,
    "key-shape": _damaged_key,
    "bedrock": _bedrock_only,
    "bearer": _no_bearer,
    "no-tokens": _no_tokens,
    "refresh": _not_refreshed,
    "register": _not_registered,
    "network": _no_answer,
    "responses": _server_says_no,
    **tokenless.OF_CREDENTIAL,
}
