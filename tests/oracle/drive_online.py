"""Drive a real client against the embedded backend, and compare with what authtui predicts.

Usage: `AUTHTUI_CODEX_BINARY=/path/to/codex python -m tests.oracle.drive_online [COUNT [SECONDS]]`.
Two workers run side by side, each in a network namespace that has loopback only, each with a
backend of its own inside it. Every state is a throw-away home with freshly minted credentials; the
first model request is compared as the backend saw it. SECONDS ends a run early.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from authtui.contracts import find
from authtui.credentials.observe import read_observation
from authtui.demo.backend.client_setup import auth_server_variables
from authtui.demo.backend.server import running_backend
from authtui.rehearsal.network import loopback_up, only_loopback_is_there
from authtui.simulation.predictions import predict
from authtui.simulation.program_start import make_case
from tests.oracle.drive_client import COMMANDS, VARIABLE, isolated, version_of
from tests.oracle.online_states import FAULTS, OnlineState, assumptions_of, lay_out, states

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.answers.findings import Surface
    from authtui.contracts import Contract
    from authtui.demo.backend.backend import Backend
    from authtui.simulation.program_start import ProgramStart

SECONDS = 25
WORKERS = 2
_ONE_IN = 4  # of the runs that wait out their repetitions, so many are left out but one
PROJECT = Path(__file__).parent.parent.parent
Facts = dict[str, Any]
_CLASSES = {
    "api_key": "API key",
    "provider": "API key",
    "personal_access_token": "personal access token",
}


class Run(NamedTuple):
    """One program start, predicted and made: each side's facts by name.

    `slow`: the model request is predicted to be refused, and so to be repeated.
    """

    state: str
    command: str
    ours: Facts
    client: Facts
    slow: bool = False

    @property
    def wrong(self) -> tuple[str, ...]:
        """The names of the facts in which the two differ."""
        return tuple(name for name, value in self.ours.items() if self.client.get(name) != value)

    def __str__(self) -> str:
        """The facts that differ, one below the other."""
        lines = [f"{self.command} · {self.state}"]
        for name in self.wrong:
            lines.append(f"  {name}: authtui {self.ours[name]!r}")
            lines.append(f"  {' ' * len(name)}  client  {self.client.get(name)!r}")
        return "\n".join(lines)


def drive(binary: Path, count: int, seconds: float | None = None) -> Iterator[Run]:
    """Each run of the first `count` states, as the two workers make them; ends after `seconds`."""
    with contextlib.ExitStack() as stack:
        program = (*isolated(), sys.executable, "-m", "tests.oracle.drive_online", "--inside")
        limit = str(seconds or 1e9)
        workers = [
            stack.enter_context(
                subprocess.Popen(
                    [*program, str(binary), str(count), str(shard), limit],
                    cwd=PROJECT,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for shard in range(WORKERS)
        ]
        for worker in workers:
            for line in worker.stdout or ():
                yield Run(*json.loads(line))
        for worker in workers:
            if worker.wait():
                raise RuntimeError("a worker ended with an error; its words are above")


def work(binary: Path, count: int, shard: int, seconds: float) -> Iterator[Run]:
    """The share of one worker; to be called in a network namespace of its own only."""
    found = find(version_of(binary))
    if found is None:
        raise SystemExit(f"{binary} names no version that authtui knows")
    contract = found[0]
    end = time.monotonic() + seconds
    with running_backend() as backend:
        waits = 0
        for state in states(count)[shard::WORKERS]:
            for command in COMMANDS:
                if time.monotonic() > end:
                    return
                run = one_run(binary, backend, contract, state, command, slow=waits % _ONE_IN == 0)
                waits += run is None or run.slow
                if run is not None:
                    yield run


def one_run(
    binary: Path,
    backend: Backend,
    contract: Contract,
    state: OnlineState,
    command: Surface,
    *,
    slow: bool,
) -> Run | None:
    """Lay the state out anew, predict, run the client, and gather both sides' facts."""
    place = Path("/var/tmp")  # noqa: S108 - the client warns of a home under the temporary directory
    with tempfile.TemporaryDirectory(dir=place, prefix="authtui-online-") as folder:
        root = Path(folder)
        environ = {
            "PATH": "/usr/bin:/bin",
            "HOME": folder,
            "CODEX_HOME": str(root / ".codex"),
            **auth_server_variables(backend),
            **lay_out(backend, contract, state, root / ".codex"),
        }
        start = _start(environ, root, contract, state, command)
        request = start.request
        credential = start.credential
        # The backend takes an API key at /v1 only, and nothing else there, as the real ones do.
        if request is None or request.authorization != "Bearer" or not credential:
            key = False
        else:
            key = credential.mode in ("api_key", "provider")
        if key:
            config = root / ".codex/config.toml"
            text = config.read_text("utf-8")
            config.write_text(text.replace(backend.codex_base_url, backend.api_base_url), "utf-8")
            start = _start(environ, root, contract, state, command)
        # A request that is refused is repeated for a quarter of a minute.
        repeats = start.request is not None and start.prediction.exit != 0
        if repeats and not slow:
            return None
        ours = _ours(start, backend, command)
        backend.state.forget_requests()
        backend.faults.replace(FAULTS[state.fault].faults)
        client = _run(binary, command, environ, root)
        backend.faults.clear()
        client["request"] = _first_model_request(backend)
        client = {name: client[name] for name in ours}
        return Run(state.name, command, ours, client, repeats)


