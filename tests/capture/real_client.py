"""Captures a released client against the backend, in a network namespace that has loopback only.

Started by `test_real_client.py` inside `unshare --net`; prints one JSON object.
`python -m tests.capture.real_client BINARY SCENARIO HOME`
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from authtui.demo.backend.client_setup import setup_for
from authtui.demo.backend.faults import Fault
from authtui.demo.backend.server import running_backend
from authtui.rehearsal.network import loopback_up, only_loopback_is_there
from tests.capture.outsider import gone, outsider
from tests.demo.real_client import trimmed

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.demo.backend.backend import Backend
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
        environment = at_home(backend, scenario, home)
        codex_home, work = home / ".codex", home / "work"
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


def at_home(backend: Backend, scenario: Scenario, home: Path) -> dict[str, str]:
    """A home with this login, and the variables that lead to it."""
    codex_home = home / ".codex"
    codex_home.mkdir(parents=True)
    (home / "work").mkdir()
    (codex_home / "auth.json").write_text(setup_for(backend, scenario.login).auth_json.reveal())
    (codex_home / "config.toml").write_text(QUIET)
    backend.faults.replace(scenario.faults)
    return {
        "HOME": str(home),
        "CODEX_HOME": str(codex_home),
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }


def attacked(binary: str, home: Path) -> dict[str, Any]:
    """Kills authtui while the client waits for an answer, as the attack has it."""
    with running_backend() as backend, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = at_home(backend, SCENARIOS["chatgpt"], home)
        backend.faults.replace((Fault("responses", "delay", 30),))
        options = ["--json", "--upstream", backend.base_url, "--port", str(port)]
        authtui = subprocess.Popen(
            [sys.executable, "-m", "authtui", "capture", *options, "--", binary, *COMMAND],
            cwd=home / "work",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(lambda: any("responses" in seen.path for seen in backend.state.requests))
        clients = {
            process: words for process, words in running().items() if words[0].endswith("codex")
        }
        words = " ".join(next(iter(clients.values())))
        path = words.partition(f":{port}")[2].partition('"')[0]
        asked = outsider("ask", port, f"{path}/wham/usage")
        authtui.kill()
        authtui.wait()
        return {
            "clients": len(clients),
            "read": path,
            "asked": asked,
            "reached": [seen.path for seen in backend.state.requests if "usage" in seen.path],
            "heard": outsider("hear", port),
            "gone": gone(*clients, seconds=1),
        }


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    while not true():
        if time.monotonic() > end:
            raise SystemExit("it did not come to that")
        time.sleep(0.02)


def running() -> dict[int, list[str]]:
    """The command line of every process."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().decode().split("\0")
            found[int(folder.name)] = words
    return found


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
    program, scenario, place = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    answer = attacked(program, place) if scenario == "attack" else capture(program, scenario, place)
    print(json.dumps(answer))  # noqa: T201 - its answer
