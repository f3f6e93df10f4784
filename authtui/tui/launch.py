"""From a command to the first frame, with the least waiting."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authtui.model.session import AuthSession
    from authtui.model.trace.reader import Trace
    from authtui.settings import Settings
    from authtui.tui.acts import MakeLifecycle
    from authtui.tui.capture import MakeCapture


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
) -> int:
    """Import the interface, make the session and run the app; the exit status.

    The collector rests meanwhile: several hundred modules make no garbage, and tracing them again
    and again costs up to 30 ms. What is alive after the imports is then set aside for good.
    """
    gc.disable()
    try:
        from authtui.tui.app import AuthtuiApp

        session = make_session()
        gc.freeze()
    finally:
        gc.enable()
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
    )
    app.run()
    if app._exception is not None:
        raise app._exception
    return app.return_code or 0


def launch_replay(traces: Sequence[Trace], settings: Settings, *, presenter: bool = False) -> int:
    """The same for one trace, or for two to compare; the exit status."""
    gc.disable()
    try:
        from authtui.model.trace.replay import Replay
        from authtui.tui.replay import describe, run_replay

        replays = [Replay(trace, describe) for trace in traces]
        gc.freeze()
    finally:
        gc.enable()
    other = replays[1] if len(replays) > 1 else None
    return run_replay(replays[0], settings, other=other, presenter=presenter)
