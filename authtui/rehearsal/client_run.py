"""One start of the client: the program with its questions, and what is kept of a run."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import threading
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from authtui.rehearsal.hosts import Arrived

SECONDS: Final = 75
"""After so many seconds a client that has not ended is stopped."""
COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "status": ("login", "status"),
    "exec": ("exec", "--skip-git-repo-check", "hi"),
    "account": ("app-server",),
    "doctor": ("doctor", "--json"),
    "logout": ("logout",),
}
_LOG_LINE: Final = re.compile(r"^(?:\x1b\[[0-9;]*m)*\d{4}-\d\d-\d\dT[\d:.]+Z", re.MULTILINE)
_QUESTIONS: Final = (
    {
        "id": 0,
        "method": "initialize",
        "params": {"clientInfo": {"name": "driver", "title": "driver", "version": "0"}},
    },
    {"method": "initialized"},
    {"id": 1, "method": "account/read", "params": {"refreshToken": False}},
    {"id": 2, "method": "getAuthStatus", "params": {"includeToken": False, "refreshToken": False}},
)


class Done:
    """What came of a start: the exit code, or words where it was stopped, and what it said."""

    def __init__(self, code: int | str, out: str, err: str, answers: dict[str, Any]) -> None:
        """`answers` are those of the app server."""
        self.code, self.out, self.err, self.answers = code, out, err, answers

    @property
    def text(self) -> str:
        """What it wrote to standard error after the echo of the prompt, without times."""
        return cut_text(_LOG_LINE.sub("<now>", self.err))


def start_client(
    binary: str,
    command: str,
    environ: Mapping[str, str],
    root: Path,
    user: int | None = None,
    seconds: float = SECONDS,
) -> Done:
    """Start one of `COMMANDS` in a directory of its own below `root`, and wait for its end."""
    work = root / "work"
    work.mkdir(exist_ok=True)
    with subprocess.Popen(  # noqa: S603 - the client, as the caller names it
        [binary, *COMMANDS[command]],
        env=environ,
        cwd=work,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        user=user,
    ) as client:
        answers: dict[str, Any] = {}
        timer = threading.Timer(seconds, client.kill)
        timer.start()
        if command == "account":
            answers = _ask(client)
            client.terminate()
        elif client.stdin is not None:
            client.stdin.close()
            client.stdin = None
        out, err = client.communicate()
        ended = timer.is_alive()
        timer.cancel()
    code: int | str = client.returncode if ended else f"stopped after {seconds:.0f} s"
    return Done(code, out, err, answers)


def _ask(client: subprocess.Popen[str]) -> dict[str, Any]:
    if client.stdin is None or client.stdout is None:
        return {}
    answers: dict[str, Any] = {}
    names = {1: "account/read", 2: "getAuthStatus"}
    with contextlib.suppress(OSError):
        for question in _QUESTIONS:
            client.stdin.write(json.dumps(question) + "\n")
            client.stdin.flush()
            if "id" not in question:
                continue
            for line in client.stdout:
                said = json.loads(line)
                if said.get("id") == question["id"] and "method" not in said:
                    if question["id"] in names:
                        result = said.get("result")
                        answer = {"error": said["error"]} if result is None else result
                        answers[names[question["id"]]] = answer
                    break
            else:
                break
    return answers


def last_words(command: str, code: int | str, text: str) -> str | None:
    """What a client says last: the whole of `status`, the last error of `exec`."""
    if command == "status":
        return text.strip()
    if code == 0:
        return None
    lines = [line for line in text.strip().splitlines() if not line.startswith("<now>")]
    marks = [n for n, line in enumerate(lines) if line.startswith("ERROR: ")]
    if marks:
        return "\n".join(lines[marks[-1] :])
    return "\n".join(x for x in lines if not x.startswith("WARNING: proceeding")).strip()


def cut_text(stderr: str) -> str:
    """What a client said after the echo of the prompt; all of it where there is no echo."""
    # What comes before the echo of the prompt is a banner.
    return stderr.rsplit("--------\nuser\nhi\n", 1)[-1]


def cut_request(requests: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The request that carries the prompt, else the first attempt to open a socket for it."""
    model = [
        r
        for r in requests
        if r["url"].split("?", 1)[0].endswith("/responses") and r["method"] != "HEAD"
    ]
    for request in [r for r in model if r["method"] == "POST"] or model:
        given = request.get("authorization")
        scheme = given["scheme"] if isinstance(given, dict) else (given or "").split(" ", 1)[0]
        return {
            "base_url": request["url"].split("?", 1)[0].removesuffix("/responses"),
            "authorization": scheme or None,
            "account_id_header": request["headers"].get("chatgpt-account-id"),
            "fedramp": request["headers"].get("x-openai-fedramp") == "true",
        }
    return None


def as_recorded(seen: Arrived) -> dict[str, Any]:
    """A request as recordings keep it."""
    headers = {}
    if seen.account is not None:
        headers["chatgpt-account-id"] = seen.account
    if seen.fedramp is not None:
        headers["x-openai-fedramp"] = seen.fedramp
    return {
        "method": seen.method,
        "url": seen.url,
        "authorization": (seen.authorization or "").split(" ", 1)[0] or None,
        "headers": headers,
    }
