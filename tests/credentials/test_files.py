"""Reading one file: whatever stands at the path, an answer comes back at once."""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING

import pytest

from authtui.machine.files import read_file, system_text

if TYPE_CHECKING:
    from pathlib import Path


def test_a_regular_file_comes_with_its_bytes_and_its_facts(tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    path.write_bytes(b"{}")
    path.chmod(0o600)
    facts = read_file(path)
    assert (facts.kind, facts.data, facts.mode, facts.size) == ("file", b"{}", 0o600, 2)
    assert facts.owned_by_me is True
    assert facts.modified is not None
    assert facts.modified.utcoffset() is not None
    assert facts.error is None


@pytest.mark.parametrize("mode", [0o644, 0o666, 0o600, 0o400])
def test_mode_bits_are_reported_as_they_are(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "auth.json"
    path.write_bytes(b"{}")
    path.chmod(mode)
    assert read_file(path).mode == mode


def test_nothing_at_the_path_is_absent_and_no_error(tmp_path: Path) -> None:
    assert read_file(tmp_path / "auth.json")[:4] == (
        str(tmp_path / "auth.json"),
        "absent",
        None,
        None,
    )


def test_a_path_below_a_file_is_absent(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert read_file(tmp_path / "file" / "auth.json").kind == "absent"


def test_a_directory_is_named_with_the_systems_error(tmp_path: Path) -> None:
    facts = read_file(tmp_path)
    assert facts.kind == "directory"
    assert facts.error == "Is a directory (os error 21)"


def test_a_pipe_does_not_hold_up_the_reader(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "auth.json")
    started = time.monotonic()
    assert read_file(tmp_path / "auth.json").kind == "fifo"
    assert time.monotonic() - started < 1


def test_a_socket_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s")
        assert read_file("s").kind == "socket"


def test_an_endless_device_is_not_read() -> None:
    facts = read_file("/dev/zero")
    assert (facts.kind, facts.data) == ("device", None)


def test_a_link_is_followed_and_its_target_kept(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"x")
    (tmp_path / "auth.json").symlink_to("real")
    facts = read_file(tmp_path / "auth.json")
    assert (facts.kind, facts.data, facts.link_target) == ("file", b"x", "real")


def test_a_link_to_a_pipe_is_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "auth.json").symlink_to("pipe")
    assert read_file(tmp_path / "auth.json").kind == "fifo"


@pytest.mark.parametrize(
    ("target", "kind", "error"),
    [
        ("gone", "dangling-link", "No such file or directory (os error 2)"),
        ("auth.json", "unreadable", "Too many levels of symbolic links (os error 40)"),
    ],
)
def test_a_link_to_nothing_is_dangling_and_a_link_to_itself_cannot_be_read(
    tmp_path: Path, target: str, kind: str, error: str
) -> None:
    (tmp_path / "auth.json").symlink_to(target)
    facts = read_file(tmp_path / "auth.json")
    assert (facts.kind, facts.link_target, facts.error) == (kind, target, error)


def test_fifty_megabytes_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    facts = read_file(path)
    assert (facts.kind, facts.data, facts.size) == ("too-large", None, 50 * 1024 * 1024)


def test_a_file_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    path.write_bytes(b"12345")
    assert read_file(path, 5).data == b"12345"
    assert read_file(path, 4).kind == "too-large"


def test_a_file_that_hides_its_size_is_read_all_the_same() -> None:
    facts = read_file("/proc/self/status")
    assert facts.size == 0
    assert facts.data


def test_a_name_no_system_accepts_is_an_answer_too() -> None:
    assert read_file("a\0b").kind == "unreadable"
    assert read_file("x" * 5000).error == "File name too long (os error 36)"


def test_another_owner_is_named(tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    path.write_bytes(b"{}")
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    os.chown(path, 1, 1)
    facts = read_file(path)
    assert facts.owned_by_me is False
    assert facts.owner == "daemon"


def as_nobody(path: Path) -> list[str]:
    """Kind, error and writability as an ordinary user finds them, from a child that is one."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            facts = read_file(path)
            os.write(writer, f"{facts.kind}|{facts.error}|{facts.writable}".encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return text.split("|")


@pytest.fixture
def reachable(tmp_path: Path) -> Path:
    """A directory that an ordinary user may enter, the ones above it too."""
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    return tmp_path


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_file_one_may_not_read_says_so_in_the_clients_words(reachable: Path) -> None:
    path = reachable / "auth.json"
    path.write_bytes(b"{}")
    path.chmod(0)
    assert as_nobody(path) == ["unreadable", "Permission denied (os error 13)", "False"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_directory_one_may_not_enter_is_unreadable_not_absent(reachable: Path) -> None:
    closed = reachable / "closed"
    closed.mkdir()
    closed.chmod(0)
    try:
        kind, error, _ = as_nobody(closed / "auth.json")
    finally:
        closed.chmod(0o755)
    assert (kind, error) == ("unreadable", "Permission denied (os error 13)")


def test_an_error_number_reads_as_the_client_prints_it() -> None:
    assert system_text(13) == "Permission denied (os error 13)"
    assert system_text(2) == "No such file or directory (os error 2)"
