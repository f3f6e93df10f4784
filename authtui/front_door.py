"""What `import authtui` offers to look, to keep a session and to act; `authtui` lists the rest.

The environment and the clock are arguments: nothing here knows the process it runs in.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from authtui.assessment.options import Options
from authtui.credentials.observe import read_observation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from authtui.lifecycle.transitions import Lifecycle
    from authtui.machine.observation import Observation
    from authtui.model.session import AuthSession

OPTIONS = Options()


def observe(
    home: str | os.PathLike[str] | None = None,
    *,
    environ: Mapping[str, str],
    now: datetime,
    ask_keyring: bool = True,
    directory: str | os.PathLike[str] | None = None,
) -> Observation:
    """Read what a login rests on: files, variables, configuration, keyring, installed clients.

    Writes nothing, runs nothing, and contacts no network.

    Args:
        home: The Codex home; None for that of the environment, else `~/.codex`.
        environ: The variables, such as `os.environ`.
        now: The moment to judge at, aware UTC.
        ask_keyring: Whether the keyring may be asked where the configuration makes the client ask
            it; it may take some seconds.
        directory: Where the client would be started; a project there may configure it.
    """
    option = None if home is None else os.fspath(home)
    return read_observation(
        environ=environ,
        home_option=option,
        now=now,
        probe_keyring=ask_keyring,
        directory=None if directory is None else os.fspath(directory),
    )


def open_session(
    home: str | os.PathLike[str] | None = None,
    *,
    environ: Mapping[str, str],
    clock: Callable[[], datetime],
    options: Options = OPTIONS,
    directory: str | os.PathLike[str] | None = None,
) -> AuthSession[Options]:
    """Make a session over a Codex home; nothing is read until its `load`.

    Args:
        home: The Codex home; None for that of the environment, else `~/.codex`.
        environ: The variables, such as `os.environ`.
        clock: The current time, aware UTC.
        options: The generation and the surface of the client to judge for.
        directory: Where the client would be started; a project there may configure it.
    """
    from authtui.assessment.assess import assess
    from authtui.model.session import AuthSession

    def look() -> Observation:
        return observe(home, environ=environ, now=clock(), directory=directory)

    return AuthSession(look, assess, options, clock)


def open_lifecycle(
    session: AuthSession[Options],
    *,
    environ: Mapping[str, str],
    clock: Callable[[], datetime],
    live: bool = False,
    base_url: str | None = None,
) -> Lifecycle:
    """Make the lifecycle that acts on a session, and tells what it does in the session's events.

    Args:
        session: What is changed and told.
        environ: The variables; they may name a proxy and certificates.
        clock: The current time, aware UTC.
        live: Whether anything is sent or written; otherwise each step is only planned.
        base_url: One server for every call, such as the embedded backend.
    """
    from authtui.directories import rescue_dir
    from authtui.lifecycle.transitions import Lifecycle, wire_factory

    wires = wire_factory(session, environ, clock)
    folder = str(rescue_dir(environ))
    return Lifecycle(
        session, wires, clock=clock, live=live, base_url=base_url, rescue_folder=folder
    )
