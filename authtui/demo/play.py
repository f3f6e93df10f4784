"""Playing a story through the real core, moment by moment, each compared with what it expects."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, cast

from authtui.demo.changes import change
from authtui.demo.login import log_in
from authtui.demo.story import CHANGES, NONE
from authtui.demo.walk import StoryEnding, StoryMoment
from authtui.lifecycle.preview import Outcome
from authtui.model import events as ev

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.demo.backend.state import SeenRequest
    from authtui.demo.stage import Program, Stage
    from authtui.demo.story import Step
    from authtui.lifecycle.preview import Action

ACCEPTED: Final = "The server accepted the request."
_BEGUN_WITHIN: Final = 10.0


class Player:
    """Plays a story forward, one moment at a time; what was played can be looked at again.

    Belongs to one event loop. `hear` gets what each transition came to, previews included.
    """

    def __init__(self, stage: Stage, hear: Callable[[Outcome], None] = lambda _: None) -> None:
        """Nothing is played yet."""
        self.stage = stage
        self.moments: list[StoryMoment] = []
        self.ending: StoryEnding | None = None
        self._hear = hear
        self._labels: dict[str, int] = {}
        self._begun: dict[str, asyncio.Task[Outcome]] = {}
        self._at_step = 0
        self._green = False

    async def advance(self) -> StoryMoment | None:
        """Play the next moment; None where the story is over, one way or the other."""
        stage, number = self.stage, len(self.moments)
        if self.ending is not None:
            return None
        steps = stage.story.moments[number]
        if steps[-1].says:
            title = f"{steps[-1].title}: " if steps[-1].title else ""
            stage.tell(title + steps[-1].says, number + 1)
        message: str | None = None
        for step in steps:
            self._at_step += 1
            outcome, problem = await self._perform(step)
            if problem is not None:
                where = f"Step {self._at_step} of {len(stage.story.steps)} ({step.do})"
                await self._leave_nothing_behind()
                self.ending = StoryEnding(False, f"{where} did not go as the story says: {problem}")
                return None
            message = message_of(stage, outcome) if step.symptom else outcome.client_text
            if step.label:
                self._labels[step.label] = stage.session.events[-1].sequence
        last = steps[-1]
        at = self._labels.get(last.as_of) if last.as_of else None
        moment = StoryMoment(number + 1, last, at or stage.session.events[-1].sequence, message)
        self.moments.append(moment)
        if len(self.moments) == len(stage.story.moments):
            await self._leave_nothing_behind()
            self.ending = (
                StoryEnding(True, ACCEPTED)
                if self._green
                else StoryEnding(False, "The story is over, and its last request was not accepted.")
            )
        return moment

    async def _leave_nothing_behind(self) -> None:
        self.stage.backend.faults.let_go()
        for task in self._begun.values():
            task.cancel()
        await asyncio.gather(*self._begun.values(), return_exceptions=True)
        self._begun.clear()

    async def _perform(self, step: Step) -> tuple[Outcome, str | None]:
        stage = self.stage
        if step.after:
            stage.time.pass_by(step.after)
        if step.do == "look":
            return Outcome("look", done=True, reason="Nothing was done."), _wrong_state(stage, step)
        seen = max((request.number for request in stage.backend.state.requests), default=0)
        if step.do in CHANGES:
            outcome = await self._change(step)
        elif step.do == "finish":
            task = self._begun.pop(step.program, None)
            if task is None:
                return Outcome("finish", False, "Nothing was begun."), "nothing was begun."
            stage.backend.faults.let_go()
            outcome = await task
            self._after(step)
        else:
            program = stage.program(step.program)
            action = cast("Action", step.do)
            if step.preview:
                self._hear(await program.life.preview(action))
            if step.begins:
                return await self._begin(step, program, action), None
            outcome = await program.life.perform(action)
            self._after(step)
        self._hear(outcome)
        if step.do == "assert":
            self._green = _accepted(stage) == "green"
        return outcome, _difference(stage, step, outcome, seen)

    def _after(self, step: Step) -> None:
        if step.program:
            self.stage.look_again()

    async def _begin(self, step: Step, program: Program, action: Action) -> Outcome:
        """Start what a later step ends; returns once its request is held at the backend."""
        faults = self.stage.backend.faults
        task = asyncio.ensure_future(program.life.perform(action))
        self._begun[step.program] = task
        end = asyncio.get_running_loop().time() + _BEGUN_WITHIN
        while not faults.held and not task.done():
            if asyncio.get_running_loop().time() > end:
                break
            await asyncio.sleep(0.005)
        return Outcome(step.do, done=True, reason="Begun.", live=True)

    async def _change(self, step: Step) -> Outcome:
        stage = self.stage
        if step.do == "login":
            return await log_in(stage, stage.filled(step.value))
        reason = change(stage, step)
        if step.do == "restart" or not step.program:
            stage.end(step.program)
        program = stage.program(step.program)
        if step.program:
            return Outcome(step.do, done=True, reason=reason, live=True)
        found = await program.life.perform("load")
        return found._replace(action=step.do) if not found.done else found


async def play(stage: Stage, hear: Callable[[Outcome], None]) -> StoryEnding:
    """Play the story to its end, or to the first step that does not go as the story says."""
    player = Player(stage, hear)
    while player.ending is None:
        await player.advance()
    return player.ending


def message_of(stage: Stage, outcome: Outcome) -> str | None:
    """What the client prints then, in its own words; None where it prints nothing."""
    if outcome.client_text is not None:
        return outcome.client_text
    answer = next((e for e in outcome.events if isinstance(e, ev.Asserted)), None)
    if answer is not None:
        return refusal_of(stage, answer)
    found = stage.session.state.assessment
    return found.verdict.client_message if outcome.action == "load" and found else None


def refusal_of(stage: Stage, answer: ev.Asserted) -> str | None:
    """The client's line for a model request that was refused."""
    from authtui.exchanges.answers import error_of, reason_of
    from authtui.simulation.first_answer import refused_text

    if answer.status is None or answer.status < 400:
        return None
    records = [r for r in stage.session.state.requests if r.purpose == "model-call"]
    last = records[-1] if records else None
    body = last.detail.response_body if last is not None and last.detail is not None else None
    said = error_of((body or "").encode())[1]
    url = f"{last.scheme}://{last.host}{last.path}" if last is not None else ""
    return refused_text(f"{answer.status} {reason_of(answer.status)}", said, url)


def _wrong_state(stage: Stage, step: Step) -> str | None:
    if step.accepted is not None and _accepted(stage) != step.accepted:
        return f"the lamp accepted is {_accepted(stage)}, not {step.accepted}."
    found = stage.session.state.assessment
    kind = found.verdict.kind if found else "none"
    if step.verdict is not None and kind != step.verdict:
        return f"the verdict is {kind}, not {step.verdict}."
    return None


def _difference(stage: Stage, step: Step, outcome: Outcome, seen: int) -> str | None:
    """The first thing that is not as the step expects it, in a sentence; None where all is."""
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
        sent = (answer.authorization if answer else None) or NONE
        if sent != step.authorization:
            return f"the request carried {sent}, not {step.authorization}."
    if step.client is not None:
        said_text = message_of(stage, outcome)
        if said_text is None or stage.filled(step.client) not in said_text:
            return f"the client says {said_text or 'nothing'}."
    return _wrong_state(stage, step)


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
