"""The homes of the client on this machine: the named, the usual, those of running programs.

Looks at directories and at `/proc`; asks no program. Of a file with a login only that it holds one
is told.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.directories import user_home
from authtui.machine.files import read_file
from authtui.machine.home import shorten
from authtui.machine.observation import AUTH_FILE, OtherHome
from authtui.machine.programs import find_programs
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SIGNS: Final = ("auth.json", "config.toml", "secrets")
"""One of these lies in every home that the client has used."""
_PATTERNS: Final = (
    ".codex",
    ".codex-*",
    ".codex_*",
    ".config/codex",
    ".codex/homes/*",
    ".cache/JetBrains/*/aia/codex",
    "Library/Caches/JetBrains/*/aia/codex",
)
_PROFILE: Final = ".config.toml"
_WINDOWS_SIDE: Final = "mnt/c/Users/*/.codex"
_LOGINS: Final = ("OPENAI_API_KEY", "tokens", "agent_identity", "personal_access_token")
"""Fields of auth.json, each of which is a login where it holds something."""
_LARGEST: Final = 256 * 1024
_MOST: Final = 200


class FoundHome(NamedTuple):
    """A home: its path, and the ids of the programs of the client that run with it.

    `profiles` are the names of those that have a file of their own there.
    """

    path: str
    running: tuple[int, ...] = ()
    profiles: tuple[str, ...] = ()


def find_homes(environ: Mapping[str, str], root: Path = Path("/")) -> tuple[FoundHome, ...]:
    """Find the homes, the one that a client started here would use first.

    Args:
        environ: The variables of this process.
        root: The directory below which `proc` and the Windows side lie.
    """
    user = user_home(environ)
    running = {program.pid: program.home for program in find_programs(root)}
    found: dict[str, list[str]] = {}
    named = [environ["CODEX_HOME"]] if environ.get("CODEX_HOME") else []
    default = [os.path.join(user, ".codex")] if user else []  # noqa: PTH118 - as the client joins
    for path in (*named, *default, *_beside(user), *running.values(), *_matching(root)):
        real = os.path.realpath(path)
        if real not in found and not _is_home(real):
            continue
        found.setdefault(real, []).append(path)
    pids: dict[str, list[int]] = {}
    for pid, path in running.items():
        pids.setdefault(os.path.realpath(path), []).append(pid)
    rows = [
        FoundHome(paths[0], tuple(sorted(pids.get(real, ()))), _profiles(real))
        for real, paths in found.items()
    ]
    return tuple(rows[:_MOST])


def homes_of_the_user(environ: Mapping[str, str], root: Path = Path("/")) -> tuple[str, ...]:
    """The homes of this user that the client has used, but for those of running programs alone."""
    user = user_home(environ)
    default = [f"{user}/.codex"] if user else []
    found: dict[str, str] = {}
    for path in (*default, *_beside(user), *_matching(root)):
        real = os.path.realpath(path)
        if _is_home(real):
            found.setdefault(real, path)
    return tuple(found.values())[:_MOST]


def _profiles(home: str) -> tuple[str, ...]:
    try:
        names = sorted(entry.name for entry in os.scandir(home))
    except OSError:
        return ()
    return tuple(n.removesuffix(_PROFILE) for n in names if n.endswith(_PROFILE) and n != _PROFILE)


def find_other_logins(
    environ: Mapping[str, str], home: str, root: Path = Path("/")
) -> tuple[OtherHome, ...]:
    """The other homes of this user, but for those of running programs, that hold a login in a file.

    Args:
        environ: The variables of this process.
        home: The home that is looked at, which is left out.
        root: The directory below which the Windows side lies.
    """
    user = user_home(environ)
    default = f"{user}/.codex" if user else ""
    seen = {os.path.realpath(home)}
    found = []
    for path in (*([default] if default else []), *_beside(user), *_matching(root)):
        real = os.path.realpath(path)
        login = _login_of(real) if real not in seen else None
        if login is not None:
            tokens = login.get("tokens")
            account = tokens.get("account_id") if isinstance(tokens, dict) else None
            named = account if isinstance(account, str) and account.strip() else None
            found.append(OtherHome(path, shorten(path, user), path == default, named))
        seen.add(real)
    return tuple(found[:_MOST])


def _login_of(home: str) -> dict[str, object] | None:
    data = read_file(Path(home, AUTH_FILE), _LARGEST).data
    try:
        tree = json.loads(data) if data is not None else None
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict) and any(tree.get(name) for name in _LOGINS) else None


def _is_home(path: str) -> bool:
    return any(os.path.lexists(os.path.join(path, sign)) for sign in _SIGNS)  # noqa: PTH118


def _beside(user: str | None) -> Iterator[str]:
    if user is None or not Path(user).is_absolute():
        return
    for pattern in _PATTERNS:
        try:
            yield from sorted(str(path) for path in Path(user).glob(pattern))
        except OSError:  # a directory on the way may not be looked into
            continue


def _matching(root: Path) -> Iterator[str]:
    try:
        yield from sorted(str(path) for path in root.glob(_WINDOWS_SIDE))
    except OSError:
        return
