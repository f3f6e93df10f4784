"""What a transition looks at, what one run keeps in memory, and how a step fails."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from authtui.assessment.generations import choose_contract
from authtui.checks.matrix import derive_binding
from authtui.lifecycle.addresses import addresses_of
from authtui.lifecycle.policies import Policy, policy_of
from authtui.simulation.predictions import predict
from authtui.simulation.program_start import make_case, with_features

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from authtui.answers.findings import Binding
    from authtui.contracts import Contract
    from authtui.credentials.document import AgentRecord
    from authtui.credentials.keyring_store import WritableBackend
    from authtui.credentials.store_writer import WriteFailure, Written
    from authtui.lifecycle.addresses import Addresses
    from authtui.machine.observation import Observation
    from authtui.model.events import Event
    from authtui.model.session import AuthSession
    from authtui.request_auth import AgentTask
    from authtui.simulation.program_start import Case, ProgramStart
    from authtui.simulation.selection import Credential
    from authtui.wire.client import Wire

    WireFactory = Callable[[frozenset[str]], Wire]
    Progress = Callable[[str], None]


class Trouble(NamedTuple):
    """Why a step failed. `text` is the client's own where `known`, else a sentence of ours.

    `retryable`: whether the newest client tries again; `exhausted`: it has tried as often as it
    does. `status` is that of the answer, if one came.
    """

    text: str
    retryable: bool = False
    status: int | None = None
    known: bool = True
    exhausted: bool = False


class View(NamedTuple):
    """One moment of the session, with everything a transition decides by."""

    observation: Observation
    contract: Contract
    case: Case
    start: ProgramStart
    credential: Credential | None
    policy: Policy
    binding: Binding | None
    addresses: Addresses

    @property
    def pause_key(self) -> tuple[str, str]:
        """What a pause of registering counts for: an account, and the base of registration."""
        base = self.addresses.endpoints.agent_base
        account = self.binding.account_id if self.binding else ""
        return account, base if isinstance(base, str) else ""


class Unsaved(NamedTuple):
    """What a server gave and a store did not take. `again` tries to save it once more.

    `rescue` is the file that holds it meanwhile.
    """

    again: Callable[[], Written | WriteFailure]
    rescue: str | None = None


class Memory:
    """What one run of the client would keep: nothing of it outlives the process.

    `identity` is the managed identity in use and `task` its task, or that of a JWT. `cooldown`
    maps a `View.pause_key` to the end of the pause. `refresh_failures` maps a login's
    mark to the permanent failure of its refresh. `key_set` is the one that was fetched. `unsaved`
    is what a server gave and the store did not take.
    """

    def __init__(self) -> None:
        self.identity: AgentRecord | None = None
        self.task: AgentTask | None = None
        self.cooldown: dict[tuple[str, str], datetime] = {}
        self.refresh_failures: dict[str, str] = {}
        self.key_set: str | None = None
        self.unsaved: Unsaved | None = None


class Context:
    """The session and the outside world, as a transition gets them.

    `looks_up` says whether the client looks the workspace up first: it does not heed the answer
    where it is given the address of model requests, as for one server that stands in for all.
    `live` False: nothing is sent or written. `offline` forbids every connection even so.
    """

    def __init__(
        self,
        session: AuthSession[Any],
        wires: WireFactory,
        *,
        clock: Callable[[], datetime],
        live: bool,
        offline: bool,
        base_url: str | None,
        looks_up: bool,
        progress: Progress,
        keyring: WritableBackend | None,
        program: str,
        reserves: bool,
        rescue_folder: str | None,
    ) -> None:
        self.session = session
        self.wires = wires
        self.clock = clock
        self.live = live
        self.offline = offline
        self.base_url = base_url
        self.looks_up = looks_up
        self.progress = progress
        self.keyring = keyring
        self.program = program
        self.reserves = reserves
        self.rescue_folder = rescue_folder
        self.memory = Memory()
        self.published: list[Event] = []

    @property
    def system(self) -> str:
        """The operating system as the client names it."""
        return {"darwin": "macos", "win32": "windows"}.get(sys.platform, "linux")

    def view(self) -> View | None:
        """The session's present state, judged; None before anything was loaded."""
        observation = self.session.state.observation
        if observation is None:
            return None
        options = self.session.options
        seen = with_features(observation, options.features)
        if self.memory.key_set is not None:
            seen = seen._replace(key_set=self.memory.key_set)
        contract, _ = choose_contract(seen, options.contract)
        case = make_case(seen, contract, options.assumptions)
        start = predict(case)[options.surface]
        credential = start.credential
        model = start.request.base_url if start.request else None
        return View(
            seen,
            contract,
            case,
            start,
            credential,
            policy_of(seen),
            derive_binding(case, credential),
            addresses_of(seen, contract, credential, model, self.base_url),
        )

    def paused_until(self, view: View) -> datetime | None:
        """Until when registering is paused, after attempts that failed; None where it is not."""
        until = self.memory.cooldown.get(view.pause_key)
        return until if until is not None and self.clock() < until else None

    def publish(self, make: Callable[[int, datetime], Event]) -> Event:
        """Publish an event of this transition and remember it."""
        event = self.session.publish(make)
        self.published.append(event)
        return event

    async def reload(self, cause: str) -> None:
        """Read the machine again, outside the loop: a disk or a keyring may take its time."""
        self.published.append(await asyncio.to_thread(self.session.load, cause))

    def adopt(self, observation: Observation, cause: str) -> None:
        """Judge a changed observation: with the key set that was fetched."""
        self.published.append(self.session.adopt(observation, cause))

    def wire(self, addresses: Iterable[str]) -> Wire:
        """A client that may contact the hosts of these addresses and no other."""
        from authtui.exchanges.endpoints import hosts_of

        allowed = frozenset() if self.offline else hosts_of(addresses)
        return self.wires(allowed)


def environment_of(variables: Mapping[str, str], observation: Observation | None) -> dict[str, str]:
    """The environment for proxies and certificates, with what the `.env` file sets."""
    from authtui.credentials.environment import effective_environ

    if observation is None:
        return dict(variables)
    return effective_environ(observation.environment, variables)
