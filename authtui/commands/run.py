"""`authtui run`: the lifecycle without the interface; a preview unless `--live` is given."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from authtui.commands import EXIT_CANNOT_TELL, EXIT_FAILED, EXIT_NOT_LOGGED_IN, EXIT_USAGE
from authtui.commands.event_lines import event_line
from authtui.commands.options import add_common, clock_of
from authtui.commands.session import make_session
from authtui.directories import open_private, rescue_dir
from authtui.lifecycle.preview import ACTIONS
from authtui.redaction import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import TextIO

    from authtui.commands import ProcessContext
    from authtui.lifecycle.preview import Outcome
    from authtui.model.events import Event
    from authtui.model.session import AuthSession
    from authtui.model.state import AuthState


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `authtui run`."""
    parser.add_argument(
        "actions", nargs="+", choices=ACTIONS, metavar="ACTION", help=", ".join(ACTIONS)
    )
    parser.add_argument(
        "--live", action="store_true", help="do it; without this, only say what would be done"
    )
    parser.add_argument("--json", action="store_true", help="print the events as JSON Lines")
    parser.add_argument(
        "--base-url",
        metavar="URL",
        help="one server for every request, such as that of `authtui serve-backend`",
    )
    parser.add_argument("--log-file", metavar="FILE", help="append the events as JSON Lines")
    parser.add_argument(
        "--probe",
        choices=("responses", "models"),
        default="responses",
        help="the request that assert sends (default: responses, a small model call)",
    )
    parser.add_argument(
        "--recover",
        action="store_true",
        help="assert: after a 401, recover as the client does, which may use up the refresh token",
    )
    parser.add_argument(
        "--no-revoke",
        dest="revoke",
        action="store_false",
        help="logout: remove what is stored without revoking the token",
    )
    parser.add_argument("--backup", metavar="FILE", help="restore: this backup, not the newest")
    add_common(parser, nested=True)


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Perform or preview the actions in order; stops at the first that cannot be done."""
    environ, _, out, err = given
    import asyncio

    if args.base_url is not None:
        from authtui.capture.routes import upstream_of

        problem = upstream_of(args.base_url)
        if isinstance(problem, str):
            print(f"authtui run: --base-url: {problem}", file=err)
            return EXIT_USAGE
    log = _open_log(args.log_file)
    if isinstance(log, str):
        print(f"authtui run: {log}", file=err)
        return EXIT_USAGE
    try:
        return asyncio.run(_run(args, environ, out, log))
    finally:
        if log is not None:
            log.close()


async def _run(
    args: argparse.Namespace, environ: Mapping[str, str], out: TextIO, log: TextIO | None
) -> int:
    from authtui.lifecycle.transitions import Lifecycle, wire_factory

    session, clock = make_session(args, environ), partial(clock_of, args)

    def tell(state: AuthState, event: Event) -> None:
        del state
        out.write(event_line(event, as_json=args.json) + "\n")
        out.flush()
        if log is not None:
            log.write(event_line(event, as_json=True) + "\n")
            log.flush()

    session.subscribe(tell)
    life = Lifecycle(
        session,
        wire_factory(session, environ, clock, offline=args.offline),
        clock=clock,
        live=args.live,
        offline=args.offline,
        base_url=args.base_url,
        rescue_folder=str(rescue_dir(environ)),
    )
    if args.actions[0] != "load":
        session.load("start")
    code = 0
    for action in args.actions:
        outcome = await life.perform(action, **_options(action, args))
        write_outcome(outcome, out, as_json=args.json)
        code = _exit_code(outcome, session)
        if code:
            break
    return code


def _options(action: str, args: argparse.Namespace) -> dict[str, object]:
    if action == "assert":
        return {"what": args.probe, "recover": args.recover}
    if action == "logout":
        return {"revoke": args.revoke}
    return {"backup": args.backup} if action == "restore" else {}


def write_outcome(outcome: Outcome, out: TextIO, *, as_json: bool) -> None:
    """What a transition came to, and for a preview its plan; text, or JSON Lines."""
    from authtui.lifecycle.preview import plan_json, plan_lines

    preview = outcome.plan if outcome.is_preview else None
    if as_json:
        if preview is not None:
            out.write(json.dumps(plan_json(preview), ensure_ascii=False) + "\n")
        found = {
            "kind": "Outcome",
            "action": outcome.action,
            "live": outcome.live,
            "done": outcome.done,
            "reason": _safe(outcome.reason),
            "client_message": None if outcome.client_text is None else _safe(outcome.client_text),
        }
        out.write(json.dumps(found, ensure_ascii=False) + "\n")
        return
    out.write(f"{outcome.action}: {_safe(outcome.reason)}\n")
    if outcome.client_text is not None and outcome.client_text != outcome.reason:
        out.write(f"  the client prints: {_safe(outcome.client_text)}\n")
    if preview is not None:
        out.writelines(f"  {line}\n" for line in plan_lines(preview))


def _exit_code(outcome: Outcome, session: AuthSession[Any]) -> int:
    assessment = session.state.assessment
    if outcome.is_preview:
        return 0
    if outcome.done:
        if outcome.action == "assert" and assessment is not None:
            light = assessment.lamps.accepted.light
            return {"green": 0, "red": EXIT_FAILED}.get(light, EXIT_CANNOT_TELL)
        return 0
    found = assessment.verdict.outcome if assessment else None
    if found == "not-logged-in":
        return EXIT_NOT_LOGGED_IN
    return EXIT_CANNOT_TELL if found == "unreadable" else EXIT_FAILED


def _open_log(path: str | None) -> TextIO | str | None:
    if path is None:
        return None
    try:
        return open_private(path, append=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        return f"--log-file {_safe(path)}: {reason}"


def _safe(text: str) -> str:
    return safe_text(text, 4_000)
