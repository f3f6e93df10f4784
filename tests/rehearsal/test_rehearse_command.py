"""`authtui rehearse` sets what a client did on the copy beside what was predicted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from authtui.rehearsal.network import obstacle_to_isolation
from tests.oracle import made_up
from tests.program import codex_home, snapshot

pytestmark = pytest.mark.skipif(
    obstacle_to_isolation() is not None, reason="no network of its own is to be had here"
)
NO_CLIENT = ("--client", "/bin/true", "--home")
PROGRAM = """\
#!/bin/sh
case "$1" in
--version) echo "codex-cli 0.171.0" ;;
login) echo "{status}" >&2; exit {code} ;;
exec) if grep -q {secret} "$CODEX_HOME/auth.json"; then echo leaked >&2; fi; exit 1 ;;
esac
"""


def rehearse(
    folder: Path, status: str, code: int, *arguments: str
) -> subprocess.CompletedProcess[str]:
    client = folder / "codex"
    record = made_up.login("ws-1", "ws-1")
    secret = record["tokens"]["refresh_token"]
    client.write_text(PROGRAM.format(status=status, code=code, secret=secret))
    client.chmod(0o755)
    home = codex_home(folder, record)
    before = snapshot(home)
    words = ["rehearse", "--home", str(home), "--client", str(client), *arguments]
    done = subprocess.run(
        [sys.executable, "-m", "authtui", *words],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert snapshot(home) == before
    assert not list(folder.glob("authtui-run-*"))
    return done


def test_a_client_that_does_what_was_predicted_agrees(tmp_path: Path) -> None:
    done = rehearse(tmp_path, "Logged in using ChatGPT", 0, "--only", "login-status")
    assert done.returncode == 0, done.stderr
    assert "✓ login-status: as predicted: exit 0; Logged in using ChatGPT" in done.stdout


def test_a_client_that_does_otherwise_is_shown_beside_the_prediction(tmp_path: Path) -> None:
    done = rehearse(tmp_path, "Not logged in", 1, "--only", "login-status", "--json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["client"]["version"] == "0.171.0"
    [row] = found["surfaces"]
    assert (row["agrees"], row["differs"]) == (False, ["exit", "says"])
    assert row["predicted"]["says"] == "Logged in using ChatGPT"
    assert row["observed"] == {
        "exit": 1,
        "says": "Not logged in",
        "deletes_stored_login": False,
        "request": None,
    }


def test_the_client_never_sees_a_real_secret(tmp_path: Path) -> None:
    done = rehearse(tmp_path, "", 0, "--only", "exec", "--json")
    [row] = json.loads(done.stdout)["surfaces"]
    assert "leaked" not in (row["observed"]["says"] or "")


def test_what_is_no_client_is_said_to_be_none(tmp_path: Path) -> None:
    home = codex_home(tmp_path, made_up.login())
    done = subprocess.run(
        [sys.executable, "-m", "authtui", "rehearse", *NO_CLIENT, str(home)],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": tempfile.gettempdir()},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 3
    assert "no client of Codex" in done.stderr
