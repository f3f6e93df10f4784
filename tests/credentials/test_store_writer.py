"""auth.json is the old document or the new one, never neither; and nothing is lost on the way."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authtui.credentials.backups import list_backups
from authtui.credentials.store_writer import (
    REMOVE,
    Removed,
    WriteFailure,
    Written,
    merge,
    remove_document,
    replace_document,
    update_document,
)
from authtui.credentials.write_lock import ReplacedFile
from tests.program import is_root

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 4, 15, 12, 0, tzinfo=UTC)
DOCUMENT = {
    "auth_mode": "chatgpt",
    "tokens": {"access_token": "old", "refresh_token": "rt", "note": "kept"},
    "unknown": [1, {"deep": None}],
}
posix = pytest.mark.skipif(os.name == "nt", reason="permissions and signals of POSIX")
NOBODY = 65534


@pytest.fixture
def auth(tmp_path: Path) -> Path:
    path = tmp_path / "auth.json"
    path.write_text(json.dumps(DOCUMENT))
    path.chmod(0o644)
    return path


def names(folder: Path) -> list[str]:
    """What stands there, the locks of the client apart."""
    return sorted(p.name for p in folder.iterdir() if p.suffix != ".lock")


def written(answer: Written | Removed | WriteFailure) -> Written:
    assert isinstance(answer, Written), answer
    return answer


def failure(answer: Written | Removed | WriteFailure) -> WriteFailure:
    assert isinstance(answer, WriteFailure), answer
    return answer


def test_only_the_named_fields_change_and_unknown_ones_stay(auth: Path) -> None:
    written(
        update_document(
            auth,
            {"tokens.access_token": "new", "last_refresh": "2026-04-15T12:00:00Z"},
            now=NOW,
            expected=auth.read_bytes(),
        )
    )
    assert json.loads(auth.read_text()) == {
        **DOCUMENT,
        "tokens": {**DOCUMENT["tokens"], "access_token": "new"},  # type: ignore[dict-item]
        "last_refresh": "2026-04-15T12:00:00Z",
    }


def test_a_field_is_taken_away_and_a_missing_one_is_no_trouble(auth: Path) -> None:
    changes = {"unknown": REMOVE, "tokens.nothing": REMOVE, "not.there": REMOVE}
    written(update_document(auth, changes, now=NOW, expected=auth.read_bytes()))
    after = json.loads(auth.read_text())
    assert after == {k: v for k, v in DOCUMENT.items() if k != "unknown"}


@posix
def test_the_new_file_is_private_whatever_the_old_one_was(auth: Path) -> None:
    old = os.umask(0o777)
    try:
        answer = update_document(auth, {"a": 1}, now=NOW, expected=auth.read_bytes())
    finally:
        os.umask(old)
    done = written(answer)
    assert stat.S_IMODE(auth.stat().st_mode) == 0o600
    assert done.backup is not None
    assert stat.S_IMODE(os.stat(done.backup).st_mode) == 0o600  # noqa: PTH116


def test_a_backup_with_its_moment_stands_beside_it_and_two_in_a_second_do_not_collide(
    auth: Path,
) -> None:
    first = auth.read_bytes()
    one = written(update_document(auth, {"a": 1}, now=NOW, expected=first))
    second = auth.read_bytes()
    two = written(update_document(auth, {"a": 2}, now=NOW, expected=second))
    assert one.backup == f"{auth}.authtui-20260415T120000Z"
    assert two.backup == f"{auth}.authtui-20260415T120000Z-2"
    assert [b.path for b in list_backups(str(auth))] == [two.backup, one.backup]
    for path, data in ((one.backup, first), (two.backup, second)):
        with open(path, "rb") as file:  # noqa: PTH123
            assert file.read() == data


def test_backups_are_listed_newest_first_and_other_names_are_not(auth: Path) -> None:
    later = NOW + timedelta(days=1)
    written(update_document(auth, {"a": 1}, now=NOW, expected=auth.read_bytes()))
    written(update_document(auth, {"a": 2}, now=later, expected=auth.read_bytes()))
    (auth.parent / "auth.json.authtui-99999999T999999Z").touch()
    (auth.parent / "auth.json.bak").touch()
    assert [b.made for b in list_backups(str(auth))] == [later, NOW]


def test_a_file_that_changed_underneath_is_left_alone(auth: Path) -> None:
    seen = auth.read_bytes()
    auth.write_text("{}")
    answer = failure(update_document(auth, {"a": 1}, now=NOW, expected=seen))
    assert answer.why == "changed-underneath"
    assert "another program" in answer.sentence
    assert auth.read_text() == "{}"
    assert list_backups(str(auth)) == ()


def test_a_file_that_appeared_or_went_away_counts_as_changed(auth: Path) -> None:
    assert (
        failure(update_document(auth, {"a": 1}, now=NOW, expected=None)).why == "changed-underneath"
    )
    seen = auth.read_bytes()
    auth.unlink()
    assert (
        failure(update_document(auth, {"a": 1}, now=NOW, expected=seen)).why == "changed-underneath"
    )
    assert not auth.exists()


def test_a_file_that_changes_between_backup_and_rename_is_left_alone(
    auth: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from authtui.credentials import backups

    backup = backups.write_backup

    def interfere(path: str, data: bytes, now: datetime, like: os.stat_result | None = None) -> str:
        auth.write_text('{"by": "the client"}')
        return backup(path, data, now, like)

    monkeypatch.setattr(backups, "write_backup", interfere)
    answer = failure(update_document(auth, {"a": 1}, now=NOW, expected=auth.read_bytes()))
    assert answer.why == "changed-underneath"
    assert auth.read_text() == '{"by": "the client"}'
    assert names(auth.parent) == ["auth.json"]


@posix
def test_a_write_of_another_program_that_cannot_be_put_back_is_said_to_be_lost(
    auth: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace
    done: list[str] = []

    def once(old: str, new: str) -> None:
        if done:
            raise OSError(errno.ENOSPC, "full")
        done.append(new)
        replace(old, new)

    monkeypatch.setattr(ReplacedFile, "late_write", lambda _: b"{}")
    monkeypatch.setattr(os, "replace", once)
    answer = failure(update_document(auth, {"a": 1}, now=NOW, expected=auth.read_bytes()))
    assert answer.why == "disk-full"
    assert json.loads(auth.read_text())["a"] == 1
    assert "What authtui did is in force." in answer.sentence


@posix
def test_a_symbolic_link_stays_one_and_its_target_is_what_changes(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles"
    real.mkdir()
    (real / "auth.json").write_text(json.dumps(DOCUMENT))
    link = tmp_path / "auth.json"
    link.symlink_to("dotfiles/auth.json")
    done = written(
        update_document(link, {"a": 1}, now=NOW, expected=(real / "auth.json").read_bytes())
    )
    assert link.is_symlink()
    assert json.loads((real / "auth.json").read_text())["a"] == 1
    assert done.path == str(real / "auth.json")


@posix
def test_removing_a_link_leaves_its_target_and_says_so(tmp_path: Path) -> None:
    target = tmp_path / "kept.json"
    target.write_text("{}")
    link = tmp_path / "auth.json"
    link.symlink_to(target)
    answer = remove_document(link, now=NOW, expected=b"{}")
    assert isinstance(answer, Removed)
    assert answer.left == str(target)
    assert target.exists()
    assert not link.is_symlink()


@posix
def test_a_link_that_leads_nowhere_is_removed_as_the_client_does(tmp_path: Path) -> None:
    link = tmp_path / "auth.json"
    link.symlink_to(tmp_path / "nothing")
    answer = remove_document(link, now=NOW, expected=None)
    assert answer == Removed(str(link), None, None)
    assert not link.is_symlink()


def test_removing_leaves_a_backup_that_puts_everything_back(auth: Path) -> None:
    before = auth.read_bytes()
    answer = remove_document(auth, now=NOW, expected=before)
    assert isinstance(answer, Removed)
    assert not auth.exists()
    assert answer.backup is not None
    with open(answer.backup, "rb") as file:  # noqa: PTH123
        kept = file.read()
    written(replace_document(auth, kept, now=NOW, expected=None))
    assert auth.read_bytes() == before


def test_removing_nothing_says_that_there_is_nothing(tmp_path: Path) -> None:
    answer = failure(remove_document(tmp_path / "auth.json", now=NOW, expected=None))
    assert answer.why == "absent"


def test_a_document_that_is_not_there_is_created_private(tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    done = written(update_document(path, {"a": {"b": 1}}, now=NOW, expected=None))
    assert done.backup is None
    assert json.loads(path.read_text()) == {"a": {"b": 1}}
    assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"null", b"{", b'{"a": NaN}', b'{"a": 1e999}', b'{"a": 1, "a": 2}', b"\xff",
     b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_document_is_never_overwritten(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "auth.json"
    path.write_bytes(data)
    answer = failure(update_document(path, {"a": 1}, now=NOW, expected=data))
    assert answer.why == "not-a-document"
    assert path.read_bytes() == data
    assert names(tmp_path) == ["auth.json"]


def test_a_directory_in_the_place_of_the_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    path.mkdir()
    answer = failure(update_document(path, {"a": 1}, now=NOW, expected=None))
    assert answer.why == "unreadable"


WRITER = """
import json, os, resource, signal, sys
from datetime import UTC, datetime
from authtui.credentials.store_writer import update_document
path, limit, user = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
expected = open(path, "rb").read()
if limit:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
if user:
    os.setgid(user)
    os.setuid(user)
