"""The values that were read: claims, fields of the stored record, configuration, variables, files.

Values that may be shown are listed by name; of all others a report has type, length and mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from authtui.configuration.config import is_hidden, split_key
from authtui.credentials.environment import OPEN_VARIABLES
from authtui.credentials.salvage import salvage
from authtui.redaction import Secret, secret_kind
from authtui.report import schema
from authtui.report.sensitive import id_prefix, stored_documents
from authtui.tokens.claims import EMAILS, TIMES, plan_of
from authtui.tokens.times import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.answers.findings import Assessment
    from authtui.answers.token_view import ClaimRow, TokenView
    from authtui.machine.observation import (
        ConfigFacts,
        ConfigValue,
        EnvironmentFacts,
        FileFacts,
        Observation,
        Variable,
    )
    from authtui.report.redactor import Redactor

OPEN_CLAIMS: Final = TIMES | frozenset(
    [
        "alg",
        "kid",
        "typ",
        "iss",
        "aud",
        "azp",
        "client_id",
        "scp",
        "scope",
        "amr",
        "acr",
        "email_verified",
        "signature",
        "fingerprint",
        "private key",
    ]
)
_PLANS: Final = frozenset(["plan_type", "chatgpt_plan_type"])
_OPEN_KEYS: Final = frozenset(
    [
        "cli_auth_credentials_store",
        "forced_login_method",
        "forced_chatgpt_workspace_id",
        "chatgpt_base_url",
        "openai_base_url",
        "model_provider",
        "profile",
        "preferred_auth_method",
        "mcp_oauth_credentials_store",
    ]
)
_OPEN_PROVIDER_KEYS: Final = frozenset(
    ["name", "base_url", "wire_api", "env_key", "requires_openai_auth", "supports_websockets"]
)
_DEEPEST: Final = 8
_MOST_FIELDS: Final = 200
_WORDS: Final = {bool: "true or false", int: "number", float: "number", type(None): "null"}


def claims_of(redactor: Redactor, token: TokenView) -> Iterator[schema.ClaimPart]:
    """The claims table of one token."""
    for row in token.rows:
        if row.section == "key" and row.name == "public key":
            continue  # its fingerprint says as much
        name = redactor.text(row.name, 80)
        yield schema.ClaimPart(
            row.section, name, _claim(redactor, row), redactor.text(row.note), row.status
        )


def _claim(redactor: Redactor, row: ClaimRow) -> str:
    name = row.name.rsplit(".", 1)[-1]
    full = row.value if row.secret is None else row.secret.reveal()
    prefix = id_prefix(name)
    if name in EMAILS:
        return redactor.email(full)
    if prefix is not None and not full.startswith(("[", "{")):
        return redactor.names.of(prefix, full)
    if name in _PLANS:
        return full if plan_of(full).known else _unshown(redactor, full)
    if name in OPEN_CLAIMS or row.value in ("true", "false", "null"):
        return redactor.text(row.value, 200)
    if row.value.startswith("▒"):
        return redactor.text(row.value)
    return _unshown(redactor, full)


def _unshown(redactor: Redactor, value: str) -> str:
    return f"not shown: {len(value)} characters, {redactor.mark(value)}"


def plan_of_tokens(redactor: Redactor, found: Assessment) -> str | None:
    """The plan that the tokens claim, with the age of the claim; None where none does."""
    said = [
        f"{_claim(redactor, row)} ({token.name}"
        + (f", issued {utc_text(token.issued_at)})" if token.issued_at else ")")
        for token in found.tokens
        for row in token.rows
        if row.name.rsplit(".", 1)[-1] in _PLANS
    ]
    return redactor.text("; ".join(dict.fromkeys(said))) if said else None


def fields_of(redactor: Redactor, seen: Observation) -> Iterator[schema.FieldPart]:
    """The structure of every stored document: fields, types, lengths and marks."""
    for store, data in stored_documents(seen):
        document = salvage(data)
        if document is None:
            yield schema.FieldPart(store, "(the whole)", "no readable document", len(data), None)
            continue
        for count, field in enumerate(_structure(redactor, store, document, "", 0)):
            if count == _MOST_FIELDS:
                yield schema.FieldPart(store, "…", "more fields are not listed", None, None)
                break
            yield field


def _structure(
    redactor: Redactor, store: str, value: object, path: str, depth: int
) -> Iterator[schema.FieldPart]:
    if isinstance(value, Mapping) and depth < _DEEPEST:
        if path:
            yield schema.FieldPart(store, path, "object", len(value), None)
        for key, inner in value.items():
            name = redactor.text(str(key), 80)
            yield from _structure(
                redactor, store, inner, f"{path}.{name}" if path else name, depth + 1
            )
    elif isinstance(value, list | tuple | Mapping):
        kind = "object" if isinstance(value, Mapping) else "list"
        yield schema.FieldPart(store, path, kind, len(value), None)
    elif isinstance(value, Secret | str):
        secret = value if isinstance(value, Secret) else Secret(value)
        mark = redactor.mark(secret) if secret else None
        yield schema.FieldPart(
            store, path, secret.kind if secret else "empty text", len(secret), mark
        )
    else:
        yield schema.FieldPart(store, path, _WORDS.get(type(value), "other"), None, None)


def settings_of(redactor: Redactor, config: ConfigFacts) -> Iterator[schema.SettingPart]:
    """The configuration that a login depends on, with the layer each value comes from."""
    others: dict[str, int] = {}

    def part(
        key: str, found: ConfigValue, over: str | None = None, *, restricts: bool = False
    ) -> schema.SettingPart:
        shown, where = _setting(redactor, key, found), redactor.text(found.where)
        return schema.SettingPart(redactor.text(key, 200), shown, where, over, restricts)

    for key, found in config.values.items():
        if matters(key):
            yield part(key, found)
        else:
            others[found.file] = others.get(found.file, 0) + 1
    for key, found in config.overridden:
        if matters(key):
            yield part(key, found, redactor.text(config.where(key)))
    for key, found in config.requirements.items():
        yield part(key, found, restricts=True)
    for file, count in others.items():
        words = f"{count} more that no rule of a login reads"
        yield schema.SettingPart("(other keys)", words, redactor.text(file))


def matters(key: str) -> bool:
    """Whether a rule of a login reads a configuration key."""
    parts = split_key(key)
    if parts[:1] == ("profiles",):
        parts = parts[2:]
    return (
        key in _OPEN_KEYS
        or parts[:1] in (("features",), ("model_providers",))
        or (len(parts) == 1 and parts[0] in _OPEN_KEYS)
    )


def _setting(redactor: Redactor, key: str, found: ConfigValue) -> str:
    value = found.value
    if isinstance(value, bool | int | float):
        hidden = is_hidden(split_key(key)) and not isinstance(value, bool)
        return "a number, not shown" if hidden else str(value).lower()
    leaf = split_key(key)[-1]
    is_open = leaf in _OPEN_PROVIDER_KEYS if "model_providers." in key else leaf in _OPEN_KEYS
    if isinstance(value, str) and is_open:
        return redactor.text(value, 200) or "empty"
    if isinstance(value, list) and is_open:
        return redactor.text(", ".join(map(str, value)), 400) or "an empty list"
    if isinstance(value, str | Secret):
        secret = value if isinstance(value, Secret) else Secret(value)
        return f"protected: {secret.kind}, {len(secret)} characters, {redactor.mark(secret)}"
    return "a list, not shown" if isinstance(value, list) else "not shown"


def variables_of(
    redactor: Redactor, environment: EnvironmentFacts
) -> Iterator[schema.VariablePart]:
    """The variables that a login depends on: of credentials the class, of places the value."""
    for name, given in environment.variables.items():
        origin = f".env:{given.line}" if given.origin == "dotenv" else given.origin
        replaced = given.replaces
        yield schema.VariablePart(
            redactor.text(name, 200),
            _variable(redactor, name, given),
            origin,
            None if replaced is None else _variable(redactor, name, replaced),
        )


def _variable(redactor: Redactor, name: str, given: Variable) -> str:
    value = given.value.reveal()
    if not value.strip():
        return "empty" if not value else "blank"
    spaced = ", white space around it" if value != value.strip() else ""
    if not given.valid_unicode:
        return f"not Unicode, {len(value)} characters"
    if "proxy" in name.lower() and name not in OPEN_VARIABLES:
        scheme, mark, rest = value.strip().rpartition("://")
        return (
            redactor.text(f"{scheme}{mark}{rest.rpartition('@')[2].partition('/')[0]}", 200)
            + spaced
        )
    if name.lower() == "no_proxy":
        # The names of a company's own network say nothing of the login.
        entries = sum(1 for part in value.split(",") if part.strip())
        return f"{entries} entr{'y' if entries == 1 else 'ies'}, not shown"
    if name in OPEN_VARIABLES:
        return redactor.text(value.strip(), 200) + spaced
    prefix = {"OPENAI_ORGANIZATION": "org", "OPENAI_PROJECT": "project"}.get(name)
    if prefix is not None:
        return redactor.names.of(prefix, value) + spaced
    kind = secret_kind(value)
    return f"{kind}, {len(value)} characters, {redactor.mark(value)}{spaced}"


def files_of(redactor: Redactor, seen: Observation) -> Iterator[schema.FilePart]:
    """The files that were looked at, without their content."""
    for what, facts in (
        ("stored login", seen.auth_file),
        ("configuration", seen.config.file),
        ("variables", seen.environment.dotenv),
        ("encrypted store", seen.encrypted.file),
        ("identity token file", seen.token_file),
        ("certificates", seen.ca_file),
    ):
        if facts is not None:
            yield _file(redactor, what, facts)


def _file(redactor: Redactor, what: str, facts: FileFacts) -> schema.FilePart:
    def text(value: str | None) -> str | None:
        return None if value is None else redactor.text(value, 300)

    owners: dict[bool | None, str] = {True: "you", False: "somebody else"}
    owner = owners.get(facts.owned_by_me)
    return schema.FilePart(
        what,
        redactor.text(facts.path, 300),
        facts.kind,
        None if facts.mode is None else f"{facts.mode:04o}",
        owner if facts.exists else None,
        facts.size,
        None if facts.modified is None else utc_text(facts.modified),
        text(facts.link_target),
        text(facts.error),
    )
