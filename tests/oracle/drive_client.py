"""Drive a real client through generated states, and compare with what authtui predicts.

Usage: `AUTHTUI_CODEX_BINARY=/path/to/codex python -m tests.oracle.drive_client [COUNT]`.
Each state is a throw-away home and a made-up environment; the client runs in a network namespace
of its own, from which nothing leaves the machine. `login status` is run for every state, `exec`
for those in which the prediction says that it stops before it needs a network.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from authtui.contracts import find
from authtui.credentials.observe import read_observation
from authtui.simulation.assumptions import Assumptions
from authtui.simulation.predictions import predict
from authtui.simulation.program_start import make_case
from tests.oracle import made_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.answers.findings import Surface
    from authtui.simulation.program_start import ProgramStart

VARIABLE = "AUTHTUI_CODEX_BINARY"
SECONDS = 40
COMMANDS: dict[Surface, tuple[str, ...]] = {
    "login-status": ("login", "status"),
    "exec": ("exec", "--skip-git-repo-check", "hi"),
}
# Nothing is fetched, nothing is reported: the states are about credentials alone.
_HEAD = "check_for_update_on_startup = false\n"
_TAIL = "\n[analytics]\nenabled = false\n\n[features]\napps = false\nplugins = false\n"


class State(NamedTuple):
    """One generated state: what stands in the environment, in auth.json and in config.toml."""

    name: str
    environment: dict[str, str]
    record: str | None
    config: str


class Disagreement(NamedTuple):
    """A run in which client and prediction differ."""

    state: State
    command: Surface
    ours: tuple[int, str, bool]
    client: tuple[int | str, str, bool]

    def __str__(self) -> str:
        """Both sides, one below the other."""
        return f"{self.command} · {self.state.name}\n  authtui {self.ours}\n  client  {self.client}"


def states(count: int, agent_variable: str | None, *, seed: int = 1) -> list[State]:
    """`count` different states, spread over the whole grid; the same ones for the same seed."""
    grid = list(
        itertools.product(
            made_up.environments(agent_variable or "CODEX_ACCESS_TOKEN").items(),
            made_up.records().items(),
            made_up.POLICIES.items(),
            made_up.STORE_MODES.items(),
        )
    )
    random.Random(seed).shuffle(grid)  # noqa: S311 - a spread, not a secret
    return [
        State(" · ".join(name for name, _ in row), row[0][1], row[1][1], row[2][1] + row[3][1])
        for row in grid[:count]
    ]


def version_of(binary: Path) -> str:
    """The version the client itself names."""
    done = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.split()[-1]


def drive(binary: Path, count: int) -> Iterator[tuple[State, Surface, Disagreement | None]]:
    """Each run that was made: its state, its command, and the disagreement if there is one."""
    found = find(version_of(binary))
    if found is None:
        raise SystemExit(f"{binary} names no version that authtui knows")
    contract = found[0]
    for state in states(count, contract.agent_variable):
        for command in COMMANDS:
            with tempfile.TemporaryDirectory() as folder:
                environ = _lay_out(state, Path(folder))
                observation = read_observation(
                    environ=environ,
                    home_option=None,
                    now=datetime.now(UTC),
                    system_dir=Path(folder) / "etc",
                    installed=False,
                )
                case = make_case(observation, contract, Assumptions(network="down"))
                start = predict(case)[command]
                if command == "exec" and not _stops_at_once(start):
                    continue
                ours = (
                    start.prediction.exit,
                    (start.prediction.says or "").strip(),
                    start.prediction.deletes_stored_login,
                )
                client = _run(binary, command, environ, Path(folder))
                same = ours == client
                yield state, command, None if same else Disagreement(state, command, ours, client)


def _stops_at_once(start: ProgramStart) -> bool:
    if start.request is not None or start.prediction.exit == 0:
        return False
    quick = ("home", "config", "unknown-provider", None)
    failure = start.failure
    waits = start.trouble not in quick or (failure is not None and failure.network)
    return not waits


def _lay_out(state: State, root: Path) -> dict[str, str]:
    home = root / ".codex"
    home.mkdir()
    if state.record is not None:
        (home / "auth.json").write_text(state.record, "utf-8")
    (home / "config.toml").write_text(_HEAD + state.config + _TAIL, "utf-8")
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(root),
        "CODEX_HOME": str(home),
        **state.environment,
    }


def _run(
    binary: Path, command: Surface, environ: dict[str, str], root: Path
) -> tuple[int | str, str, bool]:
    before = (root / ".codex/auth.json").exists()
    try:
        done = subprocess.run(
            [*isolated(), binary, *COMMANDS[command]],
            env=environ,
            cwd=root,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "no end", "", False
    lines = [
        line
        for line in done.stderr.splitlines()
        if not line.startswith(("WARNING: proceeding", "20"))  # log lines begin with a date
    ]
    gone = before and not (root / ".codex/auth.json").exists()
    return done.returncode, "\n".join(lines).strip(), gone


def isolated() -> tuple[str, ...]:
    """The start of a command line that gives a program a network of its own, with nothing in it."""
    quiet = 'mount --bind /dev/null /etc/resolv.conf 2>/dev/null; exec "$@"'
    flags = ("-n", "-m") if os.geteuid() == 0 else ("-r", "-n", "-m")
    return ("unshare", *flags, "sh", "-c", quiet, "isolated")


def main(arguments: list[str]) -> int:
    """Drive the client, print the disagreements and the figures."""
    given = os.environ.get(VARIABLE)
    if not given:
        sys.stderr.write(f"{VARIABLE} does not name a client\n")
        return 2
    count = int(arguments[0]) if arguments else 400
    runs = dict.fromkeys(COMMANDS, 0)
    wrong = dict(runs)
    for _, command, disagreement in drive(Path(given), count):
        runs[command] += 1
        if disagreement is not None:
            wrong[command] += 1
            sys.stdout.write(f"{disagreement}\n")
    for command, made in runs.items():
        sys.stdout.write(
            json.dumps({"command": command, "runs": made, "agree": made - wrong[command]}) + "\n"
        )
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