now = datetime(2026, 4, 15, tzinfo=UTC)
answer = update_document(path, {"a": "x" * 5000}, now=now, expected=expected)
print(type(answer).__name__, getattr(answer, "why", ""), getattr(answer, "sentence", ""))
"""


def outcome(path: Path, *, limit: int = 0, user: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(path), str(limit), str(user)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout.strip()


@posix
def test_a_full_disk_leaves_the_old_file_whole_and_says_so(auth: Path) -> None:
    before = auth.read_bytes()
    said = outcome(auth, limit=1000)
    assert said.startswith("WriteFailure disk-full")
    assert "as it was before" in said
    assert auth.read_bytes() == before
    assert names(auth.parent) == ["auth.json"]


@posix
def test_a_directory_that_takes_no_files_leaves_the_old_file_whole_and_says_so(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    auth = home / "auth.json"
    auth.write_text(json.dumps(DOCUMENT))
    before = auth.read_bytes()
    auth.chmod(0o666)
    home.chmod(0o555)
    if is_root():
        for folder in [tmp_path, *list(tmp_path.parents)[:2]]:
            folder.chmod(folder.stat().st_mode | 0o111)
    try:
        said = outcome(auth, user=NOBODY if is_root() else 0)
    finally:
        home.chmod(0o755)
    assert said.startswith("WriteFailure hindered"), said
    assert "its directory cannot be written by this user" in said
    assert auth.read_bytes() == before


@posix
def test_a_file_of_mode_000_is_left_alone_and_named(auth: Path) -> None:
    before = auth.read_bytes()
    if is_root():
        for folder in [auth.parent, *list(auth.parent.parents)[:2]]:
            folder.chmod(folder.stat().st_mode | 0o111)
        auth.chmod(0)
        said = outcome(auth, user=NOBODY)
        assert said.startswith("WriteFailure unreadable"), said
        assert str(auth) in said
        auth.chmod(0o600)
        assert auth.read_bytes() == before
        return
    auth.chmod(0)
    answer = failure(update_document(auth, {"a": 1}, now=NOW, expected=before))
    assert answer.why == "unreadable"
    assert str(auth) in answer.sentence


KILLED = """
import sys
from datetime import UTC, datetime
from authtui.credentials.store_writer import update_document
path = sys.argv[1]
number = 0
print("ready", flush=True)
while True:
    number += 1
    expected = open(path, "rb").read()
    update_document(path, {"number": number, "filling": "x" * 200_000},
                    now=datetime(2026, 4, 15, tzinfo=UTC), expected=expected)
    for old in __import__("glob").glob(path + ".authtui-*"):
        __import__("os").unlink(old)
