"""The stored credential document, read as a given client generation reads it.

The file, the keyring entry and the encrypted store hold the same JSON. `parse_document` returns
the typed document or the error: the client's own text, and what it means in plain words.
Source: codex-rs/login/src/auth/storage.rs, codex-rs/login/src/token_data.rs; texts and positions
agree with recorded clients 0.122 to 0.169.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from authtui.client_json.scanner import NOT_UTF8, JsonReadError
from authtui.client_json.structs import Field, Reader, optional
from authtui.client_json.tree import read_any
from authtui.credentials.dates import RFC_3339, read_date
from authtui.credentials.explain_document import (
    explain,
    quoted_text_is_secret,
    redacted,
    shown_name,
)
from authtui.record import NamedTuple
from authtui.redaction import Secret
from authtui.tokens.id_token import read_id_claims, read_payload
from authtui.tokens.times import utc_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from authtui.contracts import AgentContract, DocumentRules
    from authtui.tokens.id_token import IdClaims

_NONE: Final[Mapping[str, Any]] = MappingProxyType({})
_KEYRING_PREFIX: Final = "failed to deserialize CLI auth from keyring: "


class Tokens(NamedTuple):
    """The `tokens` object. `account_id` is the stored copy, `id_claims` the id token's content."""

    id_token: Secret
    access_token: Secret
    refresh_token: Secret
    account_id: str | None
    id_claims: IdClaims


class AgentRecord(NamedTuple):
    """An agent identity as the client holds it, from a record or (April 2026 form) from a JWT.

    `account_id` is the account (workspace); the first form calls it `workspace_id`.
    """

    account_id: str
    agent_runtime_id: str
    agent_private_key: Secret
    user_id: str | None = None
    registered_at: str | None = None
    email: str | None = None
    plan_type: str | None = None
    fedramp: bool = False
    task_id: str | None = None
    background_task_id: str | None = None
    from_jwt: bool = False


class Document(NamedTuple):
    """A document the client can read.

    `auth_mode` is as stored, `mode` the one in force (stored, else inferred). An empty
    `openai_api_key` counts as present. `lines` maps dotted field names to the line of their key;
    `unknown_fields` are ignored by the client and lost at its next save. `decoded_jwt` is the JWT
    that `agent_record` was made from while the document was read; that save writes the record.
    """

    auth_mode: str | None
    mode: str
    openai_api_key: Secret | None = None
    tokens: Tokens | None = None
    last_refresh: datetime | None = None
    agent_identity: AgentRecord | Secret | None = None
    personal_access_token: Secret | None = None
    bedrock_api_key: Mapping[str, object] | None = None
    bedrock_access_keys: Mapping[str, object] | None = None
    lines: Mapping[str, int] = _NONE
    unknown_fields: tuple[str, ...] = ()
    decoded_jwt: Secret | None = None

    @property
    def agent_record(self) -> AgentRecord | None:
        """The agent identity where it is held as a record."""
        return self.agent_identity if isinstance(self.agent_identity, AgentRecord) else None

    @property
    def agent_jwt(self) -> Secret | None:
        """The agent identity where it is stored as a JWT the client has yet to judge."""
        return self.agent_identity if isinstance(self.agent_identity, Secret) else None


class DocumentFault(NamedTuple):
    """Why the client cannot read a document.

    `client_text` is what it prints after `Error checking login status: `; where that text repeats
    a secret, a placeholder takes its place and `leaks` is set. `reason` is a plain statement
    without secrets. `field` is dotted; `line` counts from 1, `column` in bytes.
    """

    client_text: str
    line: int | None
    column: int | None
    field: str | None
    reason: str
    kind: Literal["syntax", "data", "encoding"]
    leaks: bool = False


def parse_document(
    data: bytes | str,
    rules: DocumentRules,
    agent: AgentContract,
    *,
    now: datetime,
    store: Literal["file", "keyring"] = "file",
) -> Document | DocumentFault:
    """The document as a generation reads it, or its error. Never raises.

    `agent` gives the claims of the form whose JWT is decoded while the file is parsed; `now` is
    the registration time such a JWT gets when it names none.
    """
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    return _parsed(raw, rules, agent, now, store)


@lru_cache(maxsize=8)  # one look judges each way to start a client, and all read the same text
def _parsed(
    raw: bytes,
    rules: DocumentRules,
    agent: AgentContract,
    now: datetime,
    store: Literal["file", "keyring"],
) -> Document | DocumentFault:
    reader = Reader(raw, float_numbers=rules.float_numbers)
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        line, column = reader.scanner.position(error.start)
        return DocumentFault(NOT_UTF8, line, column, None, _encoding(raw), "encoding")
    schema = _Schema(rules, agent, now)
    try:
        values = reader.read_whole("AuthDotJson", schema.fields())
    except JsonReadError as failure:
        prefix = rules.prefix if store == "file" else _KEYRING_PREFIX
        return _error(reader, failure, rules, prefix)
    return _document(values, reader, rules)._replace(decoded_jwt=schema.jwt)


