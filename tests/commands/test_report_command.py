"""`authtui report`: shown first, written only where asked for, and never over anything."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from tests.program import NOW, chatgpt_login, codex_home, is_root, run, snapshot
from tests.pty.harness import Terminal

if TYPE_CHECKING:
    from pathlib import Path

pty = pytest.mark.pty


def options(tmp_path: Path) -> tuple[str | Path, ...]:
    return ("--home", codex_home(tmp_path, chatgpt_login()), "--now", NOW)


@pytest.mark.parametrize(
    ("name", "start"), [("md", "# "), ("json", '{\n "schema": 1,'), ("svg", "<svg xmlns=")]
)
def test_without_a_file_it_prints_and_writes_nothing(tmp_path: Path, name: str, start: str) -> None:
    given = options(tmp_path)
    before = snapshot(tmp_path)
    answer = run("report", "--format", name, *given, user_home=tmp_path)
    assert answer.code == 0
    assert answer.err == ""
    assert answer.out.startswith(start)
    assert "\x1b" not in answer.out
    assert "acct-mine" not in answer.out
    assert "acct-A" in answer.out
    assert snapshot(tmp_path) == before


def test_the_json_is_one_document(tmp_path: Path) -> None:
    answer = run("report", "--format", "json", *options(tmp_path), user_home=tmp_path)
    assert json.loads(answer.out)["home"] == "~/codex-home"


def test_a_script_writes_a_new_file_that_only_its_owner_can_read(tmp_path: Path) -> None:
    given = options(tmp_path)
    target = tmp_path / "report.json"
    answer = run("report", "-o", target, "--yes", *given, user_home=tmp_path)
    assert answer.code == 0
    assert answer.out == ""
    assert f"{target.stat().st_size:,} bytes" in answer.err
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert json.loads(target.read_text())["schema"] == 1  # the format follows the file's end


def test_what_is_there_is_never_replaced_and_no_link_is_followed(tmp_path: Path) -> None:
    given = options(tmp_path)
    target = tmp_path / "ticket.md"
    target.write_text("mine")
    link = tmp_path / "link.md"
    link.symlink_to(tmp_path / "elsewhere.md")
    for path in (target, link):
        answer = run("report", "-o", path, "--yes", *given, user_home=tmp_path)
        assert answer.code == 2
        assert "was left as it is" in answer.err
    assert target.read_text() == "mine"
    assert not (tmp_path / "elsewhere.md").exists()


@pytest.mark.parametrize("name", ["no/such/folder/x.md", "x\0y", "~nobody-of-that-name/x.md"])
def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path, name: str) -> None:
    from authtui.report.writing import write_new_file

    path = name if name.startswith("~") else f"{tmp_path}/{name}"
    problem = write_new_file(path, b"x")
    assert problem
    assert str(tmp_path) not in problem


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full device")  # noqa: PTH110
def test_what_could_not_be_written_whole_is_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from authtui.report import writing

    real = os.open
    full = real("/dev/full", os.O_WRONLY)

    def opened(path: object, flags: int, mode: int = 0o777) -> int:
        os.close(real(str(path), flags, mode))
        return full

    monkeypatch.setattr("authtui.report.writing.os.open", opened)
    target = tmp_path / "x.md"
    assert writing.write_new_file(str(target), b"x" * 100) == "No space left on device"
    assert not target.exists()


def test_without_a_terminal_it_asks_for_yes_and_writes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "x.md"
    answer = run("report", "-o", target, *options(tmp_path), user_home=tmp_path)
    assert answer.code == 2
    assert "--yes" in answer.err
    assert not target.exists()


def test_a_presentation_locks_it(tmp_path: Path) -> None:
    target = tmp_path / "x.md"
    answer = run(
        "--presenter", "report", "-o", target, "--yes", *options(tmp_path), user_home=tmp_path
    )
    assert answer.code == 2
    assert "presentation" in answer.err
    assert not target.exists()


@pty
@pytest.mark.parametrize(("key", "written"), [(b"y", True), (b"n", False), (b"", False)])
def test_in_a_terminal_every_byte_is_shown_before_it_asks(
    tmp_path: Path, key: bytes, written: bool
) -> None:
    given = options(tmp_path)
    target = tmp_path / "x.md"
    with Terminal("report", "-o", target, *given, user_home=tmp_path) as terminal:
        assert terminal.sees("[y/N]")
        shown = terminal.text().replace("\r\n", "\n")
        assert not target.exists()
        os.write(terminal.master, key + b"\n")
        assert terminal.until(terminal.ended)
        assert terminal.code == 0
    assert target.exists() is written
    if written:
        assert shown.startswith(target.read_text())


def test_it_reads_as_little_as_check_does(tmp_path: Path) -> None:
    if is_root():
        pytest.skip("root may read everything")
    home = codex_home(tmp_path, chatgpt_login())
    (home / "auth.json").chmod(0)
    answer = run("report", "--home", home, user_home=tmp_path)
    assert answer.code == 0
    assert "Permission denied" in answer.out
