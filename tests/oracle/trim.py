"""Cut the raw recordings of real clients down to what the comparison needs.

Usage: `python tests/oracle/trim.py RAW_FOLDER`. RAW_FOLDER holds `recorded-<version>.jsonl` and
`jwks.json`; the result is `recordings.jsonl.xz` and `jwks.json` beside this file. Every key and
token in it is made up and opens nothing.
"""

from __future__ import annotations

import json
import lzma
import shutil
import sys
from pathlib import Path
from typing import Any

from authtui.rehearsal.client_run import cut_request, cut_text

HERE = Path(__file__).parent
RECORDINGS = HERE / "recordings.jsonl.xz"
KEY_SET = HERE / "jwks.json"
COMMANDS = ("status", "exec", "account", "doctor", "logout")
LEFT_OUT = {
    "doctor-text": "the same report as `doctor`, laid out for people",
    "login": "logging in is no state that is looked at",
    "login-api-key": "logging in is no state that is looked at",
    "login-agent": "logging in is no state that is looked at",
}
"""What is recorded and not compared, and why. Anything else unknown is an error."""


def trim(folder: Path) -> int:
    """Write the cut recordings; the number of runs kept."""
    kept = 0
    with lzma.open(RECORDINGS, "wt", encoding="utf-8", preset=9 | lzma.PRESET_EXTREME) as out:
        for path in sorted(folder.glob("recorded-*.jsonl")):
            for line in path.read_text("utf-8").splitlines():
                run = json.loads(line)
                command = run["id"].rsplit("/", 1)[-1]
                if command in LEFT_OUT:
                    continue
                if command not in COMMANDS:
                    raise ValueError(f"{run['id']} is neither compared nor left out")
                out.write(json.dumps(_run(run), ensure_ascii=False, sort_keys=True) + "\n")
                kept += 1
    shutil.copyfile(folder / "jwks.json", KEY_SET)
    KEY_SET.chmod(0o644)
    return kept


def _run(run: dict[str, Any]) -> dict[str, Any]:
    seen = run["observed"]
    command = run["id"].rsplit("/", 1)[-1]
    kept: dict[str, Any] = {
        "case": run["case"],
        "command": command,
        "version": run["version"],
        "group": run["group"],
        "title": run["title"],
        "given": run["given"],
        "exit": seen["exit"],
        "text": cut_text(seen["stderr"]),
        "login_after": seen["auth_json_after"]["state"],
        "request": cut_request(seen["requests"]),
        "hosts": sorted({_host(request["url"]) for request in seen["requests"]}),
    }
    if command == "account":
        kept["answers"] = seen.get("answers") or {}
    if command == "doctor":
        report = seen.get("stdout_json") or {}
        kept["doctor"] = {
            "auth": (report.get("checks") or {}).get("auth.credentials"),
            "overall": report.get("overallStatus"),
        }
    return kept


def _host(url: str) -> str:
    return url.split("://", 1)[-1].split("/", 1)[0]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    runs = trim(Path(sys.argv[1]))
    sys.stdout.write(f"{runs} runs, {RECORDINGS.stat().st_size} bytes\n")
