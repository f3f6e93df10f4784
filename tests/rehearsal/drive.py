"""Rehearse recorded or drawn states with a real client, and list what differs.

Usage: `AUTHTUI_CODEX_BINARY=/path/to/codex python -m tests.rehearsal.drive RUNS [COUNT]`. RUNS is
a file as `tests.oracle.drive_wide` keeps it; each state is rehearsed as `login status` and `exec`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from authtui.rehearsal.rehearse import Rehearsal, RehearsalError, rehearse
from authtui.simulation.assumptions import Assumptions
from tests.oracle.cases import Run, lay_out, observe
from tests.oracle.drive_client import VARIABLE

SURFACES = ("login-status", "exec")


def main(arguments: list[str]) -> int:
    """Print each state that differs, and the figures at the end."""
    client = os.environ.get(VARIABLE)
    if not client or not arguments:
        sys.stderr.write(__doc__ or "")
        return 2
    states: dict[str, Run] = {}
    for line in Path(arguments[0]).read_text("utf-8").splitlines():
        run = Run(**{key: value for key, value in json.loads(line).items() if key != "seconds"})
        if not run.given["other"].get("run_as"):
            states.setdefault(run.case, run)
    agree = differ = refused = 0
    started = time.monotonic()
    for case, run in list(states.items())[: int((arguments[1:] or ["1000"])[0])]:
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            with lay_out(run, Path(folder)) as machine:
                seen = observe(machine)._replace(at=datetime.now(UTC))
            steps = rehearse(
                seen, client, "/usr/bin:/bin", Assumptions(), SURFACES, system_dir=Path("/nowhere")
            )
            try:
                rows = [step for step in steps if not isinstance(step, Rehearsal)]
            except RehearsalError as error:
                refused += 1
                sys.stdout.write(f"{case}: {error}\n")
                continue
        for row in rows:
            agree, differ = agree + row.agrees, differ + (not row.agrees)
            if not row.agrees:
                told = f"{row.predicted}\n    {row.observed}"
                sys.stdout.write(f"{case} {row.surface} {row.differs}\n    {told}\n")
        sys.stdout.flush()
    seconds = time.monotonic() - started
    sys.stdout.write(f"{agree} agree, {differ} differ, {refused} refused, {seconds:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
