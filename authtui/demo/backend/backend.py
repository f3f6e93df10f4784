"""The backend itself: its keys, its accounts, its faults, and the addresses a client is given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from authtui.demo.backend.faults import Faults
from authtui.demo.backend.keys import SigningKeys
from authtui.demo.backend.minting import Mint
from authtui.demo.backend.state import Account, BackendState

Clock = Callable[[], datetime]

TaskAnswer = Literal["sealed-snake", "sealed-camel", "plain-snake", "plain-camel"]
"""How a task id is answered. Generations before #18785 read `encrypted_task_id` only."""


class BackendSettings:
    """What the backend answers with; may be changed while it runs."""

    def __init__(self) -> None:
        """Sealed task ids as every generation reads them, and a short answer."""
        self.task_answer: TaskAnswer = "sealed-snake"
        self.answer: str = "Hello from the authtui demo backend."
        self.explains: bool = True
        """Whether a refused time is told apart from a refused signature, which helps a caller."""


class Backend:
    """One backend: its keys, its accounts, its faults, and what it has seen."""

    def __init__(self, base_url: str, accounts: tuple[Account, ...], clock: Clock) -> None:
        """`base_url` has no slash at its end; `clock` gives aware UTC moments."""
        self.base_url = base_url
        self.clock = clock
        self.keys = SigningKeys()
        self.state = BackendState(accounts)
        self.mint = Mint(self.state, self.keys, clock)
        self.faults = Faults()
        self.settings = BackendSettings()
        self.stopping = False

    @property
    def chatgpt_base_url(self) -> str:
        """The value of `chatgpt_base_url` in config.toml."""
        return f"{self.base_url}/backend-api"

    @property
    def codex_base_url(self) -> str:
        """The value of `openai_base_url` for every credential but an API key.

        Not the real path `/backend-api/codex`, which is served too: a client that routes by
        workspace would send its model requests to chatgpt.com instead.
        """
        return f"{self.base_url}/codex"

    @property
    def api_base_url(self) -> str:
        """The value of `openai_base_url` for an API key."""
        return f"{self.base_url}/v1"

    @property
    def authapi_base_url(self) -> str:
        """The base of agent and task registration and of whoami."""
        return f"{self.base_url}/api/accounts"

    @property
    def refresh_url(self) -> str:
        """Where tokens are refreshed; the client derives the revocation URL from it."""
        return f"{self.base_url}/oauth/token"


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)
