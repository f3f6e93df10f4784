"""The home directory of the user, the directories of authtui, and how a file is put into one."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

TRACE_KEY: Final = "trace.key"
"""The file in the state directory that `model.trace.target.read_key` makes."""
_NAME: Final = "authtui"


def user_home(environ: Mapping[str, str]) -> str | None:
    """The user's home directory: `HOME` (`USERPROFILE` on Windows), else the user database."""
    value = environ.get("USERPROFILE" if os.name == "nt" else "HOME", "")
    if value:
        return value
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_dir or None
    except (ImportError, KeyError, AttributeError):
        return None


def replace_text(path: Path, text: str, *, folder_mode: int = 0o777) -> str | None:
    """Put a file there in one step, with the directories it needs; why that failed, or None.

    Raises nothing. `folder_mode` is that of a directory which has to be made.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=folder_mode, parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        return error.strerror or "the file system refused"
    return None


def rewrite(path: Path, text: str) -> str | None:
    """Put new text into a file that is there, keeping its links and its mode; why not, or None."""
    target = Path(os.path.realpath(path))
    data = text.encode("utf-8")
    try:
        found = target.stat()
        if found.st_nlink > 1:  # a new file would be one of its own
            target.write_bytes(data)
            return None
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            beside.touch(mode=0o600)
            beside.write_bytes(data)
            beside.chmod(stat.S_IMODE(found.st_mode))
            beside.replace(target)
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
    except OSError as error:
        return error.strerror or "the file system refused"
    return None


def open_private(path: str | Path, *, append: bool = False) -> TextIO:
    """Open a file to write text that is for its owner alone: a new one, or one that is there.

    No link is followed, and no pipe or device written to, so that it never waits.

    Raises:
        OSError: The system's refusal, or why that is no file to write to.
        ValueError: The path cannot be the name of a file.
    """
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else 0)
    for name in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_NOFOLLOW"):
        flags |= getattr(os, name, 0)
    try:
        file = os.open(path, flags, 0o600)
    except OSError as error:
        words = {
            errno.ENXIO: "it is not a regular file",
            errno.ELOOP: "it is a link; give the path of the file itself",
        }
        number = error.errno or 0
        raise OSError(number, words.get(number, os.strerror(number))) from None
    try:
        _made_private(file, append=append)
    except OSError:
        os.close(file)
        raise
    return os.fdopen(file, "a" if append else "w", encoding="utf-8")


def _made_private(file: int, *, append: bool) -> None:
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.ENXIO, "it is not a regular file")
    if hasattr(os, "fchmod") and stat.S_IMODE(found.st_mode) & 0o077:
        os.fchmod(file, 0o600)
    if not append:
        os.ftruncate(file, 0)


def config_dir(environ: Mapping[str, str]) -> Path:
    """Where the settings are: `$XDG_CONFIG_HOME/authtui`, or the platform's place for them."""
    return _own(environ, "XDG_CONFIG_HOME", ".config", "user_config_path")


def state_dir(environ: Mapping[str, str]) -> Path:
    """Where the crash log and the key of traces are: `$XDG_STATE_HOME/authtui`, or its like."""
    return _own(environ, "XDG_STATE_HOME", ".local/state", "user_state_path")


def rescue_dir(environ: Mapping[str, str]) -> Path:
    """Where tokens are kept that could be written neither into their store nor beside it."""
    return state_dir(environ) / "rescue"


def _own(environ: Mapping[str, str], variable: str, default: str, elsewhere: str) -> Path:
    if sys.platform in ("darwin", "win32"):
        import platformdirs

        path: Path = getattr(platformdirs, elsewhere)(_NAME, appauthor=False)
        return path
    # Not by platformdirs: it knows only the environment of the process.
    base = environ.get(variable, "")
    if base and os.path.isabs(base) and "\0" not in base:  # noqa: PTH117 - a relative one is invalid by the XDG rules
        return Path(base, _NAME)
    return Path(user_home(environ) or "/", default, _NAME)
