"""Which credential the client uses: the ladder of places, and what it finds on it.

`resolve` walks the ladder of a generation over the judged places, as `exec`, `login status` and
the interactive client each do. Source: recordings of released clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from authtui.contracts import Contract
    from authtui.credentials.document import AgentRecord, Document
    from authtui.machine.observation import Observation
    from authtui.redaction import Secret

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
"""The kind of credential that each `auth_mode` of a stored record is."""
CHATGPT_MODES = ("chatgpt", "chatgpt_auth_tokens")


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


EXPIRED: Final = "exp: expired"
"""The reason of an agent identity that is past its time, and otherwise good."""


class Failure(NamedTuple):
    """A credential that is there and cannot be used. `text` is the client's, `reason` ours.

    `mode` is the mode of the stored record where there is one, `account` the account that an
    agent identity claims: a restriction looks at both although the credential is of no use.
    `cause` is what `exec` repeats below the text.
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
    cause: str | None = None


class JudgedSource(NamedTuple):
    """One rung of the ladder, judged by itself: at most one of the two is set."""

    name: str
    credential: Credential | None = None
    failure: Failure | None = None

    @classmethod
    def of(cls, found: Credential | Failure) -> JudgedSource:
        """The rung on which a credential, or one that cannot be used, was found."""
        if isinstance(found, Failure):
            return cls(found.source, failure=found)
        return cls(found.source, found)

    @property
    def empty(self) -> bool:
        """Whether the client finds nothing there."""
        return self.credential is None and self.failure is None


class Ladder(NamedTuple):
    """Every rung, judged. `store` is what the configured store mode leads to."""

    workload: JudgedSource
    api_key: JudgedSource
    agent: JudgedSource
    store: JudgedSource
    store_mode: str
    stored_somewhere: bool


class Resolution(NamedTuple):
    """The outcome of walking the ladder once.

    `filtered` is the restriction's key in the configuration where it made the client pass over a
    login (`checks.restrictions`).
    """

    credential: Credential | None
    failure: Failure | None = None
    filtered: str | None = None


def resolve(
    ladder: Ladder,
    contract: Contract,
    *,
    on_exec: bool,
    chatgpt_allowed: bool = True,
    api_allowed: bool = True,
) -> Resolution:
    """Walk the ladder: the first place that is not empty decides, usable or not.

    `on_exec` enables `CODEX_API_KEY`; the two `allowed` flags are the
    policy filters of the newest generation, which skip a place rather than fail at it.
    """
    order = [ladder.workload]
    if on_exec and api_allowed:
        order.append(ladder.api_key)
    stopped = ladder.store_mode == "ephemeral"
    agent_read = contract.agent_variable is not None and (
        on_exec or not contract.agent_variable_on_exec_only
    )
    if agent_read and chatgpt_allowed and (not stopped or contract.token_before_store_stop):
        order.append(ladder.agent)
    if not stopped:
        order.append(ladder.store)
    for place in order:
        if not place.empty:
            return Resolution(place.credential, place.failure)
    return Resolution(None)


def forced_workspaces(observation: Observation, contract: Contract) -> tuple[str, ...]:
    """`forced_chatgpt_workspace_id`: trimmed, without blanks; a list where that is allowed."""
    value = observation.config.get("forced_chatgpt_workspace_id")
    if isinstance(value, str):
        # The April code compares an empty text as it is; every release recorded trims it and
        # treats a blank one as not set.
        return (value.strip(),) if value.strip() else ()
    if isinstance(value, list) and contract.workspace_list:
        return tuple(v.strip() for v in value if isinstance(v, str) and v.strip())
    return ()


def legal_header_value(value: str) -> bool:
    """Whether the client's HTTP library takes a text as a header value: no control character.

    Letters beyond ASCII go out as they are. The client attaches nothing when it does not.
    """
    return all(char == "\t" or (char >= " " and char != "\x7f") for char in value)
