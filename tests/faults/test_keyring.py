"""A real keyring daemon, locked, hanging and killed: an answer in seconds, and nothing woken up."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = ("gnome-keyring-daemon", "dbus-run-session")
MISSING = [name for name in NEEDED if shutil.which(name) is None]
needs_a_keyring = pytest.mark.skipif(
    bool(MISSING), reason=f"not installed here: {', '.join(MISSING)}"
)
SCRIPT = (
    "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && "
    f'exec "{sys.executable}" -m tests.faults.keyring_faults'
)


def on_a_bus_of_its_own(folder: Path) -> dict[str, list[Any]]:
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", SCRIPT],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)},
    )
    if done.returncode != 0 and "Traceback" not in done.stderr:
        pytest.skip(f"no secret service can be started here: {done.stderr.strip()[:80]}")
    assert done.returncode == 0, done.stderr
    found: dict[str, list[Any]] = json.loads(done.stdout)
    return found


@needs_a_keyring
def test_a_keyring_that_is_broken_in_any_way_gets_a_name_in_seconds(tmp_path: Path) -> None:
    said = on_a_bus_of_its_own(tmp_path)
    words = {name: answer[0] for name, answer in said.items()}
    assert words["store"] == "done"
    assert words["present"] == "present"
    assert words["kept"] == "True"
    # Locked: looking asks nobody for a password and unlocks nothing; writing gives up in time.
    assert words["look at a locked one"] == "locked"
    assert words["store into a locked one"].startswith("failure")
    assert words["delete from a locked one"].startswith("failure")
    assert words["locked still"] == "yes"
    # Hanging: the time limit, not a second more.
    assert words["look at a hanging one"] == "hanging"
    assert words["store into a hanging one"].startswith("failure: no answer within")
    # Killed while it is asked: an answer, and none that says the entry is not there. It is no
    # longer on the bus then, and looking does not start it.
    assert words["killed in mid-call"] in ("failed", "hanging", "no-backend", "not-probed")
    assert words["look after its death"] in ("no-backend", "not-probed")
    # What was stored is still there, untouched by all the attempts.
    assert words["after a restart"] == "present"
    assert words["delete"] == "done"
    assert words["in the end"] == "absent"
    assert max(answer[1] for answer in said.values()) < 8