def _encoding(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "the text is UTF-16; the client reads UTF-8 only"
    return "the text is not UTF-8"


def _error(
    reader: Reader, failure: JsonReadError, rules: DocumentRules, prefix: str
) -> DocumentFault:
    field = shown_name(".".join(reader.path)) or None
    syntax = failure.kind == "syntax"
    text = str(failure)
    leaks = False
    if rules.conceals and not syntax:
        text = failure.concealed
    elif failure.quoted is not None and quoted_text_is_secret(failure.quoted, failure.kind):
        text = redacted(text, failure.quoted)
        leaks = True
    return DocumentFault(
        client_text=prefix + text,
        line=failure.line,
        column=failure.column,
        field=field,
        reason=explain(failure, field, rules, reader.scanner.data),
        kind="syntax" if syntax else "data",
        leaks=leaks,
    )


def _document(values: dict[str, Any], reader: Reader, rules: DocumentRules) -> Document:
    present = {
        "personalAccessToken": values.get("personal_access_token"),
        "bedrockApiKey": values.get("bedrock_api_key"),
        "bedrockAccessKeys": values.get("bedrock_access_keys"),
        "apikey": values["OPENAI_API_KEY"],
    }
    inferred = next((m for m in rules.infers if present.get(m) is not None), "chatgpt")
    stored = values["auth_mode"]
    values["openai_api_key"] = values.pop("OPENAI_API_KEY")
    return Document(
        mode=stored or inferred,
        lines=MappingProxyType(reader.lines),
        unknown_fields=tuple(reader.unknown),
        **values,
    )


def build_error(document: Document, rules: DocumentRules) -> str | None:
    """The client's error when the mode in force has nothing to work with; None when it has."""
    match document.mode:
        case "apikey" if document.openai_api_key is None:
            return "API key auth is missing a key."
        case "agentIdentity" if document.agent_identity is None:
            return rules.agent_missing
        case "personalAccessToken" if document.personal_access_token is None:
            return "personal access token auth is missing a personal access token."
        case "bedrockApiKey" if document.bedrock_api_key is None:
            return "Bedrock API key auth is missing a Bedrock API key."
        case "bedrockAccessKeys" if document.bedrock_access_keys is None:
            return "Bedrock access keys auth is missing AWS access keys."
        case "headers":
            return "externally provided auth cannot be loaded from auth storage."
    return None


# how each field is read


def _secret(reader: Reader) -> Secret:
    return Secret(reader.read_text())


def _date(reader: Reader) -> datetime:
    text = reader.read_text(RFC_3339)
    try:
        return read_date(text)
    except JsonReadError as failure:
        raise reader.scanner.placed(failure) from None


class _IdToken(NamedTuple):
    raw: Secret
    claims: IdClaims


def _id_token(reader: Reader) -> _IdToken:
    raw = reader.read_text()
    return _IdToken(Secret(raw), read_id_claims(raw, float_numbers=reader.scanner.float_numbers))


_TOKENS: Final = (
    Field("id_token", _id_token, optional=False),
    Field("access_token", _secret, optional=False),
    Field("refresh_token", _secret, optional=False),
    Field("account_id", optional(Reader.read_text), positional=True),
)
_BEDROCK_KEY: Final = (
    Field("api_key", _secret, optional=False),
    Field("region", Reader.read_text, optional=False),
)
_ACCESS_KEYS: Final = (
    Field("access_key_id", _secret, optional=False),
    Field("secret_access_key", _secret, optional=False),
    Field("session_token", optional(_secret)),
)
_RECORD: Final = "AgentIdentityAuthRecord"


def _tokens(reader: Reader) -> Tokens:
    found = reader.read_struct("TokenData", _TOKENS)
    token: _IdToken = found.pop("id_token")
    return Tokens(id_token=token.raw, id_claims=token.claims, **found)


def _bedrock_key(reader: Reader) -> dict[str, Any]:
    return reader.read_struct("BedrockApiKeyAuth", _BEDROCK_KEY)


def _access_keys(reader: Reader) -> dict[str, Any]:
    return reader.read_struct("BedrockAccessKeysAuth", _ACCESS_KEYS)


class _Schema:
    """The structs of one generation."""

    def __init__(self, rules: DocumentRules, agent: AgentContract, now: datetime) -> None:
        self.rules = rules
        self.agent = agent
        self.now = now
        self.jwt: Secret | None = None

    def fields(self) -> tuple[Field, ...]:
        """The fields of the whole document, in declaration order."""
        rules = self.rules
        identity = {
            "jwt": _secret,
            "workspace-record": self.record,
            "account-record": self.record,
        }.get(rules.agent_form, self.record_or_jwt)
        rows = [
            Field("auth_mode", optional(lambda r: r.read_variant(rules.auth_modes))),
            Field("OPENAI_API_KEY", optional(_secret), positional=True),
            Field("tokens", optional(_tokens)),
            Field("last_refresh", optional(_date)),
            Field("agent_identity", optional(identity)),
        ]
        if rules.personal_access_token:
            rows.append(Field("personal_access_token", optional(_secret)))
        if rules.bedrock_api_key:
            rows.append(Field("bedrock_api_key", optional(_bedrock_key)))
        if rules.bedrock_access_keys:
            rows.append(Field("bedrock_access_keys", optional(_access_keys)))
        return tuple(rows)

    def _record_fields(self, names: tuple[str, ...], absent: tuple[str, ...]) -> list[Field]:
        special: dict[str, Callable[[Reader], Any]] = {
            "agent_private_key": _secret,
            "chatgpt_account_is_fedramp": Reader.read_bool,
            "plan_type": lambda reader: reader.read_variant((), open_ended=True),
        }
        return [
            Field(name, optional(Reader.read_text)) if name in absent
            else Field(name, special.get(name, Reader.read_text), optional=False)
            for name in names
        ]  # fmt: skip

    def record(self, reader: Reader) -> AgentRecord:
        """Read an agent identity that is stored as a record."""
        rules = self.rules
        fields = self._record_fields(rules.agent_fields, rules.agent_optional)
        return _record(reader.read_struct(_RECORD, fields))

    def record_or_jwt(self, reader: Reader) -> AgentRecord | Secret:
        """An untagged choice: the value is read whole first, then each form is tried."""
        scanner = reader.scanner
        start = scanner.at
        node = read_any(scanner)
        if node.kind == "string":
            if self.rules.agent_form == "any":
                return Secret(node.value)
            return self._decoded(node.value)
        inner = Reader(scanner.data[start : scanner.at], float_numbers=scanner.float_numbers)
        if node.kind not in ("object", "array"):
            raise self._no_variant("type", node.kind, "a string or struct")
        try:
            record = self.record(inner)
        except JsonReadError as failure:
            reader.path.extend(inner.path)
            raise self._no_variant(failure.kind, *failure.what) from None
        base = scanner.position(start)[0] - 1
        for name, line in inner.lines.items():
            reader.lines[f"agent_identity.{name}"] = base + line
        reader.unknown.extend(f"agent_identity.{name}" for name in inner.unknown)
        return record

    def _decoded(self, jwt: str) -> AgentRecord:
        """The April 2026 form: the JWT becomes a record while the document is parsed (#18176)."""
        absent = self.agent.optional
        fields = self._record_fields((*self.agent.required, *absent), absent)
        claims = read_payload(jwt, "AgentIdentityJwtClaims", fields)
        self.jwt = Secret(jwt)
        return record_of_claims(claims, self.now)

    def _no_variant(self, *what: str) -> JsonReadError:
        reason = f"data did not match any variant of untagged enum {self.rules.agent_enum}"
        return JsonReadError(reason, kind="custom", what=("untagged", *what))


def record_of_claims(claims: Mapping[str, Any], now: datetime) -> AgentRecord:
    """The record that the claims of an agent's JWT make, whichever carrier it came in (#18176).

    A JWT that names no time of registration gets `now`; a task is no part of it.
    """
    registered = claims.get("registered_at")
    named = {**claims, "registered_at": utc_text(now) if registered is None else registered}
    return _record(named)._replace(from_jwt=True, task_id=None, background_task_id=None)


def _record(found: dict[str, Any]) -> AgentRecord:
    account = found.get("workspace_id")
    return AgentRecord(
        account_id=found.get("account_id") or "" if account is None else account,
        agent_runtime_id=found.get("agent_runtime_id") or "",
        agent_private_key=found.get("agent_private_key") or Secret(""),
        user_id=found.get("chatgpt_user_id"),
        registered_at=found.get("registered_at"),
        email=found.get("email") or None,
        plan_type=found.get("plan_type"),
        fedramp=bool(found.get("chatgpt_account_is_fedramp")),
        task_id=found.get("task_id"),
        background_task_id=found.get("background_task_id"),
    )
