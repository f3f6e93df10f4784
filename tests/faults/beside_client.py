"""A released client and authtui refresh one login in turns and at once; prints one JSON object.

Started by `test_beside_client.py` inside `unshare --net`: `python -m … BINARY HOME SECONDS`.
Both use up the refresh token that they find. Whoever loses the other's write leaves a token behind
that is used up, and the last refresh is refused.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from authtui.credentials.store_writer import Written, update_document
from authtui.demo.backend.client_setup import setup_for
from authtui.demo.backend.server import running_backend
from authtui.model.file_watch import watch_session
from authtui.rehearsal.network import loopback_up, only_loopback_is_there
from tests.demo.real_client import COMMAND
from tests.model.test_session import session_on
from tests.program import environment

OLD = "2020-01-01T00:00:00Z"  # so old that the client refreshes when it starts


def make_old(path: Path) -> bool:
    """Have the client refresh at its next start."""
    seen = path.read_bytes()
    found = update_document(path, {"last_refresh": OLD}, now=datetime.now(UTC), expected=seen)
    return isinstance(found, Written)


def main(binary: str, folder: Path, seconds: float) -> dict[str, Any]:
    """Let both loose on one home; what came of it."""
    home, work = folder / ".codex", folder / "work"
    home.mkdir()
    work.mkdir()
    path = home / "auth.json"
    with running_backend() as backend:
        setup = setup_for(backend, "chatgpt")
        path.write_text(setup.auth_json.reveal())
        (home / "config.toml").write_text(setup.config)
        variables = {
            "HOME": str(folder),
            "CODEX_HOME": str(home),
            "PATH": os.environ.get("PATH", ""),
            **setup.environment,
        }
        refresh = [
            sys.executable, "-m", "authtui", "run", "refresh", "--live", "--home", str(home),
            "--contract", "current", "--base-url", backend.base_url,
        ]  # fmt: skip
        session = session_on(home)
        session.load("start")
        stop = threading.Event()
        watcher = threading.Thread(target=watch_session, args=(session, stop))
        watcher.start()
        said: dict[str, Any] = {"client": [], "ours": [], "aged": 0, "torn": 0}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            said["aged"] += make_old(path)
            client = subprocess.Popen(
                [binary, *COMMAND],
                cwd=work,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            done = subprocess.run(
                refresh, env=environment(folder), capture_output=True, text=True, check=False
            )
            said["ours"].append(done.returncode)
            said["error"] = client.communicate(timeout=60)[1][-400:]
            said["client"].append(client.returncode)
            try:
                json.loads(path.read_bytes())
            except ValueError:
                said["torn"] += 1
        last = subprocess.run(
            refresh, env=environment(folder), capture_output=True, text=True, check=False
        )
        time.sleep(1.5)
        stop.set()
        watcher.join(10)
        said["last"] = [last.returncode, last.stdout[-400:]]
        said["refreshes"] = sum(seen.endpoint == "token" for seen in backend.state.requests)
        state = session.state.observation
        said["seen"] = sum(event.kind == "SourceChanged" for event in session.events)
        said["up to date"] = state is not None and state.auth_file.data == path.read_bytes()
    return said


if __name__ == "__main__":
    loopback_up()
    if not only_loopback_is_there():
        raise SystemExit("this is not a network namespace of its own")
    sys.stdout.write(json.dumps(main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))))
