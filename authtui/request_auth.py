"""What a request carries as its credential: one protocol, one small class for each kind.

Adding headers is cheap and does no I/O (#18811): refreshing, registering and reading all happen
before. Header names and values follow the client byte for byte.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from authtui.identity import assertion as assertions
from authtui.redaction import Secret, printable, safe_text
from authtui.simulation.selection import CHATGPT_MODES, legal_header_value

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    import httpx

    from authtui.contracts import Contract
    from authtui.exchanges.records import AssertionFacts, BearerFacts
    from authtui.identity.keys import PrivateKey
    from authtui.simulation.selection import Credential

CallSite = Literal["provider", "backend-client", "chatgpt-client"]
# HTTP does not mind, but people compare logs: each call site of the client spells it its own way.
ACCOUNT_HEADER_SPELLING: Final[dict[CallSite, str]] = {
    "provider": "ChatGPT-Account-ID",
    "backend-client": "ChatGPT-Account-Id",
    "chatgpt-client": "chatgpt-account-id",
}
FEDRAMP_HEADER: Final = "X-OpenAI-Fedramp"
NO_TASK: Final = "agent identity process task is not initialized"
NO_BEARER: Final = "agent identity auth does not expose a bearer token"


class AuthProblem(NamedTuple):
    """Why no headers can be given. `client_error` is the client's own text, or None."""

    statement: str
    client_error: str | None = None


class Headers(NamedTuple):
    """Header lines to add. Values print as their class and fingerprint, never as themselves."""

    lines: tuple[tuple[str, Secret], ...] = ()

    def reveal(self) -> tuple[tuple[str, str], ...]:
        """Names and values, for the wire and nothing else."""
        return tuple((name, value.reveal()) for name, value in self.lines)


class AgentTask(NamedTuple):
    """A registered task and the runtime it was registered for."""

    agent_runtime_id: str
    task_id: Secret


class AuthProvider(Protocol):
    """Gives the headers that authenticate a request. No I/O, no waiting."""

    def add_headers(self, now: datetime, call_site: CallSite = "provider") -> Headers | AuthProblem:
        """The headers for one request, signed anew each time where a signature is needed."""
        ...


class NoAuth:
    """The credential of a request that needs none."""

    def add_headers(self, now: datetime, call_site: CallSite = "provider") -> Headers | AuthProblem:
        """No header at all."""
        del now, call_site
        return Headers()


class BearerAuth:
    """`Authorization: Bearer …` with the account and FedRAMP headers where they apply.

    Without a token only the account header goes out: that is what an identity-only login of the
    April 2026 form does before it has a task.
    """

    def __init__(
        self, token: Secret | None, account_id: str | None = None, *, fedramp: bool = False
    ) -> None:
        """`account_id` None or not legal in a header: no account header."""
        self.token = token
        self.account_id = account_id
        self.fedramp = fedramp

    def add_headers(self, now: datetime, call_site: CallSite = "provider") -> Headers | AuthProblem:
        """Whatever is not legal header text is left out silently, as the client does."""
        del now
        value = None if self.token is None else f"Bearer {self.token.reveal()}"
        return _lines(call_site, value, self.account_id, fedramp=self.fedramp)


class AgentAssertionAuth:
    """`Authorization: AgentAssertion …`, signed for each request with the agent's own key."""

    def __init__(
        self,
        key: PrivateKey,
        agent_runtime_id: str,
        task: AgentTask | None,
        account_id: str | None,
        *,
        fedramp: bool = False,
    ) -> None:
        """`task` None: every request is refused with the client's own text."""
        self.key = key
        self.agent_runtime_id = agent_runtime_id
        self.task = task
        self.account_id = account_id
        self.fedramp = fedramp

    def add_headers(self, now: datetime, call_site: CallSite = "provider") -> Headers | AuthProblem:
        """Sign, check the own signature, and only then hand it out."""
        task = self.task
        if task is None:
            return AuthProblem("no task is registered for this agent identity yet", NO_TASK)
        if task.agent_runtime_id != self.agent_runtime_id:
            text = (
                f"agent task runtime {task.agent_runtime_id} does not match stored agent identity "
                f"{self.agent_runtime_id}"
            )
            return AuthProblem("the task belongs to another agent runtime", text)
        value = assertions.assertion(
            self.key, self.agent_runtime_id, task.task_id.reveal(), assertions.timestamp_text(now)
        )
        made = assertions.read_assertion(value)
        if isinstance(made, str) or not assertions.signature_matches(made, self.key.public_bytes):
            return AuthProblem("the assertion does not verify with its own public key; not sent")
        return _lines(call_site, value, self.account_id, fedramp=self.fedramp)


class GivenHeaders:
    """The headers a host program handed over: as given, nothing added."""

    def __init__(self, lines: Iterable[tuple[str, Secret]]) -> None:
        """Names and values in order."""
        self.lines = tuple(lines)

    def add_headers(self, now: datetime, call_site: CallSite = "provider") -> Headers | AuthProblem:
        """As given, without those that are not legal in a header."""
        del now, call_site
        kept = [
            (name, value)
            for name, value in self.lines
            if _legal_name(name) and _sendable(value.reveal())
        ]
        return Headers(tuple(kept))


class RefusedAuth:
    """A credential that cannot authenticate this kind of request."""

    def __init__(self, problem: AuthProblem) -> None:
        """`problem` is what every request is answered with."""
        self.problem = problem

    def add_headers(self, now: datetime, call_site: CallSite = "provider") -> Headers | AuthProblem:
        """Give the problem in place of headers."""
        del now, call_site
        return self.problem


