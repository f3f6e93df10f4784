"""The stage of one story: a throw-away home, a backend on loopback, and the real core between them.

The names of the real services lead to the backend, over TLS with an authority made for this run:
addresses, certificates and messages are those of the real ones. Nothing outside the temporary
folder is written, and nothing but loopback can be contacted: the stage hands out clients that
know no other way.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.credentials.observe import read_observation
from authtui.demo.backend.server import running_backend, secure_port
from authtui.demo.backend.tls import Authority
from authtui.demo.story import NONE
from authtui.lifecycle.preview import Outcome
from authtui.lifecycle.transitions import Lifecycle, wire_factory
from authtui.machine.observation import AUTH_FILE
from authtui.machine.throw_away import throw_away
from authtui.model import events as ev
from authtui.model.session import AuthSession
from authtui.wire.connection import Detour
from authtui.wire.serving import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

    from authtui.answers.findings import Surface
    from authtui.demo.backend.backend import Backend
    from authtui.demo.backend.logins import Login
    from authtui.demo.story import Story
    from authtui.lifecycle.context import Progress, WireFactory
    from authtui.lifecycle.preview import Action
    from authtui.machine.observation import Observation
    from authtui.model.state import AuthState
    from authtui.wire.client import Wire

HOME: Final = "demo-home"
"""The name of the made-up CODEX_HOME: nobody should take it for their own."""
CERTS: Final = "certs"
HOSTS: Final = (
    "chatgpt.com",
    "api.openai.com",
    "auth.openai.com",
    "chatgpt-staging.com",
    "auth.api.openai.org",
)
"""The names that lead to the backend; no other can be asked."""
PUBLIC: Final = "Demo Public Root"
PLAYING: Final = "The story is still playing; its steps come by themselves."
CLIENT: Final = "codex"
_TOLD: Final = (
    ev.RequestStarted, ev.RequestFinished, ev.RotationSeen, ev.Asserted, ev.Failed, ev.Refreshed,
)  # fmt: skip
_EXPIRED: Final = (datetime(2020, 5, 4, tzinfo=UTC), datetime(2023, 5, 4, tzinfo=UTC))


class Time:
    """The time of a story: the true one, and that of the machine, whose clock may be off."""

    def __init__(self, clock: Callable[[], datetime], off: int) -> None:
        """`off` is in seconds, positive where the machine's clock is fast."""
        self._clock = clock
        self._passed = timedelta()
        self.off = off

    def true(self) -> datetime:
        """What the servers' clocks say."""
        return self._clock() + self._passed

    def local(self) -> datetime:
        """What the machine's clock says."""
        return self.true() + timedelta(seconds=self.off)

    def pass_by(self, seconds: int) -> None:
        """Move the clock of the scene forward."""
        self._passed += timedelta(seconds=seconds)


class Stage:
    """One story's machine: its home, its variables, its session, and the programs on it."""

    def __init__(
        self, story: Story, folder: Path, backend: Backend, time: Time, detour: Detour
    ) -> None:
        """Write the story's login and configuration; nothing is read or sent yet."""
        self.story = story
        self.backend = backend
        self.time = time
        self.home = folder / HOME
        self._folder = folder
        self._detour = detour
        self._programs: dict[str, Program] = {}
        self.home.mkdir(mode=0o700)
        self._write("config.toml", self.filled(story.config), 0o600)
        stored = self._login()
        if stored is not None:
            self._write(AUTH_FILE, stored, int(story.mode, 8))
        # The only variables of this machine: none of the real ones reaches it.
        self.environ = {
            "HOME": str(folder),
            "CODEX_HOME": str(self.home),
            **{name: self.filled(value) for name, value in story.environment},
        }
        backend.faults.replace(story.faults)
        backend.settings.explains = False
        self.options = Options(story.contract, cast("Surface", story.surface))
        self.session: AuthSession[Any] = AuthSession(
            self.observe, assess, self.options, self.time.local
        )

    def _write(self, name: str, text: str, mode: int) -> None:
        path = self.home / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)

    def _login(self) -> str | None:
        story = self.story
        if story.login == NONE:
            return None
        lifetime = timedelta(seconds=story.expires_in)
        login = cast("Login", story.login)
        made = self.backend.mint.auth_json(login, lifetime, staging=story.staging)
        return _changed(made.reveal(), story.record)

    def filled(self, text: str) -> str:
        """A text of the story with this machine's places and workspaces in it."""
        first, second = (account.account_id for account in self.backend.state.accounts[:2])
        for name, value in (
            ("{home}", str(self.home)),
            ("{certs}", str(self._folder / CERTS)),
            ("{first}", first),
            ("{second}", second),
        ):
            text = text.replace(name, value)
        return text

    def observe(self) -> Observation:
        """Look at this machine."""
        return read_observation(
            environ=self.environ,
            home_option=None,
            now=self.time.local(),
            system_dir=self._folder / "etc",
            probe_keyring=False,
            installed=False,
            root=self._folder,
        )

    def program(self, name: str = "") -> Program:
        """The program of that name, started if it is not running."""
        if name not in self._programs:
            self._programs[name] = Program(self, name)
        return self._programs[name]

    def end(self, name: str = "") -> None:
        """End a program: what it held in memory is gone."""
        self._programs.pop(name, None)

    def look_again(self) -> None:
        """Read the machine again if auth.json has changed, as the watching app does."""
        seen = self.session.state.observation
        if seen is None or self.observe().auth_file.data != seen.auth_file.data:
            self.session.load("watch")

    def tell(self, text: str, step: int) -> None:
        """Publish what the story says about a moment; `step` is its number, from 1."""
        steps = len(self.story.moments)
        self.session.publish(lambda n, at: ev.Told(n, at, "story", text, step, steps))

    def lifecycle_after(self, over: Event, progress: Progress) -> Lifecycle:
        """What lets a viewer act, when the story is over and not in the middle of it."""
        return _Viewer(
            over, self.session, self.wires(self.session), clock=self.time.local, progress=progress
        )

    def wires(self, session: AuthSession[Any], sender: str = "") -> WireFactory:
        """Clients for a program; whatever is configured, they reach this backend or nothing."""
        make = wire_factory(
            session,
            self.environ,
            self.time.local,
            detour=self._detour,
            sender=sender,
            next_number=self.session.next_number,
        )
        return lambda hosts: make(frozenset(h for h in hosts if h.partition(":")[0] in HOSTS))

    def browser(self) -> Wire:
        """What a browser sends: it trusts what the company had installed, and no variable."""
        roots = (self._folder / CERTS / "company.pem").read_text("ascii")
        detour = self._detour._replace(roots=self._detour.roots + roots)
        make = wire_factory(self.session, {}, self.time.local, detour=detour, sender="browser")
        return make(frozenset(HOSTS))


