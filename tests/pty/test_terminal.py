"""The program in a real terminal: it comes, adapts, steps aside, and leaves all as it was."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.program import NOW, api_key_login, chatgpt_login, codex_home, jwt
from tests.pty.harness import ENTER_SCREEN, LEAVE_SCREEN, SHOW_CURSOR, Terminal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.pty

VERDICT = "API key"
FIXED = ("--contract", "current", "--now", NOW)
# What programs switch on and have to switch off again: mouse, focus, bracketed paste.
MODES = (b"1000", b"1002", b"1003", b"1006", b"1004", b"2004")


def open_app(tmp_path: Path, size: tuple[int, int] = (120, 40)) -> Terminal:
    home = codex_home(tmp_path, api_key_login())
    return Terminal("--home", home, *FIXED, user_home=tmp_path, size=size)


def assert_restored(terminal: Terminal) -> None:
    assert terminal.settings() == terminal.before
    output = bytes(terminal.output)
    assert output.rfind(LEAVE_SCREEN) > output.rfind(ENTER_SCREEN) >= 0
    assert output.rfind(SHOW_CURSOR) > output.rfind(b"\x1b[?25l")
    for mode in MODES:
        assert output.rfind(b"\x1b[?" + mode + b"h") <= output.rfind(b"\x1b[?" + mode + b"l")


def test_it_takes_the_alternate_screen_and_shows_the_verdict(tmp_path: Path) -> None:
    with open_app(tmp_path) as terminal:
        assert terminal.sees("Ready", VERDICT)
        assert ENTER_SCREEN in terminal.output
        assert LEAVE_SCREEN not in terminal.output
        assert terminal.settings() != terminal.before


@pytest.mark.parametrize("key", ["q", "\x11"], ids=["q", "ctrl+q"])
def test_it_quits_with_the_terminal_as_it_was(tmp_path: Path, key: str) -> None:
    with open_app(tmp_path) as terminal:
        assert terminal.sees("Ready", VERDICT)
        terminal.type(key)
        assert terminal.wait() == 0
        assert_restored(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_with_the_terminal_as_it_was(
    tmp_path: Path, number: signal.Signals
) -> None:
    with open_app(tmp_path) as terminal:
        assert terminal.sees("Ready", VERDICT)
        terminal.send(number)
        terminal.wait()
        assert_restored(terminal)
        assert "Traceback" not in terminal.text()


CRASH = """
import sys
def broken(self):
    raise RuntimeError("made-up-secret-in-a-message")
