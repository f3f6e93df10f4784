"""Whatever stands in a home: a clear statement with file and line, the right code, no hang."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.program import KEY, api_key_login, codex_home, is_root, run, run_code, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.program import Answer


def check(home: Path, *options: str) -> Answer:
    """Run `check` on a home and see that the home is as it was."""
    before = snapshot(home) if home.exists() else {}
    answer = run("check", "--contract", "current", "--home", home, *options, user_home=home.parent)
    assert (snapshot(home) if home.exists() else {}) == before
    assert "Traceback" not in answer.err
    return answer


def _huge(path: Path) -> None:
    path.touch()
    os.truncate(path, 50_000_000)


AUTH: dict[str, tuple[Callable[[Path], object], int, str]] = {
    "bytes": (lambda p: p.write_bytes(bytes(range(256)) * 9), 3, "auth.json cannot be read"),
    "50 MB": (_huge, 3, "too large"),
    "a directory": (lambda p: p.mkdir(), 3, "directory"),
    "a pipe": (os.mkfifo, 3, "named pipe"),
    "a byte order mark": (
        lambda p: p.write_bytes(b'\xef\xbb\xbf{"OPENAI_API_KEY": "sk-x"}'),
        3,
        "auth.json:1",
    ),
    "a wrong type": (lambda p: p.write_text('{\n  "OPENAI_API_KEY": 5\n}'), 3, "auth.json:2"),
    "half a record": (lambda p: p.write_text('{\n  "auth_mode": "apikey",\n'), 3, "auth.json:"),
    "an unknown mode": (lambda p: p.write_text('{\n "auth_mode": "magic"\n}'), 3, "auth.json:2"),
    "nothing": (lambda p: p.touch(), 3, "auth.json"),
    "a list": (lambda p: p.write_text("[]"), 3, "auth.json:1"),
    "a link to nothing": (lambda p: p.symlink_to("nowhere"), 4, "auth.json"),
    "a link to itself": (lambda p: p.symlink_to("auth.json"), 3, "auth.json"),
}


@pytest.mark.parametrize("shape", AUTH)
def test_an_auth_json_that_is_none_is_called_what_it_is(tmp_path: Path, shape: str) -> None:
    make, code, words = AUTH[shape]
    home = codex_home(tmp_path)
    make(home / "auth.json")
    answer = check(home)
    assert answer.code == code
    assert words in " ".join(answer.out.split())


def test_a_missing_home_is_named(tmp_path: Path) -> None:
    answer = check(tmp_path / "no-such-home")
    assert answer.code == 3
    assert "no-such-home" in answer.out
    assert not (tmp_path / "no-such-home").exists()


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "home"
    path.write_text("")
    answer = run("check", "--home", path, user_home=tmp_path)
    assert answer.code == 3
    assert "not a directory" in answer.out


@pytest.mark.parametrize(
    ("config", "where"),
    [
        ('model = "x"\nforced_login_method = \n', "config.toml:2"),
        ("a = 1\nb = 2\n[table\n", "config.toml:3"),
        ("a = 1\na = 2\n", "config.toml:2"),
        ('x = "\x00"\n', "config.toml:1"),
    ],
)
def test_a_broken_config_is_named_with_its_line(tmp_path: Path, config: str, where: str) -> None:
    answer = check(codex_home(tmp_path, api_key_login(), config))
    assert answer.code in (1, 3)
    assert where in answer.out.splitlines()[0] + answer.out.splitlines()[1]


def test_a_key_that_everybody_may_read_is_usable_and_remarked(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login())
    (home / "auth.json").chmod(0o666)
    answer = check(home)
    assert answer.code == 0
    assert "0666" in answer.out or "0666" in check(home, "--explain", "auth.json").out


@pytest.mark.skipif(not is_root(), reason="only root can give a file away")
def test_a_record_of_another_user_is_remarked(tmp_path: Path) -> None:
    home = codex_home(tmp_path, api_key_login())
    os.chown(home / "auth.json", 65534, 65534)
    answer = check(home)
    assert answer.code == 0
    text = answer.out + check(home, "--explain", "auth.json").out
    assert "65534" in text or "nobody" in text


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A directory that everybody can enter, unlike the one that pytest gives."""
    folder = Path(tempfile.mkdtemp(prefix="authtui-test-"))
    folder.chmod(0o755)
    yield folder
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)


AS_NOBODY = """
import os, pkgutil, sys, importlib
import authtui
for found in pkgutil.walk_packages(authtui.__path__, "authtui."):
    # Whoever becomes nobody may no longer reach the interpreter's own files.
    if ".tui" not in found.name and ".demo" not in found.name and "__main__" not in found.name:
        importlib.import_module(found.name)
import argparse, shutil, textwrap, platformdirs, pwd, traceback, linecache, gettext
from authtui.cli import main
from authtui.configuration.key_table import key_table
key_table("0.169.0")
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
raise SystemExit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("what", ["auth.json", "home"])
def test_what_may_not_be_read_is_named_and_is_not_called_absent(
    open_folder: Path, what: str
) -> None:
    home = codex_home(open_folder, api_key_login())
    home.chmod(0o755)
    (home if what == "home" else home / what).chmod(0)
    answer = run_code(
        AS_NOBODY, "check", "--contract", "current", "--home", home, user_home=open_folder
    )
    assert answer.err == ""
    assert answer.code == 3
    assert "Permission denied" in answer.out or "permission" in answer.out.lower()
    assert KEY[8:20] not in answer.out
