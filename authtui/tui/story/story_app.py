"""The app that tells stories: the menu, one story after another, each on a stage of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from textual.binding import Binding

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.demo.walk import Walk
from authtui.model.session import AuthSession
from authtui.tui.app import AuthtuiApp
from authtui.tui.dialogs.dialog import BACK, CHOOSE, Dialog, Hint
from authtui.tui.lifecycle_actions import LifecycleActions
from authtui.tui.story.story_desk import StoryDesk
from authtui.tui.traffic import Traffic
from authtui.tui.views.story import menu_doc

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from textual import events
    from textual.binding import BindingType
    from textual.screen import Screen
    from textual.timer import Timer

    from authtui.demo.runner import Runner
    from authtui.demo.stage import Stage
    from authtui.demo.story import Story
    from authtui.machine.observation import Observation
    from authtui.settings import Settings
    from authtui.tui.lines import Doc
    from authtui.tui.pane import Pane
    from authtui.tui.story.story_owner import StoryOwner
    from authtui.tui.views.context import ViewContext

DEFAULT_PACE: Final = 8.0
PACES: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


class StoryMenu(Dialog):
    """Every story; enter opens one."""

    WIDE: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", "Help"),
        Binding("q", "quit_all", "Quit"),
    ]
    HINTS: ClassVar[tuple[Hint, ...]] = (
        CHOOSE._replace(words="open"),
        Hint("1-8", "open that one", "choose"),
        BACK,
        Hint("q", "quit", "quit_all"),
    )

    def __init__(self) -> None:
        """The content comes from the app."""
        super().__init__(self._doc)

    @property
    def owner(self) -> StoryApp:
        """The app, by its own type."""
        return cast("StoryApp", self.app)

    def _doc(self, view: ViewContext, width: int) -> Doc:  # noqa: ARG002 - the shape of every content
        app = self.owner
        return menu_doc(app.stories, frozenset(app.seen), width, app.size.height)

    def on_pane_chosen(self, event: Pane.Chosen) -> None:
        """Close the menu with the story that was chosen."""
        event.stop()
        self.dismiss(event.item.key)

    def on_key(self, event: events.Key) -> None:
        """A digit opens a story at once."""
        if self.pane.typing or not event.key.isdigit():
            return
        number = int(event.key)
        name = next((s.name for s in self.owner.stories if s.order == number), None)
        if name is not None:
            event.stop()
            self.dismiss(name)

    def action_quit_all(self) -> None:
        """Leave the program, not the menu alone."""
        self.owner.exit()

    def action_leave(self) -> None:
        """Back to the story on stage; with none, leave the program."""
        if self.owner.walk is None:
            self.owner.exit()
        else:
            super().action_leave()


class StoryApp(AuthtuiApp):
    """Tells stories. Holds the walk through the one on stage; the stage has its own thread."""

    def __init__(
        self,
        stories: tuple[Story, ...],
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        first: str | None = None,
        pace: float | None = None,
        presenter: bool = False,
        folder: Path | None = None,
    ) -> None:
        """`first` opens a story at once; `pace` turns the pages by itself, after so many seconds.

        The throw-away homes are made in `folder`; without one, where temporary files belong.
        """
        empty: AuthSession[Any] = AuthSession(_nothing, assess, Options(), clock)
        super().__init__(empty, settings, presenter=presenter, watch=False)
        self.stories = stories
        self.seen: set[str] = set()
        self.walk: Walk | None = None
        self.pace = pace
        self.failure: str | None = None
        self._clock = clock
        self._first = first
        self._folder = folder
        self._runner: Runner | None = None
        self._stage: Stage | None = None
        self._turning: Timer | None = None
        self._chosen_pace = pace or DEFAULT_PACE

    def get_default_screen(self) -> Screen[Any]:
        """The desk with a guide."""
        return StoryDesk()

    @property
    def desk(self) -> StoryDesk:
        """The main screen, by its own type."""
        return cast("StoryDesk", super().desk)

    def _start_slow_parts(self) -> None:
        self._tell_settings_problem()
        if self._first is None:
            self.open_menu()
        else:
            self.open_story(self._first)

    def on_unmount(self) -> None:
        """Take the stage down; the rest ends as in every app."""
        if self._runner is not None:
            self._runner.end()

    def banner(self) -> str | None:
        """A look into the past is the way of a story; only a revealed secret is announced."""
        return self.revealing.banner

    @property
    def command(self) -> str:
        """The fix on offer, as text to copy."""
        if self.walk is None or self._stage is None:
            return ""
        return self._stage.filled(self.walk.step.command)

    def copy_fix(self) -> None:
        """The fix that the story offers, else that of the verdict."""
        if self.walk is not None and self.walk.page.kind == "offer":
            self.copy(self.command, "the fix")
        else:
            super().copy_fix()

    # ── stories ────────────────────────────────────────────────────────────────────────────────

    def open_menu(self) -> None:
        """The list of stories."""
        self._stop_turning()

        def chosen(name: str | None) -> None:
            if name is not None:
                self.open_story(name)
            else:
                self._turn_later()

        self.push_screen(StoryMenu(), chosen)

    def open_story(self, name: str) -> None:
        """Set the stage for a story, in a thread, and show its first page."""
        story = next(story for story in self.stories if story.name == name)
        before, self._runner = self._runner, None
        walk = self.walk = Walk(story)
        self._stage = None
        self.session = AuthSession(_nothing, assess, Options(), self._clock)
        self.traffic, self.at = Traffic(()), None
        self.desk.turn()

        def work() -> None:
            # A server and its cryptography: loaded when the first stage is set, not for the menu.
            from authtui.demo.runner import Runner, StageError

            if before is not None:
                before.end()
            runner = Runner(story, self._clock, self._folder)
            try:
                stage = runner.start()
            except StageError as error:
                self.call_from_thread(self._not_staged, walk, str(error))
                return
            if self._stop.is_set() or walk is not self.walk:
                runner.end()
                return
            self.call_from_thread(self._staged, walk, runner, stage)

        self.run_worker(work, thread=True, group="stage", exit_on_error=False)

    def restart(self) -> None:
        """The same story from the beginning, with a new home."""
        if self.walk is not None:
            self.open_story(self.walk.story.name)

    def _not_staged(self, walk: Walk, reason: str) -> None:
        from authtui.demo.walk import StoryEnding

        if walk is self.walk:
            walk.ending = StoryEnding(False, reason)
            self._turned()

    def _staged(self, walk: Walk, runner: Runner, stage: Stage) -> None:
        if walk is not self.walk:
            self.run_thread(runner.end, "stage-end")
            return
        self._runner, self._stage = runner, stage
        self._unsubscribe()
        self.session = stage.session
        self._drawn = None
        self._unsubscribe = self.session.subscribe(self._heard)
        self.acts = LifecycleActions(
            self, stage.session, partial(stage.lifecycle_after, runner.over), offline=False
        )
        self._show()

    # ── pages ──────────────────────────────────────────────────────────────────────────────────

    def next_page(self) -> None:
        """Forward, where nothing has to be agreed to first."""
        walk = self.walk
        if walk is None or walk.waiting:
            return
        if walk.page.kind == "offer" and not walk.played:
            self.say("y does the fix, on this story's throw-away home", "accent")
        elif walk.on():
            self._show()
        else:
            self.say("this is the end; esc shows all stories", "muted")

    def previous_page(self) -> None:
        """Back to an earlier moment."""
        walk = self.walk
        if walk is not None and not walk.waiting and walk.back():
            self._show()

    def do_fix(self) -> None:
        """Perform what is offered, on the throw-away home."""
        walk = self.walk
        if walk is None or walk.waiting:
            return
        if walk.consent():
            self._show()
        else:
            self.say("there is no fix on this page", "muted")

    def guess(self, index: int) -> None:
        """Take a guess at the cause."""
        if self.walk is not None and self.walk.guess(index):
            self.redraw()

    def _show(self) -> None:
        """Show the page; where its moment was not played yet, play it first."""
        walk, runner = self.walk, self._runner
        if walk is None or runner is None:
            return
        if not walk.wanted:
            self._turned()
            return
        walk.waiting, self.at = True, None
        self.desk.turn()

        async def play() -> None:
            while walk.wanted:
                moment, walk.ending = await runner.advance()
                if moment is None:
                    break
                walk.moments.append(moment)
            if walk is self.walk:
                self._turned()

        self.run_worker(play(), group="story", exclusive=True, exit_on_error=False)

    def _turned(self) -> None:
        walk = self.walk
        if walk is None:
            return
        walk.waiting = False
        self.failure = walk.ending.reason if walk.ending_early and walk.ending else None
        moment = walk.shown
        events = self.session.events
        latest = events[-1].sequence if events else 0
        past = moment is not None and moment.sequence < latest and not walk.ending_early
        self.at = moment.sequence if past and moment is not None else None
        if walk.at_end and walk.ending is not None and walk.ending.green:
            self.seen.add(walk.story.name)
        self._woken.clear()
        self.traffic.drain()
        self.desk.turn()
        self._turn_later()

    # ── presenting ─────────────────────────────────────────────────────────────────────────────

    def toggle_play(self) -> None:
        """Let the pages turn by themselves, or stop that."""
        self.pace = None if self.pace is not None else self._chosen_pace
        self.say("pages turn by themselves" if self.pace else "paused; n goes on", "muted", 2)
        self._turn_later()
        self.redraw()

    def change_pace(self, step: int) -> None:
        """The next shorter or longer wait between pages."""
        here = min(range(len(PACES)), key=lambda n: abs(PACES[n] - self._chosen_pace))
        self._chosen_pace = PACES[max(0, min(len(PACES) - 1, here + step))]
        if self.pace is not None:
            self.pace = self._chosen_pace
        self.say(f"a page in {self._chosen_pace:g} s", "muted", 2)
        self._turn_later()
        self.redraw()

    def _stop_turning(self) -> None:
        if self._turning is not None:
            self._turning.stop()
            self._turning = None

    def _turn_later(self) -> None:
        self._stop_turning()
        if self.pace is not None and self.walk is not None and not self.walk.waiting:
            self._turning = self.set_timer(self.pace, self._turn)

    def _turn(self) -> None:
        """What a presenter would press now."""
        walk = self.walk
        if walk is None or walk.waiting or self.pace is None:
            return
        if not self.screen_stack or self.screen is not self.desk:
            return  # a timer may still fire while the app closes, or the menu stands on top
        right = walk.right_guess()
        if walk.page.kind == "symptom" and right is not None and right not in walk.tried:
            self.guess(right)
            self._turn_later()
        elif walk.page.kind == "offer" and not walk.played:
            self.do_fix()
        elif not walk.at_end:
            self.next_page()
        else:
            self.redraw()


def _nothing() -> Observation:
    raise RuntimeError("no story is on stage yet")


if TYPE_CHECKING:
    # The app offers what its desk asks for: held by the type checker alone.
    _OWNER: type[StoryOwner] = StoryApp
