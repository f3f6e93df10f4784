"""Where CODEX_HOME is, found the way the client finds it.

Source: codex-rs/utils/home-dir/src/lib.rs. Only an exactly empty variable counts as unset, blanks
are not trimmed, and a value that is not Unicode is not seen at all.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from authtui.client_json.structs import rust_debug
from authtui.directories import user_home
from authtui.machine.files import owner_name, system_text
from authtui.machine.observation import HomeFacts
from authtui.redaction import printable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

NO_HOME: Final = "Could not find home directory"


def resolve_home(environ: Mapping[str, str], option: str | None = None) -> HomeFacts:
    """CODEX_HOME by option, variable or default; looks at the directory, and only looks.

    An option is judged as if it were the variable: it names what to inspect.
    """
    user = user_home(environ)
    if option:
        return _named(option, "option", user)
    value = environ.get("CODEX_HOME", "")
    if value and is_unicode(value):
        return _named(value, "CODEX_HOME", user)
    if user is None:
        return HomeFacts("", "default", error=NO_HOME, shown="(none)")
    path = os.path.join(user, ".codex")
    return _with_directory(HomeFacts(path, "default", shown=shorten(path, user)))


def shorten(path: str, user: str | None) -> str:
    """A path for display: the user's home as `~`, nothing in it that a terminal would obey."""
    if user and user != "/":
        base = user.rstrip("/")
        if path == base:
            return "~"
        if path.startswith(f"{base}/"):
            path = f"~{path[len(base) :]}"
    return printable(path)


def is_unicode(value: str) -> bool:
    """Whether a variable's value came from valid UTF-8 (no escaped bytes in it)."""
    return not any("\ud800" <= char <= "\udfff" for char in value)


def _named(value: str, chosen_by: Literal["option", "CODEX_HOME"], user: str | None) -> HomeFacts:
    facts = HomeFacts(value, chosen_by, shown=shorten(value, user))
    quoted = rust_debug(value)
    try:
        found = os.stat(value)
    except FileNotFoundError:
        return facts._replace(error=f"CODEX_HOME points to {quoted}, but that path does not exist")
    except OSError as error:
        text = system_text(error.errno)
        return facts._replace(error=f"failed to read CODEX_HOME {quoted}: {text}")
    except ValueError:
        text = "file name contained an unexpected NUL byte"
        return facts._replace(error=f"failed to read CODEX_HOME {quoted}: {text}")
    if not stat.S_ISDIR(found.st_mode):
        reason = f"CODEX_HOME points to {quoted}, but that path is not a directory"
        return facts._replace(error=reason, exists=True)
    try:
        path = os.path.realpath(value, strict=True)
    except OSError as error:
        text = system_text(error.errno)
        return facts._replace(error=f"failed to canonicalize CODEX_HOME {quoted}: {text}")
    return _with_directory(facts._replace(path=path, shown=shorten(path, user)))


def _with_directory(facts: HomeFacts) -> HomeFacts:
    try:
        found = os.stat(facts.path)
        canonical = os.path.realpath(facts.path, strict=True)
    except (OSError, ValueError):
        return facts
    effective = os.access in os.supports_effective_ids
    return facts._replace(
        canonical=canonical,
        exists=True,
        mode=stat.S_IMODE(found.st_mode),
        writable=os.access(facts.path, os.W_OK | os.X_OK, effective_ids=effective),
        owner=_other_owner(found.st_uid),
    )


def _other_owner(uid: int) -> str | None:
    mine = os.geteuid() if hasattr(os, "geteuid") else uid
    return None if uid == mine else owner_name(uid) or f"uid {uid}"
