"""`authtui record` and `authtui open` from outside: real processes, real files, a real terminal."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from authtui.model import events as ev
from tests.program import KEY, NOW, api_key_login, chatgpt_login, codex_home, environment, run
from tests.pty.harness import ENTER_SCREEN, LEAVE_SCREEN, Terminal
from tests.traces.made import busy, lines_of, read, told, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIXED = ("--contract", "current", "--now", NOW)


def recorder(tmp_path: Path, home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "authtui", "record", "--home", str(home), *FIXED]
    return subprocess.Popen(
        [*command, str(tmp_path / "a.trace")],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the awaited condition never came"
        time.sleep(0.05)


def text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_record_loads_watches_and_ends_on_an_interrupt(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    path = tmp_path / "a.trace"
    program = recorder(tmp_path, home)
    try:
        wait_for(lambda: '"kind":"Loaded"' in text(path))
        time.sleep(1)  # the watch begins
        (home / "auth.json").write_text(json.dumps(api_key_login()))
        wait_for(lambda: '"SourceChanged"' in text(path))
        wait_for(lambda: text(path).count('"kind":"Loaded"') >= 2)
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=30)
    finally:
        program.kill()
    assert program.returncode == 0
    assert out == ""
    assert "Ctrl-C ends" in err
    assert "recorded to" in err
    assert "\x1b" not in err
    trace = read(path)
    assert trace.ended
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    looks = [e for e in trace if isinstance(e, ev.Loaded)]
    assert looks[0].assessment.verdict.mode == "chatgpt"
    assert looks[-1].assessment.verdict.mode == "api_key"
    whole = text(path)
    for secret in (KEY, "rt-made-up-1", "acct-mine", "ada@example.org", str(tmp_path)):
        assert secret not in whole, secret


def test_record_ends_by_itself_when_asked_to(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    done = run(
        *("record", "--home", home, *FIXED, "--for", "0.3", tmp_path / "a.trace"),
        user_home=tmp_path,
    )
    assert done.code == 0
    assert read(tmp_path / "a.trace").ended


def test_record_told_to_terminate_still_leaves_a_whole_file(tmp_path: Path) -> None:
    program = recorder(tmp_path, codex_home(tmp_path, chatgpt_login()))
    try:
        wait_for(lambda: '"kind":"Loaded"' in text(tmp_path / "a.trace"))
        program.terminate()
        program.communicate(timeout=30)
    finally:
        program.kill()
    assert program.returncode == 143
    assert read(tmp_path / "a.trace").ended


def test_record_killed_leaves_a_file_that_opens(tmp_path: Path) -> None:
    program = recorder(tmp_path, codex_home(tmp_path, chatgpt_login()))
    try:
        wait_for(lambda: '"kind":"Loaded"' in text(tmp_path / "a.trace"))
    finally:
        program.kill()
        program.communicate(timeout=30)
    trace = read(tmp_path / "a.trace")
    assert len(trace) >= 1
    assert not trace.ended


def test_record_writes_to_nothing_of_somebody_else(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.write_text("mine\n")
    done = run("record", "--for", "1", notes, user_home=tmp_path)
    assert done.code == 2
    assert "not a trace of authtui" in done.err
    assert "nothing was written" in done.err
    assert notes.read_text() == "mine\n"


@pytest.mark.parametrize("size", ["1", "64", "x", "1G", "-5M", "300M", ""])
def test_record_wants_a_size_within_reason(size: str, tmp_path: Path) -> None:
    done = run("record", f"--max-size={size}", tmp_path / "a.trace", user_home=tmp_path)
    assert done.code == 2
    assert "is not a size from 64K to 256M" in done.err
    assert not (tmp_path / "a.trace").exists()


def test_open_lists_events_as_text_and_as_json(tmp_path: Path) -> None:
    path = write(tmp_path / "a.trace", busy(requests=3))
    done = run("open", "--list", path, user_home=tmp_path)
    assert done.code == 0
    assert len(done.out.splitlines()) == len(read(path))
    assert "register" in done.out.splitlines()[-1]
    done = run("open", "--json", path, user_home=tmp_path)
    events = [json.loads(line) for line in done.out.splitlines()]
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["outcome"] == "refused"


def test_open_refuses_by_line_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "hurt.trace"
    path.write_bytes(lines_of(told(1)) + b'{"n":1}\n')
    done = run("open", "--list", path, user_home=tmp_path)
    assert done.code == 3
    assert "once" in done.out
    assert f"{path}: line 3: event 1 after event 1" in done.err
    (tmp_path / "no.trace").write_text("hello\n")
    done = run("open", tmp_path / "no.trace", user_home=tmp_path)
    assert done.code == 3
    assert "line 1: not JSON at column 1" in done.err
    assert run("open", tmp_path / "none", user_home=tmp_path).code == 3


def test_open_without_a_terminal_says_what_to_do(tmp_path: Path) -> None:
    path = write(tmp_path / "a.trace", busy(requests=1))
    done = run("open", path, user_home=tmp_path)
    assert done.code == 2
    assert "--list" in done.err


def test_open_of_two_tells_what_differs_first(tmp_path: Path) -> None:
    one = write(tmp_path / "a.trace", busy("wrong-workspace", 2))
    two = write(tmp_path / "b.trace", busy("shadowed", 2))
    done = run("open", "--list", one, two, user_home=tmp_path)
    assert done.code == 0
    assert "first difference, event 1 of A and 1 of B" in done.out
    assert "  A  refused\n  B  ready\n" in done.out
    done = run("open", "--json", one, two, user_home=tmp_path)
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert rows[0]["kind"] == "FirstDifference"
    assert {"group", "name", "left", "right"} <= rows[1].keys()
    done = run("open", "--list", one, one, user_home=tmp_path)
    assert "all alike" in done.out


def test_a_path_with_control_bytes_is_shown_harmless(tmp_path: Path) -> None:
    done = run("open", tmp_path / "a\x1b[31m", user_home=tmp_path)
    assert done.code == 3
    assert "\x1b" not in done.err


@pytest.mark.pty
def test_in_a_terminal_it_comes_plays_and_leaves_all_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path / "a.trace", busy(requests=10))
    with Terminal("open", path, user_home=tmp_path) as terminal:
        assert terminal.sees("1 Sources", "5 Events", "event 1 of 25")
        terminal.settle()
        terminal.type(".")
        assert terminal.sees("event 2 of 25")
        terminal.type("n")
        assert terminal.sees("401")
        terminal.type("q")
        assert terminal.wait() == 0
        output = bytes(terminal.output)
        assert output.rfind(LEAVE_SCREEN) > output.rfind(ENTER_SCREEN) >= 0
        assert terminal.settings() == terminal.before


@pytest.mark.pty
def test_a_damage_further_on_ends_in_exit_code_3(tmp_path: Path) -> None:
    path = write(tmp_path / "a.trace", busy(requests=100))
    path.write_bytes(path.read_bytes() + b'{"n":1}\n')
    with Terminal("open", path, user_home=tmp_path) as terminal:
        assert terminal.sees("This trace is damaged")
        terminal.settle()
        terminal.type(b"\x1b")
        terminal.settle()
        terminal.type("q")
        assert terminal.wait() == 3
        assert "event 1 after event" in terminal.text(bytes(terminal.output).rfind(LEAVE_SCREEN))


@pytest.mark.pty
def test_record_in_a_terminal_shows_how_far_it_is(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    with Terminal("record", "--home", home, *FIXED, tmp_path / "a.trace", user_home=tmp_path) as t:
        assert t.sees("recording to", "1 event,", "of 64 MB; Ctrl-C ends")
        t.type(b"\x03")
        assert t.wait() == 0
        assert "recorded to" in t.text()


def test_recording_looks_and_writes_to_its_own_files_only(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    run("record", "--home", home, "--for", "0.3", tmp_path / "a.trace", user_home=tmp_path)
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before
    made = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    made -= {f"codex-home/{path.name}" for path in home.iterdir()}
    assert made == {"a.trace", ".state/authtui/trace.key"}
