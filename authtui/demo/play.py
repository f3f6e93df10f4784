"""A stage for one story: a throw-away home, a backend on loopback, and the real core between them.

Nothing outside the temporary folder is written, and no host but the backend can be contacted:
the stage hands out clients that know no other.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from authtui.checks.assess import Options, assess
from authtui.credentials.observe import read_observation
from authtui.demo.backend.guide import setup_for
from authtui.demo.backend.server import running_backend
from authtui.demo.story import CHANGES
from authtui.lifecycle.addresses import host_of
from authtui.lifecycle.preview import Outcome
from authtui.lifecycle.transitions import Lifecycle, wire_factory
from authtui.model import events as ev
from authtui.model.session import AuthSession
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from datetime import datetime
    from threading import Event

    from authtui.checks.findings import Surface
    from authtui.credentials.observation import Observation
    from authtui.demo.backend.server import Backend
    from authtui.demo.backend.state import SeenRequest
    from authtui.demo.story import Step, Story
    from authtui.lifecycle.context import Progress
    from authtui.lifecycle.transitions import Action
    from authtui.wire.client import Wire

HOME = "demo-home"
"""The name of the made-up CODEX_HOME: nobody should take it for their own."""

PLAYING = "The story is still playing; its steps come by themselves."


class Ending(NamedTuple):
    """How a story ended; `reason` is a full sentence."""

    green: bool
    reason: str


class Stage:
    """One story's machine: its home, its variables, its session."""

    def __init__(
        self, story: Story, folder: Path, backend: Backend, clock: Callable[[], datetime]
    ) -> None:
        """Write the story's login and configuration; nothing is read or sent yet."""
        self.story = story
        self.backend = backend
        self.home = folder / HOME
        self._folder = folder
        self._clock = clock
        setup = setup_for(backend, story.login, agent_feature=story.agent_feature)
        self.home.mkdir(mode=0o700)
        for name, text in (("auth.json", setup.auth_json.reveal()), ("config.toml", setup.config)):
            path = self.home / name
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")
        # The only variables of this machine: none of the real ones reaches it.
        self.environ = {
            "HOME": str(folder),
            "CODEX_HOME": str(self.home),
            **setup.environment,
            **dict(story.environment),
        }
        backend.faults.replace(story.faults)
        options = Options(story.contract, cast("Surface", story.surface))
        self.session: AuthSession[Any] = AuthSession(self._observe, assess, options, clock)

    def _observe(self) -> Observation:
        return read_observation(
            environ=self.environ,
            home_option=None,
            now=self._clock(),
            system_dir=self._folder / "etc",
            probe_keyring=False,
            installed=False,
            root=self._folder,
        )

    def tell(self, text: str, step: int) -> None:
        """Publish what the story says to a step, counted from 1."""
        steps = len(self.story.steps)
        self.session.publish(lambda n, at: ev.Told(n, at, "story", text, step, steps))

    def lifecycle(self, *, live: bool = False) -> Lifecycle:
        """What acts on this machine; its memory is that of a client started now."""
        return Lifecycle(self.session, self._wire, clock=self._clock, live=live)

    def lifecycle_after(self, over: Event, progress: Progress) -> Lifecycle:
        """The same for a viewer, who acts when the story is over and not in the middle of it."""
        return _Viewer(over, self.session, self._wire, clock=self._clock, progress=progress)

    def _wire(self, allowed: frozenset[str], first_number: int) -> Wire:
        # Whatever a configuration would lead to, a story reaches its own backend or nothing.
        own = allowed & {host_of(self.backend.base_url)}
        return wire_factory(self.session, self.environ, self._clock)(own, first_number)


