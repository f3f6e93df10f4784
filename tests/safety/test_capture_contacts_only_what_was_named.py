"""A capture contacts the servers it was given, and no other; watched, not believed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from authtui.demo.backend.server import running_backend
from tests.program import chatgpt_login, codex_home, environment, snapshot
from tests.safety.test_looking_is_free_of_side_effects import ROOT, WATCHER, acts

if TYPE_CHECKING:
    from pathlib import Path

# Asks what it was given, an address beside the given ones, and is sent elsewhere by an answer.
PROGRAM = """\
import http.client, os
from urllib.parse import urlsplit
here = urlsplit(os.environ["OPENAI_BASE_URL"])
for path in (here.path + "/models", here.path + "/responses", "/other/x", "http://192.0.2.1/x"):
    connection = http.client.HTTPConnection(here.hostname, here.port, timeout=20)
    connection.request("GET", path, headers={"Authorization": "Bearer sk-made-up-1234567890"})
    print(connection.getresponse().status)
"""


def watched(tmp_path: Path, *words: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    (tmp_path / "user").mkdir()
    home = codex_home(tmp_path / "user", chatgpt_login())
    log, before = tmp_path / "log", snapshot(tmp_path / "user")
    done = subprocess.run(
        [sys.executable, str(WATCHER), str(log), "capture", "--json", "--home", str(home), *words],
        env=environment(tmp_path / "user", PYTHONPATH=str(ROOT)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert snapshot(tmp_path / "user") == before
    reached = []
    for event, what in acts(log):
        if event in (
            "socket.connect",
            "socket.getaddrinfo",
            "socket.gethostbyname",
            "socket.sendto",
        ):
            reached.append(what)
        else:
            # A loop has a socket pair, the proxy a port, the program a process; nothing is written.
            assert event in (
                "socket.bind",
                "subprocess.Popen",
                "os.posix_spawn",
                "os.fork",
                "open",
            ), what
            assert event != "open" or "/dev/null" in what, what
    return done, reached


def ports_of(reached: list[str]) -> set[str]:
    """The ports that were reached; every one of them is on this machine."""
    found = [re.search(r"'127\.0\.0\.1', (\d+)", what) for what in reached]
    assert all(found), reached
    return {match[1] for match in found if match is not None}


def own_ports(reached: list[str]) -> set[str]:
    """The port of authtui's own on which it finds out whether the system tells who connects."""
    first = re.search(r"'127\.0\.0\.1', (\d+)", reached[0]) if reached else None
    return {first[1]} if first is not None else set()


def test_requests_go_to_the_named_server_and_a_redirect_is_not_followed(tmp_path: Path) -> None:
    with running_backend() as backend:
        backend.faults.set("responses", "redirect", "http://192.0.2.7/elsewhere")
        words = ("--upstream", backend.base_url, "--", sys.executable, "-c", PROGRAM)
        done, reached = watched(tmp_path, *words)
        port = backend.base_url.rpartition(":")[2]
        asked = [seen.path for seen in backend.state.requests]
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    statuses = [line for event in said for line in event.get("lines", ())]
    assert statuses == ["401", "307", "404", "404"]
    assert asked == ["/v1/models", "/v1/responses"]
    assert reached
    assert ports_of(reached) <= {port, *own_ports(reached)}
    assert port in ports_of(reached)


def test_without_a_request_nobody_is_contacted(tmp_path: Path) -> None:
    done, reached = watched(tmp_path, "--", "true")
    assert done.returncode == 0, done.stderr
    assert ports_of(reached) == own_ports(reached)
