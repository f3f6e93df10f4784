"""Inside the network of a rehearsal: starts the client on a fresh copy for each program.

Reads a setting (JSON) and then names of programs, one a line; answers each with a line of JSON.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from authtui.rehearsal.client_run import as_recorded, cut_request, last_words, start_client
from authtui.rehearsal.hosts import PORT, Hosts, serve
from authtui.rehearsal.network import set_up


def main() -> int:
    """Serve until there is nothing more to read."""
    setting = json.loads(sys.stdin.readline())
    root = Path(setting["root"])
    network = root / "network"
    network.mkdir()
    _, contexts = set_up(network, tuple(setting["hosts"]), Path(setting["etc"]))
    hosts = Hosts(
        setting["key_set"],
        setting["refreshed"],
        bytes.fromhex(setting["agent_public"]),
        setting["account"],
    )
    plain = tuple({PORT, *setting["plain_ports"]} - set(setting["secure_ports"]) - {53})
    secure = tuple({443, *setting["secure_ports"]} - {53})
    serve(hosts, contexts, plain, secure)
    template = root / "template"
    if (root / ".codex").is_dir():
        shutil.copytree(root / ".codex", template, symlinks=True)
    _say({"version": _version(setting["client"], setting["environ"])})
    for line in sys.stdin:
        command = line.strip()
        if template.is_dir():
            shutil.rmtree(root / ".codex")
            shutil.copytree(template, root / ".codex", symlinks=True)
        hosts.begin(setting["faults"], setting["id_token"])
        _say(_run(setting, command, root, hosts))
    return 0


def _run(setting: dict[str, Any], command: str, root: Path, hosts: Hosts) -> dict[str, Any]:
    stored = root / ".codex" / "auth.json"
    before = stored.read_bytes() if stored.is_file() else None
    done = start_client(setting["client"], command, setting["environ"], root)
    after = stored.read_bytes() if stored.is_file() else None
    report: Any = None
    if command == "doctor":
        try:
            report = json.loads(done.out).get("checks", {}).get("auth.credentials")
        except (ValueError, AttributeError):
            report = None
    requests = [as_recorded(seen) for seen in hosts.seen]
    return {
        "command": command,
        "exit": done.code,
        "says": last_words(command, done.code, done.text),
        "answers": done.answers,
        "doctor": report,
        "deletes_stored_login": before is not None and after is None,
        "login": "gone" if before and after is None else "kept" if before == after else "rewritten",
        "request": cut_request(requests),
        "requests": [f"{row['method']} {row['url'].split('?', 1)[0]}" for row in requests],
    }


def _version(client: str, environ: dict[str, str]) -> str | None:
    try:
        said = subprocess.run(  # noqa: S603 - the client that the user named
            [client, "--version"],
            env=environ,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = said.stdout.split()
    known = len(words) == 2 and words[0].startswith("codex") and said.returncode == 0
    return words[1] if known else None


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
