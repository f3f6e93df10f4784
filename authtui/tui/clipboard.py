"""Putting text on the clipboard, and saying what was done rather than what was hoped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from authtui.tui.messages import Say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.app import App

    from authtui.settings import ClipboardMode

_SECONDS: Final = 2.0
_TOOLS: Final = (
    (None, ("pbcopy",)),
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    (None, ("clip.exe",)),
)


def native_tool(
    env: Mapping[str, str], which: Callable[[str], str | None] = shutil.which
) -> tuple[str, ...] | None:
    """The command that reaches this machine's clipboard, or None."""
    for needs, command in _TOOLS:
        if command[0] == "pbcopy" and sys.platform != "darwin":
            continue
        if (needs is None or env.get(needs)) and which(command[0]):
            return command
    return None


def choose(mode: ClipboardMode, env: Mapping[str, str]) -> ClipboardMode:
    """`auto` writes the escape sequence: it needs no program and works over SSH."""
    if mode != "auto":
        return mode
    apple = env.get("TERM_PROGRAM") == "Apple_Terminal" and not env.get("SSH_CONNECTION")
    return "native" if apple else "osc52"


def copy(app: App[Any], wanted: ClipboardMode, text: str, what: str) -> None:
    """Copy in the way that is wanted; the footer says which way it was."""
    mode = choose(wanted, os.environ)
    if mode == "off":
        app.post_message(Say("the clipboard is off in your settings; nothing was copied", "warn"))
    elif mode == "osc52":
        app.copy_to_clipboard(text)
        inside = " · tmux may need: set -g set-clipboard on" if os.environ.get("TMUX") else ""
        app.post_message(Say(f"✓ handed {what} to the terminal (OSC 52){inside}"))
    else:
        _native(app, text, what)


def _native(app: App[Any], text: str, what: str) -> None:
    command = native_tool(os.environ)
    if command is None:
        app.post_message(Say("no clipboard program was found; nothing was copied", "warn"))
        return

    def work() -> None:
        reason = run_tool(command, text)
        done = f"✓ copied {what} with {command[0]}"
        app.post_message(Say(reason or done, "warn" if reason else "good"))

    app.run_worker(work, thread=True, exclusive=True, group="clipboard", exit_on_error=False)


def run_tool(command: tuple[str, ...], text: str) -> str | None:
    """Give the text to a clipboard program; why it did not work, or None."""
    try:
        subprocess.run(  # noqa: S603 - a fixed command; the text goes in on standard input
            command,
            input=text.encode(),
            timeout=_SECONDS,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return f"{command[0]} did not take the text; nothing was copied"
    return None
