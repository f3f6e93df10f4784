"""A full disk and one that takes no writing, under the program as it is used."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from authtui.demo.backend.server import running_backend
from tests.program import codex_home, is_root, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from authtui.demo.backend.backend import Backend


def mount(folder: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 64 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not is_root() or not mount(folder, "size=64k"):
        pytest.skip("only root can mount a small disk, and not in every container")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


@pytest.fixture
def backend() -> Iterator[Backend]:
    with running_backend() as running:
        yield running


def login_on(disk: Path, backend: Backend) -> Path:
    return codex_home(disk, backend.mint.chatgpt_login().auth_json.reveal())


def fill(disk: Path) -> None:
    with (disk / "filling").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass


def act(action: str, home: Path, backend: Backend, user_home: Path) -> tuple[int, str]:
    options = ("--live", "--home", home, "--contract", "current", "--base-url", backend.base_url)
    found = run("run", action, *options, user_home=user_home)
    assert "Traceback" not in found.err
    return found.code, found.out + found.err


@pytest.mark.parametrize("action", ["refresh", "logout", "register"])
def test_on_a_full_disk_a_step_stops_before_anything_is_used_up(
    tmp_path: Path, disk: Path, backend: Backend, action: str
) -> None:
    home = login_on(disk, backend)
    config = "[features]\nuse_agent_identity = true\n"
    (home / "config.toml").write_text(config)
    before = (home / "auth.json").read_bytes()
    fill(disk)
    code, said = act(action, home, backend, tmp_path)
    assert code != 0
    assert "its file system has 0 bytes left" in said
    assert (home / "auth.json").read_bytes() == before
    assert sorted(p.name for p in home.iterdir() if p.suffix != ".lock") == [
        "auth.json",
        "config.toml",
    ]
    if action == "refresh":
        # The token is still good: once there is room, the same step succeeds.
        (disk / "filling").unlink()
        code, said = act(action, home, backend, tmp_path)
        assert code == 0, said
        assert (home / "auth.json").read_bytes() != before


def test_on_a_disk_that_takes_no_writing_a_step_stops_and_looking_works(
    tmp_path: Path, disk: Path, backend: Backend
) -> None:
    home = login_on(disk, backend)
    before = (home / "auth.json").read_bytes()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for action in ("refresh", "logout"):
        code, said = act(action, home, backend, tmp_path)
        assert code != 0
        assert "its file system is mounted read-only" in said
    assert run("check", "--home", home, "--contract", "current", user_home=tmp_path).code in (0, 1)
    assert (home / "auth.json").read_bytes() == before
    # A refresh whose outcome could not be kept is not sent, and nothing is revoked for a login
    # that stays.
    assert [seen.endpoint for seen in backend.state.requests] == []
    assert "Nothing was revoked" in said


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, backend: Backend) -> None:
    if not os.path.exists("/dev/full"):  # noqa: PTH110 - a device
        pytest.skip("there is no /dev/full here")
    home = login_on(tmp_path, backend)
    done = run(
        "run", "assert", "--live", "--home", home, "--contract", "current",
        "--base-url", backend.base_url, "--log-file", "/dev/full", user_home=tmp_path,
    )  # fmt: skip
    assert "Traceback" not in done.err
    assert "--log-file /dev/full: it is not a regular file" in done.err
    assert done.code == 2
    assert json.loads((home / "auth.json").read_bytes())["tokens"]
