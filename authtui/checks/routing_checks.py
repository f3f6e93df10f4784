"""Where requests go, and with which credential (ROUTE)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.phrases import name_words, variable_fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import (
    LOOPBACK,
    described,
    hurt,
    kind_of,
    set_value,
    stored,
    unset_where,
    where_set,
)
from authtui.configuration.config import holds_a_key, join_key, providers
from authtui.contracts import KNOWN_CHATGPT_HOSTS
from authtui.simulation.first_request import carries_key, missing_header
from authtui.simulation.online_credentials import environment_error
from authtui.simulation.selection import CHATGPT_MODES
from authtui.simulation.urls import host_of, is_url, shown_url

if TYPE_CHECKING:
    from authtui.checks.registry import Subject
    from authtui.configuration.config import ProviderFacts

_PROVIDER = "codex-rs/model-provider-info"
_API_HOST = "api.openai.com"
_BACKEND_MODES = (*CHATGPT_MODES, "agent_identity", "personal_access_token")


def _set_at(subject: Subject) -> str:
    lines = subject.case.provider.lines
    if "base_url" in lines:
        return lines["base_url"]
    return subject.observation.config.where("openai_base_url")


@check(
    "route.host", "ROUTE", "The credential goes to the host it is for", source=_PROVIDER, modes=(6,)
)
def _host(subject: Subject) -> Finding | None:
    start = subject.starts["exec"]
    request, credential = start.request, start.credential
    if request is None or credential is None or request.authorization is None:
        return None
    host, where = host_of(request.base_url), _set_at(subject)
    backend = credential.mode in _BACKEND_MODES
    what = kind_of(credential)
    if backend and host == _API_HOST:
        return Finding(
            "fail" if subject.surface != "login-status" else "warn",
            f"right token, wrong door: {what} goes to {host} ({where}), and only chatgpt.com takes "
            "it",
            (
                f"credential: {credential.source}",
                f"request: {shown_url(request.base_url)}/responses",
            ),
            "A ChatGPT login never carries the API's scopes, so api.openai.com answers 401 "
            "“Missing scopes: api.responses.write”. Logging in again does not change that.",
            Fix(f"remove the base URL at {where}"),
            where,
        )
    if backend and not any(host == h or host.endswith(f".{h}") for h in KNOWN_CHATGPT_HOSTS):
        return Finding(
            "warn",
            f"{what} is sent to {host} ({where}), which is none of ChatGPT's hosts",
            (f"credential: {credential.source}", f"account header: {request.account_id_header}"),
            "Whoever runs that host sees the token and the account. A proxy of your own is fine; a "
            "line left over from another tool is not.",
            Fix(f"remove the base URL at {where}, unless that host is meant"),
            where,
        )
    if credential.mode == "api_key" and host.endswith("chatgpt.com"):
        return Finding(
            "warn",
            f"an API key goes to {host} ({where}), which takes ChatGPT logins only",
            why="The ChatGPT service knows no API keys and answers 401.",
            fix=Fix(f"remove the base URL at {where}"),
            where=where,
        )
    return Finding("pass", f"{what} goes to {host}, as {request.authorization}")


@check(
    "route.variable",
    "ROUTE",
    "OPENAI_BASE_URL is left over",
    source="recorded clients",
    modes=(30,),
)
def _variable(subject: Subject) -> Finding | None:
    value = set_value(subject, "OPENAI_BASE_URL")
    if value is None or not value.strip():
        return None
    request = subject.starts["exec"].request
    goes = host_of(request.base_url) if request else "the stock host"
    return Finding(
        "warn",
        f"OPENAI_BASE_URL is {shown_url(value)}, but requests go to {goes}: this client ignores it",
        why="Other tools obey this variable and older builds of Codex did, so the same shell talks "
        "to different hosts. The released clients recorded here never read it.",
        fix=unset_where(subject, "OPENAI_BASE_URL"),
        where=where_set(subject, "OPENAI_BASE_URL"),
    )


@check(
    "route.openai_base_url", "ROUTE", "openai_base_url is changed", source=_PROVIDER, modes=(6, 30)
)
def _openai_base_url(subject: Subject) -> Finding | None:
    config = subject.observation.config
    value = config.get("openai_base_url")
    if not isinstance(value, str) or not value.strip() or not subject.case.provider.built_in:
        return None
    where, shown = config.where("openai_base_url"), shown_url(value)
    if not is_url(value):
        return Finding(
            hurt(subject),
            f"{where}: openai_base_url is {shown}, which is not an http URL",
            why="Every model request is built from this value, so none can be sent.",
            fix=Fix(f"remove or correct openai_base_url at {where}"),
            where=where,
        )
    if host_of(value) == _API_HOST:
        return Finding("pass", f"{where}: openai_base_url names the stock API host")
    return Finding(
        "warn",
        f"{where}: openai_base_url sends every model request to {host_of(value)}",
        (f"{where}: {shown}",),
        "The value replaces the host for every kind of login, also for ChatGPT logins.",
        Fix(f"remove openai_base_url at {where}, unless that host is meant"),
        where,
    )


@check(
    "route.chatgpt_base_url",
    "ROUTE",
    "chatgpt_base_url names a known host",
    source="#37356",
    modes=(30, 62),
)
def _chatgpt_base_url(subject: Subject) -> Finding | None:
    config = subject.observation.config
    value = config.get("chatgpt_base_url")
    if not isinstance(value, str):
        return None
    where, shown = config.where("chatgpt_base_url"), shown_url(value)
    fix = Fix(f"remove chatgpt_base_url at {where}")
    if not is_url(value):
        return Finding(
            hurt(subject),
            f"{where}: chatgpt_base_url is {shown or 'blank'}, which is not an http URL",
            why="The key set, the workspace look-up and the account calls are built from it. Newer "
            "clients only say `workspace routing discovery failed`.",
            fix=fix,
            where=where,
        )
    known = host_of(value) in KNOWN_CHATGPT_HOSTS and value.lower().startswith("https://")
    ladder = (subject.case.ladder.agent, subject.store)
    agent = any(
        (place.credential is not None and place.credential.mode == "agent_identity")
        or (place.failure is not None and "chatgpt_base_url" in place.failure.reason)
        for place in ladder
    )
    if agent and environment_error(subject.observation, subject.contract):
        return Finding(
            hurt(subject),
            f"{where}: chatgpt_base_url is {shown}; an agent identity works with the known ChatGPT "
            "hosts only",
            (f"known: {', '.join(KNOWN_CHATGPT_HOSTS)}",),
            "The client refuses an agent identity for any other host, with a text that does not "
            "name this line; newer ones drop the identity in silence.",
            fix,
            where,
        )
    if known:
        return Finding("pass", f"{where}: chatgpt_base_url is {shown}, a known host")
    return Finding(
        "warn",
        f"{where}: chatgpt_base_url sends account calls to {host_of(value)}",
        (f"{where}: {shown}",),
        "Account, workspace and key-set calls go there, with the login; model requests do not.",
        fix,
        where,
    )


def _own_credential(provider: ProviderFacts) -> str | None:
    if provider.env_key:
        return f"env_key {provider.env_key}"
    if provider.bearer_token is not None:
        return "experimental_bearer_token"
    if provider.auth_command:
        return f"the command {provider.auth_command}"
    header = next((given for given in provider.headers if carries_key(given.name)), None)
    return f"the header {header.name}" if header else None


@check(
    "provider.credential",
    "ROUTE",
    "The model provider is given a credential",
    source=f"{_PROVIDER}, recorded clients 0.142 and 0.169",
    modes=(18,),
)
def _credential(subject: Subject) -> Finding | None:
    case, provider = subject.case, subject.case.provider
    if provider.built_in or not provider.known:
        return None
    where = provider.lines.get("base_url", "config.toml")
    host = host_of(provider.base_url) if provider.base_url else "no host"
    missing = missing_header(case)
    if missing is not None and not provider.env_key and provider.bearer_token is None:
        return Finding(
            "fail" if subject.start.trouble == "provider-header" else "warn",
            f"{missing.where} takes the header {missing.name} from {missing.variable}, which is "
            "not set in this process: the header is left out",
            where=missing.where,
        )
    own = _own_credential(provider)
    if own:
        return Finding(
            "pass",
            f"provider {name_words(provider.id)} ({host}) brings its own credential: {own}",
            why="The stored login plays no part in model requests to this provider.",
        )
    if provider.requires_openai_auth:
        return Finding(
            "pass",
            f"provider {name_words(provider.id)} ({host}) is sent the Codex login, as it asks",
        )
    if case.contract.provider_inherits_login:
        return None
    if subject.starts["exec"].prediction.mode == "none":
        return Finding("pass", f"provider {name_words(provider.id)} ({host}) needs no key")
    login = stored(subject)
    also: tuple[str, ...] = ()
    if login is not None and login.mode == "chatgpt":
        also = ("a 401 of that host makes the client refresh and rewrite the ChatGPT tokens",)
    return Finding(
        "fail" if subject.start.trouble == "provider" else "warn",
        f"provider {name_words(provider.id)} ({where}) names no credential, so requests to {host} "
        "carry none",
        also,
        "From 0.147 on a provider of your own is sent the Codex login only when it has "
        "requires_openai_auth = true. `codex login status` is still fine, and the provider's 401 "
        "looks like a bad login.",
        Fix("add requires_openai_auth = true, or env_key with the name of its key variable"),
        where,
    )


@check(
    "provider.inherits",
    "ROUTE",
    "A provider is sent the Codex login",
    source="recorded client 0.142",
    modes=(6,),
)
def _inherits(subject: Subject) -> Finding | None:
    case, provider = subject.case, subject.case.provider
    if provider.built_in or not provider.known or not case.contract.provider_inherits_login:
        return None
    if _own_credential(provider) or provider.requires_openai_auth:
        return None
    credential = subject.starts["exec"].credential
    if credential is None:
        return None
    where = provider.lines.get("base_url", "config.toml")
    host = host_of(provider.base_url) if provider.base_url else "an unnamed host"
    return Finding(
        "warn",
        f"{described(credential)} is sent to {host}: provider {name_words(provider.id)} ({where}) "
        "names no credential of its own",
        (f"credential: {credential.source}",),
        f"{case.contract.title} sends the login, with the account id, to any provider that has "
        "neither env_key nor requires_openai_auth. Newer clients send nothing there.",
        Fix("give the provider an env_key, or remove it"),
        where,
    )


@check(
    "provider.variable",
    "ROUTE",
    "The provider's key variable is set",
    source=_PROVIDER,
    modes=(19,),
)
def _provider_variable(subject: Subject) -> Finding | None:
    provider, environment = subject.case.provider, subject.observation.environment
    name = provider.env_key
    if name is None:
        return None
    where = provider.lines.get("env_key", "config.toml")
    if holds_a_key(name):
        return Finding(
            "fail",
            f"{where} holds what looks like a key: env_key takes the name of the variable with it",
            (),
            "The client looks for a variable of that name, finds none, and repeats the text in its "
            "message. A key that stands there is in a file that others may read.",
            variable_fix(name, where),
            where,
        )
    if environment.trimmed(name) is not None:
        return Finding(
            "pass",
            f"{name}, the key of provider {name_words(provider.id)}, is set "
            f"({where_set(subject, name)})",
        )
    blank = environment.get(name) is not None
    ignored = next((line for line in environment.dotenv_ignored if line.name == name), None)
    evidence = [f"{where}: env_key {name}"]
    if ignored is not None:
        evidence.append(f".env:{ignored.line} sets it, but {ignored.reason}")
    if subject.observation.host.marks:
        evidence.append(f"this place: {', '.join(subject.observation.host.marks)}")
    return Finding(
        "fail" if subject.start.trouble == "provider-variable" else "warn",
        f"{where} takes the key of {name_words(provider.id)} from {name}, which is "
        f"{'blank' if blank else 'not set'} in this process",
        evidence,
        "The variable has to be in the process that runs Codex. A program started from the "
        "desktop, a service or the other side of WSL does not have what a shell exports, and "
        "`source .env` without export does not pass it on.",
        variable_fix(name, where),
        where,
    )


@check("provider.known", "ROUTE", "The model provider is defined", source=_PROVIDER, modes=(18,))
def _known(subject: Subject) -> Finding | None:
    provider, config = subject.case.provider, subject.observation.config
    if "model_provider" not in config.values and provider.known:
        return None
    where = config.where("model_provider")
    if provider.known:
        return Finding("pass", f"{where}: model provider {name_words(provider.id)} is defined")
    return Finding(
        "fail",
        f"{where} selects model provider {name_words(provider.id)}, which no table defines",
        why="Codex stops at once, before it looks at any login.",
        fix=Fix(
            f"define [{join_key(('model_providers', provider.id))}], or remove the line at {where}"
        ),
        where=where,
    )


@check(
    "route.plain_http", "ROUTE", "Credentials travel encrypted", source="RFC 6750 5.3", modes=(30,)
)
def _plain_http(subject: Subject) -> Finding | None:
    request = subject.starts["exec"].request
    if request is None or request.authorization is None:
        return None
    if not request.base_url.lower().startswith("http://"):
        return Finding("pass", "requests go out over https")
    host = host_of(request.base_url)
    if host in LOOPBACK:
        return Finding("pass", f"requests go to {host} without encryption, on this machine only")
    where = _set_at(subject)
    return Finding(
        "warn",
        f"the credential would go to {host} without encryption ({where})",
        (shown_url(request.base_url),),
        "Anyone on the way can read and reuse it.",
        Fix(f"use https at {where}"),
        where,
    )


@check(
    "provider.threads",
    "ROUTE",
    "Saved threads name providers that are given a credential",
    source="client 0.171.0, `codex exec resume` and the interactive client, run",
    modes=(18,),
)
def _threads(subject: Subject) -> Finding | None:
    selected = subject.case.provider.id
    named = [one for one in subject.observation.threads if one.provider != selected]
    if not named:
        return None
    defined = {one.id: one for one in providers(subject.observation.config)}
    for thread in named:
        facts = defined.get(thread.provider)
        if facts is None or facts.built_in or facts.requires_openai_auth or _own_credential(facts):
            continue
        if subject.contract.provider_inherits_login or facts.headers:
            continue
        where = next(iter(facts.lines.values()), "config.toml")
        return Finding(
            "warn",
            f"a saved thread names the provider {name_words(thread.provider)} ({where}), whose "
            "requests carry no credential",
            (f"thread: {thread.file}", f"new threads use {name_words(selected)}"),
            "A thread keeps the model provider it was begun with. Resumed, it is answered 401 "
            "while a new thread works, and no message names the provider.",
            Fix(
                f"add requires_openai_auth = true to {name_words(thread.provider)}, or begin a new "
                "thread"
            ),
            where,
        )
    return Finding("pass", "the providers that saved threads name are given a credential")
