"""A login that acting must not destroy: each situation in which a new token cannot be kept."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from authtui.credentials.backups import list_rescues
from authtui.demo.backend.server import running_backend
from tests.program import codex_home, is_root, run, run_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from authtui.demo.backend.backend import Backend


@pytest.fixture
def backend() -> Iterator[Backend]:
    with running_backend() as running:
        yield running


def sh(*words: object) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"{words[0]} cannot be done here: {done.stderr.decode()[:80]}")


def mounted_alone(auth: Path) -> Callable[[], object]:
    real = auth.with_name("real.json")
    auth.rename(real)
    auth.touch()
    sh("mount", "--bind", real, auth)

    def undo() -> None:
        sh("umount", auth)
        real.replace(auth)

    return undo


def with_flag(flag: str) -> Callable[[Path], Callable[[], object]]:
    def prepare(auth: Path) -> Callable[[], object]:
        sh("chattr", f"+{flag}", auth)
        return lambda: sh("chattr", f"-{flag}", auth)

    return prepare


def hard_link(auth: Path) -> Callable[[], object]:
    os.link(auth, auth.with_name("other-name"))
    return lambda: None


def mode_0400(auth: Path) -> Callable[[], object]:
    auth.chmod(0o400)
    return lambda: None


def locked_by_another(auth: Path) -> Callable[[], object]:
    file = auth.with_name("auth.lock").open("a")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file.close


SITUATIONS = [
    (mounted_alone, "it is mounted by itself", True),
    (with_flag("i"), "it is immutable", True),
    (with_flag("a"), "it is append-only", True),
    (hard_link, "it has 2 names", False),
    (mode_0400, "its mode is 0400", False),
    (locked_by_another, "holds", True),
]
IDS = ["mount-point", "immutable", "append-only", "hard-link", "mode-0400", "lock"]


@pytest.mark.skipif(not is_root(), reason="mounts and attributes are root's")
@pytest.mark.parametrize(("prepare", "reason", "keeps"), SITUATIONS, ids=IDS)
def test_where_a_new_token_cannot_be_kept_the_old_one_is_not_used_up(
    tmp_path: Path,
    backend: Backend,
    prepare: Callable[[Path], Callable[[], object]],
    reason: str,
    keeps: bool,
) -> None:
    home = codex_home(tmp_path, backend.mint.chatgpt_login().auth_json.reveal())
    auth = home / "auth.json"
    before = auth.read_bytes()
    undo = prepare(auth)
    try:
        common = ("--home", home, "--contract", "current")
        act = (*common, "--base-url", backend.base_url)
        shown = run("run", "refresh", *act, user_home=tmp_path)
        assert "would send and change nothing" in shown.out, shown.out
        assert reason in shown.out
        live = run("run", "refresh", "--live", *act, user_home=tmp_path)
        assert live.code != 0
        assert "No token was used up." in live.out
        if keeps:  # what cannot be removed is not revoked either
            gone = run("run", "logout", "--live", *act, user_home=tmp_path)
            assert gone.code != 0
            assert "Nothing was revoked." in gone.out
        assert [seen.endpoint for seen in backend.state.requests] == []
        assert auth.read_bytes() == before
        told = run("check", *common, "--explain", "file.read_only", user_home=tmp_path)
        assert "a refreshed token cannot be kept here" in told.out
    finally:
        undo()
    if prepare is not hard_link and prepare is not mode_0400:
        again = run("run", "refresh", "--live", *act, user_home=tmp_path)
        assert again.code == 0, again.out
        assert auth.read_bytes() != before


@pytest.mark.skipif(not is_root(), reason="mounts are root's")
def test_with_too_few_free_inodes_no_token_is_used_up(tmp_path: Path, backend: Backend) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    sh("mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=4", "tmpfs", disk)
    try:
        home = codex_home(disk, backend.mint.chatgpt_login().auth_json.reveal())
        done = run(
            "run", "refresh", "--live", "--home", home, "--contract", "current",
            "--base-url", backend.base_url, user_home=tmp_path,
        )  # fmt: skip
        assert "No token was used up." in done.out
        assert [seen.endpoint for seen in backend.state.requests] == []
    finally:
        sh("umount", "-l", disk)


def test_tokens_that_cannot_be_stored_stay_in_a_rescue_file_that_restore_puts_in_place(
    tmp_path: Path, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    from authtui.credentials.store_writer import Reservation, WriteFailure
    from tests.lifecycle.world import World

    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
    old = world.document["tokens"]["refresh_token"]
    failure = WriteFailure("read-only", "the disk is gone.", str(world.auth))
    monkeypatch.setattr(Reservation, "_install", lambda *_: failure)
    outcome = asyncio.run(world.life.refresh())
    assert not outcome.done
    assert "They are not saved, but kept in" in outcome.reason
    (rescue,) = list_rescues(str(world.auth))
    kept = json.loads(Path(rescue.path).read_bytes())
    assert kept["tokens"]["refresh_token"] != old
    assert world.document["tokens"]["refresh_token"] == old
    monkeypatch.undo()
    assert world.calls == ["token"]
    assert asyncio.run(world.life.refresh()).done, "the next step saves them"
    assert world.calls == ["token"], "no other token was used up"
    assert world.document["tokens"] == kept["tokens"]
    assert list_rescues(str(world.auth)) == ()


@pytest.mark.parametrize("data", [b"", b'{"tokens": {"acc', b"\xff\xfe{}", b"[]", b"{}"])
def test_a_copy_that_is_no_login_is_not_put_back(
    tmp_path: Path, backend: Backend, data: bytes
) -> None:
    home = codex_home(tmp_path, backend.mint.chatgpt_login().auth_json.reveal())
    before = (home / "auth.json").read_bytes()
    (home / "auth.json.authtui-20990101T000000Z").write_bytes(data)
    done = run("run", "restore", "--live", "--home", home, user_home=tmp_path)
    assert done.code != 0
    assert "is no login" in done.out
    assert (home / "auth.json").read_bytes() == before


@pytest.mark.skipif(not is_root(), reason="only root can give files away")
def test_under_sudo_the_copies_and_locks_belong_to_the_user_and_the_group_is_kept(
    tmp_path: Path, backend: Backend
) -> None:
    home = codex_home(tmp_path, backend.mint.chatgpt_login().auth_json.reveal())
    for path in (home, home / "auth.json"):
        os.chown(path, 1234, 4321)
    done = run(
        "run", "refresh", "--live", "--home", home, "--contract", "current",
        "--base-url", backend.base_url, user_home=tmp_path,
    )  # fmt: skip
    assert done.code == 0, done.out
    owners = {path.name: (path.stat().st_uid, path.stat().st_gid) for path in home.iterdir()}
    assert len(owners) == 4
    assert set(owners.values()) == {(1234, 4321)}, owners


KEYRING = """
import asyncio, json, os, sys
import secretstorage
from pathlib import Path
from authtui.credentials.keyring_store import SERVICE, auth_account
from authtui.demo.backend.server import running_backend
from tests.lifecycle.world import World