def _sendable(value: str) -> bool:
    # The client's library also lets letters beyond ASCII through; ours does not.
    return value.isascii() and legal_header_value(value)


def _legal_name(name: str) -> bool:
    return (
        bool(name) and name.isascii() and all(c.isalnum() or c in "!#$%&'*+-.^_`|~" for c in name)
    )


def _lines(
    call_site: CallSite, authorization: str | None, account_id: str | None, *, fedramp: bool
) -> Headers:
    lines: list[tuple[str, Secret]] = []
    if authorization is not None and _sendable(authorization):
        lines.append(("Authorization", Secret(authorization)))
    if account_id is not None and _sendable(account_id):
        lines.append((ACCOUNT_HEADER_SPELLING[call_site], Secret(account_id)))
    if fedramp:  # the header is absent, never `false`
        lines.append((FEDRAMP_HEADER, Secret("true")))
    return Headers(tuple(lines))


def provider_for(
    credential: Credential | None, contract: Contract, task: AgentTask | None = None
) -> AuthProvider:
    """The provider of a credential under one generation; pure.

    A `task` beside ChatGPT tokens makes the request signed instead of Bearer, where the
    generation registers identities beside tokens (#17980, #19051).
    Sources: codex-rs/model-provider/src/bearer_auth_provider.rs, codex-rs/login/src/api_bridge.rs.
    """
    if credential is None:
        return NoAuth()
    mode = credential.mode
    if mode == "bedrock":
        return RefusedAuth(AuthProblem("Bedrock signs its own requests", contract.bedrock_account))
    if mode == "headers":
        problem = AuthProblem("the headers of a host program are not stored where they can be read")
        return RefusedAuth(problem)
    if mode == "agent_identity":
        return _agent(credential, contract, task)
    beside = mode in CHATGPT_MODES and credential.record is not None
    if beside and task is not None and contract.managed_identity != "none":
        return _agent(credential, contract, task)
    if mode in ("api_key", "provider"):
        return BearerAuth(credential.secret)
    return BearerAuth(credential.secret, credential.account_id, fedramp=credential.fedramp)


def _agent(credential: Credential, contract: Contract, task: AgentTask | None) -> AuthProvider:
    from authtui.identity.keys import KeyProblem, read_private_key

    record = credential.record
    alone = credential.mode == "agent_identity"
    if record is None:
        return RefusedAuth(AuthProblem("the agent identity cannot be read"))
    document = credential.document
    if alone and contract.record_without_bearer and document is not None:
        return RefusedAuth(AuthProblem("this client asks it for a bearer token", NO_BEARER))
    if alone and contract.identity_only and task is None:
        return BearerAuth(None, record.account_id)
    key = read_private_key(record.agent_private_key.reveal())
    if isinstance(key, KeyProblem):
        return RefusedAuth(AuthProblem(key.statement, key.client_error))
    account = record.account_id if alone else credential.account_id
    fedramp = credential.fedramp and not (alone and contract.identity_only)
    return AgentAssertionAuth(key, record.agent_runtime_id, task, account, fedramp=fedramp)


def assertion_facts(
    value: str, now: datetime, key_of: Callable[[str], bytes | None] | None = None
) -> AssertionFacts:
    """What an AgentAssertion header says, its age and whether its signature is right.

    `key_of` gives the 32 bytes of the public key of an agent runtime; without them the signature
    stays unknown. A header that is none is told by `problem`.
    """
    from authtui.exchanges.records import AssertionFacts

    found = assertions.read_assertion(value)
    if isinstance(found, str):
        return AssertionFacts(problem=found)
    key = key_of(found.agent_runtime_id) if key_of else None
    return AssertionFacts(
        printable(found.agent_runtime_id, 200),
        Secret(found.task_id),
        printable(found.timestamp, 60),
        _age(found.timestamp, now),
        None if key is None else assertions.signature_matches(found, key),
    )


def bearer_facts(value: str) -> BearerFacts | None:
    """What a Bearer header's JWT says of itself, unverified; None where it cannot be read.

    The account stands in the claims of ChatGPT tokens under the client's own namespace, in those
    of an agent identity at the top.
    """
    from authtui.exchanges.records import BearerFacts
    from authtui.tokens.claims import AUTH
    from authtui.tokens.jwt import decode

    claims = decode(value).claims
    if claims is None:
        return None
    nested = claims.get(AUTH)
    within = nested.get("chatgpt_account_id") if isinstance(nested, dict) else None
    account = within or claims.get("chatgpt_account_id") or claims.get("account_id")
    return BearerFacts(
        safe_text(account[:800], 200) if isinstance(account, str) else None,
        _moment(claims.get("exp")),
    )


def _moment(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _age(timestamp: str, now: datetime) -> float | None:
    try:
        at = datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return (now - at).total_seconds()


def httpx_auth(provider: AuthProvider, clock: Callable[[], datetime]) -> httpx.Auth:
    """An `httpx.Auth` around a provider. A problem is raised as `AuthRefusedError`.

    The class is made on the first call, because httpx costs a tenth of a second to import.
    """
    import httpx

    from authtui.wire.client import AuthRefusedError

    class AuthtuiAuth(httpx.Auth):
        """Adds the provider's headers; existing ones of the same name are replaced."""

        def auth_flow(
            self, request: httpx.Request
        ) -> Generator[httpx.Request, httpx.Response, None]:
            found = provider.add_headers(clock())
            if isinstance(found, AuthProblem):
                raise AuthRefusedError(found.client_error or found.statement)
            for name, value in found.reveal():
                request.headers[name] = value
            yield request

    return AuthtuiAuth()
