"""A home, a session, the embedded backend: everything real but the people."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.credentials.observe import read_observation
from authtui.lifecycle.transitions import Lifecycle, wire_factory
from authtui.model.session import AuthSession

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from authtui.credentials.keyring_store import WritableBackend
    from authtui.demo.backend.backend import Backend
    from authtui.model.events import Event
    from authtui.redaction import Secret

FLAG_ON = "[features]\nuse_agent_identity = true\n"


class Clock:
    """The real time, moved on request."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class World:
    """One home and what runs in it; `new_process` forgets what only memory keeps."""

    def __init__(
        self,
        folder: Path,
        backend: Backend,
        contract: str = "current",
        auth: Secret | None = None,
        config: str = "",
        environ: Mapping[str, str] | None = None,
        *,
        live: bool = True,
        keyring: WritableBackend | None = None,
        base_url: str | None = "",
        looks_up: bool = False,
    ) -> None:
        self.home = folder / "home"
        self.home.mkdir(exist_ok=True)
        self.auth = self.home / "auth.json"
        if auth is not None:
            self.auth.write_text(auth.reveal())
        if config:
            (self.home / "config.toml").write_text(config)
        self.backend = backend
        self.contract = contract
        self.environ = dict(environ or {})
        self.live = live
        self.looks_up = looks_up
        self.keyring = keyring
        self.base_url = backend.base_url if base_url == "" else base_url
        self.clock = Clock()
        self.told: list[Event] = []
        self.new_process()

    def new_process(self) -> Lifecycle:
        from authtui.credentials.observe import read_keyring

        def observe() -> Any:  # noqa: ANN401
            seen = read_observation(
                environ=self.environ,
                home_option=str(self.home),
                now=self.clock(),
                installed=False,
                probe_keyring=False,
            )
            return read_keyring(seen, backend=self.keyring) if self.keyring else seen

        self.session = AuthSession(observe, assess, Options(self.contract), self.clock)
        self.session.subscribe(lambda _, event: self.told.append(event))
        self.session.load("start")
        self.life = Lifecycle(
            self.session,
            wire_factory(self.session, self.environ, self.clock),
            clock=self.clock,
            live=self.live,
            base_url=self.base_url,
            looks_up=self.looks_up,
            keyring=self.keyring,
        )
        return self.life

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.auth.read_text())
        return found

    @property
    def calls(self) -> list[str]:
        return [seen.endpoint for seen in self.backend.state.requests]

    @property
    def logged(self) -> list[str]:
        return [record.purpose for record in self.session.state.requests]

    def kinds(self) -> list[str]:
        return [
            e.kind
            for e in self.told
            if e.kind not in ("Loaded", "RequestStarted", "RequestFinished")
        ]

    def last(self, kind: str) -> Any:  # noqa: ANN401
        return next(e for e in reversed(self.told) if e.kind == kind)
