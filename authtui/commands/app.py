"""`authtui` without a command: the app on a machine's state."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from authtui.commands import EXIT_USAGE
from authtui.commands.options import clock_of, options_of
from authtui.commands.session import look_at_keyring, make_session
from authtui.directories import rescue_dir

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from typing import Any

    from authtui.assessment.accounts import HomeAccount
    from authtui.commands import ProcessContext
    from authtui.lifecycle.transitions import Lifecycle
    from authtui.model.session import AuthSession

DRIVER = "TEXTUAL_DRIVER"
"""Set where the app draws for another program than a terminal, as for the page of `serve`."""


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Open the app; returns its exit code."""
    from authtui.settings import read_settings, settings_path
    from authtui.tui.launch import launch

    served = bool(given.environ.get(DRIVER))
    if not served and not given.in_terminal():
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

        session, clock = made[0], partial(clock_of, args)
        return Lifecycle(
            session,
            wire_factory(session, environ, clock, offline=args.offline),
            clock=clock,
            offline=args.offline,
            progress=progress,
            rescue_folder=str(rescue_dir(environ)),
        )

    def accounts() -> Sequence[HomeAccount]:
        from authtui.front_door import list_accounts

        return list_accounts(environ=environ, now=clock_of(args), options=options_of(args))

    settings = read_settings(settings_path())
    if served and settings.clipboard == "native":
        settings = settings._replace(clipboard="osc52")  # the page's clipboard, not this machine's
    return launch(
        make,
        settings,
        presenter=args.presenter,
        read_only=args.read_only,
        watch=args.watch,
        fill_in=lambda: look_at_keyring(made[0]),
        lifecycle=lifecycle,
        offline=args.offline,
        accounts=accounts,
    )
