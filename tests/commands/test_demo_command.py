"""`authtui demo`: a story from outside; nothing of the user's machine is touched."""

from __future__ import annotations

import argparse
import io
import json
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from authtui.commands import ProcessContext, demo
from tests.program import (
    Answer,
    api_key_login,
    codex_home,
    environment,
    run,
    snapshot,
)
from tests.pty.harness import ENTER_SCREEN, Terminal
from tests.safety.test_looking_is_free_of_side_effects import ROOT, WATCHER, acts

if TYPE_CHECKING:
    from pathlib import Path

STORIES = (
    "ghost",
    "wrong-door",
    "wrong-company",
    "two-terminals",
    "forgetful-container",
    "nobody-there",
    "unknown-key",
    "there-all-along",
    "identity",
)
SOME = ("ghost", "two-terminals", "nobody-there", "identity")
# What a token, a key or an assertion looks like; marks and classes do not.
SECRETS = re.compile(
    r"eyJ[\w-]{12,}|\bsk-[\w-]{2,}|\brt-[\w-]{6,}|MC4CAQAw|AgentAssertion e|biscuit-demo"
)
FAULTY = """
title = "A server that refuses"
about = "no task is given out"
login = "chatgpt"
config = "features.use_agent_identity = true"
faults = [{ endpoint = "task-register", kind = "status", value = 403 }]
steps = [{ do = "load" }, { do = "register", answered = ["task-register"] }, { do = "assert" }]
"""


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """A user with a login of their own, and a place for temporary files."""
    home = tmp_path / "user"
    (home / "tmp").mkdir(parents=True)
    codex_home(home, api_key_login())
    return home


def demo_of(user: Path, *arguments: str, **env: str) -> Answer:
    own = {"CODEX_HOME": str(user / "codex-home"), "TMPDIR": str(user / "tmp"), **env}
    return run("demo", *arguments, user_home=user, env=own)


def in_process(*arguments: str, folder: Path | None = None) -> Answer:
    parser = argparse.ArgumentParser()
    parser.set_defaults(offline=False, now=None, presenter=False)
    parser.add_argument("--offline", action="store_true")
    demo.add_arguments(parser)
    out, err = io.StringIO(), io.StringIO()
    code = demo.run(
        parser.parse_args(arguments), ProcessContext({}, io.StringIO(), out, err), folder
    )
    return Answer(code, out.getvalue(), err.getvalue())


def lines_of(answer: Answer) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in answer.out.splitlines()]
    assert all(isinstance(tree, dict) and isinstance(tree["kind"], str) for tree in found)
    return found


@pytest.mark.parametrize("story", SOME)
@pytest.mark.parametrize("form", [("--headless",), ("--headless", "--json")])
def test_a_story_played_without_the_app_ends_green_and_tells_no_secret(
    user: Path, story: str, form: tuple[str, ...]
) -> None:
    before = snapshot(user)
    answer = demo_of(user, story, *form, CODEX_API_KEY="sk-of-the-developer-and-no-one-else")
    assert (answer.code, answer.err) == (0, "")
    assert SECRETS.findall(answer.out) == []
    assert "sk-of-the" not in answer.out
    assert "\x1b" not in answer.out
    assert {name for name in snapshot(user) if name not in before} == set()
    assert list((user / "tmp").iterdir()) == []


def test_the_json_lines_tell_every_event_and_how_it_ended() -> None:
    answer = in_process("identity", "--headless", "--json")
    told = lines_of(answer)
    kinds = [tree["kind"] for tree in told]
    assert kinds[-1] == "Ended"
    assert told[-1]["green"] is True
    first = next(tree["text"] for tree in told if tree["kind"] == "Told")
    assert "A ChatGPT login is stored" in first
    wanted = ["Loaded", "IdentityRegistered", "TaskRegistered", "Asserted", "LoggedOut"]
    assert [k for k in dict.fromkeys(kinds) if k in wanted] == wanted
    assert kinds.count("Planned") == 3
    numbers = [tree["sequence"] for tree in told if "sequence" in tree]
    assert numbers == list(range(1, len(numbers) + 1))
    assert kinds.count("RequestStarted") == kinds.count("RequestFinished") == 4


def test_json_alone_is_played_without_the_app_too() -> None:
    assert lines_of(in_process("ghost", "--json"))[-1]["story"] == "ghost"


def test_as_text_a_story_opens_with_its_title_and_closes_with_its_end() -> None:
    lines = in_process("ghost", "--headless").out.splitlines()
    assert lines[0] == "The ghost in the shell"
    assert lines[-1] == "ghost: green: The server accepted the request."
    assert any("Without the variable the next rung wins" in line for line in lines)


def test_a_refusal_of_the_backend_fails_the_command_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "refused.toml").write_text(FAULTY)
    answer = in_process("refused", "--headless", folder=tmp_path)
    assert answer.code == 1
    assert answer.out.splitlines()[-1] == (
        "refused: not green: Step 2 of 3 (register) did not go as the story says: "
        "the backend answered 403 to task-register: a fault was set."
    )
    answer = in_process("refused", "--json", folder=tmp_path)
    assert answer.code == 1
    assert lines_of(answer)[-1]["green"] is False


