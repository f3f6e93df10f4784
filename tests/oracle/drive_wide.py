"""Drive a real client through drawn states at its own default URLs, and compare every program.

Usage: `AUTHTUI_CODEX_BINARY=/path/to/codex python -m tests.oracle.drive_wide COUNT SEED KEEP`, of
which each may be left out. Other states come with another SEED. Each worker has a network of its
own in which every host is pretended; `login status`, `exec`, the app server and `doctor` are
started in each state. KEEP is a file for the runs, in the form of the recordings
(`python -m tests.oracle.own KEEP` keeps them).
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authtui.contracts import find
from tests.oracle import cases, made_up, wide_states
from tests.oracle.cases import Run
from tests.oracle.comparison import differences
from tests.oracle.drive_client import VARIABLE, version_of
from tests.oracle.record_client import record

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMANDS = ("status", "exec", "account", "doctor")
_NOT_COMPARED = ("seconds",)


def drive(binary: Path, count: int, seed: str, keep: Path) -> Iterator[tuple[Run, list[str]]]:
    """Each run with what is predicted wrong of it; all of them are written to `keep`."""
    version = version_of(binary)
    found = find(version)
    if found is None:
        raise SystemExit(f"{binary} names no version that authtui knows")
    contract = found[0]
    draw = random.Random(f"{version} {seed}")  # noqa: S311 - a spread, not a secret
    signer = wide_states.new_signer(draw)
    key_set = json.loads(cases.key_set_file().read_text("utf-8"))
    key_set["keys"].append(signer.public())
    keep.with_suffix(".jwks").write_text(json.dumps(signer.public()), "utf-8")
    states = wide_states.states(
        count, draw, signer, contract.agent_variable or "CODEX_ACCESS_TOKEN", f"drawn-{seed}"
    )
    for state in states:
        state["commands"] = [name for name in COMMANDS if name != "doctor" or contract.doctor]
    with tempfile.TemporaryDirectory() as folder, keep.open("w", encoding="utf-8") as kept:
        file = Path(folder) / "jwks.json"
        file.write_text(json.dumps(key_set), "utf-8")
        for made in record(binary, states, key_set, refreshed()):
            kept.write(json.dumps(made) + "\n")
            kept.flush()
            run = Run(**{k: v for k, v in made.items() if k not in _NOT_COMPARED})
            yield run, [str(found) for found in differences(run, file)]


def refreshed() -> dict[str, str]:
    """The tokens that a refresh gives."""
    return {
        "id_token": made_up.id_token(wide_states.OURS),
        "access_token": made_up.jwt({"exp": made_up.FAR}),
        "refresh_token": "test-refresh-token-2",
    }


def main(arguments: list[str]) -> int:
    """Drive the client, print the differences as they come and the figures at the end."""
    given = os.environ.get(VARIABLE)
    if not given:
        sys.stderr.write(f"{VARIABLE} does not name a client\n")
        return 2
    count, seed, keep = (*arguments, *("100", "1", "")[len(arguments) :])
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(keep) if keep else Path(folder) / "runs.jsonl"
        for run, wrong in drive(Path(given), int(count), seed, place):
            made, agree = figures.get(run.command, (0, 0))
            figures[run.command] = (made + 1, agree + (not wrong))
            if wrong:
                sys.stdout.write(f"{run.name}\n  " + "\n  ".join(wrong) + "\n")
                sys.stdout.flush()
    shown = {command: f"{agree} of {made}" for command, (made, agree) in figures.items()}
    sys.stdout.write(json.dumps({"client": version_of(Path(given)), **shown}) + "\n")
    return 1 if any(agree != made for made, agree in figures.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
