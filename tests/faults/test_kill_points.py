"""Killed at any call to the system: a login is the old one or the new one, never neither."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.kill_points import DENIED

if TYPE_CHECKING:
    from collections.abc import Sequence

ACTIONS = ("refresh", "register", "logout", "restore")
ALL = bool(os.environ.get("AUTHTUI_LONG_TESTS"))
EVERY = 2 if ALL else 25
KEYRING = ("gnome-keyring-daemon", "dbus-run-session")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ptrace of Linux")


def said_by(words: Sequence[object], folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        text=True,
        timeout=600 if ALL else 120,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)},
    )
    if done.returncode == DENIED:
        pytest.skip("a process may not trace its own children here")
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.mark.parametrize("action", ACTIONS)
def test_killed_at_any_call_no_login_is_lost(tmp_path: Path, action: str) -> None:
    said = said_by([sys.executable, "-m", "tests.faults.kill_points", tmp_path, action], tmp_path)
    assert said["points"] > 80, said
    assert said["old"] > 0
    assert said["gone" if action == "logout" else "new"] > 0
    assert said["lost"] == [], said
    assert said["open"] == [], "what is left behind is private"


@pytest.mark.skipif(
    any(shutil.which(name) is None for name in KEYRING), reason="no Secret Service here"
)
@pytest.mark.parametrize("action", ["refresh", "logout"] if not ALL else ACTIONS)
def test_killed_at_any_call_the_entry_of_the_keyring_is_not_lost(
    tmp_path: Path, action: str
) -> None:
    tmp_path.chmod(0o700)
    script = (
        "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && "
        f'exec "{sys.executable}" -m tests.faults.kill_points "{tmp_path}" {action} keyring '
        f"{1 if ALL else 11}"
    )
    said = said_by(["dbus-run-session", "--", "sh", "-c", script], tmp_path)
    assert said["points"] > 20, said
    assert said["old"] > 0
    assert said["gone" if action == "logout" else "new"] > 0
    assert said["lost"] == [], said
    assert said["open"] == []


@pytest.mark.parametrize("action", ACTIONS)
def test_a_step_killed_anywhere_loses_only_an_answer_that_is_on_its_way(
    tmp_path: Path, action: str
) -> None:
    words = [sys.executable, "-m", "tests.faults.kill_steps", tmp_path / "world", action]
    said = said_by([*words, EVERY], tmp_path)
    assert said["points"] > 3, said
    assert said["lost"] == [], said
    flight = said["in flight"]
    assert len(flight) <= said["asked"]
    assert not flight or flight[-1] - flight[0] <= 120, "one short stretch"
