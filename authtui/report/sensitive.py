"""What is sensitive in what was read: fields that name somebody, and the secrets to be replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from authtui.credentials.environment import OPEN_VARIABLES
from authtui.credentials.salvage import salvage
from authtui.redaction import EMAIL, Secret
from authtui.tokens.jwt import decode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authtui.answers.findings import Assessment
    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation
    from authtui.report.redactor import Redactor

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
"""Parts of the name of a field that holds an id, and the stand-in's prefix; first match."""
_WHOLE_NAMES: Final = {"sub": "user", "sid": "session", "jti": "id", "subject": "user"}
_EMAIL: Final = re.compile(EMAIL)
_DEEPEST: Final = 12
_LONGEST_ID: Final = 200


def id_prefix(name: str) -> str | None:
    """The stand-in's prefix for a field: `acct` for `chatgpt_account_id`; None if not an id."""
    lower = name.lower()
    if lower in _WHOLE_NAMES:
        return _WHOLE_NAMES[lower]
    if not lower.endswith(("id", "ids")) or lower == "client_id":
        return None
    return next((prefix for part, prefix in ID_PREFIXES if part in lower), None)


def learn(
    redactor: Redactor,
    observation: Observation,
    assessment: Assessment,
    requests: Iterable[RequestRecord] = (),
) -> None:
    """Tell the redactor every secret, id and address that was read.

    Accounts come first, in the order of the matrix, so that the odd one out has the later letter.
    """
    for row in assessment.matrix:
        for prefix, value in (("acct", row.account_id), ("user", row.user_id)):
            if value:
                redactor.names.learn(prefix, value)
    for secret, name in _everything(observation, assessment):
        _take(redactor, secret, name)
    for record in requests:
        if record.account_header:
            redactor.names.learn("acct", record.account_header)
        if record.assertion is not None and record.assertion.agent_runtime_id:
            redactor.names.learn("agent", record.assertion.agent_runtime_id)
        if record.assertion is not None and record.assertion.task_id is not None:
            redactor.names.learn_secret(record.assertion.task_id)


def _take(redactor: Redactor, value: object, name: str) -> None:
    text = value.reveal() if isinstance(value, Secret) else value
    if not isinstance(text, str) or not text:
        return
    prefix = id_prefix(name)
    if _EMAIL.fullmatch(text.strip()):
        redactor.learn_email(text.strip())
    elif prefix is not None and len(text) <= _LONGEST_ID:
        redactor.names.learn(prefix, text)
    elif isinstance(value, Secret):
        redactor.names.learn_secret(value)
        for segment in text.split(".") if text.startswith("ey") else ():
            redactor.names.learn_secret(Secret(segment))


def _everything(observation: Observation, assessment: Assessment) -> Iterator[tuple[object, str]]:
    """Each value that has to be learned, with the name of its field."""
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
    for name, value in environment.dotenv_others:
        if name not in OPEN_VARIABLES:
            yield value, name


def _userinfo(url: str) -> Iterator[tuple[object, str]]:
    authority = url.partition("://")[2].partition("/")[0]
    userinfo, at, _ = authority.rpartition("@")
    if at:
        for part in userinfo.split(":", 1):
            yield Secret(part), "userinfo"


def stored_documents(observation: Observation) -> Iterator[tuple[str, bytes | str]]:
    """Every stored login that was read, by its place; it may be no readable document."""
    if observation.auth_file.data is not None:
        yield "auth.json", observation.auth_file.data
    if observation.keyring.document is not None:
        yield "keyring", observation.keyring.document.reveal()
    if observation.encrypted.document is not None:
        yield "encrypted store", observation.encrypted.document.reveal()


def _documents(observation: Observation) -> Iterator[Mapping[str, object]]:
    for _, data in stored_documents(observation):
        found = salvage(data)
        if found is not None:
            yield found
            for token in _texts(found):
                claims = decode(token).claims if token.startswith("ey") else None
                if claims:
                    yield claims


def _texts(value: object) -> Iterator[str]:
    for inner, _ in _leaves(value, ""):
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
