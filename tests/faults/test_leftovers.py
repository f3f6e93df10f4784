"""What a killed `demo` or `capture --login` leaves behind goes with the next start."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from authtui.machine.throw_away import NoRoomError, remove_leftovers, throw_away
from tests.program import environment, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL, and files that are locked")

STORY = """
import sys
from authtui.demo import play
async def slow(stage, hear, pause=None):
    import asyncio
    stage.home.chmod(0o500)
    print("begun", flush=True)
    await asyncio.sleep(30)
play.play = slow
sys.argv = ["authtui", "demo", "--headless"]
from authtui.cli import run
run()
"""
CAPTURE = ("-m", "authtui", "capture", "--upstream", "demo", "--login", "chatgpt", "--headless")
SAYS = ("sh", "-c", "echo begun; sleep 30")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def killed(tmp_path: Path, temporary: Path, *words: str) -> None:
    """Start it, see that what it made is private, and kill it."""
    with subprocess.Popen(
        [sys.executable, *words],
        env=environment(tmp_path, TMPDIR=str(temporary)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        while "begun" not in process.stdout.readline():
            assert process.poll() is None
        files = [path for path in temporary.rglob("*") if path.is_file()]
        assert files
        for path in files:  # certificates are public
            assert path.suffix == ".pem" or not stat.S_IMODE(path.stat().st_mode) & 0o077, path
        for made in temporary.iterdir():
            assert stat.S_IMODE(made.stat().st_mode) == 0o700
        assert remove_leftovers() == 0, "it is alive"
        process.send_signal(signal.SIGKILL)
    assert list(temporary.iterdir()), "there was no time to clean up"


@pytest.mark.parametrize("words", [("-c", STORY), (*CAPTURE, "--", *SAYS)], ids=["demo", "capture"])
def test_what_a_killed_program_left_behind_is_removed_by_the_next(
    tmp_path: Path, temporary: Path, words: tuple[str, ...]
) -> None:
    killed(tmp_path, temporary, *words)
    env = {"TMPDIR": str(temporary)}
    after = run("demo", "--headless", "--json", user_home=tmp_path, env=env)
    assert after.code == 0, after.err
    assert list(temporary.iterdir()) == []


def test_what_is_in_use_of_another_kind_or_not_ours_stays(temporary: Path) -> None:
    other, link = temporary / "authtui-run-file", temporary / "authtui-run-link"
    other.write_text("")
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".held").write_text("")
    link.symlink_to(elsewhere)
    fresh = temporary / "authtui-run-fresh"
    fresh.mkdir()  # just made: its file comes in a moment
    with throw_away("x") as first, throw_away("x") as second:
        assert first != second
        assert remove_leftovers() == 0
    assert {path.name for path in temporary.iterdir()} == {
        other.name, link.name, elsewhere.name, fresh.name,
    }  # fmt: skip
    old = time.time() - 3_600
    os.utime(fresh, (old, old))
    assert remove_leftovers() == 1
    assert not fresh.exists()


def test_without_a_place_for_temporary_files_a_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(NoRoomError, match="set TMPDIR"), throw_away("x"):
        pass


def test_what_another_program_removes_meanwhile_is_passed_over(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = temporary / "authtui-run-gone"
    gone.mkdir()
    look = os.scandir

    @contextlib.contextmanager
    def removed_meanwhile(folder: str) -> Iterator[list[os.DirEntry[str]]]:
        with look(folder) as entries:
            seen = list(entries)
        gone.rmdir()
        yield seen

    monkeypatch.setattr("authtui.machine.throw_away.os.scandir", removed_meanwhile)
    assert remove_leftovers() == 0
