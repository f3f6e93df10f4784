"""What `import authtui` offers to look, to keep a session and to act; `authtui` lists the rest.

The environment and the clock are arguments: nothing here knows the process it runs in.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Final

from authtui.assessment.options import Options
from authtui.credentials.observe import read_observation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from authtui.assessment.accounts import HomeAccount
    from authtui.lifecycle.transitions import Lifecycle
    from authtui.machine.observation import Observation
    from authtui.model.session import AuthSession

OPTIONS = Options()
_PROFILES: Final = 10
"""Profiles of a home that are judged."""


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


def list_accounts(
    *, environ: Mapping[str, str], now: datetime, options: Options = OPTIONS
) -> tuple[HomeAccount, ...]:
    """List every home of the client here, the copies of logins beside them, and whose each is.

    Reads files and `/proc`; writes nothing, and contacts no network. Variables of this process that
    would hide what lies in a home are left out.

    Args:
        environ: The variables, such as `os.environ`.
        now: The moment to judge at, aware UTC.
        options: The generation and the surface of the client to judge for.
    """
    from authtui.assessment.accounts import account_of, account_of_copy
    from authtui.credentials.environment import CREDENTIALS, WORKLOAD_VARIABLES
    from authtui.machine.files import read_file
    from authtui.machine.homes import find_homes
    from authtui.machine.login_copies import find_copies
    from authtui.machine.observation import ConfigFacts, EnvironmentFacts

    hiding = (*CREDENTIALS, *WORKLOAD_VARIABLES)
    rest = {name: value for name, value in environ.items() if name not in hiding}
    found = find_homes(environ)
    rows: list[HomeAccount] = []
    seen: Observation | None = None
    for home in found:
        look = partial(
            read_observation, environ=rest, home_option=home.path, now=now, installed=False
        )
        seen = look(like=seen)
        row = account_of(seen, options)
        profiles = tuple(
            (name, account_of(look(like=seen, profile=name), options).headline)
            for name in home.profiles[:_PROFILES]
        )
        rows.append(row._replace(running=home.running, profiles=profiles))
    for copy in find_copies(environ, [home.path for home in found]) if seen else ():
        assert seen is not None  # noqa: S101 - for the type checker
        bare = seen._replace(
            auth_file=read_file(copy.path),
            config=ConfigFacts(seen.config.file),
            environment=EnvironmentFacts(),
            running=(),
        )
        rows.append(account_of_copy(copy, bare, options))
    return tuple(rows)


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
