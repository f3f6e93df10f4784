"""What the backend knows and has seen: accounts, agents, tokens, requests. Never a secret in text.

Tokens are kept as digests, so that no listing of the state can hold one.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from typing import TYPE_CHECKING, Final, Literal

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

AuthClass = Literal[
    "none",
    "API key",
    "ChatGPT access token",
    "personal access token",
    "AgentAssertion",
    "biscuit",
    "other",
]
RefreshStatus = Literal["live", "used", "expired", "revoked"]

KEPT: Final = 5_000
"""How many requests are remembered; the oldest go first."""


class Account(NamedTuple):
    """A user in a workspace. Everything in it is made up."""

    account_id: str = "workspace-demo-1"
    user_id: str = "user-demo-1"
    email: str = "ada@example.test"
    plan: str = "business"
    fedramp: bool = False
    name: str = "Demo workspace"


FIRST: Final = Account()
SECOND: Final = Account(account_id="workspace-demo-2", name="Second demo workspace")
"""The same user in another workspace: for logins that got mixed up."""


class Agent(NamedTuple):
    """A registered agent: its public key (32 bytes), its account and the ids of its tasks.

    `human_tasks` are those of `tasks` that were registered with a biscuit.
    """

    runtime_id: str
    account: Account
    public_key: bytes
    registered_by: Literal["launcher", "biscuit", "bearer"]
    tasks: tuple[str, ...] = ()
    human_tasks: tuple[str, ...] = ()


class RefreshToken(NamedTuple):
    """Whose refresh token it is, and its status. It is good for one refresh."""

    account: Account
    status: RefreshStatus


class LoginCode(NamedTuple):
    """What a browser login was granted: the account, and the challenge that proves who asked."""

    account: Account
    challenge: str


class Biscuit(NamedTuple):
    """A human biscuit (#17385): the user it speaks for, and the one URL path it is for."""

    account: Account
    path: str


class SeenRequest(NamedTuple):
    """One request. `refused` is the backend's reason, None where it was accepted.

    `status` is None where the connection was dropped. `fault` names the faults that struck.
    """

    number: int
    at: datetime
    method: str
    path: str
    endpoint: str
    auth: AuthClass
    account_header: str | None
    status: int | None
    refused: str | None = None
    fault: str | None = None


class BackendState:
    """Everything that changes. Safe to use from any thread."""

    def __init__(self, accounts: tuple[Account, ...] = (FIRST, SECOND)) -> None:
        """A backend that knows these accounts and nothing else."""
        self._lock = threading.RLock()
        self.accounts = accounts
        self._api_keys: dict[str, Account] = {}
        self._personal: dict[str, Account] = {}
        self._refresh: dict[str, RefreshToken] = {}
        self._revoked: set[str] = set()
        self._biscuits: dict[str, Biscuit] = {}
        self._codes: dict[str, LoginCode] = {}
        self._agents: dict[str, Agent] = {}
        self._requests: deque[SeenRequest] = deque(maxlen=KEPT)
        self._numbers = 0
        self._subscribers: list[Callable[[SeenRequest], None]] = []

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """The requests seen, oldest first."""
        with self._lock:
            return tuple(self._requests)

    @property
    def refusals(self) -> tuple[SeenRequest, ...]:
        """The requests that were refused; each says why."""
        return tuple(seen for seen in self.requests if seen.refused is not None)

    @property
    def agents(self) -> tuple[Agent, ...]:
        """The registered agents, in order."""
        with self._lock:
            return tuple(self._agents.values())

    def account(self, account_id: str) -> Account | None:
        """The account of that id."""
        return next((a for a in self.accounts if a.account_id == account_id), None)

    def record(self, seen: SeenRequest) -> SeenRequest:
        """Remember a request; its number is given here."""
        with self._lock:
            self._numbers += 1
            numbered = seen._replace(number=self._numbers)
            self._requests.append(numbered)
            subscribers = tuple(self._subscribers)
        for tell in subscribers:
            tell(numbered)
        return numbered

    def subscribe(self, tell: Callable[[SeenRequest], None]) -> None:
        """Call `tell` with every request from now on, in the server's thread; it must be quick."""
        with self._lock:
            self._subscribers.append(tell)

    def forget_requests(self) -> None:
        """Drop what was seen; what is registered stays."""
        with self._lock:
            self._requests.clear()

    def add_api_key(self, key: str, account: Account) -> None:
        """Accept an API key from now on."""
        with self._lock:
            self._api_keys[_digest(key)] = account

    def add_personal_token(self, token: str, account: Account) -> None:
        """Accept a personal access token from now on."""
        with self._lock:
            self._personal[_digest(token)] = account

    def add_refresh_token(
        self, token: str, account: Account, status: RefreshStatus = "live"
    ) -> None:
        """Remember a refresh token that was given out."""
        with self._lock:
            self._refresh[_digest(token)] = RefreshToken(account, status)

    def add_biscuit(self, biscuit: str, account: Account, path: str) -> None:
        """Remember a biscuit that was given out."""
        with self._lock:
            self._biscuits[_digest(biscuit)] = Biscuit(account, path)

    def add_code(self, code: str, granted: LoginCode) -> None:
        """Remember a login code that was given out."""
        with self._lock:
            self._codes[_digest(code)] = granted

    def spend_code(self, code: str) -> LoginCode | None:
        """What a login code was granted for; it is good for one exchange."""
        with self._lock:
            return self._codes.pop(_digest(code), None)

    def add_agent(self, agent: Agent) -> None:
        """Register an agent by its runtime id."""
        with self._lock:
            self._agents[agent.runtime_id] = agent

    def add_task(self, runtime_id: str, task_id: str, *, human: bool = False) -> None:
        """Register a task of a known agent; `human` when a biscuit came with it."""
        with self._lock:
            agent = self._agents[runtime_id]
            vouched = (*agent.human_tasks, task_id) if human else agent.human_tasks
            self._agents[runtime_id] = agent._replace(
                tasks=(*agent.tasks, task_id), human_tasks=vouched
            )

    def forget_tasks(self) -> None:
        """Let every task expire, as after a restart of the service behind them."""
        with self._lock:
            self._agents = {
                name: agent._replace(tasks=(), human_tasks=())
                for name, agent in self._agents.items()
            }

    def remove_agent(self, runtime_id: str) -> None:
        """Forget an agent: its assertions are refused from now on."""
        with self._lock:
            self._agents.pop(runtime_id, None)

    def api_key(self, key: str) -> Account | None:
        """Whose key it is."""
        with self._lock:
            return self._api_keys.get(_digest(key))

    def personal_token(self, token: str) -> Account | None:
        """Whose token it is, None where it is unknown or revoked."""
        with self._lock:
            return self._personal.get(_digest(token))

    def biscuit(self, value: str) -> Biscuit | None:
        """The biscuit that was given out."""
        with self._lock:
            return self._biscuits.get(_digest(value))

    def agent(self, runtime_id: str) -> Agent | None:
        """The agent of that runtime id."""
        with self._lock:
            return self._agents.get(runtime_id)

    def spend_refresh_token(self, token: str) -> RefreshToken | None:
        """The token as it was before this use, which uses up a live one."""
        with self._lock:
            found = self._refresh.get(_digest(token))
            if found is not None and found.status == "live":
                self._refresh[_digest(token)] = found._replace(status="used")
            return found

    def revoke(self, token: str) -> bool:
        """Revoke a refresh or access token; whether it was known as a refresh token."""
        with self._lock:
            mark = _digest(token)
            self._revoked.add(mark)
            found = self._refresh.get(mark)
            if found is not None:
                self._refresh[mark] = found._replace(status="revoked")
            return found is not None

    def is_revoked(self, token: str) -> bool:
        """Whether the token was revoked."""
        with self._lock:
            return _digest(token) in self._revoked

    def as_json(self) -> dict[str, object]:
        """The state for the control endpoint: ids and classes, no secret."""
        with self._lock:
            statuses = [token.status for token in self._refresh.values()]
            return {
                "accounts": [account._asdict() for account in self.accounts],
                "agents": [_agent_json(agent) for agent in self._agents.values()],
                "credentials": {
                    "api_keys": len(self._api_keys),
                    "personal_access_tokens": len(self._personal),
                    "refresh_tokens": {name: statuses.count(name) for name in sorted({*statuses})},
                },
                "requests": [
                    {**seen._asdict(), "at": seen.at.isoformat()} for seen in self._requests
                ],
                "refusals": [
                    {"number": seen.number, "path": seen.path, "reason": seen.refused}
                    for seen in self.refusals
                ],
            }


def _agent_json(agent: Agent) -> dict[str, object]:
    return {
        "runtime_id": agent.runtime_id,
        "account_id": agent.account.account_id,
        "public_key": agent.public_key.hex(),
        "registered_by": agent.registered_by,
        "tasks": list(agent.tasks),
    }


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