from authtui.tui.desk import Desk
Desk.action_verdict = broken
from authtui.cli import run
run()
"""


def test_a_crash_leaves_the_terminal_as_it_was_and_one_sentence(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login())
    argv = (sys.executable, "-c", CRASH, "--home", home, *FIXED)
    with Terminal(user_home=tmp_path, argv=argv) as terminal:
        assert terminal.sees("Ready", VERDICT)
        terminal.type("v")
        assert terminal.wait() == 70
        assert_restored(terminal)
        left = bytes(terminal.output).rpartition(LEAVE_SCREEN)[2].decode()
        assert "a bug in authtui (RuntimeError)" in left
        assert "Traceback" not in left
        assert "made-up-secret" not in left


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (20, 5), (200, 60), (1, 1)])
def test_it_starts_at_any_size(tmp_path: Path, size: tuple[int, int]) -> None:
    with open_app(tmp_path, size=size) as terminal:
        assert terminal.until(lambda: ENTER_SCREEN in terminal.output)
        terminal.settle()
        assert terminal.alive()
        if size[0] >= 80:
            assert terminal.sees("Ready", VERDICT)
        terminal.type("q")
        assert terminal.wait() == 0
        assert_restored(terminal)


def test_it_follows_every_resize(tmp_path: Path) -> None:
    with open_app(tmp_path) as terminal:
        assert terminal.sees("Ready", VERDICT)
        for size in ((80, 24), (20, 5), (200, 60), (1, 1), (120, 40)):
            mark = len(terminal.output)
            terminal.resize(*size)
            if size[0] >= 80:
                assert terminal.sees("Ready", since=mark), f"nothing was drawn anew at {size}"
            terminal.settle(0.1)
            assert terminal.alive()
        terminal.type("q")
        assert terminal.wait() == 0


def test_a_storm_of_resizes_and_keys_does_not_break_it(tmp_path: Path) -> None:
    with open_app(tmp_path) as terminal:
        assert terminal.sees("Ready", VERDICT)
        for number in range(40):
            terminal.resize(20 + number * 5, 5 + number)
            terminal.type("\t12345jk"[number % 8])
        terminal.resize(120, 40)
        terminal.settle()
        terminal.type("q")
        assert terminal.wait() == 0
        assert_restored(terminal)


def test_it_steps_aside_and_comes_back(tmp_path: Path) -> None:
    with open_app(tmp_path) as terminal:
        assert terminal.sees("Ready", VERDICT)
        terminal.send(signal.SIGTSTP)
        assert terminal.stopped()
        terminal.settle(0.1)
        assert LEAVE_SCREEN in terminal.output
        mark = len(terminal.output)
        terminal.send(signal.SIGCONT)
        assert terminal.sees("Ready", since=mark)
        assert ENTER_SCREEN in bytes(terminal.output[mark:])
        terminal.type("q")
        assert terminal.wait() == 0
        assert_restored(terminal)


# Every way in which data has moved a cursor, set a title or written a clipboard.
HOSTILE = (
    "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[2J\x9b31m\x1bPq\x1b\\\x07\u202e"
    "[/][@click=app.bell]x[/]"
)


def hostile_bytes(output: bytes) -> list[bytes]:
    return [
        raw
        for raw in (
            b"\x1b]0;owned",
            b"\x1b]52;",
            b"\x9b31m",
            "\x9b31m".encode(),
            b"\x1bPq",
            b"\x07",
            "\u202e".encode(),
        )
        if raw in output
    ]


def test_hostile_claims_variables_paths_and_config_never_reach_the_terminal_raw(
    tmp_path: Path,
) -> None:
    folder = tmp_path / HOSTILE.replace("/", "").replace("\x00", "")
    folder.mkdir()
    login = chatgpt_login(f"acct{HOSTILE}")
    claims = {
        "sub": HOSTILE,
        "email": f"{HOSTILE}@x.org",
        "name": HOSTILE,
        HOSTILE: HOSTILE,
        "exp": 1,
    }
    login["tokens"]["id_token"] = jwt(
        {
            **claims,
            "https://api.openai.com/auth": {
                "chatgpt_account_id": f"a{HOSTILE}",
                "chatgpt_plan_type": HOSTILE,
                "organizations": [HOSTILE],
            },
        }
    )
    quoted = json.dumps(HOSTILE)
    home = codex_home(folder, login, f"forced_chatgpt_workspace_id = {quoted}\nmodel = {quoted}\n")
    settings = tmp_path / ".config" / "authtui" / "config.toml"
    settings.parent.mkdir(parents=True)
    # Our own writing to the clipboard is the same sequence as the attack.
    settings.write_text('clipboard = "off"\n')
    env = {"CODEX_ACCESS_TOKEN": f"at-{HOSTILE}", "OPENAI_BASE_URL": f"https://{HOSTILE}"}
    options = ("--home", home, "--contract", "first", "--now", NOW)
    with Terminal(*options, user_home=tmp_path, env=env) as terminal:
        assert terminal.until(lambda: ENTER_SCREEN in terminal.output)
        terminal.settle()
        for key in (
            "1",
            "\r",
            "\x1b",
            "2",
            "\r",
            "\x1b",
            "]",
            "3",
            "\r",
            "\x1b",
            "5",
            "\r",
            "\x1b",
            "v",
            "\x1b",
            "m",
            "?",
            "\x1b",
            "x",
            "c",
        ):
            terminal.type(key)
            terminal.settle(0.08, 3)
        terminal.resize(80, 24)
        terminal.settle(0.15)
        assert terminal.alive()
        terminal.type("\x11")
        assert terminal.wait() == 0
        # The shape of the pointer is the one sequence with a bell in it that Textual writes.
        assert hostile_bytes(bytes(terminal.output).replace(b"\x1b]22;default\x07", b"")) == []
        assert "␛]" in terminal.text()


def test_a_file_that_changes_is_noticed_within_seconds(tmp_path: Path) -> None:
    with open_app(tmp_path) as terminal:
        assert terminal.sees("Ready", VERDICT, "watching")
        terminal.settle()
        mark = len(terminal.output)
        path = tmp_path / "codex-home" / "auth.json"
        beside = path.with_name("beside")
        beside.write_text("{")
        os.replace(beside, path)  # noqa: PTH105
        assert terminal.sees("cannot read it", since=mark, seconds=5)
        terminal.type("q")
        assert terminal.wait() == 0