def _start(
    environ: dict[str, str], root: Path, contract: Contract, state: OnlineState, command: Surface
) -> ProgramStart:
    observation = read_observation(
        environ=environ,
        home_option=None,
        now=datetime.now(UTC),
        system_dir=root / "etc",
        installed=False,
    )
    return predict(make_case(observation, contract, assumptions_of(state)))[command]


def _ours(start: ProgramStart, backend: Backend, command: Surface) -> Facts:
    prediction = start.prediction
    says = (prediction.says or "").strip()
    if command == "exec" and prediction.exit == 0:
        says = backend.settings.answer
    facts: Facts = {
        "exit": prediction.exit,
        "text": says,
        "deletes": prediction.deletes_stored_login,
    }
    if command == "exec":
        request, credential = start.request, start.credential
        facts["request"] = None
        if request is not None:
            kind: str = request.authorization or "none"
            if kind == "Bearer":
                mode = credential.mode if credential else ""
                kind = _CLASSES.get(mode, "ChatGPT access token")
            path = request.base_url.removeprefix(backend.base_url) + "/responses"
            facts["request"] = [kind, request.account_id_header, path]
    return facts


def _first_model_request(backend: Backend) -> list[str | None] | None:
    for seen in backend.state.requests:
        if seen.endpoint == "responses":
            return [seen.auth, seen.account_header, seen.path]
    return None


def _run(binary: Path, command: Surface, environ: dict[str, str], root: Path) -> Facts:
    stored = root / ".codex/auth.json"
    before = stored.exists()
    work = root / "work"
    work.mkdir()
    try:
        done = subprocess.run(
            [binary, *COMMANDS[command]],
            env=environ,
            cwd=work,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"exit": "no end", "text": "", "deletes": before and not stored.exists()}
    said = done.stdout if command == "exec" and done.returncode == 0 else _message(done.stderr)
    return {
        "exit": done.returncode,
        "text": said.strip(),
        "deletes": before and not stored.exists(),
    }


def _message(stderr: str) -> str:
    """The last error of a run that got as far as a session, else all that was said."""
    lines = [
        line
        for line in stderr.splitlines()
        if not line.startswith(("WARNING: proceeding", "20"))  # log lines begin with a date
    ]
    if any(line.startswith("OpenAI Codex v") for line in lines):
        starts = [at for at, line in enumerate(lines) if line.startswith("ERROR: ")]
        lines = lines[starts[-1] :] if starts else lines
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Drive the client, print the differences as they come and the figures at the end."""
    if arguments[:1] == ["--inside"]:
        loopback_up()
        if not only_loopback_is_there():
            raise SystemExit("this is not a network namespace of its own")
        binary, total, shard, seconds = arguments[1:]
        for run in work(Path(binary), int(total), int(shard), float(seconds)):
            sys.stdout.write(json.dumps(run) + "\n")
            sys.stdout.flush()
        return 0
    given = os.environ.get(VARIABLE)
    if not given:
        sys.stderr.write(f"{VARIABLE} does not name a client\n")
        return 2
    count = int(arguments[0]) if arguments else 300
    made: dict[str, int] = {}
    agree: dict[str, int] = {}
    seen = set()
    for run in drive(Path(given), count, float(arguments[1]) if arguments[1:] else None):
        seen.add(run.state)
        for name in run.ours:
            fact = f"{run.command} {name}"
            made[fact] = made.get(fact, 0) + 1
            agree[fact] = agree.get(fact, 0) + (name not in run.wrong)
        if run.wrong:
            sys.stdout.write(f"{run}\n")
            sys.stdout.flush()
    figures = {fact: f"{agree[fact]} of {total}" for fact, total in made.items()}
    version = version_of(Path(given))
    sys.stdout.write(json.dumps({"client": version, "states": len(seen), **figures}) + "\n")
    return 1 if agree != made else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
