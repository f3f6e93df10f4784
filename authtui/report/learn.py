"""What a veil has to know before the first text: every secret and every name that was seen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from authtui.credentials.dotenv import parse_dotenv
from authtui.credentials.environment import NETWORK, PLACES
from authtui.credentials.salvage import salvage
from authtui.redaction import EMAIL, Secret
from authtui.tokens.jwt import decode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authtui.checks.findings import Assessment
    from authtui.credentials.observation import Observation
    from authtui.report.veil import Veil
    from authtui.wire.records import RequestRecord

OPEN_VARIABLES: Final = frozenset(
    [
        *(name for name in NETWORK if "proxy" not in name.lower()),
        *PLACES,
        "NO_PROXY",
        "no_proxy",
        "OPENAI_IDENTITY_TOKEN_FILE",
        "CODEX_REFRESH_TOKEN_URL_OVERRIDE",
        "CODEX_REVOKE_TOKEN_URL_OVERRIDE",
        "CODEX_AUTHAPI_BASE_URL",
        "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL",
        "CODEX_AGENT_IDENTITY_JWKS_BASE_URL",
        "CODEX_INTERNAL_ORIGINATOR_OVERRIDE",
        "OPENAI_BASE_URL",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
    ]
)
"""Variables whose value is a place or a name and worth reading; every other value is hidden."""

ID_PREFIXES: Final = (
    ("account_user", "user"),
    ("account", "acct"),
    ("workspace", "acct"),
    ("organization", "org"),
    ("org_id", "org"),
    ("poid", "org"),
    ("project", "project"),
    ("runtime", "agent"),
    ("user", "user"),
    ("session", "session"),
)
"""Parts of a field's name that make its text an id, and the stand-in's prefix; first match."""
_WHOLE_NAMES: Final = {"sub": "user", "sid": "session", "jti": "id", "subject": "user"}
_EMAIL: Final = re.compile(EMAIL)
_DEEPEST: Final = 12
_LONGEST_ID: Final = 200


def id_prefix(name: str) -> str | None:
    """`acct` for `chatgpt_account_id`; None for a field that names nobody."""
    lower = name.lower()
    if lower in _WHOLE_NAMES:
        return _WHOLE_NAMES[lower]
    if not lower.endswith(("id", "ids")) or lower == "client_id":
        return None
    return next((prefix for part, prefix in ID_PREFIXES if part in lower), None)


def learn(
    veil: Veil,
    observation: Observation,
    assessment: Assessment,
    requests: Iterable[RequestRecord] = (),
) -> None:
    """Fill the veil; accounts first, so that the odd one out has the later letter."""
    for row in assessment.matrix:
        for prefix, value in (("acct", row.account_id), ("user", row.user_id)):
            if value:
                veil.names.learn(prefix, value)
    for secret, name in _everything(observation, assessment):
        _take(veil, secret, name)
    for record in requests:
        if record.account_header:
            veil.names.learn("acct", record.account_header)
        if record.assertion is not None and record.assertion.agent_runtime_id:
            veil.names.learn("agent", record.assertion.agent_runtime_id)
        if record.assertion is not None and record.assertion.task_id is not None:
            veil.names.learn_secret(record.assertion.task_id)


def _take(veil: Veil, value: object, name: str) -> None:
    text = value.reveal() if isinstance(value, Secret) else value
    if not isinstance(text, str) or not text:
        return
    prefix = id_prefix(name)
    if _EMAIL.fullmatch(text.strip()):
        veil.learn_email(text.strip())
    elif prefix is not None and len(text) <= _LONGEST_ID:
        veil.names.learn(prefix, text)
    elif isinstance(value, Secret):
        veil.names.learn_secret(value)
        for segment in text.split(".") if text.startswith("ey") else ():
            veil.names.learn_secret(Secret(segment))


def _everything(observation: Observation, assessment: Assessment) -> Iterator[tuple[object, str]]:
    """Each value that has to be known, with the name of its field."""
    yield from _variables(observation)
    config = observation.config
    layers = [*config.values.items(), *config.overridden, *config.requirements.items()]
    for key, found in layers:
        for value in found.value if isinstance(found.value, list) else (found.value,):
            yield value, key.rsplit(".", 1)[-1]
    for document in _documents(observation):
        yield from _leaves(document, "")
    for token in assessment.tokens:
        if token.secret is not None:
            yield token.secret, token.name
            yield from _leaves(decode(token.secret.reveal()).claims or {}, "")
    if observation.token_file is not None and observation.token_file.data:
        text = observation.token_file.data.decode("utf-8", "replace")
        yield Secret(text), "token file"
        yield from _leaves(decode(text.strip()).claims or {}, "")
    for fact in (fact for source in assessment.sources for fact in source.facts):
        if fact.secret is not None:
            yield fact.secret, fact.label


def _variables(observation: Observation) -> Iterator[tuple[object, str]]:
    environment = observation.environment
    for name, given in environment.variables.items():
        for variable in (given, given.replaces):
            if variable is None or name in OPEN_VARIABLES:
                continue
            hidden = {"OPENAI_ORGANIZATION": "organization_id", "OPENAI_PROJECT": "project_id"}
            yield variable.value, hidden.get(name, name)
            yield from _userinfo(variable.value.reveal())
    if environment.dotenv.data is not None:
        for line in parse_dotenv(environment.dotenv.data, {}).assignments:
            if line.name not in OPEN_VARIABLES:
                yield Secret(line.value), line.name


def _userinfo(url: str) -> Iterator[tuple[object, str]]:
    authority = url.partition("://")[2].partition("/")[0]
    userinfo, at, _ = authority.rpartition("@")
    if at:
        for part in userinfo.split(":", 1):
            yield Secret(part), "userinfo"


def _documents(observation: Observation) -> Iterator[Mapping[str, Any]]:
    kept = (observation.keyring.document, observation.encrypted.document)
    texts = [secret.reveal() for secret in kept if secret is not None]
    for data in (observation.auth_file.data, *texts):
        found = salvage(data) if data is not None else None
        if found is not None:
            yield found
            for token in _texts(found):
                claims = decode(token).claims if token.startswith("ey") else None
                if claims:
                    yield claims


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    for inner, _ in _leaves(value, "", depth):
        if isinstance(inner, Secret):
            yield inner.reveal()


def _leaves(value: object, name: str, depth: int = 0) -> Iterator[tuple[object, str]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, str(key), depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner, name, depth + 1)
    elif _is_key(name) and isinstance(value, str):
        yield Secret(value), name
    else:
        yield value, name


def _is_key(name: str) -> bool:
    return name.lower().endswith(("private_key", "task_id"))
