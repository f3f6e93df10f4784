"""What both ways of `authtui capture`, in the app and headless, are made of."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from authtui.commands import EXIT_BUG, EXIT_FAILED, EXIT_USAGE
from authtui.commands.options import clock_of
from authtui.directories import open_private
from authtui.redaction import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from authtui.capture.capture import Capture, CaptureProblem
    from authtui.capture.child import Ending
    from authtui.capture.overrides import OverridePlan
    from authtui.commands import ProcessContext
    from authtui.model.session import AuthSession


def capture_of(
    args: argparse.Namespace,
    given: ProcessContext,
    session: AuthSession[Any],
    plan: OverridePlan,
    number: int = 1,
    ended: Callable[[Ending], None] | None = None,
) -> Capture:
    """A capture that can be started; the app makes as many as it likes."""
    from authtui.capture.capture import Capture
    from authtui.credentials.marks import public_keys_of
    from authtui.lifecycle.context import environment_of
    from authtui.request_auth import assertion_facts

    def key_of(agent_runtime_id: str) -> bytes | None:
        # Looked up when it is needed: the program may register an agent while it runs.
        seen = session.state.observation
        return None if seen is None else public_keys_of(seen).get(agent_runtime_id)

    return Capture(
        session,
        plan,
        environment_of(given.environ, session.state.observation),
        partial(clock_of, args),
        number=number,
        port=args.port,
        terminal=args.terminal,
        keep_stdin=not args.terminal and not given.stdin.isatty(),
        read_assertion=partial(assertion_facts, key_of=key_of),
        ended=ended,
    )


def exit_code(ending: Ending | None) -> int:
    """The exit code of this command for a program that has ended."""
    return 0 if ending is not None and ending.exit_status == 0 else EXIT_FAILED


def told_problem(given: ProcessContext, problem: CaptureProblem) -> int:
    """Say why nothing was captured; returns the exit code."""
    print(f"authtui capture: {problem.statement}", file=given.err)
    return EXIT_USAGE if problem.usage else EXIT_BUG


def write_har(path: str, session: AuthSession[Any]) -> str | None:
    """Write the requests as HAR; a sentence if that fails."""
    from authtui.exchanges.export import as_har
    from authtui.version import __version__

    text = json.dumps(as_har(session.state.requests, __version__), ensure_ascii=False, indent=1)
    try:
        with open_private(path) as file:
            file.write(text + "\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        return f"--har {safe_text(path, 400)}: {reason}"
    return None


def usage(given: ProcessContext, text: str) -> int:
    """Say what is wrong with the command line; returns the exit code."""
    print(f"authtui capture: {text}", file=given.err)
    return EXIT_USAGE
