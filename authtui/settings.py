"""The user's own choices: theme, clipboard, keys, presenter lock. Kept in a TOML file.

A file that is missing, unreadable or half right never stops the app: what can be read is used,
and `problems` says what was not. The presenter lock stays locked where it cannot be read: who has
set it must not lose it to a mistake elsewhere in the file.
"""

from __future__ import annotations

import os
import tomllib
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

from authtui.configuration.toml_edit import EditRefusal, set_value
from authtui.directories import config_dir, replace_text, rewrite
from authtui.machine.files import read_file, unread_reason
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
    facts = read_file(path, _LARGEST)
    if facts.kind == "absent":
        return Settings(path=str(path))
    locked = Settings(presenter=True, path=str(path))
    if facts.kind == "too-large":
        return locked._replace(problems=("is larger than 256 KiB and was not read",))
    if facts.data is None:
        return locked._replace(problems=(f"cannot be read: {unread_reason(facts)}",))
    try:
        document = tomllib.loads(facts.data.decode("utf-8").removeprefix("\ufeff"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        return locked._replace(problems=(f"is not valid TOML: {error}",))
    return parse_settings(document)._replace(path=str(path))


def parse_settings(document: Mapping[str, object]) -> Settings:
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


def change_setting(path: Path, name: str, value: str | bool) -> str | None:
    """Change one setting in the file, and nothing else of it; the reason when that fails.

    A link stays a link, a mode and the rest of the text stay as they are. A file that cannot be
    read is not replaced by anything.
    """
    facts = read_file(path, _LARGEST)
    if facts.kind == "absent":
        import tomli_w

        return replace_text(path, tomli_w.dumps({name: value}), folder_mode=0o700)
    try:
        text = (facts.data or b"").decode("utf-8")
    except UnicodeDecodeError:
        return "it is not UTF-8"
    if facts.data is None:
        return unread_reason(facts)
    changed = set_value(text, (name,), value)
    if isinstance(changed, EditRefusal):
        return changed.reason
    return rewrite(path, changed)
