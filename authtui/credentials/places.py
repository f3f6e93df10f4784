"""Where the variables come from that matter to a login: lines of files, and programs above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.credentials.environment import CREDENTIALS, NAMES
from authtui.machine.variable_lines import find_holder, find_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from authtui.machine.observation import EnvironmentFacts


def with_places(
    facts: EnvironmentFacts,
    environ: Mapping[str, str],
    directory: str | None,
    home: str,
    root: Path,
    pid: int | None = None,
) -> EnvironmentFacts:
    """Tell of each variable which lines set it, and which program above had it first.

    Args:
        facts: The variables as the client sees them.
        environ: The variables of the program, with `HOME`.
        directory: Where the client would be started.
        home: The Codex home.
        root: The directory below which `proc` and `etc` lie.
        pid: The program whose variables they are; None for this one.
    """
    names = {*CREDENTIALS, *facts.variables} | (set(NAMES) & set(environ))
    return facts._replace(
        lines=find_lines(names, environ, directory, home, root),
        holders=tuple(
            held
            for name in facts.variables
            if name in environ and (held := find_holder(name, environ[name], pid, root)) is not None
        ),
    )
