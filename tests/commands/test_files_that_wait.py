"""A pipe, a device or a link where a file is expected holds nothing up and gets nothing."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from authtui.commands.capture_parts import write_har
from authtui.directories import open_private
from authtui.machine.files import owner_name
from authtui.model.session import AuthSession
from authtui.trace.stand_ins import StandIns
from authtui.trace.target import read_key
from tests.program import chatgpt_login, codex_home, run
from tests.tui.homes import NOW

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")


def _pipe(folder: Path, name: str = "pipe") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)
    return path


def test_a_key_set_that_is_a_pipe_is_refused(tmp_path: Path) -> None:
    pipe = _pipe(tmp_path)
    token = chatgpt_login()["tokens"]["id_token"]
    answer = run("decode", "-", "--jwks", pipe, user_home=tmp_path, stdin=token)
    assert answer.code != 0
    assert "it is a named pipe" in answer.err


@pytest.mark.parametrize("made", ["pipe", "link", "device"])
def test_a_log_goes_to_a_file_of_its_own_only(made: str, tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    target, goal = tmp_path / "log", tmp_path / "elsewhere"
    if made == "pipe":
        _pipe(tmp_path, "log")
    elif made == "link":
        goal.write_text("")
        target.symlink_to(goal)
    else:
        target = Path("/dev/full")
    answer = run("run", "load", "--home", home, "--log-file", target, user_home=tmp_path)
    assert answer.code == 2
    assert "link" in answer.err if made == "link" else "not a regular file" in answer.err
    assert not goal.exists() or not goal.read_text()


@pytest.mark.parametrize("append", [True, False])
def test_a_file_that_others_could_read_is_private_before_anything_is_in_it(
    tmp_path: Path, append: bool
) -> None:
    path = tmp_path / "out"
    path.write_text("before\n")
    path.chmod(0o644)
    with open_private(path, append=append) as file:
        file.write("secret\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == ("before\nsecret\n" if append else "secret\n")


def test_a_har_is_private_and_follows_no_link(tmp_path: Path) -> None:
    link, goal = tmp_path / "link.har", tmp_path / "goal"
    link.symlink_to(goal)
    session = AuthSession(lambda: None, lambda _, __: None, None, lambda: NOW)  # type: ignore[arg-type, return-value]
    assert "it is a link" in (write_har(str(link), session) or "")
    assert not goal.exists()
    goal.write_text("x" * 9_999)
    assert write_har(str(goal), session) is None
    assert stat.S_IMODE(goal.stat().st_mode) == 0o600
    assert json.loads(goal.read_text())["log"]["entries"] == []


def test_a_key_of_traces_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    _pipe(tmp_path, "trace.key")
    assert len(read_key(tmp_path)) == 32
    assert StandIns(key=read_key(tmp_path))


def test_completion_is_not_installed_over_a_pipe(tmp_path: Path) -> None:
    place = tmp_path / ".local/share/bash-completion/completions/authtui"
    _pipe(place.parent, place.name)
    answer = run("completion", "install", "--yes", user_home=tmp_path, env={"SHELL": "/bin/bash"})
    assert answer.code == 2
    assert stat.S_ISFIFO(place.stat().st_mode)


def test_the_owner_of_a_file_is_named_by_this_machines_own_list(tmp_path: Path) -> None:
    users = tmp_path / "passwd"
    users.write_text("broken\nada:x:1234:1234::/home/ada:/bin/sh\n")
    assert owner_name(1234, str(users)) == "ada"
    assert owner_name(1235, str(users)) is None
    assert owner_name(0, str(tmp_path / "none")) == "root"
    assert owner_name(7, str(tmp_path / "none")) is None
