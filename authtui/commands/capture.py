"""`authtui capture`: a program behind a recording proxy on loopback; what it really sends.

The program runs with the user's own home. No file of it is changed by authtui, and no server but
those the program would have asked itself, or the one that was named, is contacted.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

from authtui.commands.capture_parts import usage
from authtui.commands.options import add_common, port_number
from authtui.commands.session import make_session
from authtui.demo.backend.logins import LOGINS
from authtui.redaction import safe_text

if TYPE_CHECKING:
    from authtui.capture.overrides import OverridePlan
    from authtui.commands import ProcessContext
    from authtui.demo.backend.backend import Backend
    from authtui.demo.backend.logins import Login
    from authtui.model.session import AuthSession

DEMO: Final = "demo"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.usage = "authtui capture [options] -- COMMAND [ARGUMENT ...]"
    parser.add_argument(
        "--upstream",
        metavar="URL|demo",
        help="one server for every request; demo: the embedded backend "
        "(default: the servers the program is configured for)",
    )
    parser.add_argument(
        "--login",
        choices=LOGINS,
        help="with --upstream demo: a throw-away home with this login, in place of your own",
    )
    parser.add_argument(
        "--headless", action="store_true", help="without the app: the events as lines of text"
    )
    parser.add_argument("--json", action="store_true", help="JSON Lines; without the app")
    parser.add_argument(
        "--terminal",
        action="store_true",
        help="let the program use this terminal, as codex's own interface must; events are "
        "printed after it has ended",
    )
    parser.add_argument(
        "--port",
        type=port_number,
        default=0,
        metavar="N",
        help="the proxy's port (default: a free one)",
    )
    parser.add_argument("--har", metavar="FILE", help="write the requests as HAR, redacted")
    parser.add_argument(
        "--record", metavar="FILE", help="write everything that happens as a redacted trace"
    )
    parser.add_argument("command_line", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    add_common(parser, nested=True)


def more_help() -> str:
    """What `--help` says below the options."""
    return (
        "here: 0 the program ended well · 1 it did not · 2 it cannot be started, or the port is "
        "taken ·\n130 interrupted. Its own exit code is in the event of its end; what was "
        "predicted and\nwhat was observed are set side by side after that.\n\n"
        "Without --terminal the program's input is that of authtui, or empty where that is a "
        "terminal,\nand what it says is shown line by line, without secrets.\n"
    )


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Run the program to its end."""
    command = list(args.command_line)
    if command[:1] == ["--"]:
        command = command[1:]
    if not command:
        return usage(given, "which program? `authtui capture -- codex exec hi`")
    if args.offline:
        return usage(given, "a capture passes requests on; leave --offline")
    with ExitStack() as stack:
        planned = prepare(args, given, command, stack)
        if isinstance(planned, str):
            return usage(given, planned)
        session, plan = planned
        if args.record and (problem := _record(args.record, session, given, stack)):
            return usage(given, problem)
        if not (args.headless or args.json or args.terminal) and given.in_terminal():
            from authtui.commands.capture_app import in_the_app

            return in_the_app(args, given, session, plan)
        from authtui.commands.capture_headless import without_the_app

        return without_the_app(args, given, session, plan)


def prepare(
    args: argparse.Namespace, given: ProcessContext, command: list[str], stack: ExitStack
) -> tuple[AuthSession[Any], OverridePlan] | str:
    """The session with its prediction, and what is overridden; a sentence if neither can be had.

    The embedded backend, where it is the upstream, runs until `stack` is closed.
    """
    from authtui.machine.installed import version_of_program
    from authtui.verdict.command_line import is_client, nearest_surface

    program, version = version_of_program(command[0], given.environ)
    if program is None:
        return f"{_safe(command[0])} was not found"
    if is_client(command):
        if args.contract == "auto" and version is not None:
            args.contract = version
        if args.surface == "exec":
            args.surface = nearest_surface(command)
    upstream, environ = args.upstream, dict(given.environ)
    if args.home:
        environ["CODEX_HOME"] = args.home
    if args.login and (upstream != DEMO or args.home):
        return "--login goes with --upstream demo, and with no --home"
    if upstream == DEMO:
        from authtui.demo.backend.server import running_backend
        from authtui.machine.throw_away import NoRoomError

        backend = stack.enter_context(running_backend())
        upstream = backend.base_url
        if args.login:
            try:
                environ["CODEX_HOME"] = _throw_away_home(backend, args.login, stack)
            except NoRoomError as error:
                return f"--login: {error}"
    elif upstream is not None:
        from authtui.capture.routes import upstream_of

        found = upstream_of(upstream)
        if isinstance(found, str):
            return f"--upstream: {found}"
        upstream = found.url
    session = make_session(args, environ)
    return _plan(session, command, environ, upstream)


def _record(
    path: str, session: AuthSession[Any], given: ProcessContext, stack: ExitStack
) -> str | None:
    """Record until `stack` is closed; a sentence if that fails."""
    from authtui.trace.target import CannotRecordError
    from authtui.trace.writer import record

    try:
        writer, leave = record(session, path, given.environ)
    except CannotRecordError as error:
        return f"--record {_safe(path)}: {error}; nothing was written"
    stack.callback(writer.close)
    stack.callback(leave)
    return None


def _throw_away_home(backend: Backend, login: Login, stack: ExitStack) -> str:
    from pathlib import Path

    from authtui.demo.backend.client_setup import setup_for
    from authtui.machine.throw_away import throw_away

    folder = stack.enter_context(throw_away("capture"))
    path = Path(folder, "auth.json")
    path.touch(mode=0o600)
    path.write_text(setup_for(backend, login).auth_json.reveal(), encoding="utf-8")
    return folder


def _plan(
    session: AuthSession[Any], command: list[str], environ: dict[str, str], upstream: str | None
) -> tuple[AuthSession[Any], OverridePlan] | str:
    from authtui.assessment.generations import choose_contract
    from authtui.capture.overrides import plan_overrides
    from authtui.lifecycle.addresses import addresses_of

    state = session.state
    observation, assessment = state.observation, state.assessment
    if observation is None or assessment is None:
        return "nothing could be read"
    contract, _ = choose_contract(observation, session.options.contract)
    addresses = addresses_of(observation, contract, None, base_url=upstream)
    plan = plan_overrides(
        command,
        environ,
        observation,
        contract,
        addresses,
        mode=assessment.verdict.mode,
        upstream=upstream,
    )
    return plan if isinstance(plan, str) else (session, plan)


def _safe(text: str) -> str:
    return safe_text(text, 400)
