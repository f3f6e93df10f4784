"""Runs the real program from outside: made-up homes, a clean environment, a time limit."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECONDS = 60
NOW = "2026-04-15T12:00:00Z"
KEY = "sk-proj-Zq8vK2mWx7RtY4nLpB6cD9fGhJ3sA5eU1oTiXQwE"


def environment(home: Path, **extra: str) -> dict[str, str]:
    """What a login shell of nobody in particular has: no credential, no keyring, no client."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_STATE_HOME": str(home / ".state"),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONDONTWRITEBYTECODE": "1",
        **extra,
    }


class Answer(NamedTuple):
    """What a run left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The document on standard output."""
        document = json.loads(self.out)
        assert isinstance(document, dict)
        return document


def run(
    *arguments: str | Path, user_home: Path, env: Mapping[str, str] | None = None, stdin: str = ""
) -> Answer:
    """Run `authtui` to its end, in seconds at most."""
    done = subprocess.run(
        [sys.executable, "-m", "authtui", *map(str, arguments)],
        env=environment(user_home, **(env or {})),
        cwd=user_home,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def run_code(code: str, *arguments: str | Path, user_home: Path, **extra: str) -> Answer:
    """Run a few lines of Python in the program's own environment."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=environment(user_home, **extra),
        cwd=user_home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def codex_home(folder: Path, auth: object = None, config: str | None = None) -> Path:
    """A CODEX_HOME with an auth.json (an object, or the file's text or bytes) and a config."""
    home = folder / "codex-home"
    home.mkdir()
    if auth is not None:
        path = home / "auth.json"
        if isinstance(auth, bytes):
            path.write_bytes(auth)
        else:
            path.write_text(auth if isinstance(auth, str) else json.dumps(auth, indent=2))
        path.chmod(0o600)
    if config is not None:
        (home / "config.toml").write_text(config)
    return home


def api_key_login(key: str = KEY) -> dict[str, Any]:
    """What `codex login --with-api-key` stores."""
    return {"auth_mode": "apikey", "OPENAI_API_KEY": key, "tokens": None, "last_refresh": None}


def jwt(claims: Mapping[str, Any], signature: str = "c2lnbmF0dXJl") -> str:
    """A token with the shape of a signed one."""
    return f"{_part({'alg': 'RS256', 'kid': 'k-1', 'typ': 'JWT'})}.{_part(claims)}.{signature}"


def chatgpt_login(
    account: str = "acct-mine",
    *,
    access: Mapping[str, Any] | None = None,
    refresh: str = "rt-made-up-1",
) -> dict[str, Any]:
    """What signing in with ChatGPT stores."""
    claims = {
        "iss": "https://auth.openai.com",
        "aud": ["app_made_up"],
        "email": "ada@example.org",
        "exp": 1_777_777_777,
        "iat": 1_776_000_000,
        "https://api.openai.com/auth": {
            "chatgpt_account_id": account,
            "chatgpt_user_id": "user-1",
            "chatgpt_plan_type": "pro",
        },
    }
    return {
        "auth_mode": "chatgpt",
        "OPENAI_API_KEY": None,
        "tokens": {
            "id_token": jwt(claims),
            "access_token": jwt({**claims, **(access or {})}),
            "refresh_token": refresh,
            "account_id": account,
        },
        "last_refresh": "2026-04-14T12:00:00Z",
    }


class Entry(NamedTuple):
    """One thing in a directory, in every respect in which looking might change it."""

    mode: int
    inode: int
    size: int
    modified: int
    changed: int
    target: str | None


def snapshot(folder: Path) -> dict[str, Entry]:
    """Everything under a directory, itself included. Nothing is opened."""
    found = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        seen = path.lstat()
        target = str(path.readlink()) if path.is_symlink() else None
        found[str(path.relative_to(folder))] = Entry(
            seen.st_mode, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, target
        )
    return found


def is_root() -> bool:
    """Whether permissions mean nothing to this process."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _part(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
