"""Runs a released client against the backend, in a network namespace that has loopback only.

Started by `test_real_client.py` inside `unshare --net`; prints one JSON object.
`python -m tests.demo.real_client BINARY LOGIN HOME [agent-feature]`
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from authtui.demo.backend.client_setup import setup_for
from authtui.demo.backend.server import running_backend
from authtui.rehearsal.network import loopback_up, only_loopback_is_there

if TYPE_CHECKING:
    from authtui.demo.backend.logins import Login

LIMIT = 60.0
COMMAND = ("exec", "--skip-git-repo-check", "hi")


def run(binary: str, login: Login, home: Path, *, agent_feature: bool) -> dict[str, Any]:
    with running_backend() as backend:
        setup = setup_for(backend, login, agent_feature=agent_feature)
        codex_home, work = home / ".codex", home / "work"
        codex_home.mkdir(parents=True)
        work.mkdir()
        (codex_home / "auth.json").write_text(setup.auth_json.reveal())
        (codex_home / "config.toml").write_text(setup.config)
        environment = {
            "HOME": str(home),
            "CODEX_HOME": str(codex_home),
            "PATH": os.environ.get("PATH", ""),
            **setup.environment,
        }
        done = subprocess.run(  # noqa: PLW1510 - the exit code is reported
            [binary, *COMMAND],
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
        return {
            "login": login,
            "command": ["codex", *COMMAND],
            "exit": done.returncode,
            "stdout": done.stdout,
            "stderr": trimmed(done.stderr, home, backend.base_url),
            "answer": backend.settings.answer,
            "requests": [
                {
                    "method": seen.method,
                    "path": re.sub(r"agent-demo-[0-9a-f]+", "<runtime>", seen.path),
                    "status": seen.status,
                    "auth": seen.auth,
                    "account_header": seen.account_header,
                    "refused": seen.refused,
                }
                for seen in backend.state.requests
            ],
        }


def trimmed(text: str, home: Path, base_url: str) -> str:
    text = text.replace(str(home), "$HOME").replace(base_url, "$BACKEND")
    text = re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>", text)
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<now>", text)


if __name__ == "__main__":
    loopback_up()
    if not only_loopback_is_there():
        raise SystemExit("this is not a network namespace of its own")
    binary, login, home = sys.argv[1:4]
    found = run(
        binary, cast("Login", login), Path(home), agent_feature="agent-feature" in sys.argv[4:]
    )
    print(json.dumps(found))  # noqa: T201 - its answer
