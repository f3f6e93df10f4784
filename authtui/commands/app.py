"""`authtui` without a command: the app on a machine's state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.commands.options import clock_of, observe, options_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any

    from authtui.commands import Given
    from authtui.credentials.observation import Observation
    from authtui.lifecycle.transitions import Lifecycle
    from authtui.model.session import AuthSession

EXIT_USAGE = 2
DRIVER = "TEXTUAL_DRIVER"
"""Set where the app draws for another program than a terminal, as for the page of `serve`."""


def run(args: argparse.Namespace, given: Given) -> int:
    """Open the app; returns its exit code."""
    import sys

    from authtui.settings import read_settings, settings_path
    from authtui.tui.launch import launch

    served = bool(given.environ.get(DRIVER))
    if not served and not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(
            "authtui: the app needs a terminal; `authtui check` gives the same answer as text",
            file=given.err,
        )
        return EXIT_USAGE
    environ = given.environ
    made: list[AuthSession[Any]] = []

    def make() -> AuthSession[Any]:
        made.append(make_session(args, environ))
        return made[0]

    def lifecycle(progress: Callable[[str], None]) -> Lifecycle:
        from authtui.lifecycle.transitions import Lifecycle, wire_factory

        session = made[0]

        def clock() -> datetime:
            return clock_of(args)

        return Lifecycle(
            session,
            wire_factory(session, environ, clock, offline=args.offline),
            clock=clock,
            offline=args.offline,
            base_url=getattr(args, "base_url", None),
            progress=progress,
        )

    settings = read_settings(settings_path())
    if served and settings.clipboard == "native":
        settings = settings._replace(clipboard="osc52")  # the page's clipboard, not this machine's
    return launch(
        make,
        settings,
        presenter=args.presenter,
        read_only=args.read_only,
        watch=args.watch,
        fill_in=keyring_look(lambda: made[0]),
        lifecycle=lifecycle,
        offline=args.offline,
    )


def keyring_look(session_of: Callable[[], AuthSession[Any]]) -> Callable[[], None]:
    """The look that the first one leaves out: the keyring may take its time, or not answer."""

    def look() -> None:
        from authtui.credentials.observe import read_keyring, wants_keyring

        session = session_of()
        observation = session.state.observation
        if observation is None or not wants_keyring(observation):
            return
        seen = read_keyring(observation)
        if (seen.keyring, seen.encrypted) != (observation.keyring, observation.encrypted):
            session.adopt(seen, "keyring")

    return look


def make_session(args: argparse.Namespace, environ: Mapping[str, str]) -> AuthSession[Any]:
    """A session over the state that the options name, loaded once without the keyring."""
    from authtui.checks.assess import assess
    from authtui.model.session import AuthSession

    first = True

    def read() -> Observation:
        nonlocal first
        keyring, first = not first, False
        return observe(args, environ, probe_keyring=keyring)

    def clock() -> datetime:
        return clock_of(args)

    session = AuthSession(read, assess, options_of(args), clock)
    session.load("start")
    return session
