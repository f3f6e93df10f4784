"""The app: one session, one screen, and what reaches past both (clipboard, watching, reveal)."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import App
from textual.message import Message

from authtui.redaction import redact_text
from authtui.tui.capture.watched_program import WatchedProgram
from authtui.tui.desk import Desk
from authtui.tui.keymap import unknown_ids
from authtui.tui.keyring_look import KEYRING_SECONDS, KeyringLook
from authtui.tui.keys import changes_something
from authtui.tui.lifecycle_actions import LifecycleActions
from authtui.tui.lines import safe
from authtui.tui.pane import Pane
from authtui.tui.recording import Recording
from authtui.tui.revealing import Revealing
from authtui.tui.screen import BoxedScreen
from authtui.tui.theme import THEMES, first_theme, themes
from authtui.tui.traffic import Traffic
from authtui.tui.views.context import ViewContext, clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.command import Provider
    from textual.screen import Screen

    from authtui.assessment.accounts import HomeAccount
    from authtui.model.events import Event
    from authtui.model.session import AuthSession
    from authtui.model.state import AuthState
    from authtui.settings import Settings
    from authtui.tui.capture.watched_program import MakeCapture
    from authtui.tui.lifecycle_actions import MakeLifecycle
    from authtui.tui.lines import Item
    from authtui.tui.messages import Say
    from authtui.tui.owner import Owner

MARK_SECONDS = 3.0
REDRAWS_PER_SECOND = 15


def _commands() -> type[Provider]:
    from authtui.tui.palette import PaletteActions

    return PaletteActions


class SessionPublished(Message):
    """The session published something; sent from whatever thread it happened on."""


class AuthtuiApp(App[None]):
    """Shows a session. Holds no truth of its own: what is drawn comes from `AuthState`."""

    TITLE = "authtui"
    CSS = "Desk { overflow: hidden; } Rows, Pane { background: $background; }"
    COMMANDS: ClassVar[set[Any]] = {_commands}
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        session: AuthSession[Any],
        settings: Settings,
        *,
        presenter: bool = False,
        read_only: bool = False,
        watch: bool = True,
        fill_in: Callable[[], None] | None = None,
        lifecycle: MakeLifecycle | None = None,
        offline: bool = False,
        capture: MakeCapture | None = None,
        accounts: Callable[[], Sequence[HomeAccount]] | None = None,
    ) -> None:
        """`fill_in` reads the keyring, which may take its time: in a thread, after the first frame.

        `lifecycle` makes what acts, at its first use; `offline` forbids every connection.
        `capture` prepares a program to watch, started after the first frame. `accounts` looks at
        every home of this machine; None where another one is shown.
        """
        # With NO_COLOR alone Textual writes greys: black on black in a terminal of sixteen colours.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.revealing = Revealing(self, self.redraw)
        self.recording = Recording(self)
        self.acts = LifecycleActions(self, session, lifecycle, offline=offline)
        self.watched: WatchedProgram | None = None
        if capture is not None:
            self.watched = WatchedProgram(self, session, capture, lambda: self.looking)
        self.traffic = Traffic(session.state.requests)
        self.session = session
        self.accounts = accounts
        self.read_only = read_only
        self.settings = settings._replace(path=None) if read_only else settings
        self.presenter = presenter or settings.presenter
        self.at: int | None = None
        self.message: tuple[str, str] | None = None
        self.watching = ""
        self._watch = watch
        self.keyring = KeyringLook(self, lambda: self.session.state.observation, fill_in)
        self._marks: frozenset[str] = frozenset()
        self._drawn = session.state.assessment
        self._woken = threading.Event()
        self._stop = threading.Event()
        self._loading = False
        self._said = 0
        for theme in themes():
            self.register_theme(theme)
        wanted = "ansi" if self.no_color else settings.theme
        self.theme = first_theme(wanted, self.console.color_system)
        if settings.keymap:
            self.set_keymap(dict(settings.keymap))

    def run_to_exit(self) -> int:
        """Run until the user leaves, and return the exit status.

        Raises:
            Exception: Whatever bug ended the app: it is not drawn on the screen.
        """
        self.run()
        if self._exception is not None:
            raise self._exception
        return self.return_code or 0

    def get_default_screen(self) -> Screen[Any]:
        """Return the desk, or that of a capture where a program is or was watched."""
        if self.watched is not None or self.session.state.programs:
            from authtui.tui.capture.capture_desk import CaptureDesk

            return CaptureDesk()
        return Desk()

    @property
    def desk(self) -> Desk:
        """The main screen, under whatever stands on it."""
        return cast("Desk", self.screen_stack[0])

    # ── life ───────────────────────────────────────────────────────────────────────────────────

    def on_mount(self) -> None:
        """Listen to the session; what is slow starts after the first frame."""
        self._unsubscribe = self.session.subscribe(self._heard)
        if not self.is_headless:
            self._leave_on_signals()
        self.call_after_refresh(self._start_slow_parts)

    def _leave_on_signals(self) -> None:
        # Without this the process would end inside the alternate screen.
        with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, partial(self.exit, return_code=128 + number))

    def _fatal_error(self) -> None:
        # Textual would print a traceback that holds the values of local variables: secrets too.
        self._close_messages_no_wait()

    def on_unmount(self) -> None:
        """Stop the threads, the recording and the subscription."""
        self._stop.set()
        self.recording.close()
        if hasattr(self, "_unsubscribe"):
            self._unsubscribe()

    def _start_slow_parts(self) -> None:
        if self.session.state.assessment is None:
            self.load("start")
        self._tell_settings_problem()
        self.keyring.start()
        if self.watched is not None:
            self.watched.begin()
            self.set_interval(1, self.redraw)
        if self._watch:
            from authtui.model.file_watch import watch_session

            self.watching = "watching"
            self.run_thread(lambda: watch_session(self.session, self._stop), "watch")
            self.desk.update_frame()
            self.set_interval(KEYRING_SECONDS, self.keyring.again)

    def _tell_settings_problem(self) -> None:
        for problem in (*self.settings.problems, *unknown_ids(self.settings.keymap))[:1]:
            self.say(f"settings: {problem}", "warn", 8)

    @property
    def looking(self) -> bool:
        """Whether a slow look is under way."""
        return self.keyring.under_way or self._loading

    def action_help_quit(self) -> None:
        """Ctrl-C on whatever screen: it ends a watched program; else q leaves."""
        if self.watched is not None:
            return self.watched.stop()
        return self.say("q leaves", "muted")

    def run_thread(self, work: Callable[[], object], group: str) -> None:
        """Run something that may wait, outside the loop; a newer one of the group replaces it."""
        self.run_worker(work, thread=True, exclusive=True, group=group, exit_on_error=False)

    def _heard(self, state: AuthState, event: Event) -> None:  # noqa: ARG002 - a subscriber's signature
        # Called on whatever thread publishes. Many events make one redraw.
        self.traffic.heard(event)
        if not self._woken.is_set():
            self._woken.set()
            self.post_message(SessionPublished())

    def on_session_published(self) -> None:
        """Redraw soon, and at most so many times a second."""
        self.set_timer(1 / REDRAWS_PER_SECOND, self._drain)

    def _drain(self) -> None:
        self._woken.clear()
        self.traffic.drain()
        found = self.session.state.assessment
        if found is not None and found is not self._drawn:
            from authtui.tui.changes import changed_keys

            self._marks = changed_keys(self._drawn, found)
            self._drawn = found
            if self._marks:
                self.set_timer(MARK_SECONDS, self._unmark)
        self.redraw()

    def _unmark(self) -> None:
        self._marks = frozenset()
        self.redraw()

    def redraw(self) -> None:
        """Draw every screen anew from the state."""
        if not self.screen_stack:
            return  # a timer may still fire while the app closes
        self.desk.update_all()
        top = self.screen
        if top is not self.desk and isinstance(top, BoxedScreen):
            top.update_all()

    # ── what is shown ──────────────────────────────────────────────────────────────────────────

    def shown_state(self) -> AuthState:
        """The state of the moment looked at."""
        return self.session.state if self.at is None else self.session.state_at(self.at)

    def view(self, token: int = 0, matrix: bool = False) -> ViewContext:
        """What the panes draw from."""
        busy = "Reading the credentials of this machine…" if self._loading else ""
        return ViewContext(
            self.shown_state(),
            self.session.events,
            revealed=self.revealing.secret,
            token=token,
            matrix=matrix,
            marks=self._marks,
            at=self.at,
            busy=busy,
            traffic=self.traffic if self.at is None else None,
            now=self.watched.now() if self.watched is not None and self.at is None else None,
        )

    def banner(self) -> str | None:
        """What must be seen before anything else: a revealed secret, a look into the past."""
        if (banner := self.revealing.banner) is not None:
            return banner
        if self.at is not None:
            events = self.session.events
            numbers = [e.sequence for e in events]
            place = numbers.index(self.at) + 1 if self.at in numbers else 1
            when = clock(events[place - 1].at).removesuffix("Z")
            where = f"◂ as of {when} (event {place} of {len(events)})"
            return f"{where} · , earlier  . later · End returns"
        return None

    def say(self, text: str, tone: str = "good", seconds: float = 4) -> None:
        """Say something in the footer for a moment."""
        self.message = (safe(text, 400), tone)
        self._said += 1
        mine = self._said
        self.update_frames()

        def clear() -> None:
            if mine == self._said:
                self.message = None
                self.update_frames()

        self.set_timer(seconds, clear)

    def on_say(self, message: Say) -> None:
        """Say what a part of the app has to tell."""
        self.say(message.text, message.tone, message.seconds)

    def on_frame_changed(self) -> None:
        """Draw the frames anew: a part of the app goes on."""
        self.update_frames()

    def on_watched_program_left(self) -> None:
        """Leave, now that the program has ended."""
        self.exit()

    def on_lifecycle_actions_planned(self, message: LifecycleActions.Planned) -> None:
        """Show what a step would do; perform it where the user agrees."""
        from authtui.tui.dialogs.preview_screen import PreviewScreen

        name, found = message.name, message.found

        def answered(answer: str | None) -> None:
            if answer == "yes" and found.plan is not None:
                self.acts.perform(name, found.plan)

        self.push_screen(PreviewScreen(name, found, message.warning), answered)

    def update_frames(self) -> None:
        """Draw headers and footers anew."""
        for screen in self.screen_stack:
            if isinstance(screen, BoxedScreen):
                screen.update_frame()

    # ── actions ────────────────────────────────────────────────────────────────────────────────

    def reason_against(self, action: str) -> str | None:
        """Why an action cannot be done now, or None."""
        if action.startswith("act("):
            past = "this is the past; End returns to the present" if self.at is not None else None
            return self.locked(action) or self.acts.reason_against() or past
        if action in ("surface", "generation") and self.session.options is None:
            return "this is a trace; it cannot be judged for another client"
        return self.locked(action)

    def locked(self, action: str) -> str | None:
        """Why an action is refused for the whole of this run, or None."""
        if self.presenter and action in ("reveal", "export", "report", "record"):
            return f"{action} is locked: this run is a presentation"
        if self.read_only and changes_something(action):
            return "locked: this screen is read-only; it shows and changes nothing"
        return None

    async def run_action(self, action: Any, *args: Any, **options: Any) -> bool:  # noqa: ANN401 - as Textual's own
        """Run an action, from a key, the mouse or the palette, unless it is locked."""
        if isinstance(action, str) and (locked := self.locked(action)):
            self.say(locked, "warn")
            return True
        return await super().run_action(action, *args, **options)

    async def on_event(self, event: events.Event) -> None:
        """Make a paste safe where it goes to a field of Textual's own, which draws it as it is."""
        if isinstance(event, events.Paste) and not isinstance(self.focused, Pane):
            event = events.Paste(safe(event.text))
        await super().on_event(event)

    def load(self, cause: str) -> None:
        """Read the machine in a thread."""
        if self.at is not None:
            self.to_present()
        self._loading = True

        def work() -> None:
            try:
                self.session.load(cause)
                seen = self.session.state.observation
                answer = f"read again at {clock(seen.at)}" if seen else "read again"
                tone = "good"
            except Exception as error:  # noqa: BLE001 - the border: a bug below becomes a sentence
                answer, tone = f"loading failed: {safe(error, 200)}", "bad"
            self._loading = False
            if not self._stop.is_set() and cause == "load":
                self.call_from_thread(self.say, answer, tone)

        self.run_thread(work, "load")

    def reassess(self, **wanted: object) -> None:
        """Judge what was seen for other options, in a thread."""
        session = self.session
        options = session.options._replace(**wanted)
        cause = ", ".join(f"{name} {value}" for name, value in wanted.items())
        self.run_thread(lambda: session.reassess(options, cause), "reassess")

    def step_event(self, step: int) -> None:
        """Look at the state after the event before or after this one."""
        numbers = [e.sequence for e in self.session.events]
        if not numbers:
            return self.say("there is no event yet", "muted")
        here = numbers.index(self.at) if self.at in numbers else len(numbers) - 1
        goal = here + step
        if goal < 0:
            return self.say("this is the first event", "muted")
        self.at = None if goal >= len(numbers) - 1 else numbers[goal]
        if step > 0 and self.at is None:
            self.say("this is the present", "muted", 2)
        return self.redraw()

    def to_present(self) -> bool:
        """Leave the past; False when this is the present already."""
        if self.at is None:
            return False
        self.at = None
        self.redraw()
        return True

    def copy(self, text: str, what: str, *, redact: bool = True) -> None:
        """Put text on the clipboard, redacted unless it was made without secrets; say how."""
        from authtui.tui.clipboard import copy

        shown = redact_text(text) if redact else text
        copy(self, self.settings.clipboard, shown, what or "the value")

    def copy_fix(self) -> None:
        """Copy what does the fix that is shown: its command, or the one that edits the file."""
        found = self.shown_state().assessment
        first = found.verdict.fix[0] if found and found.verdict.fix else None
        command = first.command if first is not None else None
        if command is None and first is not None and first.edit is not None:
            command = "authtui fix"
        if command is None:
            self.say("this verdict has no command to copy", "muted")
        else:
            self.copy(command, "the fix")

    def copy_curl(self, item: Item | None) -> None:
        """Copy a request as a command; its secrets are variables."""
        from authtui.exchanges.export import as_curl
        from authtui.exchanges.records import RequestRecord

        record = item.subject if item is not None else None
        if not isinstance(record, RequestRecord):
            return self.say("select a request first (4 shows them)", "muted")
        # Made of a record that holds no secret; redacting again would take its variables for one.
        what = "the request as a curl command; set its variables"
        return self.copy(as_curl(record), what, redact=False)

    def next_theme(self) -> None:
        """Dark, light, terminal colours."""
        index = THEMES.index(self.theme) if self.theme in THEMES else -1
        self.theme = THEMES[(index + 1) % len(THEMES)]
        self.settings = self.settings._replace(theme=self.theme)
        self.redraw()
        self.say(f"theme: {self.theme.removeprefix('authtui-')}", "muted", 2)
        if self.settings.path is not None:
            from authtui.settings import change_setting

            path, chosen = Path(self.settings.path), self.theme
            self.run_thread(lambda: change_setting(path, "theme", chosen), "settings")

    def open_detail(self, item: Item) -> None:
        """Open the detail of a row."""
        from authtui.tui.dialogs.dialog import DetailScreen

        self.push_screen(DetailScreen.of_item(item))


if TYPE_CHECKING:
    # The app offers what its screens ask for: held by the type checker alone.
    _OWNER: type[Owner] = AuthtuiApp
