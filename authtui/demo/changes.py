"""What can be done to a story's machine from outside: by its owner, an administrator, a repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.machine.observation import AUTH_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.demo.stage import Stage
    from authtui.demo.story import Step


def change(stage: Stage, step: Step) -> str:
    """Change the machine as a step says; what was done, as a sentence. Not for `login`."""
    value = stage.filled(step.value)
    if step.do == "set":
        stage.environ[step.name] = value
        return f"{step.name} is set."
    if step.do == "unset":
        stage.environ.pop(step.name, None)
        return f"{step.name} is unset."
    if step.do == "config":
        (stage.home / "config.toml").write_text(value, encoding="utf-8")
        return "config.toml was edited."
    if step.do == "aside":
        path = stage.home / AUTH_FILE
        path.rename(path.with_name(f"{AUTH_FILE}.bad"))
        return "auth.json was moved aside."
    if step.do == "read-only":
        _set_modes(stage.home, 0o400, 0o500)
        return "The home is read-only now."
    if step.do == "writable":
        _set_modes(stage.home, 0o600, 0o700)
        return "The home is writable again."
    if step.do == "clock":
        stage.time.off = int(value)
        return "The clock was set."
    return "Started again."


def _set_modes(home: Path, file: int, folder: int) -> None:
    home.chmod(0o700)
    for path in home.iterdir():
        if path.is_file():
            path.chmod(file)
    home.chmod(folder)
