"""Where authtui keeps things of its own, by the environment given, not by the process's."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.credentials.home import user_home

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME: Final = "authtui"
TRACE_KEY: Final = "trace.key"
"""The file in the state directory that `model.trace.target.read_key` makes."""


def config_dir(environ: Mapping[str, str]) -> Path:
    """Where authtui's own settings are: `$XDG_CONFIG_HOME/authtui` and its kin elsewhere."""
    return _own(environ, "XDG_CONFIG_HOME", ".config", "user_config_path")


def state_dir(environ: Mapping[str, str]) -> Path:
    """Where authtui writes its redacted log: `$XDG_STATE_HOME/authtui` and its kin elsewhere."""
    return _own(environ, "XDG_STATE_HOME", ".local/state", "user_state_path")


def _own(environ: Mapping[str, str], variable: str, default: str, elsewhere: str) -> Path:
    if sys.platform in ("darwin", "win32"):
        import platformdirs

        path: Path = getattr(platformdirs, elsewhere)(NAME, appauthor=False)
        return path
    # By the environment given, not the process's: platformdirs knows only the latter.
    base = environ.get(variable, "")
    if base and os.path.isabs(base) and "\0" not in base:  # noqa: PTH117 - a relative one is invalid by the XDG rules
        return Path(base, NAME)
    return Path(user_home(environ) or "/", default, NAME)
