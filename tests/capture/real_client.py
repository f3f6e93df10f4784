"""Captures a released client against the backend, in a network namespace that has loopback only.

Started by `test_real_client.py` inside `unshare --net`; prints one JSON object.
`python -m tests.capture.real_client BINARY SCENARIO HOME`
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from authtui.demo.backend.client_setup import setup_for
from authtui.demo.backend.faults import Fault
from authtui.demo.backend.server import running_backend
from tests.demo.real_client import loopback_up, only_loopback_is_there, trimmed

if TYPE_CHECKING:
    from authtui.demo.backend.logins import Login

LIMIT: Final = 120.0
COMMAND: Final = ("exec", "--skip-git-repo-check", "hi")
# What has nothing to do with a login and is asked in no fixed order.
QUIET: Final = """\
check_for_update_on_startup = false

[analytics]
enabled = false

[features]
apps = false
plugins = false
remote_plugin = false
"""


class Scenario(NamedTuple):
    login: Login
    faults: tuple[Fault, ...] = ()


SCENARIOS: Final = {
    "api-key": Scenario("api-key"),
    "chatgpt": Scenario("chatgpt"),
    "agent-identity": Scenario("agent-identity"),
    "personal-access-token": Scenario("personal-access-token"),
    "401-and-recovery": Scenario("chatgpt", (Fault("responses", "status", 401, 3),)),
    "503-and-retries": Scenario("chatgpt", (Fault("responses", "status", 503, 4),)),
}


def capture(binary: str, name: str, home: Path) -> dict[str, Any]:
    scenario = SCENARIOS[name]
    with running_backend() as backend:
        codex_home, work = home / ".codex", home / "work"
        codex_home.mkdir(parents=True)
        work.mkdir()
        (codex_home / "auth.json").write_text(setup_for(backend, scenario.login).auth_json.reveal())
        (codex_home / "config.toml").write_text(QUIET)
        backend.faults.replace(scenario.faults)
        environment = {
            "HOME": str(home),
            "CODEX_HOME": str(codex_home),
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        options = ["capture", "--json", "--upstream", backend.base_url]
        done = subprocess.run(
            [sys.executable, "-m", "authtui", *options, "--", binary, *COMMAND],
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        events = [json.loads(line) for line in done.stdout.splitlines()]
        return {
            "scenario": name,
            "exit": done.returncode,
            "stderr": trimmed(done.stderr, home, backend.base_url),
            "config_is_untouched": (codex_home / "config.toml").read_text() == QUIET,
            "said": [
                line
                for event in events
                if event["kind"] == "ChildSaid" and event["stream"] == "stdout"
                for line in event["lines"]
            ],
            "backend_saw": [[seen.method, seen.path, seen.status] for seen in seen_of(backend)],
            **trace(events, backend.base_url),
        }


def seen_of(backend: Any) -> list[Any]:  # noqa: ANN401 - the backend's own requests
    return [seen for seen in backend.state.requests if seen.status is not None]


def trace(events: list[dict[str, Any]], base_url: str) -> dict[str, Any]:
    """The events without what differs from run to run; credentials are numbered as they come."""
    marks: dict[str, str] = {}

    def mark(value: str | None) -> str | None:
        return None if value is None else marks.setdefault(value, f"credential-{len(marks) + 1}")

    requests, rotations = [], []
    started: dict[str, Any] = {}
    ended: dict[str, Any] = {}
    loaded: dict[str, Any] = {}
    compared: dict[str, str] = {}
    for event in events:
        if event["kind"] == "RequestFinished":
            record = event["request"]
            path = re.sub(r"agent-demo-[0-9a-f]+", "<runtime>", record["path"])
            kept = ("method", "status", "authorization", "account_header", "purpose", "meaning")
            requests.append(
                {
                    **{name: record[name] for name in kept},
                    "path": re.sub(r"client_version=[\d.]+", "client_version=<version>", path),
                    "error": record["error"],
                    # An assertion is another for each request.
                    "credential": None
                    if record["authorization"] == "AgentAssertion"
                    else mark(record["credential_mark"]),
                }
            )
        elif event["kind"] == "RotationSeen":
            rotations.append({"accepted": event["accepted"], "by": event["by"]})
        elif event["kind"] == "ChildStarted":
            started = event
        elif event["kind"] == "ChildEnded":
            ended = event
        elif event["kind"] == "Loaded":
            loaded = loaded or event
        elif event["kind"] == "Comparison":
            compared = {row["id"]: row["status"] for row in event["rows"]}
    return {
        "predicted": {name: loaded.get(name) for name in ("outcome", "mode")},
        "overrides": [text.replace(base_url, "$BACKEND") for text in started["overrides"]],
        "requests": requests,
        "rotations": rotations,
        "changes": events[-2]["changes"],
        "ended": {name: ended[name] for name in ("exit_status", "signal", "reason")},
        "compared": compared,
    }


if __name__ == "__main__":
    loopback_up()
    if not only_loopback_is_there():
        raise SystemExit("this is not a network namespace of its own")
    print(json.dumps(capture(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))  # noqa: T201 - its answer
