"""Which credential the client uses: every place judged, and the ladder that picks one.

`judge_places` looks at each place of an observation once; `resolve` walks the ladder of a
generation over the result, as `exec`, `login status` and the interactive client each do.
Sources: spec sources.md 2 and 3, and the recordings, which win where they differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from authtui.credentials.assumptions import OK, Assumptions, refusal
from authtui.credentials.document import (
    AgentRecord,
    Document,
    DocumentError,
    build_error,
    parse_document,
)
from authtui.record import NamedTuple
from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.contracts import Contract
    from authtui.credentials.observation import Observation

KNOWN_CHATGPT_HOSTS = ("chatgpt.com", "chat.openai.com", "chatgpt-staging.com")
MODES = {
    "apikey": "api_key",
    "chatgpt": "chatgpt",
    "chatgptAuthTokens": "chatgpt_auth_tokens",
    "agentIdentity": "agent_identity",
    "personalAccessToken": "personal_access_token",
    "bedrockApiKey": "bedrock",
    "bedrockAccessKeys": "bedrock",
    "headers": "headers",
}
CHATGPT_MODES = ("chatgpt", "chatgpt_auth_tokens")
AUTHAPI_BASE = "https://auth.openai.com/api/accounts"
WORKLOAD_VARIABLES = ("OPENAI_FEDERATION_RULE_ID", "OPENAI_IDENTITY_TOKEN_FILE")


class Credential(NamedTuple):
    """A credential the client would use.

    `account_id` is what a request carries, `policy_account` what a workspace restriction looks
    at (the id token's claim for ChatGPT logins, never `tokens.account_id`). `flaw` is what the
    generation notices only at the first request.
    """

    mode: str
    source: str
    where: str
    secret: Secret | None = None
    document: Document | None = None
    record: AgentRecord | None = None
    account_id: str | None = None
    policy_account: str | None = None
    user_id: str | None = None
    plan: str | None = None
    fedramp: bool = False
    assumes: tuple[str, ...] = ()
    flaw: Failure | None = None


class Failure(NamedTuple):
    """A credential that is there and cannot be used. `text` is the client's, `reason` ours.

    `mode` is the mode of the stored record where there is one, `account` the account that an
    agent identity claims: a restriction looks at both although the credential is of no use.
    """

    source: str
    where: str
    text: str
    reason: str
    field: str | None = None
    line: int | None = None
    unread: bool = False
    network: bool = False
    mode: str | None = None
    account: str | None = None


class Place(NamedTuple):
    """One rung of the ladder, judged by itself: at most one of the two is set."""

    name: str
    credential: Credential | None = None
    failure: Failure | None = None

    @property
    def empty(self) -> bool:
        """Whether the client finds nothing there."""
        return self.credential is None and self.failure is None


class Places(NamedTuple):
    """Every place, judged. `store` is what the configured store mode leads to."""

    workload: Place
    api_key: Place
    agent: Place
    store: Place
    store_mode: str
    stored_somewhere: bool


class Resolution(NamedTuple):
    """The outcome of walking the ladder once."""

    credential: Credential | None
    failure: Failure | None = None
    filtered: str | None = None


def store_mode(observation: Observation) -> str:
    """`cli_auth_credentials_store`, `file` when it is absent."""
    value = observation.config.get("cli_auth_credentials_store", "file")
    return value if isinstance(value, str) else "file"


def judge_places(observation: Observation, contract: Contract, assumptions: Assumptions) -> Places:
    """Judge each place by the rules of one generation; pure."""
    return Places(
        workload=_workload(observation, contract),
        api_key=_api_key(observation),
        agent=_agent_variable(observation, contract, assumptions),
        store=_store(observation, contract, assumptions),
        store_mode=store_mode(observation),
        stored_somewhere=_stored_somewhere(observation, contract),
    )


def resolve(
    places: Places,
    contract: Contract,
    *,
    on_exec: bool,
    chatgpt_allowed: bool = True,
    api_allowed: bool = True,
) -> Resolution:
    """Walk the ladder: the first place that is not empty decides, usable or not.

    `on_exec` enables `CODEX_API_KEY` (spec sources.md 3.6); the two `allowed` flags are the
    policy filters of the newest generation, which skip a place rather than fail at it.
    """
    order = [places.workload]
    if on_exec and api_allowed:
        order.append(places.api_key)
    stopped = places.store_mode == "ephemeral"
    agent_read = contract.agent_variable is not None and (
        on_exec or not contract.agent_variable_on_exec_only
    )
    if agent_read and chatgpt_allowed and (not stopped or contract.token_before_store_stop):
        order.append(places.agent)
    if not stopped:
        order.append(places.store)
    for place in order:
        if not place.empty:
            return Resolution(place.credential, place.failure)
    return Resolution(None)


def _workload(observation: Observation, contract: Contract) -> Place:
    name = "workload identity"
    if not contract.workload_identity:
        return Place(name)
    given = [v for v in WORKLOAD_VARIABLES if observation.environment.get(v) is not None]
    if not given:
        return Place(name)
    where = given[0]
    for variable in WORKLOAD_VARIABLES:
        if observation.environment.get(variable) is None:
            text = f"workload identity requires {variable}"
            return Place(name, failure=Failure(name, where, text, f"{variable} is not set"))
    if observation.environment.trimmed("OPENAI_FEDERATION_RULE_ID") is None:
        text = "workload identity variable OPENAI_FEDERATION_RULE_ID is invalid"
        return Place(name, failure=Failure(name, where, text, "the variable is blank"))
    given_path = observation.environment.get("OPENAI_IDENTITY_TOKEN_FILE")
    path = given_path.value.reveal() if given_path else ""
    if not path.startswith("/"):
        text = "OPENAI_IDENTITY_TOKEN_FILE must be an absolute path"
        return Place(
            name, failure=Failure(name, "OPENAI_IDENTITY_TOKEN_FILE", text, "the path is relative")
        )
    facts = observation.token_file
    if facts is None or facts.kind != "file":
        text = f"could not read workload identity assertion file {path}"
        reason = (facts.error if facts else None) or "No such file or directory (os error 2)"
        return Place(
            name, failure=Failure(name, "OPENAI_IDENTITY_TOKEN_FILE", text, reason, unread=True)
        )
    return Place(
        name,
        Credential("workload_identity", name, where, assumes=("the identity token is exchanged",)),
    )


def _api_key(observation: Observation) -> Place:
    value = observation.environment.trimmed("CODEX_API_KEY")
    if value is None:
        return Place("CODEX_API_KEY")
    return Place(
        "CODEX_API_KEY",
        Credential("api_key", "CODEX_API_KEY", "CODEX_API_KEY", Secret(value)),
    )


def _agent_variable(
    observation: Observation, contract: Contract, assumptions: Assumptions
) -> Place:
    name = contract.agent_variable
    if name is None:
        return Place("agent identity variable")
    value = observation.environment.trimmed(name)
    if value is None:
        return Place(name)
    if contract.personal_access_tokens and value.startswith("at-"):
        return personal_access_token(name, name, Secret(value), observation, contract, assumptions)
    return agent_token(name, name, Secret(value), observation, contract, assumptions)


def personal_access_token(
    source: str,
    where: str,
    token: Secret,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
) -> Place:
    """A personal access token: usable once the whoami call has answered (G4 and later)."""
    text = None
    refused = refusal(assumptions.whoami)
    if refused:
        text = f"personal access token metadata request failed with status {refused.status}"
    elif assumptions.whoami == "not-json":
        text = "failed to decode personal access token metadata: error decoding response body"
    elif assumptions.whoami != OK:
        base = observation.environment.trimmed("CODEX_AUTHAPI_BASE_URL") or AUTHAPI_BASE
        text = (
            "failed to request personal access token metadata: error sending request for url "
            f"({base.rstrip('/')}/v1/user-auth-credential/whoami)"
        )
    if text:
        return Place(
            source,
            failure=Failure(
                source,
                where,
                text,
                "the personal access token could not be looked up",
                network=True,
            ),
        )
    account = assumptions.whoami_account
    if account is None:
        wanted = forced_workspaces(observation, contract)
        account = wanted[0] if wanted else None
    known = account or "the account that whoami names"
    return Place(
        source,
        Credential(
            "personal_access_token",
            source,
            where,
            token,
            account_id=account,
            policy_account=account,
            fedramp=assumptions.whoami_fedramp == "yes",
            assumes=(f"whoami accepts the token and names {known}",),
        ),
    )


def agent_token(
    source: str,
    where: str,
    token: Secret,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
    document: Document | None = None,
) -> Place:
    """An agent identity JWT: decoded, checked as the generation checks it, task assumed."""
    from authtui.tokens.agent import judge_agent_token
    from authtui.tokens.jwt import decode

    decoded = decode(token.reveal())
    judged = judge_agent_token(decoded, contract.agent, observation.at, observation.key_set)
    claimed = _text((decoded.claims or {}).get("account_id"))

    def broken(text: str, reason: str, *, network: bool = False) -> Place:
        failure = Failure(source, where, text, reason, "agent_identity", network=network)
        account = None if judged.malformed else claimed
        return Place(source, failure=failure._replace(account=account))

    failed = judged.failed
    if failed and failed[0].field == "shape":
        failed = failed[:1]
    reason = "; ".join(f"{f.field}: {f.statement}".rstrip(".") for f in failed[:3])
    environment = environment_error(observation, contract)
    if environment and not contract.shape_before_environment:
        return broken(environment, _UNKNOWN_HOST)
    if judged.client_error and judged.malformed:
        return broken(judged.client_error, reason)
    if environment:
        return broken(environment, _UNKNOWN_HOST)
    if contract.agent.verified:
        fault = _KEY_SET_TEXTS.get(assumptions.key_set)
        if refusal(assumptions.key_set):
            fault = "agent identity JWKS endpoint returned an error"
        if fault:
            return broken(fault, "the key set could not be fetched", network=True)
    if judged.client_error:
        return broken(judged.client_error, reason)
    claims = decoded.claims or {}
    if contract.agent.verified:
        fault = task_failure(assumptions.task, contract)
        if fault:
            return broken(fault, "the task could not be registered", network=True)
    account = _text(claims.get("workspace_id" if contract.identity_only else "account_id"))
    assumes = []
    if contract.agent.verified:
        kid = _text((decoded.header or {}).get("kid"))
        if observation.key_set is None:
            assumes.append(f"the key set lists kid {kid} and its key made the signature")
        assumes.append("the task is registered")
    return Place(
        source,
        Credential(
            "agent_identity",
            source,
            where,
            token,
            document=document,
            record=_record_of(claims, account),
            account_id=account,
            policy_account=account,
            user_id=_text(claims.get("chatgpt_user_id")),
            plan=_text(claims.get("plan_type")),
            fedramp=claims.get("chatgpt_account_is_fedramp") is True and not contract.identity_only,
            assumes=tuple(assumes),
        ),
    )


_UNKNOWN_HOST = "chatgpt_base_url is not one of the known ChatGPT hosts"
_KEY_SET_TEXTS = {
    "unreachable": "failed to request agent identity JWKS",
    "not-json": "failed to decode agent identity JWKS",
}


def task_failure(fault: str, contract: Contract) -> str | None:
    """The client's text when a task cannot be registered; None when `fault` is `ok`."""
    if fault == OK:
        return None
    refused = refusal(fault)
    if refused:
        return f"{contract.task_refused} with status {refused.words}"
    return {
        "omitted": "agent task registration response omitted task id",
        "not-json": "failed to decode agent task registration response",
        "not-base64": "encrypted task id is not valid base64",
        "sealed-to-another-key": "failed to decrypt encrypted task id",
        "timeout": contract.task_timeout,
    }.get(fault, contract.task_timeout)


def environment_error(observation: Observation, contract: Contract) -> str | None:
    """The refusal of an unknown ChatGPT host, where the generation makes that check (#37356)."""
    if not contract.known_environments_only:
        return None
    base = observation.config.get("chatgpt_base_url")
    if not isinstance(base, str):
        return None
    override = observation.environment.trimmed("CODEX_AGENT_IDENTITY_JWKS_BASE_URL")
    if override and contract.identity_overrides and override.rstrip("/") == base.rstrip("/"):
        return None
    trimmed = base.rstrip("/")
    for host in KNOWN_CHATGPT_HOSTS:
        for path in ("", "/backend-api", "/codex", "/backend-api/codex"):
            if trimmed == f"https://{host}{path}":
                return None
    return "Agent Identity only supports production and staging ChatGPT environments"


def forced_workspaces(observation: Observation, contract: Contract) -> tuple[str, ...]:
    """`forced_chatgpt_workspace_id`: trimmed, blanks dropped; a list from the G4 generation on."""
    value = observation.config.get("forced_chatgpt_workspace_id")
    if isinstance(value, str):
        # The April code compares an empty text as it is; every release recorded trims it and
        # treats a blank one as not set.
        return (value.strip(),) if value.strip() else ()
    if isinstance(value, list) and contract.workspace_list:
        return tuple(v.strip() for v in value if isinstance(v, str) and v.strip())
    return ()


class Held(NamedTuple):
    """What the configured store holds: its name, the record's text, or why it cannot be read."""

    name: str
    data: bytes | str | None = None
    failure: Failure | None = None


def held_record(observation: Observation, contract: Contract) -> Held:
    """The record that the store mode leads to, not yet parsed (spec sources.md 4)."""
    mode = store_mode(observation)
    if mode == "file":
        return _in_file(observation)
    if mode == "ephemeral":
        return Held("in-memory store")
    secrets = observation.config.get("features.secret_auth_storage") is True
    if secrets and contract.document.personal_access_token:
        kept = _in_encrypted_store(observation)
    else:
        kept = _in_keyring(observation, contract)
    if mode == "auto" and (
        kept.data is None and (kept.failure is None or observation.keyring.status != "present")
    ):
        return _in_file(observation)
    return kept


def _stored_somewhere(observation: Observation, contract: Contract) -> bool:
    mode = store_mode(observation)
    on_disk = observation.auth_file.exists
    if mode in ("file", "ephemeral"):
        return on_disk and mode == "file"
    secrets = observation.config.get("features.secret_auth_storage") is True
    if secrets and contract.document.personal_access_token:
        return observation.encrypted.status == "present" or on_disk
    return observation.keyring.status == "present" or on_disk


def _store(observation: Observation, contract: Contract, assumptions: Assumptions) -> Place:
    held = held_record(observation, contract)
    if held.data is None:
        return Place(held.name, failure=held.failure)
    return _document(held.name, held.data, observation, contract, assumptions)


def _in_file(observation: Observation) -> Held:
    facts = observation.auth_file
    name = "auth.json"
    if facts.kind in ("absent", "dangling-link"):
        return Held(name)
    if facts.kind == "file" and facts.data is not None:
        return Held(name, facts.data)
    text = facts.error or "Is a directory (os error 21)"
    reason = {
        "directory": "a directory stands where the file should be",
        "fifo": "a named pipe stands where the file should be; the client waits on it for ever",
        "too-large": "the file is too large to be a credential record",
    }.get(facts.kind, text)
    return Held(name, failure=Failure(name, name, text, reason, unread=True))


def _in_keyring(observation: Observation, contract: Contract) -> Held:
    facts = observation.keyring
    if facts.status == "present" and facts.document is not None:
        return Held("keyring", facts.document.reveal())
    if facts.status in ("absent", "not-probed"):
        return Held("keyring")
    cause = facts.detail or facts.status
    if facts.status == "no-backend":
        cause = "no secret service provider or dbus session found"
    error = f"Platform secure storage failure: {cause}"
    text = contract.keyring_error.format(error=error, cause=cause)
    reason = {
        "no-backend": "there is no keyring service in this session",
        "locked": "the keyring is locked",
        "denied": "the keyring refused access",
        "hanging": "the keyring did not answer in time",
    }.get(facts.status, "the keyring could not be read")
    return Held("keyring", failure=Failure("keyring", "keyring", text, reason, unread=True))


def _in_encrypted_store(observation: Observation) -> Held:
    facts = observation.encrypted
    name = "encrypted store"
    if facts.status == "present" and facts.document is not None:
        return Held(name, facts.document.reveal())
    if facts.status in ("absent", "not-probed"):
        return Held(name)
    reason = {
        "no-extra": "authtui needs its encrypted-store extra to open it",
        "no-passphrase": "its passphrase is not in the keyring",
    }.get(facts.status, facts.detail or facts.status)
    text = f"failed to load encrypted auth storage: {facts.detail or facts.status}"
    return Held(name, failure=Failure(name, "secrets/codex_auth.age", text, reason, unread=True))


def _document(
    source: str,
    data: bytes | str,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
) -> Place:
    store: Literal["file", "keyring"] = "file" if source == "auth.json" else "keyring"
    parsed = parse_document(
        data, contract.document, contract.agent, now=observation.at, store=store
    )
    if isinstance(parsed, DocumentError):
        line = _line_of(data, parsed)
        where = f"{source}:{line}" if line and source == "auth.json" else source
        failure = Failure(
            source,
            where,
            parsed.client_text,
            parsed.reason.rstrip("."),
            parsed.field,
            line,
            unread=parsed.kind == "encoding",
        )
        return Place(source, failure=failure)
    text = build_error(parsed, contract.document)
    if text:
        field = {"apikey": "OPENAI_API_KEY", "agentIdentity": "agent_identity"}.get(parsed.mode)
        line = parsed.lines.get("auth_mode")
        where = f"{source}:{line}" if line else source
        reason = f"auth_mode {parsed.mode} has nothing to work with"
        return Place(
            source, failure=Failure(source, where, text, reason, field, line, mode=parsed.mode)
        )
    place = _credential(source, parsed, observation, contract, assumptions)
    if place.failure is None:
        return place
    return place._replace(failure=place.failure._replace(mode=parsed.mode))


def beside_login(
    credential: Credential, observation: Observation, contract: Contract
) -> Failure | None:
    """The agent identity stored beside a ChatGPT login: the account it claims, or its fault.

    Only a workspace restriction of the newer generations looks at it (`account`, `text`).
    """
    document = credential.document
    if document is None or document.agent_identity is None:
        return None
    where = f"{credential.source}: agent_identity"
    if document.agent_record is not None:
        return Failure(credential.source, where, "", "", account=document.agent_record.account_id)
    from authtui.tokens.agent import judge_agent_token
    from authtui.tokens.jwt import decode

    decoded = decode(document.agent_jwt.reveal() if document.agent_jwt else "")
    judged = judge_agent_token(decoded, contract.agent, observation.at, observation.key_set)
    if judged.malformed and judged.client_error:
        return Failure(credential.source, where, judged.client_error, "it is no agent identity")
    account = _text((decoded.claims or {}).get("account_id"))
    return Failure(credential.source, where, "", "", account=account)


def _line_of(data: bytes | str, error: DocumentError) -> int | None:
    """The line of the field at fault: the client's own line may count inside a token's payload."""
    if error.kind != "data" or not error.field:
        return error.line
    from authtui.client_json.tree import JsonError, parse

    node = parse(data)
    if isinstance(node, JsonError):
        return error.line
    for part in error.field.split("."):
        below = node.get(part)
        if below is None:
            return error.line
        node = below
    return node.line


def _credential(
    source: str,
    document: Document,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
) -> Place:
    mode = MODES.get(document.mode, document.mode)
    if mode == "api_key":
        return Place(
            source,
            Credential(mode, source, source, document.openai_api_key, document=document),
        )
    if mode == "personal_access_token" and document.personal_access_token is not None:
        return personal_access_token(
            source, source, document.personal_access_token, observation, contract, assumptions
        )
    if mode == "agent_identity":
        if document.agent_jwt is not None:
            return agent_token(
                source, source, document.agent_jwt, observation, contract, assumptions, document
            )
        if document.agent_record is not None:
            return _agent_record(source, document, observation, contract, assumptions)
    if mode in CHATGPT_MODES:
        tokens = document.tokens
        record = document.agent_record
        if contract.identity_only and tokens is None and record is not None:
            return Place(
                source,
                Credential(
                    "agent_identity",
                    source,
                    source,
                    record.agent_private_key,
                    document=document,
                    record=record,
                    account_id=record.account_id,
                    policy_account=record.account_id,
                    user_id=record.user_id,
                    assumes=("the task is registered",),
                ),
            )
        claims = tokens.id_claims if tokens else None
        return Place(
            source,
            Credential(
                mode,
                source,
                source,
                tokens.access_token if tokens else None,
                document=document,
                record=record,
                account_id=tokens.account_id if tokens else None,
                policy_account=claims.account_id if claims else None,
                user_id=claims.user_id if claims else None,
                plan=claims.plan if claims else None,
                fedramp=bool(claims and claims.fedramp),
            ),
        )
    return Place(source, Credential(mode, source, source, document=document))


def _agent_record(
    source: str,
    document: Document,
    observation: Observation,
    contract: Contract,
    assumptions: Assumptions,
) -> Place:
    from authtui.identity.keys import KeyProblem, read_private_key

    record = document.agent_record
    assert record is not None  # noqa: S101 - the caller looked
    where = source
    environment = environment_error(observation, contract)
    if environment:
        return Place(
            source,
            failure=Failure(
                source,
                where,
                environment,
                _UNKNOWN_HOST,
                "agent_identity",
                account=record.account_id,
            ),
        )
    flaw = None
    key = read_private_key(record.agent_private_key.reveal())
    fault = task_failure(assumptions.task, contract)
    if isinstance(key, KeyProblem):
        line = document.lines.get("agent_identity.agent_private_key")
        flaw = Failure(
            source,
            f"{source}:{line}" if line else source,
            key.client_error or key.statement,
            key.statement,
            "agent_identity.agent_private_key",
            line,
            account=record.account_id,
        )
    elif fault and not (record.task_id or "").strip():
        reason = "the task could not be registered"
        flaw = Failure(source, where, fault, reason, network=True, account=record.account_id)
    if flaw is not None and not contract.identity_at_first_use:
        return Place(source, failure=flaw)
    return Place(
        source,
        Credential(
            "agent_identity",
            source,
            source,
            record.agent_private_key,
            document=document,
            record=record,
            account_id=record.account_id,
            policy_account=record.account_id,
            user_id=record.user_id,
            plan=record.plan_type,
            fedramp=bool(record.fedramp),
            assumes=("the task is registered",) if not record.task_id else (),
            flaw=flaw,
        ),
    )


def _record_of(claims: Mapping[str, object], account: str | None) -> AgentRecord:
    return AgentRecord(
        account_id=account or "",
        agent_runtime_id=_text(claims.get("agent_runtime_id")) or "",
        agent_private_key=Secret(_text(claims.get("agent_private_key")) or ""),
        user_id=_text(claims.get("chatgpt_user_id")),
        registered_at=_text(claims.get("registered_at")),
        email=_text(claims.get("email")),
        plan_type=_text(claims.get("plan_type")),
        fedramp=claims.get("chatgpt_account_is_fedramp") is True,
        from_jwt=True,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