class Program:
    """One run. Without a name it is the only one, and the session on show is its own.

    With a name it has looked at the machine by itself and keeps what it saw; what it does on the
    wire is told to the session on show, under its name. It acts as the client does: nothing
    is held ready before a refresh.
    """

    def __init__(self, stage: Stage, name: str = "") -> None:
        """Start it; a program with a name reads the machine at once."""
        self._stage = stage
        self.name = name
        self.session: AuthSession[Any] = stage.session
        if name:
            self.session = AuthSession(stage.observe, assess, stage.options, stage.time.local)
            self.session.load("start")
            self.session.subscribe(self._pass_on)
        self.life = Lifecycle(
            self.session,
            stage.wires(self.session, name),
            clock=stage.time.local,
            live=True,
            looks_up=False,  # each page teaches one request
            program=name or CLIENT,
            reserves=False,
        )

    def _pass_on(self, state: AuthState, event: ev.Event) -> None:
        del state
        if isinstance(event, _TOLD):
            name = self.name
            self._stage.session.publish(lambda n, at: replace(event, sequence=n, at=at, cause=name))


def _changed(text: str, fields: tuple[tuple[str, str], ...]) -> str:
    if not fields:
        return text
    document = json.loads(text)
    for name, value in fields:
        *way, last = name.split(".")
        place = document
        for step in way:
            place = place[step]
        if value == "-":
            place.pop(last, None)
        else:
            place[last] = value
    return json.dumps(document, indent=2) + "\n"


class _Viewer(Lifecycle):
    """A lifecycle that waits for the end of the story."""

    def __init__(self, over: Event, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as `Lifecycle` takes them
        super().__init__(*given, **named)
        self._over = over

    async def perform(self, action: Action, **options: object) -> Outcome:
        if not self._over.is_set():
            return Outcome(action, done=False, reason=PLAYING)
        return await super().perform(action, **options)


@contextmanager
def stage_for(
    story: Story, *, clock: Callable[[], datetime], folder: Path | None = None
) -> Iterator[Stage]:
    """A stage while the block runs; then the backend is stopped and the folder removed.

    `folder` is an empty one to use instead of a temporary one; it is left to its owner.
    """
    time = Time(clock, story.clock)
    with (
        throw_away("demo") as own,
        running_backend(clock=time.true) as backend,
    ):
        place = folder or Path(own)
        public = Authority(PUBLIC)
        signer = _certificates(story, place / CERTS) or public
        with secure_port(backend, signer.server(HOSTS)) as port:
            detour = Detour(LOOPBACK, port, frozenset(HOSTS), public.pem)
            yield Stage(story, place, backend, time, detour)


def _certificates(story: Story, folder: Path) -> Authority | None:
    """The bundles of a company with a gateway; the authority it signs with today."""
    folder.mkdir(mode=0o700)
    gateway = story.gateway
    today = Authority(gateway.issuer) if gateway else None
    (folder / "company.pem").write_text(today.pem if today else "", encoding="ascii")
    if gateway is not None:
        begins, ends = _EXPIRED
        old = folder / "company-2023.pem"
        old.write_text(Authority(gateway.stale, begins=begins, ends=ends).pem, encoding="ascii")
        os.utime(old, (begins.timestamp(), ends.timestamp()))
    return today