with running_backend() as backend:
    home = Path(sys.argv[1])
    (home / "home").mkdir()
    account = auth_account(os.path.realpath(home / "home"))
    names = {"service": SERVICE, "username": account}
    marks = {"application": "rust-keyring", "target": "default"}
    box = secretstorage.get_default_collection(secretstorage.dbus_init())
    login = backend.mint.chatgpt_login().auth_json.reveal()
    box.create_item("the client's", {**names, **marks}, login.encode())
    world = World(home, backend, config='cli_auth_credentials_store = "keyring"')
    import authtui.credentials.observe as observe
    world.session._observe = lambda: observe.read_observation(
        environ={}, home_option=str(world.home), now=world.clock(), installed=False)
    world.session.load("again")
    said = {}
    def items():
        return [(dict(i.get_attributes()).get("application"), i.get_secret().decode())
                for i in box.get_all_items()]
    for action in ("refresh", "refresh", "logout", "restore"):
        out = asyncio.run(world.life.perform(action))
        said.setdefault("done", []).append(out.reason)
        said.setdefault("items", []).append(items())
    said["copies"] = sorted(os.listdir(world.home))
    said["first"] = login
    print(json.dumps(said))
"""
NEEDED = ("gnome-keyring-daemon", "dbus-run-session")


@pytest.mark.skipif(
    any(shutil.which(name) is None for name in NEEDED), reason="no Secret Service here"
)
@pytest.mark.parametrize("backend_name", ["", "keyring.backends.null.Keyring"])
def test_the_entry_of_the_client_is_the_one_that_is_changed_and_removed(
    tmp_path: Path, backend_name: str
) -> None:
    script = (
        "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && "
        f'exec "{sys.executable}" -c "$PROGRAM" "{tmp_path}"'
    )
    variables = {"PROGRAM": KEYRING, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    if backend_name:
        variables["PYTHON_KEYRING_BACKEND"] = backend_name
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **variables},
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["done"] == ["Done.", "Done.", "Logged out.", "Put back: keyring."]
    first, second, out, back = said["items"]
    assert [name for name, _ in first] == [name for name, _ in second] == ["rust-keyring"]
    tokens = [json.loads(text)["tokens"]["refresh_token"] for text in
              (said["first"], first[0][1], second[0][1])]  # fmt: skip
    assert len(set(tokens)) == 3
    assert out == []
    assert back == second
    assert len([name for name in said["copies"] if name.startswith("keyring-auth.json.")]) == 3


def test_what_would_be_lost_of_a_document_is_told_before_a_token_is_used_up(
    tmp_path: Path, backend: Backend
) -> None:
    for number, (more, reason) in enumerate(
        [
            ('"x": ' + "[" * 2_000 + "]" * 2_000, "it is nested too deeply"),
            ('"x": ' + "9" * 5_000, "a number in it is too long"),
            ('"x": 1, "x": 2', "a field appears twice"),
            ('"x": 1e999', "a number"),
        ]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        login = backend.mint.chatgpt_login().auth_json.reveal()
        home = codex_home(folder, login.rstrip()[:-1] + f", {more}}}")
        before = (home / "auth.json").read_bytes()
        done = run(
            "run", "refresh", "--live", "--home", home, "--contract", "explicit",
            "--base-url", backend.base_url, user_home=folder,
        )  # fmt: skip
        assert done.code != 0
        assert reason in done.out, (done.out, done.err)
        assert "logged out" not in done.out
        assert (home / "auth.json").read_bytes() == before
    assert [seen.endpoint for seen in backend.state.requests] == []


AS_NOBODY = """
import json, os, sys
from datetime import UTC, datetime
from authtui.credentials.store_writer import WriteFailure, reserve
os.setgroups([]); os.setgid(65534); os.setuid(65534)
path = sys.argv[1] + "/auth.json"
held = reserve(path, expected=open(path, "rb").read(), now=datetime.now(UTC))
assert isinstance(held, WriteFailure), held
print(json.dumps({"why": held.why, "sentence": held.sentence, "names": os.listdir(sys.argv[1])}))
"""


def as_nobody(folder: Path, home: Path) -> dict[str, Any]:
    done = run_code(AS_NOBODY, home, user_home=folder)
    assert done.code == 0, done.err
    said: dict[str, Any] = json.loads(done.out)
    return said


@pytest.mark.skipif(not is_root(), reason="only root can become another user")
def test_in_a_sticky_directory_the_file_of_another_user_is_told_and_no_token_used_up(
    backend: Backend,
) -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # which everybody may enter
        shared = Path(folder)
        home = codex_home(shared, backend.mint.chatgpt_login().auth_json.reveal())
        os.chown(home, 1234, 1234)
        home.chmod(0o1777)
        (home / "auth.json").chmod(0o666)
        os.chown(home / "auth.json", 1234, 1234)
        shared.chmod(0o777)
        said = as_nobody(shared, home)
    assert said["why"] == "hindered"
    assert "it belongs to uid 1234, and its directory is sticky" in said["sentence"]
    assert "use a directory of your own" in said["sentence"]
    assert said["names"] == ["auth.json"]


def test_a_directory_that_somebody_has_locked_holds_nothing_up(
    tmp_path: Path, backend: Backend
) -> None:
    home = codex_home(tmp_path, backend.mint.chatgpt_login().auth_json.reveal())
    handle = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        done = run(
            "run", "refresh", "--live", "--home", home, "--contract", "current",
            "--base-url", backend.base_url, user_home=tmp_path,
        )  # fmt: skip
    finally:
        os.close(handle)
    assert done.code == 0, done.out
    assert "Done." in done.out


@pytest.mark.parametrize("action", ["refresh", "logout"])
def test_a_file_that_another_program_has_open_on_windows_is_told_before_anything_is_sent(
    tmp_path: Path, backend: Backend, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    import asyncio

    from authtui.credentials import store_writer
    from tests.lifecycle.world import World

    world = World(tmp_path, backend, "current", backend.mint.chatgpt_login().auth_json)
    before = world.auth.read_bytes()
    replace = os.replace

    def refuses(source: str, target: str) -> None:
        if os.path.realpath(target) == os.path.realpath(world.auth):
            raise PermissionError(errno.EACCES, "The process cannot access the file", str(target))
        replace(source, target)

    class Windows:
        """The system as the writer sees it: its name, and its rule for open files."""

        name = "nt"
        replace = staticmethod(refuses)

        def __getattr__(self, name: str) -> object:
            return getattr(os, name)

    monkeypatch.setattr(store_writer, "os", Windows())
    outcome = asyncio.run(world.life.perform(action))  # type: ignore[arg-type] # an action's name
    assert not outcome.done
    assert "Permission denied" in outcome.reason
    assert ("No token was used up." if action == "refresh" else "Nothing was") in outcome.reason
    assert world.calls == []
    assert world.auth.read_bytes() == before
    assert [path.name for path in world.home.iterdir() if ".authtui-" in path.name] == []
    monkeypatch.undo()
    assert asyncio.run(world.life.perform(action)).done  # type: ignore[arg-type] # as above
