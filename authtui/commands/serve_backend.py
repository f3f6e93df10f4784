"""`authtui serve-backend`: the embedded backend alone, for use with a real client.

Everything it prints, secrets included, opens this backend and nothing else.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.commands import EXIT_INTERRUPTED, EXIT_USAGE
from authtui.commands.options import port_number
from authtui.commands.signals import on_signals
from authtui.demo.backend.logins import LOGINS

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from authtui.commands import ProcessContext
    from authtui.demo.backend.backend import Backend
    from authtui.demo.backend.client_setup import Setup
    from authtui.demo.backend.state import SeenRequest

DEFAULT_LOGIN: Final = "chatgpt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "--port", type=port_number, default=0, metavar="N", help="the port (default: a free one)"
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="the loopback address to bind (default: 127.0.0.1); no other is accepted",
    )
    parser.add_argument(
        "--login",
        choices=LOGINS,
        default=DEFAULT_LOGIN,
        help=f"the login to hand out (default: {DEFAULT_LOGIN})",
    )
    parser.add_argument(
        "--write",
        metavar="DIR",
        help="also write auth.json and config.toml into DIR; files that are there are not touched",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, then a line a request")


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Serve until Ctrl-C (130) or SIGTERM (0); 2 where the address or the port cannot be had."""
    out, err = given.out, given.err
    import queue

    from authtui.demo.backend.client_setup import setup_for
    from authtui.demo.backend.server import running_backend
    from authtui.wire.serving import NotLoopbackError

    # A signal waits its turn behind the requests, so that each that was answered is told.
    seen: queue.SimpleQueue[SeenRequest | int] = queue.SimpleQueue()
    ended_by: list[int] = []

    def ask_to_end(number: int) -> None:
        if ended_by:
            raise KeyboardInterrupt  # asked a second time: whoever reads the lines has stopped
        ended_by.append(number)
        seen.put(number)

    try:
        with on_signals(ask_to_end, "SIGINT", "SIGTERM"):
            with running_backend(args.port, host=args.host) as backend:
                setup = setup_for(backend, args.login)
                if args.write and not _write(Path(args.write), setup, err):
                    return EXIT_USAGE
                backend.state.subscribe(seen.put)
                out.write(_as_json(backend, setup) if args.json else _as_text(backend, setup, args))
                out.flush()
                while not isinstance(request := seen.get(), int):
                    _tell(request, out, as_json=args.json)
            while not seen.empty():  # answered just before the end; nothing is served any more
                if not isinstance(request := seen.get(), int):
                    _tell(request, out, as_json=args.json)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except NotLoopbackError as error:
        err.write(f"authtui: {error}\n")
        return EXIT_USAGE
    except BrokenPipeError:
        raise  # nobody reads any more: the command line's own business
    except OSError as error:
        err.write(f"authtui: cannot serve on {args.host} port {args.port}: {error.strerror}\n")
        return EXIT_USAGE
    return EXIT_INTERRUPTED if ended_by[0] == signal.SIGINT else 0


def _tell(request: SeenRequest, out: TextIO, *, as_json: bool) -> None:
    if as_json:
        line = json.dumps({**request._asdict(), "at": request.at.isoformat()})
    else:
        line = _line(request)
    out.write(line + "\n")
    out.flush()


def _line(seen: SeenRequest) -> str:
    status = "dropped" if seen.status is None else str(seen.status)
    parts = [
        f"{seen.at:%H:%M:%S}",
        f"{status:>7}",
        f"{seen.method:<4}",
        seen.path,
        f"({seen.auth})",
    ]
    if seen.fault:
        parts.append(f"fault: {seen.fault}")
    if seen.refused:
        parts.append(f"refused: {seen.refused}")
    return " ".join(parts)


def _as_json(backend: Backend, setup: Setup) -> str:
    tree: dict[str, object] = {
        "schema": 1,
        "base_url": backend.base_url,
        "login": setup.login,
        "auth_json": json.loads(setup.auth_json.reveal()),
        "config_toml": setup.config,
        "environment": setup.environment,
    }
    return json.dumps(tree) + "\n"


def _as_text(backend: Backend, setup: Setup, args: argparse.Namespace) -> str:
    home = shlex.quote(str(Path(args.write).absolute())) if args.write else "~/codex-demo"
    variables = "".join(f"export {name}={value}\n" for name, value in setup.environment.items())
    others = ", ".join(name for name in LOGINS if name != setup.login)
    written = "; both files were written" if args.write else ""
    return (
        f"{backend.base_url}  the authtui backend, for this machine only; Ctrl-C ends it\n"
        f"Login: {LOGINS[setup.login]}. Others: --login {others}\n"
        f"\n"
        f"# 1. A home of its own, so that your own login stays as it is{written}\n"
        f"mkdir -p {home} && export CODEX_HOME={home}\n"
        f"\n"
        f"# 2. $CODEX_HOME/auth.json\n"
        f"{setup.auth_json.reveal()}"
        f"\n"
        f"# 3. $CODEX_HOME/config.toml\n"
        f"{setup.config}"
        f"\n"
        f"# 4. Variables: the auth server is here too\n"
        f"{variables}"
        f"\n"
        f"# 5. Try it\n"
        f"codex exec --skip-git-repo-check hi\n"
        f"\n"
        f"# What was seen: {backend.base_url}/_authtui/state   faults: "
        f"{backend.base_url}/_authtui/faults\n"
        f"# Requests:\n"
    )


def _write(folder: Path, setup: Setup, err: TextIO) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (("auth.json", setup.auth_json.reveal()), ("config.toml", setup.config)):
            # Exclusive: the user's own login must never be replaced by one that opens nothing.
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(folder / name, flags, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        err.write(f"authtui: cannot write into {folder}: {error.strerror}\n")
        return False
    return True
