"""A released client with a stale login whose refreshed tokens it cannot store; prints one JSON.

Started by `test_refresh_not_kept.py` in namespaces of its own:
`python -m tests.faults.refresh_not_kept BINARY FOLDER SITUATION PLAN`. The client is started twice,
as `exec`; beside what it does stands what authtui had said of the same state each time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authtui.demo.backend.client_setup import setup_for
from authtui.demo.backend.server import running_backend
from authtui.demo.backend.state import FIRST
from authtui.rehearsal.network import loopback_up, only_loopback_is_there
from tests.demo.real_client import COMMAND
from tests.program import environment

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT = 60.0


def sh(*words: object) -> None:
    """Run a command that has to work."""
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


def mounted_alone(auth: Path) -> None:
    real = auth.parent.parent / "real.json"
    auth.rename(real)
    auth.touch()
    sh("mount", "--bind", real, auth)


def read_only_mount(auth: Path) -> None:
    sh("mount", "--bind", auth.parent, auth.parent)
    sh("mount", "-o", "remount,ro,bind", auth.parent)


def hard_link(auth: Path) -> None:
    os.link(auth, auth.with_name("other-name"))


def nobody_may_write(auth: Path) -> None:
    auth.chmod(0o400)


def immutable(auth: Path) -> None:
    sh("chattr", "+i", auth)


def as_it_should_be(auth: Path) -> None:
    del auth


SITUATIONS: dict[str, Callable[[Path], None]] = {
    made.__name__: made
    for made in (
        as_it_should_be, mounted_alone, read_only_mount, hard_link, nobody_may_write, immutable
    )
}  # fmt: skip


def main(binary: str, folder: Path, situation: str, plan: str) -> dict[str, Any]:
    """Predict, run, predict, run."""
    home, work = folder / ".codex", folder / "work"
    home.mkdir()
    work.mkdir()
    auth = home / "auth.json"
    said: dict[str, Any] = {"runs": []}
    with running_backend(accounts=(FIRST._replace(plan=plan),)) as backend:
        setup = setup_for(backend, "chatgpt")
        stale = backend.mint.chatgpt_login(expires_in=timedelta(minutes=-5))
        auth.write_text(stale.auth_json.reveal())
        (home / "config.toml").write_text(setup.config)
        own = {"HOME": str(folder), "CODEX_HOME": str(home), **setup.environment}
        # A first start makes what a home has beside the login, which nothing could later.
        version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
        SITUATIONS[situation](auth)
        try:
            for _ in range(2):
                backend.state.forget_requests()
                check = subprocess.run(
                    [
                        sys.executable, "-m", "authtui", "check", "--json", "--home", str(home),
                        "--contract", version.stdout.split()[-1],
                    ],
                    env=environment(folder, **setup.environment),
                    capture_output=True,
                    check=False,
                )  # fmt: skip
                before = auth.read_bytes()
                done = subprocess.run(
                    [binary, *COMMAND],
                    cwd=work,
                    env={**own, "PATH": os.environ.get("PATH", "")},
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    timeout=LIMIT,
                    check=False,
                )
                said["runs"].append(
                    {
                        "exit": done.returncode,
                        "stderr": done.stderr,
                        "requests": [(r.endpoint, r.status) for r in backend.state.requests],
                        "kept": auth.read_bytes() != before,
                        "check": json.loads(check.stdout),
                    }
                )
        finally:
            if situation == "immutable":
                sh("chattr", "-i", auth)
    return said


if __name__ == "__main__":
    loopback_up()
    if not only_loopback_is_there():
        raise SystemExit("this is not a network namespace of its own")
    sys.stdout.write(json.dumps(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])))
