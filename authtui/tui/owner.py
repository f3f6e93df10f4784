"""What a screen may ask of the app that it stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.screen import Screen

    from authtui.assessment.accounts import HomeAccount
    from authtui.model.session import AuthSession
    from authtui.model.state import AuthState
    from authtui.settings import Settings
    from authtui.tui.capture.watched_program import WatchedProgram
    from authtui.tui.lifecycle_actions import LifecycleActions
    from authtui.tui.lines import Item
    from authtui.tui.recording import Recording
    from authtui.tui.revealing import Revealing
    from authtui.tui.traffic import Traffic
    from authtui.tui.views.context import ViewContext


class Owner(Protocol):
    """The app as its screens see it; `AuthtuiApp` is one, and says there what each part does."""

    session: AuthSession[Any]
    settings: Settings
    at: int | None
    message: tuple[str, str] | None
    watching: str
    acts: LifecycleActions
    recording: Recording
    revealing: Revealing
    traffic: Traffic
    watched: WatchedProgram | None
    accounts: Callable[[], Sequence[HomeAccount]] | None

    def shown_state(self) -> AuthState:
        """Give the state of the moment looked at."""

    def view(self, token: int = 0, matrix: bool = False) -> ViewContext:
        """Give what the panes draw from."""

    def banner(self) -> str | None:
        """Give what must be seen before anything else."""

    def say(self, text: str, tone: str = "good", seconds: float = 4) -> None:
        """Say something in the footer for a moment."""

    def reason_against(self, action: str) -> str | None:
        """Tell why an action cannot be done now."""

    def copy(self, text: str, what: str, *, redact: bool = True) -> None:
        """Put text on the clipboard."""

    def copy_fix(self) -> None:
        """Copy the command that would put things right."""

    def copy_curl(self, item: Item | None) -> None:
        """Copy a request as a curl command."""

    def load(self, cause: str) -> None:
        """Read the machine again."""

    def next_theme(self) -> None:
        """Change to the next theme."""

    def open_detail(self, item: Item) -> None:
        """Open the detail of a row."""

    def reassess(self, **wanted: object) -> None:
        """Judge what was seen for other options."""

    def step_event(self, step: int) -> None:
        """Look at another moment."""

    def to_present(self) -> bool:
        """Leave the past; whether that was needed."""

    def call_from_thread(self, callback: Callable[..., object], *args: object) -> object:
        """Run something in the loop, from a thread, and wait for it."""

    def exit(self) -> None:
        """Leave the whole app."""

    def push_screen(
        self, screen: Screen[str | None], callback: Callable[[str | None], None] | None = None
    ) -> object:
        """Put a screen on top; `callback` hears its answer."""

    def run_thread(self, work: Callable[[], object], group: str) -> None:
        """Run something that may wait; a newer one of the group replaces it."""