"""


@posix
def test_killed_at_any_moment_the_file_is_whole(auth: Path) -> None:
    end = time.monotonic() + 4
    rounds = 0
    while time.monotonic() < end and rounds < 25:
        with subprocess.Popen(
            [sys.executable, "-S", "-c", KILLED, str(auth)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.003 + (rounds * 0.0071) % 0.05)
            writer.send_signal(signal.SIGKILL)
        found = json.loads(auth.read_bytes())
        assert found["unknown"] == DOCUMENT["unknown"]
        assert "filling" not in found or len(found["filling"]) == 200_000
        rounds += 1
    assert rounds >= 5
    written(update_document(auth, {"done": True}, now=NOW, expected=auth.read_bytes()))
    assert not [p for p in auth.parent.iterdir() if p.suffix == ".tmp"], "a later write tidies up"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
NAMES = st.text(st.characters(exclude_characters="."), max_size=6)


@given(st.dictionaries(NAMES, JSON, max_size=5), NAMES, JSON)
def test_merging_changes_one_field_and_keeps_all_others(
    document: dict[str, Any],
    name: str,
    value: Any,  # noqa: ANN401 - any JSON value
) -> None:
    merged = merge(json.dumps(document).encode(), {name: value})
    assert isinstance(merged, bytes)
    assert json.loads(merged) == {**document, name: value}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_are_merged_or_left_alone(data: bytes) -> None:
    answer = merge(data, {"a.b": 1})
    assert isinstance(answer, str) or json.loads(answer)["a"]["b"] == 1
