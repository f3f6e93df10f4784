"""A pipe, a device without an end or ten gigabytes in the place of a small file hold nothing up."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from authtui.directories import config_dir, rescue_dir
from tests.program import chatgpt_login, codex_home, environment, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")

HUGE = 10 * 1024**3
SECONDS = 10.0
"""Of one command on a busy machine; one that waits never comes back."""
STAMP = "authtui-20260401T000000Z"
PLACES: dict[str, tuple[str, ...]] = {
    "auth.json": ("auth.json",),
    "config.toml": ("config.toml",),
    ".env": (".env",),
    "what stands beside them": (
        f"auth.json.{STAMP}",
        "auth.json.authtui-rescue-20260401T000000Z",
        f"keyring-auth.json.{STAMP}",
        ".auth.json.authtui-999999999-0123abcd.new",
        "auth.lock",
        "auth.json.lock",
        "cloud-config-bundle-cache.json",
        "version.json",
    ),
}
COMMANDS = (
    ("check", "--json"),
    ("paths",),
    ("report", "--format", "json"),
    ("run", "refresh", "--live", "--offline"),
    ("run", "restore", "--live", "--offline"),
    ("run", "logout", "--live", "--offline"),
)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(HUGE)


@pytest.mark.parametrize("make", [pipe, endless, huge])
@pytest.mark.parametrize("name", PLACES)
def test_no_command_waits_for_what_is_no_small_file(
    tmp_path: Path, name: str, make: object
) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    (home / name).unlink(missing_ok=True)
    make(home / name)  # type: ignore[operator] # one of the three above
    started = time.monotonic()
    for words in COMMANDS:
        answer = run(*words, "--home", home, user_home=tmp_path)
        assert answer.code in (0, 1, 2, 3, 4), (words, answer.err)
        assert "Traceback" not in answer.err
    assert time.monotonic() - started < SECONDS * 3


@pytest.mark.parametrize("make", [pipe, endless, huge])
def test_the_own_files_hold_nothing_up_either(tmp_path: Path, make: Callable[[Path], None]) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    variables = environment(tmp_path)
    places = [config_dir(variables) / "config.toml", rescue_dir(variables) / f"auth.json.{STAMP}"]
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        make(place)
    for words in (*COMMANDS, ("open", str(home / "none.trace")), ("help", "keys")):
        more = ("--home", home) if words[0] not in ("open", "help") else ()
        answer = run(*words, *more, user_home=tmp_path)
        assert answer.code in (0, 1, 2, 3, 4), (words, answer.err)
