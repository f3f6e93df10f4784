"""Record what a real client does in given states: `login status`, `exec`, app server, doctor.

`record(binary, states, key_set)` starts workers, each in a network of its own with hosts of its
own (`authtui.rehearsal.hosts`), and yields runs in the form of the recordings (`trim`), so that
the same comparison judges them. A state is what a recording calls `given`.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Any

from authtui.identity.keys import PrivateKey, read_private_key
from authtui.rehearsal.client_run import (
    COMMANDS,
    SECONDS,
    as_recorded,
    cut_request,
    start_client,
)
from authtui.rehearsal.hosts import PORT, Hosts, serve
from authtui.rehearsal.network import isolated, set_up
from tests.oracle.cases import KNOWN_KEY, NOBODY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WORKERS = 6
PROJECT = Path(__file__).parent.parent.parent
BACKEND = f"http://127.0.0.1:{PORT}"
_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_%=-]*)+")


def record(
    binary: Path,
    states: Iterable[dict[str, Any]],
    key_set: dict[str, Any],
    refreshed: dict[str, str],
    workers: int = WORKERS,
) -> Iterator[dict[str, Any]]:
    """Each run as soon as it is made; a state names its `commands` (all, unless it says so)."""
    todo: Queue[str | None] = Queue()
    made: Queue[dict[str, Any] | None] = Queue()
    for state in states:
        todo.put(json.dumps(state))
    for _ in range(workers):
        todo.put(None)
    setting = json.dumps({"key_set": key_set, "refreshed": refreshed})

    def tend() -> None:
        program = (*isolated(), sys.executable, "-m", "tests.oracle.record_client", str(binary))
        with (
            contextlib.suppress(OSError),
            subprocess.Popen(
                program, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            ) as worker,
        ):
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.write(setting + "\n")
            while (line := todo.get()) is not None:
                worker.stdin.write(line + "\n")
                worker.stdin.flush()
                while (answer := worker.stdout.readline().strip()) not in ("done", ""):
                    made.put(json.loads(answer))
            worker.stdin.close()
        made.put(None)

    for _ in range(workers):
        threading.Thread(target=tend, daemon=True).start()
    for _ in range(workers):
        while (run := made.get()) is not None:
            yield run


def _work(binary: Path) -> None:
    setting = json.loads(sys.stdin.readline())
    with tempfile.TemporaryDirectory(prefix="authtui-network-") as folder:
        names, contexts = set_up(Path(folder))
        known = read_private_key(KNOWN_KEY)
        assert isinstance(known, PrivateKey)
        hosts = Hosts(setting["key_set"], setting["refreshed"], known.public_bytes)
        serve(hosts, contexts)
        version = subprocess.run(
            [binary, "--version"], capture_output=True, text=True, check=True
        ).stdout.split()[-1]
        for line in sys.stdin:
            state = json.loads(line)
            for command in state.get("commands") or COMMANDS:
                faults = state["given"]["other"].get("backend") or {}
                names.how = str(faults.get("dns") or "ok")
                hosts.begin(faults, _id_token(state["given"]["auth_json"]))
                run = one_run(binary, hosts, state["given"], command)
                run |= {key: state[key] for key in ("case", "group", "title")}
                sys.stdout.write(json.dumps({**run, "version": version}) + "\n")
            sys.stdout.write("done\n")
            sys.stdout.flush()


def _id_token(text: str | None) -> str | None:
    try:
        token = json.loads(text or "")["tokens"]["id_token"]
    except (ValueError, KeyError, TypeError):
        return None
    return token if isinstance(token, str) else None


def one_run(binary: Path, hosts: Hosts, given: dict[str, Any], command: str) -> dict[str, Any]:
    """Lay the state out anew, start the client, and keep what the comparison needs."""
    # The client warns of a home under the system's temporary directory.
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="authtui-run-") as folder:
        root = Path(folder)
        environ = _lay_out(given, root)
        stored = root / ".codex/auth.json"
        before = stored.exists()
        started = time.monotonic()
        user = NOBODY if given["other"].get("run_as") else None
        done = start_client(str(binary), command, environ, root, user, SECONDS)
        seconds = time.monotonic() - started
        gone = before and not stored.exists()
        out, err = (_neutral(text, root) for text in (done.out, done.text))
    seen = [as_recorded(request) for request in hosts.seen]
    for request in seen:
        request["url"] = request["url"].replace(BACKEND, "http://$BACKEND_HOST")
    run: dict[str, Any] = {
        "given": given,
        "command": command,
        "exit": done.code,
        "text": err,
        "login_after": "deleted" if gone else "kept" if before else "absent",
        "request": cut_request(seen),
        "hosts": sorted({request["url"].split("://", 1)[-1].split("/", 1)[0] for request in seen}),
        "seconds": round(seconds, 2),
    }
    if command == "account":
        run["answers"] = json.loads(_neutral(json.dumps(done.answers), root))
    if command == "doctor":
        try:
            report = json.loads(out)
        except ValueError:
            report = {}
        auth = (report.get("checks") or {}).get("auth.credentials")
        wanted = ("status", "summary", "remediation")
        run["doctor"] = {
            "auth": auth and {key: auth.get(key) for key in wanted},
            "overall": report.get("overallStatus"),
        }
    return run


def _lay_out(given: dict[str, Any], root: Path) -> dict[str, str]:
    other = given["other"]
    home = root / ".codex"
    root.chmod(0o755)
    if other.get("codex_home") == "file":
        home.write_text("", "utf-8")
    elif other.get("codex_home") != "missing":
        home.mkdir()
        _store(given, other, home)
        if given["config_toml"] is not None:
            (home / "config.toml").write_text(_real(given["config_toml"], root), "utf-8")
        if other.get("dotenv"):
            (home / ".env").write_text(_real(other["dotenv"], root), "utf-8")
    for name, content in (other.get("files") or {}).items():
        Path(_real(name, root)).write_text(content, "utf-8")
    environ = {"HOME": str(root), "PATH": "/usr/bin:/bin"}
    if other.get("codex_home") != "dot_codex":
        environ["CODEX_HOME"] = str(home)
    if other.get("run_as"):
        os.chown(root, NOBODY, NOBODY)
        os.chown(home, NOBODY, NOBODY)
    return environ | {k: _real(v, root) for k, v in given["env"].items() if v is not None}


def _store(given: dict[str, Any], other: dict[str, Any], home: Path) -> None:
    path = home / "auth.json"
    kind = other.get("auth_kind")
    if kind == "symlink":
        path.symlink_to(home / "real-auth.json")
        path = home / "real-auth.json"
    elif kind == "directory":
        path.mkdir()
        return
    elif kind == "dangling":
        path.symlink_to(home / "nowhere.json")
        return
    if given.get("auth_json_base64"):
        path.write_bytes(base64.b64decode(given["auth_json_base64"]))
    elif given["auth_json"] is not None:
        path.write_bytes(given["auth_json"].encode("utf-8", "surrogatepass"))
    else:
        return
    path.chmod(int(other.get("file_mode", "0600"), 8))


def _real(text: str, root: Path) -> str:
    host = BACKEND.split("://")[1]
    return (
        text.replace("$BACKEND_HOST", host).replace("$BACKEND", BACKEND).replace("$RUN", str(root))
    )


def _neutral(text: str, root: Path) -> str:
    for real, word in (
        (str(root / ".codex"), "$CODEX_HOME"),
        (str(root), "$RUN"),
        (BACKEND, "$BACKEND"),
        (BACKEND.split("://")[1], "$BACKEND_HOST"),
    ):
        text = text.replace(real, word)
    return _TOKEN.sub("<agent_jwt.made_up>", text)


if __name__ == "__main__":
    _work(Path(sys.argv[1]))