class _Viewer(Lifecycle):
    """A lifecycle that waits for the end of the story."""

    def __init__(self, over: Event, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as `Lifecycle` takes them
        super().__init__(*given, **named)
        self._over = over

    async def perform(self, action: Action, **options: Any) -> Outcome:  # noqa: ANN401 - as the transition takes them
        if not self._over.is_set():
            return Outcome(action, done=False, reason=PLAYING)
        return await super().perform(action, **options)


@contextmanager
def stage_for(story: Story, *, clock: Callable[[], datetime]) -> Iterator[Stage]:
    """A stage while the block runs; then the backend is stopped and the folder removed."""
    with (
        TemporaryDirectory(prefix="authtui-demo-") as folder,
        running_backend(clock=clock) as backend,
    ):
        yield Stage(story, Path(folder), backend, clock)


async def play(
    stage: Stage,
    hear: Callable[[Outcome], None] = lambda _: None,
    pause: Callable[[], Awaitable[bool]] | None = None,
) -> Ending:
    """Play the story to its end, or to the first step that comes out otherwise.

    `hear` gets what each transition came to, previews included; the session tells the rest.
    `pause` is awaited before each step; where it answers False the story stops.
    """
    story = stage.story
    life = stage.lifecycle(live=True)
    green = False
    for number, step in enumerate(story.steps, 1):
        if pause is not None and not await pause():
            return Ending(False, f"Stopped before step {number} of {len(story.steps)}.")
        if step.says:
            stage.tell(step.says, number)
        if step.do in CHANGES:
            # A variable reaches a program at its start: the client is another one from here on.
            _change(stage.environ, step)
            life = stage.lifecycle(live=True)
            problem = await _perform(stage, life, step, "load", hear)
        else:
            problem = await _perform(stage, life, step, cast("Action", step.do), hear)
        if problem is not None:
            where = f"Step {number} of {len(story.steps)} ({step.do})"
            return Ending(False, f"{where} did not come out as told: {problem}")
        if step.do == "assert":
            green = _accepted(stage) == "green"
    if not green:
        return Ending(False, "The story is over, and its last request was not accepted.")
    return Ending(True, "The server accepted the request.")


async def _perform(
    stage: Stage, life: Lifecycle, step: Step, action: Action, hear: Callable[[Outcome], None]
) -> str | None:
    if step.preview:
        hear(await life.preview(action))
    seen = max((request.number for request in stage.backend.state.requests), default=0)
    outcome = await life.perform(action)
    hear(outcome)
    return _difference(stage, step, outcome, seen)


def _difference(stage: Stage, step: Step, outcome: Outcome, seen: int) -> str | None:
    """The first thing that is not as the story has it, in a sentence; None where all is."""
    new = [request for request in stage.backend.state.requests if request.number > seen]
    for endpoint in step.answered:
        problem = _unanswered(endpoint, [r for r in new if r.endpoint == endpoint])
        if problem is not None and (new or outcome.done):
            return problem
    if outcome.done != step.done:
        return f"{outcome.reason.rstrip('.')}."
    answer = next((e for e in outcome.events if isinstance(e, ev.Asserted)), None)
    if step.status is not None and (answer is None or answer.status != step.status):
        said = "nothing" if answer is None else answer.status or "nothing"
        return f"the answer was {said}, not {step.status}."
    if step.authorization is not None:
        sent = answer.authorization if answer else None
        if sent != step.authorization:
            return f"the request carried {sent or 'no credential'}, not {step.authorization}."
    if step.accepted is not None and _accepted(stage) != step.accepted:
        return f"the lamp accepted is {_accepted(stage)}, not {step.accepted}."
    return None


def _unanswered(endpoint: str, asked: list[SeenRequest]) -> str | None:
    if not asked:
        return f"the backend was not asked for {endpoint}."
    last = asked[-1]
    if last.status is not None and last.status < 400:
        return None
    why = last.refused or ("a fault is set there" if last.fault else "it does not say why")
    said = "nothing" if last.status is None else last.status
    return f"the backend answered {said} to {endpoint}: {why}."


def _accepted(stage: Stage) -> str:
    assessment = stage.session.state.assessment
    return assessment.lamps.accepted.light if assessment else "grey"


def _change(environ: dict[str, str], step: Step) -> None:
    if step.do == "set":
        environ[step.name] = step.value
    else:
        environ.pop(step.name, None)
