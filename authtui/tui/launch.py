"""From a command to the first frame, with the least waiting."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from authtui.assessment.accounts import HomeAccount
    from authtui.model.session import AuthSession
    from authtui.settings import Settings
    from authtui.trace.reader import Trace
    from authtui.tui.capture.watched_program import MakeCapture
    from authtui.tui.lifecycle_actions import MakeLifecycle


def launch(
    make_session: Callable[[], AuthSession[Any]],
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
) -> int:
    """Import the interface, make the session and run the app; the exit status."""
    with _collector_resting():
        from authtui.tui.app import AuthtuiApp

        session = make_session()
    app = AuthtuiApp(
        session,
        settings,
        presenter=presenter,
        read_only=read_only,
        watch=watch,
        fill_in=fill_in,
        lifecycle=lifecycle,
        offline=offline,
        capture=capture,
        accounts=accounts,
    )
    return app.run_to_exit()


def launch_replay(traces: Sequence[Trace], settings: Settings, *, presenter: bool = False) -> int:
    """The same for one trace, or for two to compare; the exit status."""
    with _collector_resting():
        from authtui.trace.replay import Replay
        from authtui.tui.replay.replay_app import ReplayApp, describe

        replays = [Replay(trace, describe) for trace in traces]
    other = replays[1] if len(replays) > 1 else None
    return ReplayApp(replays[0], settings, other=other, presenter=presenter).run_to_exit()


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Several hundred modules make no garbage, and tracing them again and again takes 30 ms.

    What is alive after the imports is then set aside for good.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()
