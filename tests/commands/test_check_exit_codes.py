"""Every exit code of the contract, reached by running the program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.program import (
    KEY,
    api_key_login,
    chatgpt_login,
    codex_home,
    environment,
    run,
    run_code,
)

if TYPE_CHECKING:
    from pathlib import Path

ALL_GOOD = ("--contract", "current")


def test_0_the_selected_credential_is_usable_as_far_as_can_be_known(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login())
    assert run("check", "--home", home, *ALL_GOOD, user_home=tmp_path).code == 0


def test_1_the_client_would_refuse(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login(), 'forced_login_method = "chatgpt"\n')
    assert run("check", "--home", home, *ALL_GOOD, user_home=tmp_path).code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--contract", "no-such"),
        ("--surface", "web"),
        ("--now", "yesterday"),
        ("--now", "2026-04-15T12:00:00"),
        ("--feature", "x=maybe"),
        ("--feature", "x"),
        ("--assume", "weather=fine"),
        ("--with", "NAME"),
        ("--without", "CODEX_API_KEY"),
        ("--explain", "no.such.check"),
        ("--no-such-option",),
        ("surplus",),
    ],
)
def test_2_wrong_usage_is_named(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    home = codex_home(tmp_path, api_key_login())
    answer = run("check", "--home", home, *arguments, user_home=tmp_path)
    assert answer.code == 2
    assert answer.out == ""
    assert "authtui" in answer.err
    assert "Traceback" not in answer.err


def test_2_a_command_that_does_not_exist(tmp_path: Path) -> None:
    assert run("chekc", user_home=tmp_path).code == 2


def test_2_the_app_without_a_terminal_says_what_to_run_instead(tmp_path: Path) -> None:
    answer = run("--home", codex_home(tmp_path), user_home=tmp_path)
    assert answer.code == 2
    assert "authtui check" in answer.err


def test_3_cannot_tell(tmp_path: Path) -> None:
    home = codex_home(tmp_path, "{")
    assert run("check", "--home", home, *ALL_GOOD, user_home=tmp_path).code == 3


def test_3_a_key_set_that_cannot_be_read(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login())
    answer = run("check", "--home", home, "--jwks", tmp_path / "none.json", user_home=tmp_path)
    assert answer.code == 3
    assert "none.json" in answer.err


def test_4_not_logged_in(tmp_path: Path) -> None:
    assert run("check", "--home", codex_home(tmp_path), user_home=tmp_path).code == 4


def test_4_also_for_a_user_who_has_no_codex_home_at_all(tmp_path: Path) -> None:
    assert run("check", user_home=tmp_path).code == 4


def test_70_a_bug_is_a_sentence_and_a_log_without_any_outside_text(tmp_path: Path) -> None:
    code = f"""
import sys
import authtui.assessment.assess as room
def assess(*_):
    raise RuntimeError("{KEY}")
room.assess = assess
from authtui.cli import main
raise SystemExit(main(sys.argv[1:]))
"""
    home = codex_home(tmp_path, api_key_login())
    answer = run_code(code, "check", "--home", home, user_home=tmp_path)
    assert answer.code == 70
    assert answer.out == ""
    assert answer.err.startswith("authtui: a bug in authtui (RuntimeError); the redacted log is ")
    assert len(answer.err.splitlines()) == 1
    log = answer.err.rstrip("\n").rpartition(" is ")[2]
    text = (tmp_path / ".state").joinpath("authtui", "crash.log").read_text()
    assert log.endswith("crash.log")
    assert "RuntimeError" in text
    assert KEY[8:20] not in text + answer.err


def test_130_interrupted(tmp_path: Path) -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-m", "authtui", "decode", "-"],
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        # It is reading when it sleeps in `read`; before that the signal would hit the start-up.
        deadline = time.monotonic() + 10
        time.sleep(0.3)
        while time.monotonic() < deadline and waiting.poll() is None:
            waiting.send_signal(signal.SIGINT)
            try:
                waiting.wait(1)
            except subprocess.TimeoutExpired:
                continue
        out, err = waiting.communicate(timeout=10)
    finally:
        waiting.kill()
    assert waiting.returncode == 130
    assert out == b""
    assert b"Traceback" not in err


def _piped(
    home: Path, user_home: Path, target: int, unbuffered: str, *options: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "authtui", "check", "--home", str(home), *options],
        env=environment(user_home, PYTHONUNBUFFERED=unbuffered),
        stdin=subprocess.DEVNULL,
        stdout=target,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("option", [(), ("--json",)])
@pytest.mark.parametrize("unbuffered", ["1", ""])
def test_a_reader_that_leaves_early_does_not_turn_a_refusal_into_a_pass(
    tmp_path: Path, unbuffered: str, option: tuple[str, ...]
) -> None:
    home = codex_home(tmp_path, api_key_login(), 'forced_login_method = "chatgpt"\n')
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        done = _piped(home, tmp_path, write_end, unbuffered, *option)
    finally:
        os.close(write_end)
    assert done.returncode == 1
    assert done.stderr == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")  # noqa: PTH110
@pytest.mark.parametrize("unbuffered", ["1", ""])
def test_a_full_disk_is_no_pass_and_no_traceback(tmp_path: Path, unbuffered: str) -> None:
    home = codex_home(tmp_path, api_key_login())
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        done = _piped(home, tmp_path, full, unbuffered)
    finally:
        os.close(full)
    assert done.returncode != 0
    assert b"Traceback" not in done.stderr


def test_strict_makes_a_warning_count(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    env = {"CODEX_API_KEY": KEY}
    document = run("check", "--json", "--home", home, user_home=tmp_path, env=env)
    statuses = {c["status"] for c in document.json["checks"]}
    strict = run("check", "--strict", "--home", home, user_home=tmp_path, env=env)
    if "fail" not in statuses:
        assert document.code == 0
    assert strict.code == (1 if statuses & {"warn", "fail"} else 0)


def test_a_closed_output_is_no_pass_and_no_traceback(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login())
    line = f'exec "{sys.executable}" -m authtui check --home "{home}" >&-'
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert done.stderr == b"authtui: the output could not be written: it is closed\n"


@pytest.mark.parametrize(
    ("command", "code"), [("", 2), ("demo", 2), ("check", 0), ("decode", 2), ("report -o new", 2)]
)
def test_a_closed_input_is_an_empty_one(tmp_path: Path, command: str, code: int) -> None:
    environ = environment(tmp_path, CODEX_HOME=str(codex_home(tmp_path, api_key_login())))
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "{sys.executable}" -m authtui {command} <&-'],
        env=environ,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, b"bug" in done.stderr) == (code, False)