def test_the_list_names_every_story_and_starts_nothing(user: Path) -> None:
    answer = demo_of(user, "--list")
    assert answer.code == 0
    assert tuple(line.split()[0] for line in answer.out.splitlines()) == STORIES
    trees = [json.loads(line) for line in demo_of(user, "--list", "--json").out.splitlines()]
    assert tuple(tree["name"] for tree in trees) == STORIES


def test_a_story_that_is_not_there_is_wrong_usage() -> None:
    answer = in_process("nobody\x1b[2J", "--headless")
    assert (answer.code, answer.out) == (2, "")
    assert "there are ghost, wrong-door, " in answer.err
    assert "\x1b" not in answer.err


def test_offline_forbids_even_the_backend_of_a_story() -> None:
    answer = in_process("identity", "--headless", "--offline")
    assert (answer.code, answer.out) == (2, "")
    assert "--offline" in answer.err


def test_without_a_terminal_it_says_how_to_go_on(user: Path) -> None:
    answer = demo_of(user, "identity")
    assert answer.code == 2
    assert "--headless" in answer.err


@pytest.mark.parametrize("story", SOME)
def test_only_loopback_is_contacted_and_only_the_throw_away_home_is_written(
    tmp_path: Path, user: Path, story: str
) -> None:
    log = tmp_path / "log"
    done = subprocess.run(
        [sys.executable, str(WATCHER), str(log), "demo", story, "--headless"],
        env=environment(user, PYTHONPATH=str(ROOT), TMPDIR=str(user / "tmp")),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    found = acts(log)
    assert {event for event, _ in found} >= {"socket.connect", "socket.bind", "open"}
    inside = str(user / "tmp")
    for event, about in found:
        if event == "socket.getaddrinfo" or event.startswith("socket."):
            assert "'127.0.0.1'" in about, (event, about)
        elif event == "ctypes.dlopen":
            continue  # a library of the system is loaded, nothing is written
        else:
            assert inside in about or _in_an_open_folder(event, about), (event, about)


def _in_an_open_folder(event: str, about: str) -> bool:
    # A tree is removed relative to its open folder, a mode or a length set on the open file: both
    # were opened above.
    return event in ("os.remove", "os.rmdir") or (
        event in ("os.chmod", "os.truncate") and re.match(r"\(\d+, ", about) is not None
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_story_removes_its_home_too(user: Path, number: signal.Signals) -> None:
    code = """
import sys
from authtui.demo import play
async def slow(stage, hear, pause=None):
    import asyncio
    print("begun", flush=True)
    await asyncio.sleep(30)
play.play = slow
sys.argv = ["authtui", "demo", "--headless"]
from authtui.cli import run
run()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment(user, TMPDIR=str(user / "tmp")),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "The ghost in the shell\n"
        assert process.stdout.readline() == "begun\n"
        assert len(list((user / "tmp").iterdir())) == 1
        process.send_signal(number)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "")
    assert list((user / "tmp").iterdir()) == []


@pytest.mark.pty
def test_in_the_app_the_story_plays_by_itself_and_leaving_removes_its_home(user: Path) -> None:
    env = {"TMPDIR": str(user / "tmp"), "PYTHONPATH": str(ROOT)}
    with Terminal("demo", "ghost", "--pace", "0.3", user_home=user, env=env) as terminal:
        assert terminal.until(lambda: ENTER_SCREEN in terminal.output)
        assert terminal.sees("solved:", "another source won"), terminal.text()[-3000:]
        terminal.type("\x11")
        assert terminal.wait() == 0
    assert list((user / "tmp").iterdir()) == []


@pytest.mark.pty
def test_leaving_the_app_in_the_middle_of_a_story_is_no_failure(user: Path) -> None:
    env = {"TMPDIR": str(user / "tmp"), "PYTHONPATH": str(ROOT)}
    with Terminal("demo", "ghost", "--pace", "30", user_home=user, env=env) as terminal:
        assert terminal.until(lambda: ENTER_SCREEN in terminal.output)
        terminal.settle()
        started = time.monotonic()
        terminal.type("\x11")
        assert terminal.wait() == 0
        assert time.monotonic() - started < 5
    assert list((user / "tmp").iterdir()) == []


@pytest.mark.pty
def test_without_a_name_the_menu_opens_and_a_digit_opens_a_story(user: Path) -> None:
    env = {"TMPDIR": str(user / "tmp"), "PYTHONPATH": str(ROOT)}
    with Terminal("demo", user_home=user, env=env) as terminal:
        assert terminal.sees("Eight ways a login fails", "start here"), terminal.text()[-3000:]
        assert list((user / "tmp").iterdir()) == []
        terminal.type("6")
        assert terminal.sees("Token exchange failed"), terminal.text()[-3000:]
        assert list((user / "tmp").iterdir()) != []
        terminal.type("q")
        assert terminal.wait() == 0
    assert list((user / "tmp").iterdir()) == []
