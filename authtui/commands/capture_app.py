"""`authtui capture` in the app: the program starts once the first frame stands."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from authtui.commands.capture_parts import capture_of, exit_code, told_problem, usage, write_har

if TYPE_CHECKING:
    import argparse

    from authtui.capture.capture import Capture
    from authtui.capture.child import Ending
    from authtui.capture.overrides import OverridePlan
    from authtui.commands import ProcessContext
    from authtui.model.session import AuthSession


def in_the_app(
    args: argparse.Namespace,
    given: ProcessContext,
    session: AuthSession[Any],
    plan: OverridePlan,
) -> int:
    """Show the program; what still runs when the app is left is ended before its proxy."""
    from authtui.capture.rotations import tell_of_rotations
    from authtui.commands.session import look_at_keyring
    from authtui.settings import read_settings, settings_path
    from authtui.tui.launch import launch
    from authtui.verdict.command_line import surface_of

    if surface_of(plan.command) == "tui":
        text = "the client's own interface needs this terminal for itself: add --terminal"
        return usage(given, text)
    made: list[Capture] = []

    def look_again(_ending: Ending) -> None:
        # What is stored after the end tells whether the login is still there.
        session.load("ended")

    def make(number: int) -> Capture:
        made.append(capture_of(args, given, session, plan, number, look_again))
        return made[-1]

    tell_of_rotations(session)
    try:
        code = launch(
            lambda: session,
            read_settings(settings_path()),
            presenter=args.presenter,
            read_only=args.read_only,
            watch=args.watch,
            fill_in=partial(look_at_keyring, session),
            offline=args.offline,
            capture=make,
        )
    finally:
        for capture in made:
            capture.stop()
            capture.finish()
    if args.har and (written := write_har(args.har, session)) is not None:
        return usage(given, written)
    last = made[-1] if made else None
    if code or last is None:
        return code
    return told_problem(given, last.problem) if last.problem else exit_code(last.ending)
