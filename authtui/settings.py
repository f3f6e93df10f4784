"""The user's own choices: theme, clipboard, keys, presenter lock. Kept in a TOML file.

A file that is missing, unreadable or half right never stops the app: what can be read is used,
and `problems` says what was not.
"""

from __future__ import annotations

import os
import tomllib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, cast, get_args

from authtui.directories import config_dir, replace_text
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ClipboardMode = Literal["auto", "native", "osc52", "off"]
_MODES: Final = get_args(ClipboardMode)
_LARGEST: Final = 256 * 1024
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Settings(NamedTuple):
    """`theme` is a theme's name or None for the default; `keymap` maps binding ids to keys.

    `presenter` locks reveal and export for every run. `path` is the file read, if there is one.
    """

    theme: str | None = None
    clipboard: ClipboardMode = "auto"
    keymap: Mapping[str, str] = _NONE
    presenter: bool = False
    path: str | None = None
    problems: tuple[str, ...] = ()


def settings_path(environ: Mapping[str, str] = os.environ) -> Path:
    """`config.toml` in the user's configuration directory for authtui."""
    return config_dir(environ) / "config.toml"


def read_settings(path: Path) -> Settings:
    """The settings in a file; the defaults when there is none."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return Settings(path=str(path))
    except OSError as error:
        return Settings(path=str(path), problems=(f"cannot be read: {error.strerror}",))
    if len(data) > _LARGEST:
        return Settings(path=str(path), problems=("is larger than 256 KiB and was not read",))
    try:
        document = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        return Settings(path=str(path), problems=(f"is not valid TOML: {error}",))
    return parse_settings(document)._replace(path=str(path))


def parse_settings(document: Mapping[str, Any]) -> Settings:
    """Settings out of a parsed document; what does not fit is left out and named."""
    problems: list[str] = []
    settings = Settings()
    theme = document.get("theme")
    if isinstance(theme, str):
        settings = settings._replace(theme=theme)
    elif theme is not None:
        problems.append("theme: expected a name")
    clipboard = document.get("clipboard")
    if clipboard in _MODES:
        settings = settings._replace(clipboard=cast("ClipboardMode", clipboard))
    elif clipboard is not None:
        problems.append(f"clipboard: expected one of {', '.join(_MODES)}")
    presenter = document.get("presenter")
    if isinstance(presenter, bool):
        settings = settings._replace(presenter=presenter)
    elif presenter is not None:
        # Somebody who writes this line wants the lock: a mistake must not open it.
        settings = settings._replace(presenter=True)
        problems.append("presenter: expected true or false; the lock stays on")
    keymap = document.get("keymap")
    if isinstance(keymap, dict):
        good = {k: v for k, v in keymap.items() if isinstance(v, str) and v.strip()}
        problems += [f"keymap.{name}: expected a key" for name in keymap if name not in good]
        settings = settings._replace(keymap=MappingProxyType(good))
    elif keymap is not None:
        problems.append("keymap: expected a table")
    return settings._replace(problems=tuple(problems))


def write_settings(settings: Settings, path: Path) -> str | None:
    """Write the settings, replacing the file in one step; the reason when that fails, else None."""
    import tomli_w

    document: dict[str, Any] = {"clipboard": settings.clipboard, "presenter": settings.presenter}
    if settings.theme is not None:
        document["theme"] = settings.theme
    if settings.keymap:
        document["keymap"] = dict(settings.keymap)
    return replace_text(path, tomli_w.dumps(document), folder_mode=0o700)
