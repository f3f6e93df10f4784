"""Whether the stored record can be read, and by which versions of the client (PARSE)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import (
    LOGIN,
    chatgpt_login,
    decoded,
    fields_of,
    hurt,
    kind_of,
    line_of,
    set_aside,
    stored,
    stored_document,
)
from authtui.contracts import API_MODEL_BASE
from authtui.redaction import Secret, printable, redact_text
from authtui.simulation.api_keys import damage_of, key_doubt
from authtui.simulation.restrictions import has_token_data
from authtui.simulation.selection import CHATGPT_MODES, EXPIRED

if TYPE_CHECKING:
    from authtui.checks.registry import Subject
    from authtui.credentials.document import Document

_STORAGE = "codex-rs/login/src/auth/storage.rs"


def _aside(subject: Subject) -> Fix:
    if subject.store.name != "auth.json":
        return LOGIN
    return set_aside(subject.observation.auth_file.path)


@check("record.readable", "PARSE", "The stored record can be read", source=_STORAGE, modes=(24,))
def _readable(subject: Subject) -> Finding | None:
    place = subject.store
    if place.empty or subject.observation.home.error:
        return None
    failure = place.failure
    if failure is None:
        credential = stored(subject)
        what = kind_of(credential) if credential else "a record"
        return Finding("pass", f"{place.name} can be read; it holds {what}")
    if failure.network:
        return None
    if failure.source == "keyring" and subject.observation.keyring.status != "present":
        return Finding(
            "unknown", f"whether the keyring holds a record is not known: {failure.reason}"
        )
    if failure.field == "agent_identity" and failure.reason == EXPIRED:
        return Finding("pass", f"{place.name} can be read; it holds an agent identity")
    kept = sorted(name for name, value in fields_of(subject).items() if value is not None)
    evidence = [f"the client says: {failure.text}"]
    if kept:
        evidence.append(f"it holds: {', '.join(printable(name, 40) for name in kept[:8])}")
    return Finding(
        hurt(subject),
        f"{failure.where}: a record is there, but {subject.contract.title} cannot use it: "
        f"{failure.reason}",
        evidence,
        "One wrong field makes the whole record unreadable. Older clients stop with a message, "
        "newer ones behave as if nobody were logged in.",
        _aside(subject),
        failure.where,
    )


@check("record.auth_mode", "PARSE", "auth_mode is a known one", source=_STORAGE, modes=(48,))
def _auth_mode(subject: Subject) -> Finding | None:
    rules = subject.contract.document
    document = stored_document(subject)
    if document is not None:
        if document.auth_mode is None:
            return None
        return Finding("pass", f"auth_mode {document.auth_mode} is known to this client")
    if subject.store.failure is None:
        return None
    mode = fields_of(subject).get("auth_mode")
    if not isinstance(mode, str) or mode in rules.auth_modes:
        return None
    shown = printable(redact_text(mode), 40)
    from authtui.contracts import BY_NAME, GENERATIONS

    others = [name for name in GENERATIONS if mode in BY_NAME[name].document.auth_modes]
    origin = f"clients of {', '.join(others)} know it" if others else "no client writes it"
    return Finding(
        hurt(subject),
        f"{subject.store.failure.where}: auth_mode {shown} is unknown to "
        f"{subject.contract.title}; {origin}",
        (f"known here: {', '.join(rules.auth_modes)}",),
        "The record was written by a newer client or by another program, such as an account "
        "switcher. This client cannot read any of it, although the tokens may be good.",
        Fix("update this client", "npm install -g @openai/codex") if others else _aside(subject),
        subject.store.failure.where,
    )


@check(
    "record.tokens",
    "PARSE",
    "A ChatGPT login has its tokens",
    source="codex-rs/login/src/auth/manager.rs (get_token_data)",
    modes=(24,),
)
def _tokens(subject: Subject) -> Finding | None:
    credential = stored(subject)
    if credential is None or credential.mode not in CHATGPT_MODES or not credential.document:
        return None
    document = credential.document
    if not has_token_data(credential):
        return _without_token_data(subject, document)
    if document.tokens is None or document.tokens.access_token:
        return Finding("pass", "tokens and last_refresh are both stored")
    return Finding(
        hurt(subject),
        f"{line_of(subject, 'tokens.access_token')}: the access token is empty",
        why="The record has the right shape, so status calls it a login. The first requests go out "
        "with nothing in them, and only the refresh after their 401 can save the run.",
        fix=LOGIN,
        where=line_of(subject, "tokens.access_token"),
    )


def _without_token_data(subject: Subject, document: Document) -> Finding:
    missing = "tokens" if document.tokens is None else "last_refresh"
    return Finding(
        hurt(subject),
        f"{line_of(subject, 'auth_mode')}: the record says ChatGPT login, but {missing} is missing",
        ("`codex login status` says: Logged in using ChatGPT",),
        "The client needs both tokens and last_refresh to get at a token. Converters and hand-made "
        "files often leave last_refresh out; status does not notice, and exec at best refreshes "
        "first.",
        LOGIN,
        line_of(subject, "auth_mode"),
    )


def _identity_form(fields: Mapping[str, object]) -> tuple[str, str] | None:
    kept = fields.get("agent_identity")
    if isinstance(kept, Secret):
        return "a JWT in agent_identity", "0.128 and later, and the code of #18176"
    if isinstance(kept, Mapping):
        if "workspace_id" in kept:
            return "an agent identity record with workspace_id", "0.122 and 0.123 only"
        if "account_id" in kept:
            return "an agent identity record with account_id", "0.124, 0.125, and 0.142 and later"
    return None


@check(
    "record.generation",
    "PARSE",
    "The record was written for this version of the client",
    source="recorded clients 0.122 to 0.169",
    modes=(24, 26, 48),
)
def _generation(subject: Subject) -> Finding | None:
    place = subject.store
    document = stored_document(subject)
    if document is not None:
        if document.agent_identity is None:
            return None
        return Finding("pass", "the form of agent_identity is one that this client reads")
    failure = place.failure
    if failure is None or failure.field is None or not failure.field.startswith("agent_identity"):
        return None
    form = _identity_form(fields_of(subject))
    if form is None:
        return None
    what, readers = form
    if subject.contract.document.agent_form == "any" and what.startswith("a JWT"):
        return None
    return Finding(
        hurt(subject),
        f"{failure.where}: {place.name} holds {what}; that form is read by {readers}, not by "
        f"{subject.contract.title}",
        (f"the client says: {failure.text}",),
        "The form of a stored agent identity changed several times, and no version reads all of "
        "them. A file of one version is an error for another.",
        _aside(subject),
        failure.where,
    )


@check(
    "record.prints_secret",
    "PARSE",
    "An error message would print a secret",
    source="recorded clients 0.122 to 0.142",
    modes=(24,),
)
def _prints_secret(subject: Subject) -> Finding | None:
    place, facts, contract = subject.store, subject.observation, subject.contract
    if place.failure is None or contract.document.conceals or place.failure.unread:
        return None
    data: bytes | str | None = facts.auth_file.data
    if place.name == "keyring" and facts.keyring.document is not None:
        data = facts.keyring.document.reveal()
    if data is None:
        return None
    from authtui.credentials.document import DocumentFault, parse_document

    found = parse_document(data, contract.document, contract.agent, now=facts.at)
    if not isinstance(found, DocumentFault) or not found.leaks:
        return None
    return Finding(
        hurt(subject),
        f"{place.failure.where}: {contract.title} prints the secret in its error message",
        (f"field {found.field}", "any command that loads the login prints it to the terminal"),
        "Up to 0.142 a string in the wrong place is quoted whole in the message. A JWT of an agent "
        "identity carries its private key, so terminal logs and CI output then hold the key.",
        _aside(subject),
        place.failure.where,
    )


@check(
    "record.unknown_fields",
    "PARSE",
    "Every stored field is known to the client",
    source=_STORAGE,
    modes=(28,),
)
def _unknown_fields(subject: Subject) -> Finding | None:
    document = stored_document(subject)
    if document is None:
        return None
    names = [printable(redact_text(name), 40) for name in document.unknown_fields[:8]]
    if not names:
        return Finding("pass", "every field of the record is known to this client")
    return Finding(
        "warn",
        f"{subject.store.name} holds {', '.join(names[:4])}, which "
        f"{subject.contract.title} does not know",
        tuple(f"ignored: {name}" for name in names),
        "Unknown fields are ignored, and lost when the client writes the file next, for example "
        "after a refresh. They are a sign that another program or version writes here too.",
    )


@check(
    "record.stored_key",
    "PARSE",
    "The stored API key has the shape of a key",
    source="codex-rs/login/src/auth/storage.rs (not trimmed)",
    modes=(37, 43),
)
def _stored_key(subject: Subject) -> Finding | None:
    document = stored_document(subject)
    if document is None or document.mode != "apikey" or document.openai_api_key is None:
        return None
    key = document.openai_api_key
    request = subject.starts["exec"].request
    elsewhere = request is not None and request.base_url != API_MODEL_BASE
    doubt = damage_of(key.reveal()) if elsewhere else key_doubt(key.reveal())
    where = line_of(subject, "OPENAI_API_KEY")
    if doubt is None:
        return Finding("pass", f"the stored API key looks like one ({key})")
    credential = subject.start.credential
    used = credential is not None and credential.source == subject.store.name
    return Finding(
        hurt(subject) if used else "warn",
        f"{where}: {doubt}",
        (str(key),),
        "A key in the file is used exactly as it stands: it is not trimmed, unlike one from a "
        "variable. The server then answers that the key is incorrect.",
        Fix("store it again", "printenv OPENAI_API_KEY | codex login --with-api-key"),
        where,
    )


@check(
    "config.readable",
    "PARSE",
    "The configuration can be read",
    source="codex-rs/config",
    modes=(60,),
)
def _config(subject: Subject) -> Finding | None:
    facts = subject.observation.config
    error = subject.case.config_error
    if error is None:
        if not facts.file.exists:
            return None
        return Finding("pass", "config.toml is read without complaint")
    where = f"{error.file}:{error.line}" if error.line else error.file
    key = f" ({error.key})" if error.key else ""
    forced = error.key == "forced_chatgpt_workspace_id"
    why = (
        "This key changed: one string up to 0.128, a string or a list after that; several ids in "
        "one string are refused."
        if forced
        else "Codex stops before it looks at any login when its configuration has a fault."
    )
    first, *more = error.reason.splitlines() or [""]
    evidence = (error.reason,) if more else ()
    return Finding("fail", f"{where}{key}: {first}", evidence, why, Fix(f"correct {where}"), where)


@check(
    "record.id_token",
    "PARSE",
    "The stored tokens are tokens",
    source="codex-rs/login/src/token_data.rs",
    modes=(24,),
)
def _id_token(subject: Subject) -> Finding | None:
    login = chatgpt_login(subject)
    if login is None or not login[1].access_token:
        return None
    token = login[1].access_token
    if decoded(token).claims is not None:
        return Finding("pass", "id token and access token can both be decoded")
    where = line_of(subject, "tokens.access_token")
    return Finding(
        "fail" if subject.start.trouble == "token-shape" else "warn",
        f"{where}: the access token is not a JWT ({token}); its expiry is unknown",
        why="Codex then refreshes by age alone: eight days after last_refresh. Tokens of other "
        "programs and placeholders look like this.",
        fix=LOGIN,
        where=where,
    )
