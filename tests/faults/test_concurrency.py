"""Several programs write one login at once: nothing is torn, none is lost, each change is seen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from authtui.credentials.store_writer import (
    Reservation,
    WriteFailure,
    Written,
    remove_document,
    update_document,
)
from authtui.credentials.write_lock import Lock, lock_paths
from authtui.demo.backend.server import running_backend
from authtui.model.file_watch import watch_session
from tests.model.test_session import session_on
from tests.program import api_key_login, codex_home, environment
from tests.pty.harness import Terminal

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 4, 15, 12, 0, tzinfo=UTC)
SECONDS = 60.0 if os.environ.get("AUTHTUI_LONG_TESTS") else 5.0
posix = pytest.mark.skipif(os.name == "nt", reason="locks and terminals of POSIX")


def writer(path: Path, name: str, kind: str, seconds: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.writers", str(path), name, str(seconds), kind],
        stdout=subprocess.PIPE,
        text=True,
    )


def result(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = process.communicate(timeout=SECONDS + 60)
    assert process.returncode == 0
    found: dict[str, Any] = json.loads(out)
    return found


@posix
def test_writers_of_authtui_in_several_processes_lose_no_update(tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    path.write_text(json.dumps({**api_key_login(), "kept": [1, 2]}))
    running = {name: writer(path, name, "ours", SECONDS) for name in ("a", "b", "c")}
    torn = 0
    while any(process.poll() is None for process in running.values()):
        try:
            json.loads(path.read_bytes())
        except ValueError:
            torn += 1
        time.sleep(0.001)
    counts = {name: result(process)["done"] for name, process in running.items()}
    found = json.loads(path.read_bytes())
    assert torn == 0
    assert {name: found.get(name, 0) for name in counts} == counts, "an update was lost"
    assert sum(counts.values()) > 3
    assert found["kept"] == [1, 2]
    assert not list(tmp_path.glob(".auth.json.authtui-*")), "a part was left behind"


@posix
def test_a_writer_that_cannot_get_its_turn_says_so_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    path.write_text("{}")
    for name in lock_paths(str(path)):
        lock = Lock(name)
        assert lock.take()
        started = time.monotonic()
        answer = update_document(path, {"a": 1}, now=NOW, expected=b"{}")
        lock.let_go()
        assert time.monotonic() - started < 10
        assert isinstance(answer, WriteFailure)
        assert f"process {os.getpid()} is writing and holds {name}" in answer.sentence
        assert path.read_text() == "{}"
    assert isinstance(update_document(path, {"a": 1}, now=NOW, expected=b"{}"), Written)


@posix
@pytest.mark.parametrize("change", ["update", "remove"])
def test_what_the_client_writes_in_the_very_moment_wins_over_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = tmp_path / "auth.json"
    path.write_text('{"a": 0}')
    seen = path.read_bytes()
    theirs = b'{"a": "of the client"}'
    file = path.open("r+b")  # the client has opened the file and not yet written
    look = Reservation._still
    looks: list[None] = []

    def late(held: Reservation) -> WriteFailure | None:
        found = look(held)
        looks.append(None)
        if len(looks) < 2:  # the last look before the change comes into force
            return found

        def write() -> None:
            time.sleep(0.005)
            file.truncate()
            file.write(theirs)
            file.close()

        threading.Thread(target=write).start()
        return found

    monkeypatch.setattr(Reservation, "_still", late)
    if change == "update":
        answer: object = update_document(path, {"a": 1}, now=NOW, expected=seen)
    else:
        answer = remove_document(path, now=NOW, expected=seen)
    assert isinstance(answer, WriteFailure), answer
    assert answer.why == "changed-underneath"
    assert path.read_bytes() == theirs
    assert [p.name for p in tmp_path.iterdir() if p.suffix != ".lock"] == ["auth.json"]


@posix
def test_beside_a_client_that_locks_nothing_the_file_is_whole_in_the_end(tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    path.write_text(json.dumps(api_key_login()))
    mine = writer(path, "mine", "ours", SECONDS)
    theirs = writer(path, "theirs", "client", SECONDS)
    counts = result(mine)["done"], result(theirs)["done"]
    found = json.loads(path.read_bytes())
    assert found["OPENAI_API_KEY"] == api_key_login()["OPENAI_API_KEY"]
    # The client's last word stands; ours may be undone by a client that read before it wrote.
    assert found["theirs"] == counts[1]
    assert 0 < found["mine"] <= counts[0]


@posix
def test_each_change_of_another_program_is_seen_as_an_event(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login())
    path = home / "auth.json"
    session = session_on(home)
    session.load("start")
    stop = threading.Event()
    watcher = threading.Thread(target=watch_session, args=(session, stop))
    watcher.start()
    try:
        time.sleep(0.8)
        for number in range(6):
            before = len(session.events)
            seen = path.read_bytes()
            answer = update_document(path, {"n": number}, now=NOW, expected=seen)
            assert isinstance(answer, Written)
            deadline = time.monotonic() + 20
            while len(session.events) < before + 2 and time.monotonic() < deadline:
                time.sleep(0.01)
            kinds = [event.kind for event in session.events[before:]]
            assert kinds[:2] == ["SourceChanged", "Loaded"]
            state = session.state.observation
            assert state is not None
            assert state.auth_file.data == path.read_bytes()
    finally:
        stop.set()
        watcher.join(10)


@posix
@pytest.mark.pty
def test_the_app_and_a_program_that_acts_share_a_home(tmp_path: Path) -> None:
    """The app is open while `run` refreshes again and again: both end well, the app keeps up."""
    with running_backend() as backend:
        login = backend.mint.chatgpt_login()
        home = codex_home(tmp_path, login.auth_json.reveal())
        options = ("--home", str(home), "--contract", "current")
        with Terminal(*options, user_home=tmp_path) as terminal:
            assert terminal.sees("watching")
            end = time.monotonic() + SECONDS
            rounds = 0
            while time.monotonic() < end or rounds < 2:
                done = subprocess.run(
                    [sys.executable, "-m", "authtui", "run", "refresh", "--live", *options,
                     "--base-url", backend.base_url],
                    env=environment(tmp_path),
                    capture_output=True,
                    text=True,
                    timeout=60,
                    check=False,
                )  # fmt: skip
                assert done.returncode == 0, done.stdout + done.stderr
                assert "rotated" in done.stdout
                json.loads((home / "auth.json").read_bytes())
                rounds += 1
                terminal.settle(0.1, 2)
            mark = len(terminal.output)
            terminal.type("5")
            assert terminal.sees("changed", since=0), terminal.text(mark)
            terminal.type("q")
            assert terminal.wait() == 0
            assert "Traceback" not in terminal.text()
