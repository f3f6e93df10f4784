"""Copies of logins beside the homes: what switchers of accounts keep, and backups of auth.json.

They are read and never written. Of a refresh token only a digest is kept, by which two places are
told to hold the same one.

Source of the places: the documentation of codex-auth, codex-profiles, codex-multi-auth, caam,
multicodex, codex-switcher, CodexBar, opencode and OpenClaw.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.directories import user_home
from authtui.machine.files import read_file
from authtui.machine.home import shorten
from authtui.machine.observation import AUTH_FILE, LoginCopy
from authtui.machine.variable_lines import mark_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LARGEST: Final = 256 * 1024
_MOST: Final = 300
_DEEPEST: Final = 8
_NAMES: Final = ("refresh_token", "refreshToken", "refresh")
_OF_THE_USER: Final = (
    (".codex_accounts/*.json", "codex-switcher"),
    (".codex-accounts/*.json", "a switcher"),
    (".codex-profiles/*/auth.json", "a switcher"),
    (".config/multicodex/accounts/*/auth.json", "multicodex"),
    (".local/share/caam/vault/codex/*/auth.json", "caam"),
    ("Library/Application Support/CodexBar/managed-codex-homes/*/auth.json", "CodexBar"),
    (".opencode/openai-codex-accounts.json", "opencode"),
    (".local/share/opencode/auth.json", "opencode"),
    (".openclaw/agents/*/agent/auth-profiles.json", "OpenClaw"),
    (".openclaw/auth-snapshots/*.json", "OpenClaw"),
)
_OF_A_HOME: Final = (
    ("accounts/*.json", "codex-auth"),
    ("profiles/*.json", "codex-profiles"),
    ("auth-profiles/*.json", "codex-auth-switch"),
    ("multi-auth/openai-codex-accounts.json", "codex-multi-auth"),
    ("auth.json?*", "backup"),
    ("auth?*.json", "backup"),
    ("backups/*/auth.json", "backup"),
)


def find_copies(environ: Mapping[str, str], homes: Iterable[str]) -> tuple[LoginCopy, ...]:
    """Find what holds a refresh token or a key beside the homes, in a fixed order.

    Args:
        environ: The variables of this process, with `HOME`.
        homes: The homes of the client whose switchers and backups are looked for.
    """
    user = user_home(environ)
    found: dict[str, LoginCopy] = {}
    for path, holder in _places(user, homes):
        real = os.path.realpath(path)
        if real in found or len(found) == _MOST:
            continue
        tree = _tree(path)
        marks = tuple(dict.fromkeys(mark_of(text) for text in _tokens(tree, _DEEPEST)))
        if marks or _is_record(tree):
            found[real] = LoginCopy(str(path), shorten(str(path), user), holder, marks)
    return tuple(found.values())


def copies_of(
    login: bytes | None, home: str, environ: Mapping[str, str], homes: Iterable[str]
) -> tuple[LoginCopy, ...]:
    """Find the other places that hold the refresh token of a login.

    Args:
        login: The content of auth.json.
        home: The home in which it lies.
        environ: The variables of this process, with `HOME`.
        homes: The other homes of the client.
    """
    mine = {mark_of(text) for text in _tokens(_parsed(login), _DEEPEST)}
    if not mine:
        return ()
    user = user_home(environ)
    here = os.path.realpath(home)
    others = [path for path in homes if os.path.realpath(path) != here]
    in_homes = []
    for path in others:
        file = Path(path, AUTH_FILE)
        marks = tuple(mark_of(text) for text in _tokens(_tree(file), _DEEPEST))
        in_homes.append(LoginCopy(str(file), shorten(str(file), user), None, marks))
    everywhere = (*in_homes, *find_copies(environ, (home, *others)))
    return tuple(copy for copy in everywhere if mine.intersection(copy.marks))


def _places(user: str | None, homes: Iterable[str]) -> Iterator[tuple[Path, str]]:
    for home in homes:
        if "\0" not in home:
            yield from _matching(Path(home), _OF_A_HOME)
    if user and "\0" not in user and Path(user).is_absolute():
        yield from _matching(Path(user), _OF_THE_USER)


def _matching(folder: Path, patterns: Iterable[tuple[str, str]]) -> Iterator[tuple[Path, str]]:
    for pattern, holder in patterns:
        try:
            yield from ((path, holder) for path in sorted(folder.glob(pattern)))
        except OSError:
            continue


def _tree(path: Path) -> object:
    return _parsed(read_file(path, _LARGEST).data)


def _parsed(data: bytes | None) -> object:
    try:
        return json.loads(data) if data is not None else None
    except (ValueError, RecursionError):
        return None


def _is_record(tree: object) -> bool:
    return isinstance(tree, dict) and isinstance(tree.get("OPENAI_API_KEY"), str)


def _tokens(tree: object, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name in _NAMES and isinstance(value, str) and value:
                yield value
            else:
                yield from _tokens(value, depth - 1)
    elif isinstance(tree, list):
        for value in tree:
            yield from _tokens(value, depth - 1)
