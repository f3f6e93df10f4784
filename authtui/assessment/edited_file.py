"""The new text of a file after the edit of a fix. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.configuration.config import split_key

if TYPE_CHECKING:
    from authtui.answers.findings import Edit
    from authtui.machine.observation import Observation


def edited_text(edit: Edit, text: str, observation: Observation) -> str | None:
    """Apply an edit to the text of its file.

    Args:
        edit: What is to change.
        text: What the file holds, with every byte that is no UTF-8 as a surrogate.
        observation: What was seen when the fix was found; it knows the lines of `.env`.

    Returns:
        The new text, or None where the file has changed so far that the edit does not fit any more.
    """
    if edit.content is not None:
        return edit.content.reveal()
    if edit.key is None:
        return None
    if edit.file == ".env":
        variable = observation.environment.get(edit.key)
        lines = text.splitlines(keepends=True)
        number = variable.line if variable is not None and variable.line else 0
        if not 0 < number <= len(lines) or edit.key not in lines[number - 1]:
            return None
        return "".join(lines[: number - 1] + lines[number:])
    from authtui.configuration.toml_edit import EditRefusal, remove_value, set_value
    from authtui.configuration.toml_reader import read

    keys = split_key(edit.key)
    if edit.value is None:
        changed = remove_value(text, keys)
    else:
        changed = set_value(text, keys, read(f"value = {edit.value}").tree["value"])
    return None if isinstance(changed, EditRefusal) else changed


def edited_path(edit: Edit, observation: Observation) -> str:
    """The path of the file that an edit changes."""
    if edit.file == ".env":
        return observation.environment.dotenv.path
    if edit.file == "auth.json":
        return observation.auth_file.path
    return observation.config.file.path
